package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// CI begins as a bare machine, before anything fills a cache, and runs the very
// commands of README.
func TestCIBeginsBare(t *testing.T) {
	text, err := os.ReadFile("../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	steps := strings.Split(string(text), "\nstep \"")
	if len(steps) < 2 || !strings.HasPrefix(steps[1], "a bare machine") {
		t.Fatal("the first step of .ci/run is not the bare machine")
	}
	for _, variable := range []string{"HOME=", "GOSUBSPACE_HOME=", "GOMODCACHE=", "GOCACHE="} {
		if !regexp.MustCompile(`(?m)^export .*\b` + variable).MatchString(steps[0]) {
			t.Errorf(".ci/run does not set %s before its first step", variable)
		}
	}
	if m := regexp.MustCompile(`(?m)^\s*(?:\S+=\S+ )*(?:go|gofmt|pip|python3?|apt-get|bin/\S+) .*$`).FindString(steps[0]); m != "" {
		t.Errorf("before the bare machine .ci/run calls %q", m)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ command, line string }{
		{"go run ./kernel", `(?m)^setsid go run \./kernel >"\$work/first\.log"`},
		{"go test ./...", `(?m)^GOSUBSPACE_REQUIRE_XLA=1 go test \./\.\.\.$`},
	} {
		if !strings.Contains(string(readme), "\n"+c.command+"\n") {
			t.Errorf("README has no command %q", c.command)
		}
		if !regexp.MustCompile(c.line).MatchString(string(text)) {
			t.Errorf(".ci/run does not run %q as README says it", c.command)
		}
	}
	// Who stops it does not leave that command's JupyterLab behind.
	if !regexp.MustCompile(`(?m)^trap '.*kill -INT -- -"\$lab" && wait "\$lab".*rm -rf "\$work"' EXIT$`).MatchString(steps[0]) {
		t.Error(".ci/run removes the files of a JupyterLab that it does not end")
	}
	// Nothing is waited for without end: what never comes fails, and says so.
	for _, loop := range regexp.MustCompile(`(?ms)^\s*(?:until|while) .*?^\s*done$`).FindAllString(string(text), -1) {
		if !regexp.MustCompile(`\[ "\$SECONDS" -lt "\$limit" \] \|\| \{.*echo .*\$limit s.*exit 1; \}`).MatchString(loop) {
			t.Errorf("a wait of .ci/run has no limit that it tells of:\n%s", loop)
		}
	}
	if !strings.Contains(steps[1], "GOPROXY=off") {
		t.Error("the bare machine keeps its network after set-up")
	}
}
