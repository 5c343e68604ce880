package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Who sets GOTRACEBACK sees all stacks: TestStackStays sets it, for the others it is not.
func TestMain(m *testing.M) {
	os.Unsetenv("GOTRACEBACK")
	os.Exit(m.Run())
}

// publication is a message of GoNB's for the cell "run".
func publication(kind string, content any) message {
	request := message{header: header{ID: "run", Session: "s"}}
	request.body[headerPart] = mustJSON(request.header)
	m := request.answer(kind, content)
	m.identities = [][]byte{[]byte("topic")}
	return m
}

func stderr(text string) message {
	return publication("stream", map[string]string{"name": "stderr", "text": text})
}

func failed(value string, traceback ...string) message {
	if traceback == nil {
		traceback = []string{value}
	}
	return publication("error", failure{"ERROR", value, traceback})
}

var idle = publication("status", map[string]string{"execution_state": "idle"})

// play lets a cell publish, and returns what a reader sees of it: the text of its
// streams, and its error.
func play(t *testing.T, c *cell, source func(int) string, published ...message) (text string, f *failure) {
	t.Helper()
	for _, m := range append(published, idle) {
		for _, out := range c.published(m, source) {
			switch out.header.Type {
			case "stream":
				var content struct{ Text string }
				if err := out.content(&content); err != nil {
					t.Fatal(err)
				}
				text += content.Text
			case "error":
				f = new(failure)
				if err := out.content(f); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return text, f
}

const marked = "\x1b[7m[[ Cell [%d] Line %d ]]\x1b[0m /tmp/a b/gonb_1/main.go:%d"

// A stack whose pieces GoNB saw one by one, so that it marked no line: the line
// follows from the text in the generated file.
func TestStackWithoutMarks(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a b", "gonb_1") // TMPDIR may have blanks
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "main.go")
	const generated = "package main\n\nfunc g() {\n\tpanic(\"g\")\n}\n\nfunc main() {\n\tflag.Parse()\n\tprintln()\n\tf()\n\tprintln()\n}\n"
	if err := os.WriteFile(file, []byte(generated), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		code string
		at   []int // lines of the generated file, the topmost first
		want string
	}{
		{"one line has the text", "%%\nprintln()\nf()\nprintln()", []int{10}, "line 3: panic: x"},
		{"two have it", "%%\nprintln()\nf()\nprintln()", []int{11}, "line 4: panic: x"},
		{"two have it, the file has more", "%%\nprintln()\nf()\nprintln()\n", []int{8, 9}, "line 2: panic: x"},
		{"only the second is of this cell", "%%\nprintln()\nf()\nprintln()", []int{4, 10}, "line 3: panic: x"},
		{"none is", "%%\nh()", []int{4}, "panic: x"},
		{"no such line", "%%\nf()", []int{99}, "panic: x"},
	} {
		published := []message{stderr("panic: x\n\ngoroutine 1 [running]:\n")}
		for _, n := range c.at {
			published = append(published, stderr("main.main()\n\t"), stderr(file), stderr(":"), stderr(fmt.Sprint(n)), stderr(" +0x52\n"))
		}
		_, f := play(t, &cell{code: c.code}, nil, append(published, stderr("exit status 2\n"), failed("exit status 2"))...)
		if f == nil || f.Value != c.want {
			t.Errorf("%s: %+v, want %q", c.name, f, c.want)
		}
	}
	_, f := play(t, &cell{code: "%%\nf()"}, nil, stderr("panic: x\n\ngoroutine 1 [running]:\n\t/nowhere/gonb_1/main.go:3\n"), stderr("exit status 2\n"), failed("exit status 2"))
	if f == nil || f.Value != "panic: x" {
		t.Errorf("a file that is not there: %+v", f)
	}
}

// What GoNB 0.11.5 publishes, as it was seen, and what a reader is shown of it.
func TestCell(t *testing.T) {
	earlier := map[int]string{3: "func g(x int) int {\n\tpanic(\"in g\")\n}"}
	for _, c := range []struct {
		name, code string
		published  []message
		text       string
		value      string   // of the error
		traceback  []string // of the error
	}{
		{"fine", "%%\nprintln(1)", []message{stderr("1\n")}, "1\n", "", nil},
		{"a program that says why", "%%\nlog.Fatal(1)", []message{stderr("no data\n"), stderr("exit status 1\n"), failed("exit status 1")},
			"no data\n", "exit status 1", []string{"exit status 1"}},
		{"and where", "%%\nlesson.Check(err)", []message{stderr(" " + fmt.Sprintf(marked, 7, 2, 11) + ": no data\n"), stderr("exit status 1\n"), failed("exit status 1")},
			"line 2: no data\n", "exit status 1", []string{"exit status 1"}},
		{"a shell line that fails", "!false", []message{stderr("exit status 1\n")}, "exit status 1\n", "", nil},
		{"two of them", "!false\n!false", []message{stderr("exit status 1\n"), stderr("exit status 2\n")}, "exit status 1\nexit status 2\n", "", nil},
		{"a panic", "%%\nvar a []int\n_ = a[5]",
			[]message{stderr("before\npan"), stderr("ic: "), stderr("runtime error: index out of range [5] with length 0\n\ngoroutine 1 [running]:\nmain.main()\n\t " + fmt.Sprintf(marked, 7, 3, 11) + " +0x52\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"before\n", "line 3: panic: runtime error: index out of range [5] with length 0",
			[]string{"line 3: panic: runtime error: index out of range [5] with length 0\n    _ = a[5]"}},
		{"a panic in a function of an earlier cell", "%%\ng(2)",
			[]message{stderr("panic: "), stderr("in g"), stderr("\n"), stderr("\n"), stderr("goroutine "), stderr("1"), stderr(" ["), stderr("running"), stderr("]:\n"), stderr("main.g(...)\n"),
				stderr("\t " + fmt.Sprintf(marked, 3, 2, 8) + "\nmain.main()\n\t " + fmt.Sprintf(marked, 7, 2, 14) + " +0xa5\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"", "cell [3], line 2: panic: in g", []string{"cell [3], line 2: panic: in g\n     panic(\"in g\")"}},
		{"a nil pointer", "%%\n*p = 1",
			[]message{stderr("panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\n\ngoroutine 1 [running]:\nmain.main()\n\t " + fmt.Sprintf(marked, 7, 2, 9) + "\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"", "line 2: panic: runtime error: invalid memory address or nil pointer dereference",
			[]string{"line 2: panic: runtime error: invalid memory address or nil pointer dereference\n    *p = 1"}},
		{"a panic behind a line of progress", "%%\nf()", []message{stderr("\r 40 %, 2 h left"), stderr("panic: x\n\ngoroutine 1 [running]:\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"\r 40 %, 2 h left", "panic: x", []string{"panic: x"}},
		{"a deadlock", "%%\nselect {}",
			[]message{stderr("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n\t " + fmt.Sprintf(marked, 7, 2, 9) + "\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"", "line 2: fatal error: all goroutines are asleep - deadlock!", []string{"line 2: fatal error: all goroutines are asleep - deadlock!\n    select {}"}},
		{"words of a panic that was caught", "%%\nlog.Fatal(1)", []message{stderr("recovered panic: bad input\n"), stderr("no data\n"), stderr("exit status 1\n"), failed("exit status 1")},
			"recovered panic: bad input\nno data\n", "exit status 1", []string{"exit status 1"}},
		{"the same on a line of their own", "%%\nlog.Fatal(1)", []message{stderr("panic: bad input\n"), stderr("no data\n"), stderr("exit status 1\n"), failed("exit status 1")},
			"panic: bad input\nno data\n", "exit status 1", []string{"exit status 1"}},
		{"a panic behind words", "%%\nf()", []message{stderr("working… panic: x\n\ngoroutine 1 [running]:\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"working… ", "panic: x", []string{"panic: x"}},
		{"a full stack", "%%\nf()", []message{stderr("fatal error: stack overflow\n\nruntime stack:\nruntime.throw()\n\ngoroutine 1 [running]:\nmain.f()\n\t " + fmt.Sprintf(marked, 7, 2, 9) + "\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"", "line 2: fatal error: stack overflow", []string{"line 2: fatal error: stack overflow\n    f()"}},
		{"a signal", "%%\nf()", []message{stderr("SIGABRT: abort\nPC=0x1 m=0\n\ngoroutine 1 [running]:\nmain.f()\n\t " + fmt.Sprintf(marked, 7, 2, 9) + "\n"), stderr("exit status 2\n"), failed("exit status 2")},
			"", "line 2: SIGABRT: abort", []string{"line 2: SIGABRT: abort\n    f()"}},
		{"an import without a dot", "import \"mathx\"\n%%\nmathx.F()", []message{failed("failed to run \"go get\": exit status 1\n\ngo: gonb_d55095f3 imports\n\tmathx: package mathx is not in std (/go/src/mathx)")},
			"", `the import "mathx" is in no module of this project`, []string{`the import "mathx" is in no module of this project`, "No package of Go's own, or of this project, has that name."}},
		{"values that do not fit", "%%\nreturn 3", []message{failed("x", "Cell[7]: Line 2\nreturn 3\n^\ntoo many return values", "have (number)", "want ()")},
			"", "line 2: too many return values", []string{"line 2: too many return values\n    return 3\n    ^"}},
		{"a bracket that is not closed", "%%\npanic(", []message{failed("x", "expected operand, found '}'")},
			"", "the end of the cell: expected operand, found '}': is a bracket not closed, or one too many?", []string{"the end of the cell: expected operand, found '}': is a bracket not closed, or one too many?"}},
		{"what only looks like a panic", "%%\nprint(\"panic: \")", []message{stderr("panic: no\nmore\n")}, "panic: no\nmore\n", "", nil},
		{"a line that is not ended", "%%\nprint(\"pan\")", []message{stderr("pan")}, "pan", "", nil},
		{"the compiler", "%%\nfmt.Printn(\"a\")\nx := 3",
			[]message{failed("# gonb_1\n./main.go:10:5: undefined: fmt.Printn\n./main.go:12:1: declared and not used: x\n",
				"# gonb_1",
				"Cell[7]: Line 2\n\nfunc main() {\n\tflag.Parse()\nfmt.Printn(\"a\")\n    ^\nx := 3\n\nundefined: fmt.Printn",
				"Cell[7]: Line 3\n\tflag.Parse()\nfmt.Printn(\"a\")\nx := 3\n^\n\n}\n\n\x1b[31mdeclared and not used: x\x1b[0m",
				"")},
			"", "line 2: undefined: fmt.Printn (and 1 more)",
			[]string{"line 2: undefined: fmt.Printn\n    fmt.Printn(\"a\")\n        ^", "line 3: declared and not used: x\n    x := 3\n    ^"}},
		{"no %%", "fmt.Println(1)",
			[]message{failed("/tmp/gonb_1/main.go:3:1: expected declaration, found fmt",
				"Cell[7]: Line 1\npackage main\n\nfmt.Println(1)\n^\n\n\nexpected declaration, found fmt")},
			"", "line 1: expected declaration, found fmt",
			[]string{"line 1: expected declaration, found fmt\n    fmt.Println(1)\n    ^", hints[0].say}},
		{"an import that is in no module", "import \"github.com/foo/bar\"",
			[]message{failed("failed to run \"/go/bin/go get\": exit status 1\n\ngo: gonb_1 imports\n\tgithub.com/foo/bar: cannot find module providing package github.com/foo/bar: module lookup disabled by GOPROXY=off\n")},
			"", `the import "github.com/foo/bar" is in no module of this project`,
			[]string{`the import "github.com/foo/bar" is in no module of this project`, "To add it, run in a terminal, in the project's folder:  go run ./kernel add github.com/foo/bar@VERSION"}},
		{"a command of GoNB's that fails", "%cd a b", []message{failed("executing special commands in cell: `%cd` takes none")},
			"", "executing special commands in cell: `%cd` takes none", []string{"executing special commands in cell: `%cd` takes none"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			running := &cell{id: "run", code: c.code}
			published := append([]message{publication("execute_input", map[string]any{"code": c.code, "execution_count": 7})}, c.published...)
			text, f := play(t, running, func(n int) string { return earlier[n] }, published...)
			if text != c.text {
				t.Errorf("text %q, want %q", text, c.text)
			}
			if f == nil {
				f = &failure{}
			}
			if f.Value != c.value || !reflect.DeepEqual(f.Traceback, c.traceback) {
				t.Errorf("error %q\n%q\nwant %q\n%q", f.Value, f.Traceback, c.value, c.traceback)
			}
		})
	}
}

// A cell that was interrupted says so, and nothing of how its program ended; what
// the program said stays.
func TestInterrupted(t *testing.T) {
	c := &cell{id: "run", interrupted: true}
	text, f := play(t, c, nil, stderr("interrupted after step 3 of 8; run it again to go on from there\n"), stderr("exit status 1\n"), failed("exit status 1"))
	if text != "interrupted after step 3 of 8; run it again to go on from there\n" {
		t.Errorf("text %q", text)
	}
	if f == nil || f.Name != "Interrupted" || strings.Contains(strings.Join(f.Traceback, ""), "exit status") {
		t.Errorf("error %+v", f)
	}
}

// Who sets GOTRACEBACK wants to see stacks.
func TestStackStays(t *testing.T) {
	t.Setenv("GOTRACEBACK", "all")
	const stack = "panic: x\n\ngoroutine 1 [running]:\n"
	if text, _ := play(t, &cell{id: "run"}, nil, stderr(stack), stderr("exit status 2\n"), failed("exit status 2")); text != stack {
		t.Errorf("text %q, want %q", text, stack)
	}
}

// The reply to the request says what the publication said.
func TestReplySaysTheSame(t *testing.T) {
	c := &cell{id: "run", code: "%%\nos.Exit(3)"}
	_, f := play(t, c, nil, stderr("panic: m = 0\n\ngoroutine 1 [running]:\n"), stderr("exit status 2\n"), failed("exit status 2"))
	reply := publication("execute_reply", map[string]any{"status": "error", "ename": "ERROR", "evalue": "exit status 2", "traceback": []string{"exit status 2"}, "execution_count": 4})
	c.reply = &reply
	got, failed := c.answer()
	var content struct {
		failure
		Count int `json:"execution_count"`
	}
	if err := got.content(&content); err != nil || !failed || content.Value != f.Value || content.Count != 4 {
		t.Errorf("the reply says %+v, the publication %+v, %v", content, f, err)
	}
}

// early ends where Go, which writes these words at once, never cuts.
var early = regexp.MustCompile(`(?:p|pa|f|fa)$`)

// How text is cut into messages changes nothing of what is shown.
func FuzzCuts(f *testing.F) {
	for _, text := range []string{"a\npanic: b\n\ngoroutine 1 [running]:\n", "panic", "fatal\nfatal error: x", "\r 40 %\r 50 %\n"} {
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		whole, _ := play(t, &cell{id: "run"}, nil, stderr(text), failed("exit status 2"))
		rng := rand.New(rand.NewPCG(seed, 0))
		var parts []message
		for rest := []rune(strings.ToValidUTF8(text, "?")); len(rest) > 0; {
			n := 1 + rng.IntN(len(rest))
			for n < len(rest) && early.MatchString(string(rest[:n])) {
				n++
			}
			parts = append(parts, stderr(string(rest[:n])))
			rest = rest[n:]
		}
		for _, p := range parts {
			var content struct{ Text string }
			if p.content(&content); exitStatus.MatchString(content.Text) || place.MatchString(whole) {
				t.Skip("what GoNB itself writes, it writes whole")
			}
		}
		if exitStatus.MatchString(text) || strings.ToValidUTF8(text, "?") != text {
			t.Skip()
		}
		cut, _ := play(t, &cell{id: "run"}, nil, append(parts, failed("exit status 2"))...)
		if cut != whole {
			t.Errorf("whole %q, cut %q", whole, cut)
		}
	})
}

// No frames make reading fail otherwise than with an error, and what is read is
// written as it was.
func FuzzRead(f *testing.F) {
	k := key("secret")
	f.Add([]byte("id"), []byte(`{"msg_id":"1","msg_type":"t"}`), []byte("{}"), []byte("{}"), []byte("buffer"), true)
	f.Add([]byte(delimiter), []byte("{"), []byte(""), []byte("[]"), []byte(""), false)
	f.Fuzz(func(t *testing.T, id, head, parent, content, buffer []byte, signed bool) {
		body := [4]json.RawMessage{head, parent, json.RawMessage("{}"), content}
		signature := "no"
		if signed {
			signature = k.sign(body)
		}
		frames := [][]byte{id, []byte(delimiter), []byte(signature), head, parent, []byte("{}"), content, buffer}
		m, err := k.read(frames)
		if err != nil {
			return
		}
		if !signed {
			t.Error("a wrong signature was taken")
		}
		if got := k.frames(m); string(id) != delimiter && !reflect.DeepEqual(got, frames) {
			t.Errorf("became %q, was %q", got, frames)
		}
	})
}

// The generated file's name goes from a message, whatever the folder is called.
func TestLastLine(t *testing.T) {
	for text, want := range map[string]string{
		"x\n/home/a b/gonb_1/main.go:3:1: expected declaration": "expected declaration",
		"./main.go:3:1: undefined: x":                           "undefined: x",
		"what /a b/main.go:3: means":                            "what /a means",
		"a: b":                                                  "a: b",
	} {
		if got := lastLine(text); got != want {
			t.Errorf("of %q: %q, want %q", text, got, want)
		}
	}
}
