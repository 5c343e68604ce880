package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// interruptGroup interrupts what a child of GoNB's has left behind: it is in the relay's
// process group, which is its own, since Jupyter starts each kernel in a session of its own.
// The relay ignores the signal, and for GoNB it is Stop. While a child lives, the compiler or
// a program that has its time to end, nothing is interrupted.
func interruptGroup(gonb int) {
	if syscall.Getpgrp() == os.Getpid() && len(children(gonb)) == 0 {
		syscall.Kill(0, syscall.SIGINT)
	}
}

// children are the children of a process in this process group.
func children(parent int) map[int]bool {
	all := map[int]bool{}
	for pid, its := range group() {
		if its == parent {
			all[pid] = true
		}
	}
	return all
}

// interruptOthers interrupts all processes of the relay's own group but itself and the
// given ones.
func interruptOthers(spared map[int]bool) {
	if syscall.Getpgrp() != os.Getpid() {
		return
	}
	for pid := range group() {
		if pid != os.Getpid() && !spared[pid] {
			syscall.Kill(pid, syscall.SIGINT)
		}
	}
}

// group has the processes of this process group, and who is the parent of each.
func group() map[int]int {
	parents := map[int]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		// The name, in brackets, may hold anything; then come state, parent and group.
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		if len(fields) < 3 || string(fields[0]) == "Z" || string(fields[2]) != strconv.Itoa(syscall.Getpgrp()) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		parents[pid], _ = strconv.Atoi(string(fields[1]))
	}
	return parents
}
