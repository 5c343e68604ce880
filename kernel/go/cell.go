package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A cell is the program of one, in the module that GoNB has made for the notebook.
type cell struct {
	dir     string   // its folder
	module  string   // the module's name
	binary  string   // what is to be built; empty where imports are to be got
	flags   []string // of go build, set in the notebook
	command string   // the real go command
	recipes string   // the folder of recipes
}

// done does what GoNB wants, and reports whether it could.
func (c cell) done() bool {
	key, err := c.key()
	if err != nil {
		return false
	}
	r, known := c.recipe(key)
	if c.binary == "" {
		return known // what was built once needs nothing that is not there
	}
	built, err := c.sum(key)
	if err != nil {
		return false
	}
	if there, _ := os.ReadFile(c.stamp()); len(there) > 0 && bytes.Equal(there, append(built, c.state()...)) {
		return true // a cell run again as it is
	}
	if !(known && c.follow(r)) && !c.build(key) {
		return false
	}
	os.WriteFile(c.stamp(), append(built, c.state()...), 0o600) // without, it is built again
	return true
}

// stamp is the file that says of what the binary was built.
func (c cell) stamp() string { return filepath.Join(c.dir, ".built") }

// state tells the binary from another one of its name.
func (c cell) state() string {
	info, err := os.Stat(c.binary)
	if err != nil {
		return ""
	}
	return told(info)
}

// follow builds by a recipe.
func (c cell) follow(r recipe) bool {
	work, err := os.MkdirTemp("", "go-build")
	if err != nil {
		return false
	}
	defer os.RemoveAll(work)
	if r.prepare(work, c.module) != nil {
		return false
	}
	for _, line := range [][]string{r.Compile, r.Link} {
		args := make([]string, len(line))
		for i, arg := range line {
			args[i] = strings.ReplaceAll(arg, workVariable, work)
		}
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = c.dir
		cmd.Env = append(os.Environ(), "GOROOT="+r.Root)
		if cmd.Run() != nil {
			return false
		}
	}
	return os.Rename(filepath.Join(work, program), c.binary) == nil
}

// build has go build do it, and keeps how it did.
func (c cell) build(key string) bool {
	var script bytes.Buffer
	cmd := exec.Command(c.command, append([]string{"build", "-x", "-work", "-o", c.binary}, c.flags...)...)
	cmd.Stderr = &script
	err := cmd.Run()
	work := workFolder(script.String())
	if work != "" {
		defer os.RemoveAll(work)
	}
	if err != nil {
		return false
	}
	if r, ok := newRecipe(script.String(), work); ok {
		c.keep(key, r)
	}
	return true
}

// atMost is how many recipes are kept. A recipe has some 60 kB.
const atMost = 200

// recipe returns what is kept under a key.
func (c cell) recipe(key string) (r recipe, ok bool) {
	path := filepath.Join(c.recipes, key)
	text, err := os.ReadFile(path)
	if err != nil || r.parse(text) != nil {
		return r, false
	}
	now := time.Now()
	os.Chtimes(path, now, now) // the oldest goes first
	return r, true
}
