package main

import (
	"os/exec"
	"testing"
)

// What the commands write where nothing else is asked for git does not look at.
func TestIgnored(t *testing.T) {
	if exec.Command("git", "-C", "..", "rev-parse").Run() != nil {
		t.Skip("this is no checkout of git's")
	}
	for _, path := range []string{"site/index.html", "explore-line.html", "explore-digits-line-cnnx8-seed1-838a2cc6.html", "notebooks/work/01-line.ipynb", "notebooks/explore-line.html"} {
		if err := exec.Command("git", "-C", "..", "check-ignore", "-q", path).Run(); err != nil {
			t.Errorf("git would take in %s: %v", path, err)
		}
	}
}
