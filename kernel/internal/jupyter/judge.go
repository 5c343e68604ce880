package jupyter

import (
	"fmt"
	"regexp"
	"strings"

	"gosubspace/kernel/internal/program"
)

// A Reply is what the kernel answers to a cell.
type Reply struct {
	Status string `json:"status"` // ok, error or aborted
	Value  string `json:"evalue"` // an error's
}

// judge says in one line what went wrong in an executed cell; nothing, if nothing did.
// The kernel's reply tells, whatever the cell's words sound like. There are two things
// that GoNB replies nothing of, and only writes about on the error stream: a line of the
// shell that fails, and a command that it does not know. So there, in a cell that has such
// a line, its words are read.
func judge(c Cell, reply Reply) string {
	var stderr strings.Builder
	var failure *Output
	for i, r := range c.Outputs {
		switch {
		case r.Type == "stream" && r.Name == "stderr":
			stderr.WriteString(string(r.Text))
		case r.Type == "error" && failure == nil:
			failure = &c.Outputs[i]
		}
	}
	switch {
	case failure != nil:
		return reason(failure.Value, stderr.String())
	case reply.Status == "error":
		return reason(reply.Value, stderr.String())
	case reply.Status == "aborted":
		return "the kernel did not run it"
	}
	return hidden(c, stderr.String())
}

// reason is the line of an error, with what the program said before it.
func reason(value, stderr string) string {
	value = program.FirstLine(value)
	if !program.ExitStatus.MatchString(value) {
		return value // the relay has said it in a line
	}
	return program.Because(value, stderr)
}

var (
	// shellLine is a line that GoNB gives to a shell, scriptCell the first line of a cell
	// that it gives to another program, and command one of its own.
	shellLine  = regexp.MustCompile(`(?m)^(?://gonb:)?![ \t]*\S`)
	scriptCell = regexp.MustCompile(`^(?://gonb:)?%%(?:bash|sh|script)(?:\s|$)`)
	command    = regexp.MustCompile(`(?m)^(?://gonb:)?%[ \t]*([^\s%]+)`)
	// status is how os/exec, and after it GoNB, writes that a program failed: with a number
	// above 0, or with one of the system's names of signals.
	status = regexp.MustCompile(`(?m)^((?:exit status [1-9]\d*|signal: (?:` + strings.Join([]string{
		"hangup", "interrupt", "quit", "illegal instruction", "trace/breakpoint trap", "aborted", "bus error", "floating point exception", "killed",
		"user defined signal [12]", "segmentation fault", "broken pipe", "alarm clock", "terminated", "abort trap", `signal \d+`,
		"CPU time limit exceeded", "file size limit exceeded", "cputime limit exceeded", "filesize limit exceeded",
	}, "|") + `))(?: \(core dumped\))?)$`)
)

// hidden says what went wrong that the reply hides.
func hidden(c Cell, stderr string) string {
	source := string(c.Source)
	if shellLine.MatchString(source) || scriptCell.MatchString(source) {
		if m := status.FindStringSubmatch(stderr); m != nil {
			return program.Because(m[1], stderr)
		}
	}
	for _, m := range command.FindAllStringSubmatch(source, -1) {
		if said := fmt.Sprintf(`"%%%s" unknown or not implemented yet.`, m[1]); strings.Contains(stderr, said) {
			return said
		}
	}
	return ""
}

// absentInCell is what the relay says of an import that is nowhere.
var absentInCell = regexp.MustCompile(`^the imports? .+ in no module of this project`)

// remedy is what to do about a cell that failed, where it failed for an import that is
// nowhere: judge's line tells only that.
func remedy(c Cell) string {
	for _, r := range c.Outputs {
		if r.Type == "error" && absentInCell.MatchString(r.Value) && len(r.Traceback) > 1 {
			return strings.TrimSpace(program.Plain(r.Traceback[len(r.Traceback)-1]))
		}
	}
	return ""
}
