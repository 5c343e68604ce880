// Go is the go command that GoNB finds first: it builds the program of a cell, and in
// all else becomes the real one, the next on PATH.
//
// Before it compiles the one file of a cell, go build looks at every source file of the
// 440 packages that gosubspace/notebooks/lesson is made of. That takes longer than
// compiling, and a third of the time that a reader waits for. Nothing of it has changed
// since the last cell, nearly always. So the first time that a cell imports what it
// imports, go build is asked to say which commands it runs, and of what (-x, -work);
// they are kept as a [recipe]. As long as nothing has changed that it was made of (see
// [cell.key]), cells with these imports are compiled and linked by the same two
// commands. A cell that cannot be built so, for example since it has a mistake, is
// built by the real go command, which then says what is wrong.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	err := run()
	fmt.Fprintln(os.Stderr, "go:", err)
	os.Exit(1)
}

// run does not return but with why nothing could be run.
func run() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command, err := next(self)
	if err != nil {
		return err
	}
	if c, ok := cellOf(os.Args[1:]); ok {
		c.command, c.recipes = command, filepath.Join(filepath.Dir(filepath.Dir(self)), "recipes")
		if c.done() {
			os.Exit(0)
		}
	}
	return become(command, os.Args[1:])
}

// next is the go command on PATH that is not this program.
func next(self string) (string, error) {
	own, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := exec.LookPath(filepath.Join(dir, filepath.Base(self)))
		if err != nil || !filepath.IsAbs(path) {
			continue
		}
		if there, err := os.Stat(path); err == nil && !os.SameFile(own, there) {
			return path, nil
		}
	}
	return "", errors.New("there is no other go command on PATH: install Go, see https://go.dev/dl")
}

// cellOf is the cell that GoNB wants something done about: to build it, or to get what
// it imports, each in the folder of its program. With other arguments, or elsewhere,
// somebody else calls.
func cellOf(args []string) (c cell, ok bool) {
	switch {
	case slices.Equal(args, []string{"get"}):
	case len(args) >= 3 && args[0] == "build" && args[1] == "-o" && filepath.IsAbs(args[2]):
		c.binary, c.flags = args[2], args[3:]
		if slices.ContainsFunc(c.flags, func(f string) bool { return !strings.HasPrefix(f, "-") }) {
			return c, false // a package, or a flag's value by itself
		}
	default:
		return c, false
	}
	var err error
	if c.dir, err = os.Getwd(); err != nil {
		return c, false
	}
	c.module, ok = moduleOf(filepath.Join(c.dir, "go.mod"))
	return c, ok && strings.HasPrefix(c.module, "gonb_")
}
