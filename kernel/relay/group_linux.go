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
	if syscall.Getpgrp() == os.Getpid() && !hasChild(gonb) {
		syscall.Kill(0, syscall.SIGINT)
	}
}

// hasChild reports whether a child of a process lives in this process group.
func hasChild(parent int) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		// The name, in brackets, may hold anything; then come state, parent and group.
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		if len(fields) > 2 && string(fields[0]) != "Z" && string(fields[1]) == strconv.Itoa(parent) && string(fields[2]) == strconv.Itoa(syscall.Getpgrp()) {
			return true
		}
	}
	return false
}
