package program

import (
	"regexp"
	"strings"
)

var (
	// ExitStatus is how Go, and with it the notebooks' kernel, writes that a program
	// ended with an error.
	ExitStatus = regexp.MustCompile(`(?m)^(?:\^C)?((?:exit status|signal:) .+)$`)
	// died is how a Go program's last words begin.
	died = regexp.MustCompile(`(?m)^(?:panic|fatal error): .*$`)

	colour = regexp.MustCompile("\x1b\\[[0-9;]*m")
)

// Plain returns a text without the colours of a terminal.
func Plain(text string) string { return colour.ReplaceAllString(text, "") }

// Because is how a program ended, behind what it said at its end.
func Because(status, stderr string) string {
	if said := lastWords(stderr); said != "" {
		return said + " (" + status + ")"
	}
	return status
}

// lastWords picks the line in which a program that failed says why.
func lastWords(stderr string) string {
	stderr = Plain(stderr)
	if m := died.FindString(stderr); m != "" {
		return m
	}
	last := ""
	for line := range strings.SplitSeq(stderr, "\n") {
		if line = strings.TrimSpace(line); line != "" && !ExitStatus.MatchString(line) {
			last = line
		}
	}
	return last
}
