package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
)

// A cell is one that GoNB is running.
type cell struct {
	id          string // of its request
	code        string
	stop        bool // whether what waits behind it is aborted if it fails
	interrupted bool
	deaf        bool // whether who ran it takes no questions
	asked       bool // whether it has one nevertheless
	request     request

	number  int      // that Jupyter shows before it; 0 until it is known, or where it has none
	partial string   // the end of its error stream, held back where it may begin a stack
	stack   string   // what a Go program said in its last moment, from "panic:" on
	status  *message // how its program ended, as text; held back
	failure *failure // what became of the error
	reply   *message // GoNB's reply
	idle    *message // the publication that it has ended
}

// A failure is what Jupyter shows of a failed cell: the kind, one line that says
// it, and what is printed.
type failure struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// unanswered is the failure of a cell that asks for input where nobody can give any.
var unanswered = failure{"NoInput", "the cell asks for input, and nobody can give any here: run it in JupyterLab, or write into the cell what it asks for",
	[]string{"The cell asks for input, and nobody can give any here.", "Run it in JupyterLab, or write into the cell what it asks for.",
		"Below %with_inputs GoNB asks for every command that takes longer than a fifth of a second."}}

var (
	// exitStatus is what GoNB writes on the error stream when a program fails; it
	// says so again in the error.
	exitStatus = regexp.MustCompile(`^(?:\^C\n)?((?:exit status|signal:) [^\n]+)\n?$`)
	// place is what GoNB writes before a line of the generated file, whose folder may have
	// blanks in its name, as TMPDIR has.
	place = regexp.MustCompile(mark + `[^\n:]*main(?:_test)?\.go(?::\d+)+`)
)

const mark = ` ?\x1b\[7m\[\[ Cell (?:\[(\d+)\] )?Line (\d+) \]\]\x1b\[0m `

// deaths are how the last words of a Go program begin.
var deaths = []string{"panic: ", "fatal error: ", "SIGABRT: ", "SIGSEGV: ", "SIGBUS: "}

// traces are how what follows them begins: without one of these they are somebody
// else's words.
var traces = []string{"\n\ngoroutine ", "\n\nruntime stack:", "\nPC="}

// deathAt returns where the last words of a program begin in text, or its length.
// They are at the beginning of a line, or of what has come at once; behind a line of
// progress, which has no end; or anywhere, with what follows them.
func deathAt(text string) int {
	at := len(text)
	for _, death := range deaths {
		for from := 0; ; {
			i := strings.Index(text[from:], death)
			if i < 0 {
				break
			}
			i += from
			line := text[strings.LastIndexByte(text[:i], '\n')+1 : i]
			if line == "" || strings.Contains(line, "\r") || cutTrace(text[i:]) < len(text[i:]) {
				at = min(at, i)
				break
			}
			from = i + len(death)
		}
	}
	return at
}

// cutTrace returns where in last words the trace begins, their length where there is
// none.
func cutTrace(text string) int {
	at := len(text)
	for _, trace := range traces {
		if i := strings.Index(text, trace); i >= 0 {
			at = min(at, i)
		}
	}
	return at
}

// published takes one publication of the cell and returns what goes out for it.
// Source returns the code of an earlier cell.
func (c *cell) published(m message, source func(int) string) []message {
	held := c.status
	c.status = nil
	out := func(more ...message) []message {
		if held != nil {
			return append([]message{*held}, more...)
		}
		return more
	}
	switch m.header.Type {
	case "execute_input":
		var content struct {
			Number int `json:"execution_count"`
		}
		if m.content(&content) == nil {
			c.number = content.Number
		}
	case "stream":
		var content struct {
			Name string `json:"name"`
			Text string `json:"text"`
		}
		if m.content(&content) != nil || content.Name != "stderr" {
			return out(m)
		}
		if exitStatus.MatchString(content.Text) {
			c.status = &m // an error follows, or does not: a shell line may fail and the cell go on
			return out()
		}
		text := c.said(content.Text)
		if text == "" {
			return out()
		}
		if text != content.Text {
			m = m.with(map[string]string{"name": "stderr", "text": text})
		}
		return out(m)
	case "error":
		var content failure
		if m.content(&content) != nil {
			return out(m)
		}
		var words []message
		if cutTrace(c.stack) == len(c.stack) { // it went on after what looked like its end
			words = c.rest(m)
		}
		f := c.explain(content, source)
		c.failure = &f
		return append(append(words, c.rest(m)...), m.with(f))
	case "status":
		var content struct {
			State string `json:"execution_state"`
		}
		if m.content(&content) == nil && content.State == "idle" {
			c.idle = &m
			words := c.rest(m)
			if c.asked && c.failure == nil { // a line of the shell that was stopped fails for GoNB no more than another
				c.failure = &unanswered
				return append(words, m.as("error", unanswered))
			}
			return out(words...)
		}
	}
	return out(m)
}

// said takes text of the error stream and returns what of it is shown now. A
// stack is kept back, from "panic:" on: Go writes it in pieces, and what it says
// goes into the cell's error. Who wants to see stacks sets GOTRACEBACK.
func (c *cell) said(text string) string {
	if os.Getenv("GOTRACEBACK") != "" {
		return text
	}
	if c.stack != "" {
		c.stack += text
		return ""
	}
	text = c.partial + text
	c.partial = ""
	if at := deathAt(text); at < len(text) {
		c.stack = text[at:]
		return shortPlaces(text[:at], c.number)
	}
	for _, death := range deaths {
		// Fewer letters end many a word of a progress line, and Go writes them at once.
		for n := len(death) - 1; n >= 3; n-- {
			if strings.HasSuffix(text, death[:n]) {
				c.partial = death[:n]
				return shortPlaces(text[:len(text)-n], c.number)
			}
		}
	}
	return shortPlaces(text, c.number)
}

// rest is what was held back and is to be shown after all.
func (c *cell) rest(like message) []message {
	text := c.partial
	c.partial = ""
	if c.failure == nil {
		text += c.stack // it went on after what looked like its end
		c.stack = ""
	}
	if text == "" {
		return nil
	}
	return []message{like.as("stream", map[string]string{"name": "stderr", "text": shortPlaces(text, c.number)})}
}

// answer is the reply to the cell's request, with the error as it was published,
// and whether the cell failed.
func (c *cell) answer() (reply message, failed bool) {
	reply = *c.reply
	var content map[string]json.RawMessage
	var status string
	if reply.content(&content) != nil || json.Unmarshal(content["status"], &status) != nil || status != "error" && c.failure == nil {
		return reply, c.interrupted
	}
	if c.failure != nil {
		content["status"] = mustJSON("error")
		content["ename"] = mustJSON(c.failure.Name)
		content["evalue"] = mustJSON(c.failure.Value)
		content["traceback"] = mustJSON(c.failure.Traceback)
		reply = reply.with(content)
	}
	return reply, true
}
