package main

import (
	"regexp"
	"strings"
)

var (
	// exitStatus is what the kernel writes when a cell's program, or a shell
	// line, ends with an error.
	exitStatus = regexp.MustCompile(`(?m)^(?:\^C)?((?:exit status|signal:) .+)$`)
	// unknown is what it writes for a command that it does not know.
	unknown = regexp.MustCompile(`(?m)^"%[^"]*" unknown or not implemented yet\.`)
	// died is how a Go program's last words begin.
	died = regexp.MustCompile(`(?m)^(?:panic|fatal error): .*$`)

	colour = regexp.MustCompile("\x1b\\[[0-9;]*m")
)

// judge says in one line what went wrong in an executed cell; nothing, if
// nothing did. Jupyter itself sees a program that fails, but neither a shell
// line that fails nor an unknown command: the kernel only writes about them.
func judge(c cell) string {
	var stderr, all strings.Builder
	for _, r := range c.Outputs {
		if r.Type == "stream" {
			all.WriteString(string(r.Text))
			if r.Name == "stderr" {
				stderr.WriteString(string(r.Text))
			}
		}
	}
	for _, r := range c.Outputs {
		if r.Type == "error" {
			value := firstLine(r.Value)
			if !exitStatus.MatchString(value) {
				return value // the relay has said it in a line
			}
			return because(value, stderr.String())
		}
	}
	if m := exitStatus.FindStringSubmatch(all.String()); m != nil {
		return because(m[1], stderr.String())
	}
	return unknown.FindString(stderr.String())
}

// absentInCell is what the relay says of an import that is nowhere.
var absentInCell = regexp.MustCompile(`^the imports? .+ in no module of this project`)

// remedy is what to do about a cell that failed, where it failed for an import that is
// nowhere: judge's line tells only that.
func remedy(c cell) string {
	for _, r := range c.Outputs {
		if r.Type == "error" && absentInCell.MatchString(r.Value) && len(r.Traceback) > 1 {
			return strings.TrimSpace(colour.ReplaceAllString(r.Traceback[len(r.Traceback)-1], ""))
		}
	}
	return ""
}

// because is how a program ended, behind what it said at its end.
func because(status, stderr string) string {
	if said := lastWords(stderr); said != "" {
		return said + " (" + status + ")"
	}
	return status
}

// lastWords picks the line in which a program that failed says why.
func lastWords(stderr string) string {
	stderr = colour.ReplaceAllString(stderr, "")
	if m := died.FindString(stderr); m != "" {
		return m
	}
	last := ""
	for line := range strings.SplitSeq(stderr, "\n") {
		if line = strings.TrimSpace(line); line != "" && !exitStatus.MatchString(line) {
			last = line
		}
	}
	return last
}
