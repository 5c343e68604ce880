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
