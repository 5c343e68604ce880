package jupyter

import (
	"regexp"
	"strings"

	"gosubspace/kernel/internal/program"
)

// unknown is what the kernel writes for a command that it does not know.
var unknown = regexp.MustCompile(`(?m)^"%[^"]*" unknown or not implemented yet\.`)

// judge says in one line what went wrong in an executed cell; nothing, if
// nothing did. Jupyter itself sees a program that fails, but neither a shell
// line that fails nor an unknown command: the kernel only writes about them.
func judge(c Cell) string {
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
			value := program.FirstLine(r.Value)
			if !program.ExitStatus.MatchString(value) {
				return value // the relay has said it in a line
			}
			return program.Because(value, stderr.String())
		}
	}
	if m := program.ExitStatus.FindStringSubmatch(all.String()); m != nil {
		return program.Because(m[1], stderr.String())
	}
	return unknown.FindString(stderr.String())
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
