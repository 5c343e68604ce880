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
)

// temporaryAdvice is what to do about a folder of temporary files that does not serve.
const temporaryAdvice = "set TMPDIR to a folder where they can, for example: mkdir -p ~/tmp && export TMPDIR=~/tmp; then start again"

// checkTemporary sees that programs can be made and run in the folder of temporary files,
// as GoNB does with every cell's and Go with its own. try runs the program of a path.
func checkTemporary(dir string, try func(path string) error) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	own, err := os.MkdirTemp(dir, "gosubspace-temp-")
	if err != nil {
		return program.Fail("TMPDIR", fmt.Sprintf("no file can be made in %s (%v), where cells are compiled and run", dir, errors.Unwrap(err)), temporaryAdvice)
	}
	defer os.RemoveAll(own)
	path := filepath.Join(own, "try")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 0\n"), 0o700); err != nil {
		return program.Fail("TMPDIR", fmt.Sprintf("no file can be written to %s (%v), where cells are compiled and run", dir, errors.Unwrap(err)), temporaryAdvice)
	}
	// Anything else that goes wrong here need not happen to a cell.
	if err := try(path); errors.Is(err, fs.ErrPermission) {
		return program.Fail("TMPDIR", fmt.Sprintf("no program can be run in %s, where cells are compiled and run: it is mounted noexec", dir), temporaryAdvice)
	}
	return nil
}

func tryProgram(path string) error { return exec.Command(path).Run() }

func (s *State) lookTemporary(context.Context) Finding {
	if err := checkTemporary(os.TempDir(), tryProgram); err != nil {
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
	if err := s.checkFolders(); err != nil {
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
