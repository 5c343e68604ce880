//go:build !linux

package main

import "os/exec"

// endWithParent does nothing here: GoNB, which is in the relay's process group,
// ends by the signal that ends the group.
func endWithParent(*exec.Cmd) {}
