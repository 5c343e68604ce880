package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// endLeft ends what a child of GoNB's has left behind: it is in the relay's process group,
// which is its own, since Jupyter starts each kernel in a session of its own. While a child
// lives, the compiler or a program that has its time to end, nothing is ended.
func endLeft(gonb int) {
	if len(children(gonb)) == 0 {
		left := group() // what joins it from now on is of the next cell
		delete(left, gonb)
		endOthers(func(pid int) bool { _, there := left[pid]; return there })
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

// endOthers ends the processes that are meant of the relay's own group, but not itself: by
// an interrupt, and those that are left after two seconds, since what a shell has put into
// the background ignores that, by the signal to end.
func endOthers(meant func(pid int) bool) {
	if syscall.Getpgrp() != os.Getpid() {
		return
	}
	tell := func(signal syscall.Signal) (found bool) { // 0 asks alone
		for pid := range group() {
			if pid != os.Getpid() && meant(pid) {
				syscall.Kill(pid, signal)
				found = true
			}
		}
		return found
	}
	tell(syscall.SIGINT)
	for range 40 {
		if !tell(0) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	tell(syscall.SIGTERM)
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
