// Go is the go command that GoNB finds first: it builds the program of a cell, and in
// all else becomes the real one, the next on PATH.
//
// Before the one file of a cell is compiled, go build looks at every source file of the
// hundreds of packages below gosubspace/notebooks/lesson, of which nothing has changed
// since the last cell, nearly always. So for each new set of imports go build is asked
// to say which commands it runs, and of what (-x, -work), and that is kept as a
// [recipe]. Until something changes that it depends on (see [cell.key]), cells with
// these imports are compiled and linked by the same two commands. How much that saves
// stands in subspace/speed/README.md.
//
// What -x prints is made for people, and no format that Go promises to keep: whatever is
// not recognised makes no recipe, and then, as for a cell with a mistake, the real go
// command builds, and says what is wrong.
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
	recipes := filepath.Join(filepath.Dir(filepath.Dir(self)), "recipes")
	if compiler := os.Getenv(compilerVariable); compiler != "" {
		return compile(compiler, recipes)
	}
	command, err := next(self)
	if err != nil {
		return err
	}
	if c, ok := cellOf(os.Args[1:]); ok {
		c.self, c.command, c.recipes = self, command, recipes
		if c.done() {
			os.Exit(0)
		}
	}
	return become(command, os.Args[1:])
}

// next is the go command that comes behind this program on PATH. Behind, and not merely
// another one: two copies of this program would call each other for ever.
func next(self string) (string, error) {
	own, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	var found string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := exec.LookPath(filepath.Join(dir, filepath.Base(self)))
		if err != nil || !filepath.IsAbs(path) {
			continue
		}
		there, err := os.Stat(path)
		switch {
		case err != nil:
		case os.SameFile(own, there):
			found = ""
		case found == "":
			found = path
		}
	}
	if found == "" {
		return "", errors.New("there is no go command on PATH but the one of this kernel: install Go, see https://go.dev/dl")
	}
	return found, nil
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
	if c.dir, err = os.Getwd(); err != nil || c.binary != "" && filepath.Dir(c.binary) != c.dir {
		return c, false
	}
	c.module, ok = moduleOf(filepath.Join(c.dir, "go.mod"))
	return c, ok && strings.HasPrefix(c.module, "gonb_")
}
