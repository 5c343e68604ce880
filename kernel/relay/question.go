package main

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// A question is what Tab and Shift+Tab ask: how it goes on at the cursor, or what stands
// there. GoNB and gopls, which GoNB asks, understand it only in some places:
//
//   - GoNB looks for the word that help is about, in ways that do not always end. So the
//     word is looked for here, and GoNB gets a cursor that stands on it. Where there is none
//     there is no help.
//   - GoNB counts the bytes up to the cursor, and gopls takes them for UTF-16's letters:
//     the two differ behind a letter beyond ASCII, as in fmt.Println("α", experiment.Quick).
//     Before the cursor such letters, mostly in texts and comments, become another one.
//
// See https://jupyter-client.readthedocs.io/en/stable/messaging.html#introspection.

// A question's cursor is a rune of one of its lines, both counted from 0; it may be behind
// the last rune of the line.
type question struct {
	lines    [][]rune
	line, at int
}

// newQuestion takes the cursor as Jupyter counts it: in runes from the beginning.
func newQuestion(code string, cursor int) *question {
	q := &question{at: max(0, cursor)}
	for line := range strings.SplitSeq(code, "\n") {
		q.lines = append(q.lines, []rune(line))
	}
	for q.at > len(q.lines[q.line]) && q.line < len(q.lines)-1 {
		q.at -= len(q.lines[q.line]) + 1
		q.line++
	}
	q.at = min(q.at, len(q.lines[q.line]))
	return q
}

// rune returns the rune at the cursor, 0 in an empty line.
func (q *question) rune() rune {
	if q.at < len(q.lines[q.line]) {
		return q.lines[q.line][q.at]
	}
	return 0
}

// back moves the cursor to the rune before, over lines that are no Go, and reports whether
// there is one.
func (q *question) back(commands map[int]bool) bool {
	if q.at > 0 {
		q.at--
		return true
	}
	for line := q.line - 1; line >= 0; line-- {
		if !commands[line] {
			q.line, q.at = line, max(0, len(q.lines[line])-1)
			return true
		}
	}
	return false
}

// find moves the cursor to where GoNB's search for the word at the cursor ends: a
// function's name for a cursor between its brackets. Where that search would leave the
// cell at its beginning, it is the word before the cursor; false where there is none.
func (q *question) find(d dialect, commands map[int]bool) bool {
	q.at = max(0, min(q.at, len(q.lines[q.line])-1)) // GoNB begins on the last rune of a line
	is := func(kind string) bool { r := q.rune(); return r != 0 && strings.ContainsRune(kind, r) }
	from := *q
	for found := true; found; found = q.back(commands) {
		if is(d.back) {
			for found && !is(d.open) {
				found = q.back(commands)
			}
			if !found {
				break
			}
		} else if q.rune() != 0 && !is(d.passed) {
			return true
		}
	}
	for *q = from; !inName(q.rune()); {
		if !q.back(commands) {
			return false
		}
	}
	return true
}

func inName(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func beyondASCII(r rune) bool { return r > unicode.MaxASCII }

// name returns where the name that the cursor is in, or behind, begins, and where that
// does which it is selected from, as a in a.b.c.
func (q *question) name() (from, selected int) {
	line := q.lines[q.line]
	for from = q.at; from > 0 && inName(line[from-1]); from-- {
	}
	for selected = from; selected > 0 && (inName(line[selected-1]) || line[selected-1] == '.'); selected-- {
	}
	return from, selected
}

// plain replaces what is counted in several ways: in the cursor's line, up to a rune, what
// is beyond ASCII, and above it what is beyond 16 bits. The number of runes stays.
func (q *question) plain(upTo int) {
	replace := func(line []rune, from rune) {
		for i, r := range line {
			if r >= from {
				line[i] = '_'
			}
		}
	}
	for _, line := range q.lines[:q.line] {
		replace(line, 1<<16)
	}
	replace(q.lines[q.line][:upTo], unicode.MaxASCII+1)
}

// ask makes of a request for help or completion one that GoNB and gopls understand, and
// reports whether there is any.
func (d dialect) ask(m message) (message, bool) {
	var content map[string]json.RawMessage
	var code string
	var cursor, detail int
	help := m.header.Type == "inspect_request"
	if m.content(&content) != nil || json.Unmarshal(content["code"], &code) != nil || json.Unmarshal(content["cursor_pos"], &cursor) != nil {
		return m, false
	}
	if d.refusal(code, true) != "" {
		return m, false
	}
	q := newQuestion(code, cursor)
	_, commands := d.commands(strings.Split(code, "\n"))
	switch isGo := d.isGo(code) && !commands[q.line]; {
	case !isGo: // GoNB says what its commands are
		q.plain(q.at)
	case help:
		if !q.find(d, commands) {
			return m, false
		}
		from, selected := q.at, q.at
		if inName(q.rune()) {
			from, selected = q.name()
		}
		if slices.ContainsFunc(q.lines[q.line][from:q.at], beyondASCII) {
			q.at = from
		}
		q.plain(selected) // what a name is selected from, gopls has to know
	default:
		if _, selected := q.name(); slices.ContainsFunc(q.lines[q.line][selected:q.at], beyondASCII) {
			return m, false // what it would answer is about another place
		}
		q.plain(q.at)
	}
	lines := make([]string, len(q.lines))
	for i, line := range q.lines {
		lines[i] = string(line)
	}
	cursor = 0
	for i, line := range q.lines[:q.line+1] {
		if i == q.line {
			cursor += len(utf16.Encode(line[:q.at])) // as GoNB counts
		} else {
			cursor += len(utf16.Encode(line)) + 1
		}
	}
	content["code"], content["cursor_pos"] = mustJSON(strings.Join(lines, "\n")), mustJSON(cursor)
	if help {
		json.Unmarshal(content["detail_level"], &detail)
		content["detail_level"] = mustJSON(detail) // GoNB wants one
	}
	return m.with(content), true
}

// nothing is the answer to a request for help or completion that says nothing.
func nothing(m message) (kind string, content any) {
	if m.header.Type == "inspect_request" {
		return "inspect_reply", map[string]any{"status": "ok", "found": false, "data": struct{}{}, "metadata": struct{}{}}
	}
	var asked struct {
		Cursor int `json:"cursor_pos"`
	}
	m.content(&asked) // 0 where it says none
	return "complete_reply", map[string]any{"status": "ok", "matches": []string{}, "cursor_start": asked.Cursor, "cursor_end": asked.Cursor, "metadata": struct{}{}}
}
