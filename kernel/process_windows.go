package main

import (
	"os"
	"os/exec"
	"syscall"
)

// stopSignal ends JupyterLab; Windows knows no way to ask.
var stopSignal = os.Kill

// ownGroup keeps the terminal's Ctrl-C from the program: it is ended by us.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// killGroup kills the program.
func killGroup(leader int) {
	if process, err := os.FindProcess(leader); err == nil {
		process.Kill()
	}
}

// kernelsOf would return the processes that a Jupyter server has started.
func kernelsOf(server int) []int { return nil }

// shareLock would lock a file for a program that is about to be started.
func shareLock(cmd *exec.Cmd, path string) (started func()) { return func() {} }
