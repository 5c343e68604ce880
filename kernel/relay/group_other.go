//go:build !unix

package main

// interruptGroup does nothing here: there are no groups of processes.
func interruptGroup() {}
