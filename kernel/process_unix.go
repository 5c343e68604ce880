//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"gosubspace/subspace/place"
)

// stopSignal asks JupyterLab to end cleanly.
const stopSignal = syscall.SIGTERM

// ownGroup keeps the terminal's Ctrl-C from the program: it is ended by us.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// shareLock locks a file, which others may have locked in the same way, for a program
// that is about to be started: it has the lock until it ends.
func shareLock(cmd *exec.Cmd, path string) (started func()) {
	file, err := os.Open(path)
	if err != nil {
		return func() {}
	}
	if syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
	}
	return func() { file.Close() }
}

// killGroup kills the programs of a group, named by the process that leads it.
// What one of them started in a group of its own, as Jupyter starts kernels, goes
// on.
func killGroup(leader int) { syscall.Kill(-leader, syscall.SIGKILL) }

// kernelsOf returns the processes that a Jupyter server has started, each the
// leader of a group. Only Linux tells.
func kernelsOf(server int) []int {
	lists, _ := place.Glob(fmt.Sprintf("/proc/%d/task", server), "*/children")
	var all []int
	for _, path := range lists {
		text, _ := os.ReadFile(path)
		for _, word := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil && pid > 1 {
				all = append(all, pid)
			}
		}
	}
	return all
}
