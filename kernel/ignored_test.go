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

// Text is checked out with line feeds alone, on Windows too: shell scripts run by no
// other, and what is recorded is compared byte by byte.
func TestLineEnds(t *testing.T) {
	if exec.Command("git", "-C", "..", "rev-parse").Run() != nil {
		t.Skip("this is no checkout of git's")
	}
	for _, path := range []string{"kernel/examples/gpu.sh", ".binder/postBuild", ".ci/run", "README.md", "a/figures.csv"} {
		said, err := exec.Command("git", "-C", "..", "check-attr", "text", "eol", "--", path).Output()
		if err != nil || string(said) != path+": text: auto\n"+path+": eol: lf\n" {
			t.Errorf("%s: %v, git says %q", path, err, said)
		}
	}
}
