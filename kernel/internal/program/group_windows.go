package program

import (
	"os"
	"os/exec"
	"syscall"
)

// StopSignal ends a program; Windows knows no way to ask.
var StopSignal = os.Kill

// OwnGroup keeps the terminal's Ctrl-C from the program: it is ended by us.
func OwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// KillGroup kills the program.
func KillGroup(leader int) {
	if process, err := os.FindProcess(leader); err == nil {
		process.Kill()
	}
}

// Children would return the processes that a program has started.
func Children(of int) []int { return nil }

// ShareLock would lock a file for a program that is about to be started.
func ShareLock(cmd *exec.Cmd, path string) (started func()) { return func() {} }
