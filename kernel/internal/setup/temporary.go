package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// A placed is a folder in which programs are made and run.
type placed struct{ part, what, advice string }

var (
	temporary = placed{"TMPDIR", "where cells are compiled and run",
		"set TMPDIR to a folder where they can, for example: mkdir -p ~/tmp && export TMPDIR=~/tmp; then start again"}
	homely = placed{"folder", "where the Python environment and the kernel are", "set GOSUBSPACE_HOME to a folder where they can, and start again"}
)

// check sees that programs can be made and run in the folder, as GoNB does with every
// cell's and Go with its own. try runs the program of a path.
func (p placed) check(dir string, try func(path string) error) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	own, err := os.MkdirTemp(dir, "gosubspace-temp-")
	if err != nil {
		return program.Fail(p.part, fmt.Sprintf("no file can be made in %s (%v), %s", dir, errors.Unwrap(err), p.what), p.advice)
	}
	defer os.RemoveAll(own)
	path := filepath.Join(own, "try")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 0\n"), 0o700); err != nil {
		return program.Fail(p.part, fmt.Sprintf("no file can be written to %s (%v), %s", dir, errors.Unwrap(err), p.what), p.advice)
	}
	// Anything else that goes wrong here need not happen to a cell.
	if err := try(path); errors.Is(err, fs.ErrPermission) {
		return program.Fail(p.part, fmt.Sprintf("no program can be run in %s, %s: it is mounted noexec", dir, p.what), p.advice)
	}
	return nil
}

func tryProgram(path string) error { return exec.Command(path).Run() }

func (s *State) lookTemporary(context.Context) Finding {
	if err := temporary.check(os.TempDir(), tryProgram); err != nil {
		return broken(err)
	}
	return Finding{Where: os.TempDir()}
}

// checkFolders sees that the programs that are told of the checkout and of the home can
// take their names.
func (s *State) checkFolders() error {
	if why := firstOf(s.Project.Dir, unusable, unusableCheckout); why != "" {
		return program.Fail("folder", s.Project.Dir+" has "+why, "rename it, or move the checkout to another one")
	}
	if why := firstOf(s.home, unusable, unusableHome); why != "" {
		return program.Fail("folder", s.home+" has "+why, "set GOSUBSPACE_HOME to another folder")
	}
	return nil
}

func (s *State) lookFolders(context.Context) Finding {
	err := s.checkFolders()
	if err == nil && s.env.own && place.IsFolder(s.home) {
		err = homely.check(s.home, tryProgram)
	}
	if err != nil {
		return broken(err)
	}
	return Finding{Where: s.home}
}

// firstOf is the first thing that any of the checks says of a folder.
func firstOf(dir string, checks ...func(string) string) string {
	for _, check := range checks {
		if why := check(dir); why != "" {
			return why
		}
	}
	return ""
}
