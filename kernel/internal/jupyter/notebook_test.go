package jupyter

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestImports(t *testing.T) {
	for _, c := range []struct {
		name, source string
		want         []string
	}{
		{"block", "%noautoget\nimport (\n\t\"fmt\"\n\tg \"a.b/c\"\n)\n\n%%\nx := g.F()\nfmt.Println(x)", []string{"fmt", "a.b/c"}},
		{"lines", "import \"a\"\nimport . \"b\"\nfunc f() {}", []string{"a", "b"}},
		{"after a shell line", "!ls \"x\"\nimport \"a\"\n%%\na.F()", []string{"a"}},
		{"none", "%%\nfmt.Println(`import \"a\"`)", nil},
		{"another language", "%%bash\nimport x", nil},
		{"empty", "", nil},
	} {
		cell := Cell{Type: "code", Source: Text(c.source)}
		if got := cell.Imports(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzImports(f *testing.F) {
	f.Add("import (\n\t\"fmt\"\n\tg \"a.b/c\"\n)\n%%\nx := 1")
	f.Add("%%\nimport \"")
	f.Fuzz(func(t *testing.T, source string) {
		for _, path := range (Cell{Type: "code", Source: Text(source)}).Imports() {
			if strings.ContainsAny(path, "\n\r") && !strings.Contains(source, `\`) {
				t.Errorf("import path %q of %q", path, source)
			}
		}
	})
}

// stream, display and failed are outputs as the kernel sends them.
func stream(name, text string) string {
	return `{"output_type": "stream", "name": "` + name + `", "text": ` + quote(text) + `}`
}

func display(media, text string) string {
	return `{"output_type": "display_data", "data": {"` + media + `": ` + quote(text) + `}}`
}

func failed(value string) string {
	return `{"output_type": "error", "ename": "ERROR", "evalue": ` + quote(value) + `, "traceback": [` + quote(value) + `]}`
}

func quote(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

// TestJudge holds what GoNB v0.11.5 sends for each kind of failure, and what sounds like
// one and is none.
func TestJudge(t *testing.T) {
	const program, shell = "%%\nmain()", "!ls x"
	ok, wrong := Reply{Status: "ok"}, func(value string) Reply { return Reply{"error", value} }
	for _, c := range []struct {
		name    string
		source  string
		reply   Reply
		outputs []string
		want    string
	}{
		{"nothing", program, ok, nil, ""},
		{"fine", program, ok, []string{stream("stdout", "epoch 3\n"), stream("stderr", "a remark\n"), display("image/png", "iVBOR")}, ""},
		{"words that only sound bad", program, ok, []string{stream("stdout", "the exit status 1 of a panic: %x unknown or not implemented yet.\n")}, ""},
		{"a measurement", program, ok, []string{stream("stdout", "signal: 0.93 above noise\n")}, ""},
		{"a measurement on the error stream", program, ok, []string{stream("stderr", "signal: 0.93 above noise\n")}, ""},
		{"a measurement behind a shell line", shell + "\n" + program, ok, []string{stream("stderr", "signal: 0.93 above noise\nexit status 0\n")}, ""},
		{"a status that is none", program, ok, []string{stream("stdout", "exit status 0\n")}, ""},
		{"a status that a program tells of another", program, ok, []string{stream("stdout", "exit status 4\n"), stream("stderr", "exit status 4\nsignal: killed\n")}, ""},
		{"a status that a shell line prints", shell, ok, []string{stream("stdout", "exit status 4\n")}, ""},
		{"log.Fatal", program, wrong("exit status 1"), []string{stream("stderr", "2026/01/02 03:04:05 no such data set\n"), stream("stderr", "exit status 1\n"), failed("exit status 1")},
			"2026/01/02 03:04:05 no such data set (exit status 1)"},
		{"panic", program, wrong("exit status 2"), []string{stream("stderr", "panic: m = 0\n\ngoroutine 1 [running]:\nmain.main()\n\t \x1b[7m[[ Cell [6] Line 2 ]]\x1b[0m /tmp/gonb_1/main.go:10 +0x65\n"),
			stream("stderr", "exit status 2\n"), display("text/html", "<div>main.go:10</div>"), failed("exit status 2")}, "panic: m = 0 (exit status 2)"},
		{"os.Exit", program, wrong("exit status 3"), []string{stream("stderr", "exit status 3\n"), failed("exit status 3")}, "exit status 3"},
		{"killed", program, wrong("signal: killed"), []string{stream("stderr", "signal: killed\n"), failed("signal: killed")}, "signal: killed"},
		{"stopped", program, wrong("signal: interrupt"), []string{stream("stderr", "^C\nsignal: interrupt\n"), failed("signal: interrupt")}, "^C (signal: interrupt)"},
		{"an error that is replied alone", program, wrong("exit status 1"), []string{stream("stderr", "no data\n")}, "no data (exit status 1)"},
		{"aborted", program, Reply{Status: "aborted"}, nil, "the kernel did not run it"},
		{"compiler", program, wrong("x"), []string{failed("line 2: declared and not used: <x>")}, "line 2: declared and not used: <x>"},
		{"shell line", shell, ok, []string{stream("stderr", "exit status 1\n")}, "exit status 1"},
		{"shell line that was killed", " x\n! sleep 9", ok, []string{stream("stderr", "signal: killed\n")}, "signal: killed"},
		{"shell line that was stopped", shell, ok, []string{stream("stderr", "^C\nsignal: interrupt\n")}, "^C (signal: interrupt)"},
		{"shell line of a comment", "//gonb:!false", ok, []string{stream("stderr", "exit status 1\n")}, "exit status 1"},
		{"script", "%%bash\nfalse", ok, []string{stream("stderr", "exit status 1\n")}, "exit status 1"},
		{"shell line that speaks", shell, ok, []string{stream("stderr", "ls: cannot access 'x'\n"), stream("stderr", "exit status 2\n")}, "ls: cannot access 'x' (exit status 2)"},
		{"shell line, joined", shell, ok, []string{stream("stderr", "ls: cannot access 'x'\nexit status 2\n")}, "ls: cannot access 'x' (exit status 2)"},
		{"unknown command", "%nonsense", ok, []string{stream("stderr", `"%nonsense" unknown or not implemented yet.`)}, `"%nonsense" unknown or not implemented yet.`},
		{"an unknown command that a program tells of", program, ok, []string{stream("stderr", `"%nonsense" unknown or not implemented yet.`)}, ""},
		{"wrong command", "%cd a b", wrong("x"), []string{failed("executing special commands in cell: `%cd` takes none\nor one")}, "executing special commands in cell: `%cd` takes none"},
	} {
		var got Cell
		if err := json.Unmarshal([]byte(`{"cell_type": "code", "source": `+quote(c.source)+`, "outputs": [`+strings.Join(c.outputs, ",")+`]}`), &got); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if problem := judge(got, c.reply); problem != c.want {
			t.Errorf("%s: %q, want %q", c.name, problem, c.want)
		}
	}
}

// Whatever a cell prints, one that has no line of the shell and no command is judged by
// the reply alone.
func FuzzJudge(f *testing.F) {
	for _, text := range []string{"signal: killed\n", "exit status 1", "^Cexit status 7\n", "\"%x\" unknown or not implemented yet."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := Cell{Source: "%%\nfmt.Println(1)", Outputs: []Output{{Type: "stream", Name: "stdout", Text: Text(text)}, {Type: "stream", Name: "stderr", Text: Text(text)}}}
		if got := judge(c, Reply{Status: "ok"}); got != "" {
			t.Errorf("%q is judged %q", text, got)
		}
		c.Source = "!true"
		c.Outputs = c.Outputs[:1]
		if got := judge(c, Reply{Status: "ok"}); got != "" {
			t.Errorf("%q on the output stream of a shell line is judged %q", text, got)
		}
	})
}

// A byte-order mark before the JSON is none of it.
func TestReadWithMark(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	if err := os.WriteFile(path, []byte("\ufeff"+`{"cells": [{"cell_type": "code", "source": "x", "metadata": {"tags": ["raises-exception", "skip-execution"]}, "outputs": []}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	nb, err := Read(path)
	if err != nil || len(nb.Cells) != 1 || !nb.Cells[0].tagged(raises) || nb.Cells[0].tagged("raises") {
		t.Errorf("%+v, %v", nb, err)
	}
}

// TestRemedy holds what the relay sends for an import that is nowhere, and for others.
func TestRemedy(t *testing.T) {
	const absent = `the import "example.com/nowhere" is in no module of this project`
	const add = "To add it, run in a terminal, in the project's folder:  go run ./kernel add example.com/nowhere@VERSION"
	for _, c := range []struct {
		value     string
		traceback []string
		want      string
	}{
		{absent, []string{absent, add}, add},
		{absent, []string{absent, "\x1b[31m" + add + "\x1b[0m\n"}, add},
		{`the imports ["a.b/c" "d.e/f"] are in no module of this project`, []string{"x", add}, add},
		{absent, []string{absent}, ""},
		{"line 2: undefined: fmt.Printn", []string{"line 2: undefined: fmt.Printn", "2 fmt.Printn(1)"}, ""},
		{"exit status 1", []string{"exit status 1"}, ""},
	} {
		got := remedy(Cell{Outputs: []Output{{Type: "stream", Name: "stderr", Text: absent}, {Type: "error", Value: c.value, Traceback: c.traceback}}})
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.value, got, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	var c Cell
	text := `{"source": ["a\n", "b"], "outputs": [` + display("image/png", "x") + `,` + stream("stdout", "x") + `,` + display("image/png", "y") + `]}`
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	if c.figures() != 2 || c.firstSource() != "a" {
		t.Errorf("%d figures, first line %q, want 2 and a", c.figures(), c.firstSource())
	}
}
