//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// stopSignal asks JupyterLab to end cleanly.
const stopSignal = syscall.SIGTERM

// ownGroup keeps the terminal's Ctrl-C from the program: it is ended by us.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills the program and those it started.
func killGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
