package main

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// become replaces this program by another one, which ends when the process that
// started this one does.
func become(path string, args []string) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGTERM), 0, 0, 0); err != nil {
		return err
	}
	return syscall.Exec(path, append([]string{path}, args...), os.Environ())
}
