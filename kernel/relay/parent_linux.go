package main

import (
	"os/exec"
	"syscall"
)

// endWithParent lets the system end the program when this process dies, however
// it dies: Jupyter kills what it started, and knows of the relay alone.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
