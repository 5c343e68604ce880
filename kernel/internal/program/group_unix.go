//go:build unix

package program

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"gosubspace/subspace/place"
)

// StopSignal asks a program to end cleanly.
const StopSignal = syscall.SIGTERM

// OwnGroup keeps the terminal's Ctrl-C from the program: it is ended by us.
func OwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ShareLock locks a file, which others may have locked in the same way, for a program
// that is about to be started: it has the lock until it ends.
func ShareLock(cmd *exec.Cmd, path string) (started func()) {
	file, err := os.Open(path)
	if err != nil {
		return func() {}
	}
	if syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
	}
	return func() { file.Close() }
}

// KillGroup kills the programs of a group, named by the process that leads it.
// What one of them started in a group of its own, as Jupyter starts kernels, goes
// on.
func KillGroup(leader int) { syscall.Kill(-leader, syscall.SIGKILL) }

// Children returns the processes that a program has started, each perhaps the
// leader of a group. Only Linux tells.
func Children(of int) []int {
	lists, _ := place.Glob(fmt.Sprintf("/proc/%d/task", of), "*/children")
	var all []int
	for _, path := range lists {
		text, _ := os.ReadFile(path)
		for word := range strings.FieldsSeq(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil && pid > 1 {
				all = append(all, pid)
			}
		}
	}
	return all
}
