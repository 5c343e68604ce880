package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	colour = regexp.MustCompile("\x1b\\[[0-9;]*m")
	// where is the first line of what GoNB says of one error of the compiler.
	where = regexp.MustCompile(`^Cell(?:\[(\d+)\]:)? Line (\d+)\n`)
	// file is a place in the generated file, in the compiler's words.
	file = regexp.MustCompile(`(?:^/[^\n:]*/|\S*/)?main(?:_test)?\.go:\d+(?::\d+)?: `)
	// absent is an import that no module has.
	absent = regexp.MustCompile(`(?m)(?:cannot find module providing package|no required module provides package) ([^\s;:]+)|^\s*(\S+): (?:[^\n]*: )?module lookup disabled by GOPROXY=off|package (\S+) is not in std`)
	// second is what the compiler says below a line of its own.
	second = regexp.MustCompile(`^(?:have|want) \(|^too many errors$`)
	// unfinished is what the parser says at the end of a file.
	unfinished = regexp.MustCompile(`^expected .*, found (?:'}'|'EOF'|EOF)$`)
)

// explain says why the cell failed: in the value in one line, in the traceback
// with the line of the cell and, where there is one, what to do.
func (c *cell) explain(f failure, source func(int) string) failure {
	if c.asked {
		return unanswered
	}
	// A program that failed.
	if status := exitStatus.FindStringSubmatch(f.Value); status != nil {
		switch {
		case c.interrupted:
			return failure{"Interrupted", "the cell was stopped", []string{"Stopped. Cells that were waiting behind this one did not run."}}
		case c.stack != "":
			return c.explainStack(source)
		}
		// It said itself why.
		return failure{f.Name, status[1], []string{status[1]}}
	}
	// A program that was not built: what imports lack, else what the compiler says.
	if m := absent.FindAllStringSubmatch(f.Value, -1); m != nil {
		return explainAbsent(f.Name, m)
	}
	var lines, shown []string
	for _, entry := range f.Traceback {
		line, long := c.explainEntry(colour.ReplaceAllString(entry, ""), source)
		if line != "" && !second.MatchString(line) {
			lines, shown = append(lines, line), append(shown, long)
		}
	}
	if len(lines) == 0 {
		return f
	}
	value := lines[0]
	if len(lines) > 1 {
		value += fmt.Sprintf(" (and %d more)", len(lines)-1)
	}
	for _, h := range hints {
		if h.sign.MatchString(f.Value) && gonb.secondMain(strings.Split("%%\n"+c.code, "\n")) < 0 {
			shown = append(shown, h.say)
		}
	}
	return failure{f.Name, value, shown}
}

// generated is what is said of the package and the command, of the generated program.
var generated = regexp.MustCompile(`^(?:# |failed to run |go: gonb_|package gonb_)`)

// hints are what to do about errors that say it to those alone who know Go.
var hints = []struct {
	sign *regexp.Regexp
	say  string
}{{
	regexp.MustCompile(`expected declaration, found|non-declaration statement outside function body`),
	"Statements want a line %% of their own above them; declarations and imports stand above that line. " +
		"\"How cells work\" in 00-start.ipynb says more; in any notebook, lesson.Cells() shows it.",
}}

// explainEntry makes of one entry of GoNB's traceback a line and the same with
// the code that it is about. An entry is
//
//	Cell[3]: Line 2
//	…three lines of the generated file, a caret below the one in question, three more…
//	the message
//
// or a message alone.
func (c *cell) explainEntry(entry string, source func(int) string) (line, long string) {
	entry = strings.TrimRight(entry, "\n")
	m := where.FindStringSubmatch(entry)
	if m == nil {
		if generated.MatchString(entry) || exitStatus.MatchString(entry) {
			return "", ""
		}
		line = lastLine(entry)
		if unfinished.MatchString(line) {
			line = "the end of the cell: " + line + ": is a bracket not closed, or one too many?"
		}
		return line, line
	}
	place, at := c.place(m[1], m[2])
	line = place + ": " + lastLine(entry)
	code := nthLine(c.sourceOf(m[1], source), at)
	if code == "" {
		return line, line
	}
	long = line + "\n    " + strings.ReplaceAll(code, "\t", " ")
	for l := range strings.SplitSeq(entry, "\n") {
		if strings.Trim(l, " ") == "^" {
			long += "\n    " + l
			break
		}
	}
	return line, long
}

// place names a line of a cell, of this one or of an earlier one.
func (c *cell) place(number, line string) (string, int) {
	at, _ := strconv.Atoi(line)
	return placeName(number, line, c.number), at
}

func placeName(number, line string, current int) string {
	if number == "" || number == strconv.Itoa(current) {
		return "line " + line
	}
	return fmt.Sprintf("cell [%s], line %s", number, line)
}

func (c *cell) sourceOf(number string, source func(int) string) string {
	if n, err := strconv.Atoi(number); err == nil && n != c.number {
		return source(n)
	}
	return c.code
}

// shortPlaces writes GoNB's marks of the generated file's lines shorter.
func shortPlaces(text string, current int) string {
	return place.ReplaceAllStringFunc(text, func(mark string) string {
		m := place.FindStringSubmatch(mark)
		return placeName(m[1], m[2], current)
	})
}

// explainStack makes of a stack the message and the topmost line of a cell in it.
func (c *cell) explainStack(source func(int) string) failure {
	cut := cutTrace(c.stack)
	message, trace := c.stack[:cut], c.stack[cut:]
	var kept []string
	for line := range strings.SplitSeq(message, "\n") {
		if !strings.HasPrefix(line, "[signal ") { // an address and a program counter
			kept = append(kept, line)
		}
	}
	message = strings.TrimSpace(strings.Join(kept, "\n"))
	value, _, _ := strings.Cut(message, "\n")
	shown := message
	if number, line := c.topmost(trace); line != "" {
		name, at := c.place(number, line)
		value, shown = name+": "+value, name+": "+message
		if code := nthLine(c.sourceOf(number, source), at); code != "" {
			shown += "\n    " + strings.ReplaceAll(code, "\t", " ")
		}
	}
	return failure{"Panic", value, []string{shown}}
}

// frame is a line of the generated file in a stack. Go writes a stack in pieces, and
// GoNB marks what it sees in one: where the name of the file and the number of the
// line came apart, there is no mark.
var frame = regexp.MustCompile(`(?:` + mark + `)?(/[^\n:]*/gonb_\w+/main(?:_test)?\.go):(\d+)`)

// topmost returns the topmost line of a cell in a stack: the cell's number, where
// it is told, and the line; none where the stack has none.
func (c *cell) topmost(trace string) (number, line string) {
	for _, m := range frame.FindAllStringSubmatch(trace, -1) {
		if m[2] != "" {
			return m[1], m[2]
		}
		if n := c.lineOf(m[3], m[4]); n > 0 {
			return "", strconv.Itoa(n)
		}
	}
	return "", ""
}

// lineOf returns the line of this cell that became a line of the generated file: the
// one with the same text, if several have it, the one in the same place among them.
// It is 0 where there is none.
func (c *cell) lineOf(file, line string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	generated, cell := strings.Split(string(text), "\n"), strings.Split(c.code, "\n")
	n, err := strconv.Atoi(line)
	if err != nil || n < 1 || n > len(generated) {
		return 0
	}
	same := func(lines []string) (at []int) {
		for i, l := range lines {
			if strings.TrimSpace(l) == strings.TrimSpace(generated[n-1]) {
				at = append(at, i+1)
			}
		}
		return at
	}
	there, here := same(generated), same(cell)
	if len(here) != 1 && len(here) != len(there) {
		return 0
	}
	return here[min(slices.Index(there, n), len(here)-1)]
}

// explainAbsent says what to do about imports that no module has.
func explainAbsent(name string, found [][]string) failure {
	var paths []string
	seen := map[string]bool{}
	for _, m := range found {
		path := m[1] + m[2] + m[3]
		if path, _, _ = strings.Cut(path, "@"); !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	value := fmt.Sprintf("the import %q is in no module of this project", paths[0])
	if len(paths) > 1 {
		value = fmt.Sprintf("the imports %q are in no module of this project", paths)
	}
	say := "No package of Go's own, or of this project, has that name."
	if first, _, _ := strings.Cut(paths[0], "/"); strings.Contains(first, ".") {
		say = fmt.Sprintf("To add it, run in a terminal, in the project's folder:  go run ./kernel add %s@VERSION", paths[0])
	}
	return failure{name, value, []string{value, say}}
}

func lastLine(text string) string {
	text = text[strings.LastIndexByte(text, '\n')+1:]
	return strings.TrimSpace(file.ReplaceAllString(text, ""))
}

func nthLine(text string, n int) string {
	lines := strings.Split(text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[n-1], " \t\r")
}
