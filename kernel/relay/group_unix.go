//go:build unix

package main

import (
	"os"
	"syscall"
)

// interruptGroup interrupts the programs that a cell has started: they are in the relay's
// process group, which is its own, since Jupyter starts each kernel in a session. The relay
// ignores the signal, and for GoNB it is what Stop is.
func interruptGroup() {
	if syscall.Getpgrp() == os.Getpid() {
		syscall.Kill(0, syscall.SIGINT)
	}
}
