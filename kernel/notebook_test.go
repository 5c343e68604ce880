package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"

	"gosubspace/kernel/internal/program"
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
		if got := imports(c.source); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzImports(f *testing.F) {
	f.Add("import (\n\t\"fmt\"\n\tg \"a.b/c\"\n)\n%%\nx := 1")
	f.Add("%%\nimport \"")
	f.Fuzz(func(t *testing.T, source string) {
		for _, path := range imports(source) {
			if strings.ContainsAny(path, "\n\r") && !strings.Contains(source, `\`) {
				t.Errorf("import path %q of %q", path, source)
			}
		}
	})
}

// Of Go's packages and the project's, those are provided that are there; of others,
// all of a module that go.mod names.
func TestProvides(t *testing.T) {
	goroot := t.TempDir()
	p := project{dir: t.TempDir(), requires: []module.Version{{Path: "example.com/there", Version: "v1.2.3"}, {Path: "example.com/there/more", Version: "v0.1.0"}}}
	for name, text := range map[string]string{
		"src/fmt/print.go": "package fmt", "src/math/rand/v2/rand.go": "package rand", "src/internal/cpu/cpu.go": "package cpu",
		"src/cmd/go/main.go": "package main", "src/only/a_test.go": "package only", "src/vendor/x/x.go": "package x",
	} {
		putText(t, goroot, name, text)
	}
	for name, text := range map[string]string{
		"plots/p.go": "package plots", "kernel/main.go": "package main", "subspace/internal/cpu/cpu.go": "package cpu",
		"notebooks/00-here.ipynb": "{}", "mine/a.go": "package mine", "mine/b.go": "package other",
	} {
		putText(t, p.dir, name, text)
	}
	for path, want := range map[string]bool{
		"fmt": true, "math/rand/v2": true,
		"maths": false, "math": false, "math/rand/v3": false, "internal/cpu": false, "cmd/go": false, "only": false, "vendor/x": false, "": false, "/etc": false,
		"gosubspace/plots": true,
		"gosubspace/mine":  true, // the compiler says better what is wrong with it
		"gosubspace":       false, "gosubspace/subspace/metrics": false, "gosubspace/notebooks": false, "gosubspace/kernel": false, "gosubspace/subspace/internal/cpu": false,
		"gosubspaces/plots": false, "plots": false, "./plots": false, "../plots": false,
		"example.com/there": true, "example.com/there/sub": true, "example.com/therefore": false, "example.com/nowhere": false,
	} {
		if got := p.provides(path, goroot); got != want {
			t.Errorf("%q: %v, want %v", path, got, want)
		}
	}

	books := []book{{"a.ipynb", notebook{Cells: []cell{
		{Type: "code", Source: "import (\n\t\"fmt\"\n\t\"maths\"\n\t\"example.com/nowhere\"\n)"},
		{Type: "code", Source: "import \"C\""}, {Type: "markdown", Source: "import \"text\""},
	}}}, {"b.ipynb", notebook{Cells: []cell{{Type: "code", Source: "import \"maths\"\nimport \"./plots\""}}}}}
	paths, absent := p.importsOf(books, goroot)
	if want := []string{"fmt", "github.com/janpfeifer/gonb/gonbui", "gosubspace/subspace/backend"}; !slices.Equal(paths, want) {
		t.Errorf("imports %q, want %q", paths, want)
	}
	var says []string
	for _, a := range absent {
		says = append(says, a.String())
	}
	if want := []string{
		"without maths, which a.ipynb imports: neither Go nor this project has such a package",
		"without example.com/nowhere, which a.ipynb imports and no module here has: go run ./kernel add example.com/nowhere@VERSION",
		"without ./plots, which b.ipynb imports: neither Go nor this project has such a package",
	}; !slices.Equal(says, want) {
		t.Errorf("absent: %q, want %q", says, want)
	}
	if of, ok := p.moduleOf("example.com/there/more/x"); !ok || of.Path != "example.com/there/more" {
		t.Errorf("module of a package of two: %v, want the inner one", of)
	}
}

// Every package of this Go's library that a cell can import is provided.
func TestProvidesStandardLibrary(t *testing.T) {
	p, err := here()
	if err != nil {
		t.Fatal(err)
	}
	tools, err := findGo(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	list, err := program.Output(t.Context(), p.dir, nil, tools.command(), "list", "std")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range strings.Fields(list) {
		if strings.HasPrefix(path, "vendor/") || slices.Contains(strings.Split(path, "/"), "internal") {
			continue
		}
		found++
		if !p.provides(path, tools.root) {
			t.Errorf("%s is not provided", path)
		}
	}
	if found < 100 {
		t.Errorf("go list std names %d packages, want more than 100", found)
	}
}

func putText(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
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

// TestJudge holds what GoNB v0.11.5 sends for each kind of failure.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name    string
		outputs []string
		want    string
	}{
		{"nothing", nil, ""},
		{"fine", []string{stream("stdout", "epoch 3\n"), stream("stderr", "a remark\n"), display("image/png", "iVBOR")}, ""},
		{"words that only sound bad", []string{stream("stdout", "the exit status 1 of a panic: %x unknown or not implemented yet.\n")}, ""},
		{"log.Fatal", []string{stream("stderr", "2026/01/02 03:04:05 no such data set\n"), stream("stderr", "exit status 1\n"), failed("exit status 1")},
			"2026/01/02 03:04:05 no such data set (exit status 1)"},
		{"panic", []string{stream("stderr", "panic: m = 0\n\ngoroutine 1 [running]:\nmain.main()\n\t \x1b[7m[[ Cell [6] Line 2 ]]\x1b[0m /tmp/gonb_1/main.go:10 +0x65\n"),
			stream("stderr", "exit status 2\n"), display("text/html", "<div>main.go:10</div>"), failed("exit status 2")}, "panic: m = 0 (exit status 2)"},
		{"os.Exit", []string{stream("stderr", "exit status 3\n"), failed("exit status 3")}, "exit status 3"},
		{"killed", []string{stream("stderr", "signal: killed\n"), failed("signal: killed")}, "signal: killed"},
		{"stopped", []string{stream("stderr", "^C\nsignal: interrupt\n"), failed("signal: interrupt")}, "^C (signal: interrupt)"},
		{"compiler", []string{failed("line 2: declared and not used: <x>")}, "line 2: declared and not used: <x>"},
		{"shell line", []string{stream("stderr", "exit status 1\n")}, "exit status 1"},
		{"shell line that speaks", []string{stream("stderr", "ls: cannot access 'x'\n"), stream("stderr", "exit status 2\n")}, "ls: cannot access 'x' (exit status 2)"},
		{"shell line, joined", []string{stream("stderr", "ls: cannot access 'x'\nexit status 2\n")}, "ls: cannot access 'x' (exit status 2)"},
		{"unknown command", []string{stream("stderr", `"%nonsense" unknown or not implemented yet.`)}, `"%nonsense" unknown or not implemented yet.`},
		{"wrong command", []string{failed("executing special commands in cell: `%cd` takes none\nor one")}, "executing special commands in cell: `%cd` takes none"},
		{"exit status on the output stream", []string{stream("stdout", "exit status 4\n")}, "exit status 4"},
	} {
		var got cell
		if err := json.Unmarshal([]byte(`{"cell_type": "code", "source": "", "outputs": [`+strings.Join(c.outputs, ",")+`]}`), &got); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if problem := judge(got); problem != c.want {
			t.Errorf("%s: %q, want %q", c.name, problem, c.want)
		}
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
		got := remedy(cell{Outputs: []result{{Type: "stream", Name: "stderr", Text: absent}, {Type: "error", Value: c.value, Traceback: c.traceback}}})
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.value, got, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	var c cell
	text := `{"source": ["a\n", "b"], "outputs": [` + display("image/png", "x") + `,` + stream("stdout", "x") + `,` + display("image/png", "y") + `]}`
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	if c.figures() != 2 || c.firstSource() != "a" {
		t.Errorf("%d figures, first line %q, want 2 and a", c.figures(), c.firstSource())
	}
}
