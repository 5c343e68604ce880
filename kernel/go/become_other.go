//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
)

// become runs another program in the place of this one.
func become(path string, args []string) error {
	cmd := exec.Command(path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(failed.ExitCode())
	}
	if err == nil {
		os.Exit(0)
	}
	return err
}
