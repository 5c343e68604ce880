// Gopls is what GoNB starts when it looks for gopls: it becomes the real one,
// which completes names and explains them, and which lies in the folder libexec
// beside this program's.
//
// GoNB puts its gopls into a process group of its own, where nobody ends it when
// Jupyter kills a kernel; each would stay with its half a gigabyte. So, where the
// system can do that, it is told to end with the process that started it.
//
// Which version of gopls it is stands in the folder pinned, in a module of its own.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	self, err := os.Executable()
	if err == nil {
		err = become(filepath.Join(filepath.Dir(filepath.Dir(self)), "libexec", filepath.Base(self)), os.Args[1:])
	}
	fmt.Fprintln(os.Stderr, "gopls:", err)
	os.Exit(1)
}
