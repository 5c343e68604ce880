package main

import (
	"encoding/json"
	"html"
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

	// complaint is a line of the compiler, or of the search for an import.
	complaint = regexp.MustCompile(`main(_test)?\.go:\d|cannot find module`)
	// unseen is the part of the kernel's report that is not shown at once.
	unseen = regexp.MustCompile(`(?s)<style>.*?</style>|<div class="gonb-err-context">.*?</div>`)
	tag    = regexp.MustCompile(`<[^>]*>`)
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
	status := ""
	if m := exitStatus.FindStringSubmatch(all.String()); m != nil {
		status = m[1]
	}
	for _, r := range c.Outputs {
		if r.Type == "error" {
			if status == "" {
				status = firstLine(r.Value)
			}
			if said := compilerSaid(c); said != "" && !strings.HasPrefix(r.Value, "exit status") {
				return said
			}
		}
	}
	if status == "" {
		return unknown.FindString(stderr.String())
	}
	if said := lastWords(stderr.String()); said != "" {
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

// compilerSaid picks the compiler's first complaint out of the report that the
// kernel shows.
func compilerSaid(c cell) string {
	for _, r := range c.Outputs {
		var page text
		if raw, ok := r.Data["text/html"]; !ok || json.Unmarshal(raw, &page) != nil {
			continue
		}
		plain := html.UnescapeString(tag.ReplaceAllString(unseen.ReplaceAllString(string(page), ""), ""))
		for line := range strings.SplitSeq(plain, "\n") {
			if line = strings.TrimSpace(line); complaint.MatchString(line) {
				return line
			}
		}
	}
	return ""
}
