package main

import (
	"bytes"
	"encoding/hex"
	"errors"
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
	binary  string   // what is to be built, in that folder; empty where imports are to be got
	flags   []string // of go build, set in the notebook
	self    string   // this program
	command string   // the real go command
	recipes string   // the folder of recipes
}

// fresh is how old a recipe may be, and a binary that is not built again. Go removes from
// its cache what no go command has used for some days, and does not hear of what is used
// here: once a day it does.
const fresh = 24 * time.Hour

// done does what GoNB wants, and reports whether it could.
func (c cell) done() bool {
	key, err := c.key()
	if err != nil {
		return false
	}
	r, known := c.recipe(key)
	if c.binary == "" {
		// go get adds to the module what the cell imports. A recipe is of a cell with these
		// imports and this go.mod that was built: there is nothing to add.
		return known
	}
	sum, err := c.sum(key)
	if err != nil {
		return false
	}
	if c.isBuilt(sum) {
		return true
	}
	ok, mistake := false, false
	if known {
		ok, mistake = c.follow(r, sum)
	}
	if !ok && (mistake || !c.build(key)) {
		return false
	}
	c.noteBuilt(key, sum)
	return true
}

// stamp is the file that says of what the binary was built.
func (c cell) stamp() string { return filepath.Join(c.dir, ".built") }

// isBuilt reports whether the binary is that of this very program: a cell that is run
// again as it was.
func (c cell) isBuilt(sum []byte) bool {
	info, err := os.Stat(c.stamp())
	if err != nil || time.Since(info.ModTime()) > fresh {
		return false
	}
	binary, err := os.Stat(c.binary)
	if err != nil {
		return false
	}
	there, err := os.ReadFile(c.stamp())
	return err == nil && bytes.Equal(there, append(sum, identity(binary)...))
}

// noteBuilt notes that the binary is that of a program, if it has not changed meanwhile.
// Where that cannot be written, it is built again the next time.
func (c cell) noteBuilt(key string, sum []byte) {
	binary, err := os.Stat(c.binary)
	if now, err2 := c.sum(key); err != nil || err2 != nil || !bytes.Equal(now, sum) {
		os.Remove(c.stamp())
		return
	}
	os.WriteFile(c.stamp(), append(sum, identity(binary)...), 0o600)
}

// follow builds by a recipe, and reports whether that went well, and if not, whether the
// compiler has found a mistake in the cell.
//
// A recipe has the build ID of the cell that it was made with. The binary of another must
// not bear it: go build would take it for that cell's, up to date.
func (c cell) follow(r recipe, sum []byte) (ok, mistake bool) {
	work, err := os.MkdirTemp(c.dir, ".go-build")
	if err != nil {
		return false, false
	}
	defer os.RemoveAll(work)
	if r.prepare(work, c.module) != nil {
		return false, false
	}
	for i, step := range []command{r.Compile, c.inFrontOf(r.Link)} {
		args := make([]string, len(step.Args))
		for k, arg := range step.Args {
			args[k] = strings.ReplaceAll(arg, workVariable, work)
			if strings.HasPrefix(arg, "-buildid=") {
				args[k] = "-buildid=" + hex.EncodeToString(sum)
			}
		}
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = c.dir
		cmd.Env = append(os.Environ(), step.Env...)
		if err := cmd.Run(); err != nil {
			_, failed := errors.AsType[*exec.ExitError](err)
			return false, i == 0 && failed && r.present()
		}
	}
	return os.Rename(filepath.Join(work, linkedProgram), c.binary) == nil, false
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
	if r, ok := newRecipe(script.String(), work, c.dir); ok {
		c.keep(key, r)
	}
	return true
}
