package jupyter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/setup"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/place"
)

// ready returns what set-up left for this checkout, unchanged, which tells what it
// does to report. Without it the test is skipped, or fails where XLA is required.
func ready(t *testing.T, report io.Writer) *setup.State {
	t.Helper()
	s, err := setup.Left(report)
	if err != nil {
		t.Fatal(err)
	}
	if f := look(t, s, "kernel spec"); f.Todo != "" {
		if os.Getenv(backendtest.Require) == "1" {
			t.Fatalf("%s=1, but the kernel spec %s %s", backendtest.Require, f.Where, f.Todo)
		}
		t.Skip("wants the notebooks' kernel: run go run ./kernel first")
	}
	return s
}

// look looks at one of the parts.
func look(t *testing.T, s *setup.State, name string) setup.Finding {
	t.Helper()
	for _, part := range s.Parts() {
		if part.Name == name {
			return part.Look(t.Context())
		}
	}
	t.Fatalf("there is no part %s", name)
	return setup.Finding{}
}

// write writes a notebook with these code cells.
func write(t *testing.T, cells ...string) string {
	t.Helper()
	type any = map[string]interface{}
	nb := any{"nbformat": 4, "nbformat_minor": 5, "metadata": any{"kernelspec": any{"name": jupyter.Kernel, "display_name": "Go (gosubspace)", "language": "go"}}}
	var list []any
	for i, source := range cells {
		list = append(list, any{"id": string(rune('a' + i)), "cell_type": "code", "source": source, "metadata": any{}, "outputs": []any{}, "execution_count": nil})
	}
	nb["cells"] = list
	raw, err := json.Marshal(nb)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "book.ipynb")
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReal runs a notebook through Jupyter, GoNB and the Go compiler, and
// judges what they really say. PATH is what a desktop menu knows, and nothing
// else tells the kernel where things are: its spec must be complete.
func TestReal(t *testing.T) {
	s := ready(t, io.Discard)
	cells := []struct{ source, want string }{
		{"import \"gosubspace/subspace/backend\"\n%%\n_, info, err := backend.Open()\nfmt.Println(info, err)\nif info.Name != \"xla\" {\n\tos.Exit(1)\n}", ""},
		{"!true", ""},
		{"%%\nlog.SetFlags(0)\nlog.Fatal(\"no data\")", "no data (exit status 1)"},
		{"%%\npanic(\"m = 0\")", "line 2: panic: m = 0"},
		{"var x int = \"a\"\n%%\n", `line 1: cannot use "a" (untyped string constant) as int value`},
		{"%rm x\n!false", "exit status 1"},
		{"%nonsense", `"%nonsense" unknown or not implemented yet.`},
		{"import \"example.com/nowhere\"\n%%\nnowhere.F()", `the import "example.com/nowhere" is in no module of this project`},
		{"%%\nfmt.Printn(1)\nfmt.Println(2)", "line 2: undefined: fmt.Printn"},
		{"import \"gosubspace/notebooks/lesson\"\n%%\nlesson.Check(errors.New(\"no data\"))", "line 3: no data (exit status 1)"},
		{"fmt.Println(1)", "line 1: expected declaration, found fmt"},
		{"%%\nfmt.Println(\"signal: 0.93 above noise\")\nfmt.Fprintln(os.Stderr, \"exit status 1\")", ""},
		{"!echo exit status 1", ""},
		{"%%bash\nexit 3", "exit status 3"},
	}
	var sources []string
	for _, c := range cells {
		sources = append(sources, c.source)
	}
	path := write(t, sources...)
	for _, variable := range []string{"GOMLX_BACKEND", "GOSUBSPACE_HOME", "VIRTUAL_ENV", "CONDA_PREFIX"} {
		t.Setenv(variable, "")
	}
	t.Setenv("PATH", "/usr/bin:/bin")
	judged := 0
	err := jupyter.Play(s.Jupyter(), context.Background(), filepath.Dir(path), path, path, 0, func(index int, c jupyter.Cell, reply jupyter.Reply, problem string) bool {
		judged++
		got := jupyter.Judge(c, reply)
		if want := cells[index].want; (want == "") != (got == "") || !strings.Contains(got, want) || problem != "" {
			t.Errorf("%s: judged %q, want %q", c.Source, got, want)
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	if judged != len(cells) {
		t.Errorf("%d cells ran, want %d", judged, len(cells))
	}
}

// Flags for another XLA, as people keep them in their shell, end no cell and no
// doctor: they are named, and left out.
func TestUnknownXLAFlags(t *testing.T) {
	var said bytes.Buffer
	s := ready(t, &said)
	const flag = "--xla_nobody_knows_this=1"
	t.Setenv(backend.FlagsVariable, flag)
	const cell = "import \"gosubspace/notebooks/lesson\"\n%%\nlesson.Backend()" // set-up's first
	printed, err := s.Jupyter().RunCell(t.Context(), cell)
	if err != nil || !strings.Contains(printed, "computing without "+flag) {
		t.Errorf("the cell printed %q, %v", printed, err)
	}
	if f := look(t, s, "backend"); !strings.Contains(f.Todo, flag) || !strings.Contains(f.Where, "XLA") {
		t.Errorf("doctor sees %+v", f)
	}
	t.Setenv(backend.FlagsVariable, flag)
	s.CleanFlags()
	if !strings.Contains(said.String(), flag) || os.Getenv(backend.FlagsVariable) != "" {
		t.Errorf("the start says %q and leaves %q", &said, os.Getenv(backend.FlagsVariable))
	}
	if printed, err := s.Jupyter().RunCell(t.Context(), cell); err != nil || strings.Contains(printed, flag) {
		t.Errorf("after that the cell printed %q, %v", printed, err)
	}
}

// TestExecute checks that a notebook is replaced if it went well, and only then.
func TestExecute(t *testing.T) {
	s := ready(t, io.Discard)
	for _, c := range []struct {
		name, want string
		cells      []string
	}{
		{"fine", "", []string{"%%\nfmt.Println(6 * 7)", ""}},
		{"fails", "cell 2 (!ls /nowhere): ", []string{"%%\nfmt.Println(6 * 7)", "!ls /nowhere", "!echo not reached"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, c.cells...)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// A notebook may be reached by a link, and be there to be read alone.
			link := filepath.Join(t.TempDir(), filepath.Base(path))
			if err := errors.Join(os.Chmod(path, 0o440), os.Symlink(path, link)); err != nil {
				t.Fatal(err)
			}
			var stdout bytes.Buffer
			o := s.Jupyter().Execute(context.Background(), link, place.Real(link), 90*time.Second+500*time.Millisecond, &stdout)
			if (c.want == "") != (o.Problem == "") || !strings.HasPrefix(o.Problem, c.want) {
				t.Errorf("problem %q, want %q", o.Problem, c.want)
			}
			after, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if ran := bytes.Contains(after, []byte(`"42\n"`)); ran != (c.want == "") || bytes.Equal(before, after) != (c.want != "") {
				t.Errorf("the file is now %s", after)
			}
			if left, _ := place.Glob(filepath.Dir(path), ".*"); len(left) > 0 {
				t.Errorf("left %v", left)
			}
			info, err := os.Stat(path)
			to, linked := os.Readlink(link)
			if err != nil || linked != nil || info.Mode().Perm() != 0o440 || to != path {
				t.Errorf("it is %v, %v, the link leads to %q, %v", info.Mode(), err, to, linked)
			}
		})
	}
}

// TestTags holds what nbclient does with a cell's tags, and a byte-order mark: a cell may
// fail, is left with the outputs that it has, or is run.
func TestTags(t *testing.T) {
	s := ready(t, io.Discard)
	path := write(t, "!false", "%%\nlog.Fatal(1)", "%%\nfmt.Println(6 * 7)")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for id, set := range map[string]string{"a": `"metadata":{"tags":["raises-exception"]}`, "b": `"metadata":{"tags":["skip-execution"]}`} {
		at := strings.Index(text, `"id":"`+id+`"`)
		text = text[:at] + strings.Replace(text[at:], `"metadata":{}`, set, 1)
	}
	old := `"outputs":[{"output_type":"error","ename":"E","evalue":"of another day","traceback":[]}]`
	at := strings.Index(text, `"id":"b"`)
	at = strings.LastIndex(text[:at], "{")
	text = "\ufeff" + text[:at] + strings.Replace(text[at:], `"outputs":[]`, old, 1)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	o := s.Jupyter().Execute(t.Context(), path, path, 0, &stdout)
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if o.Problem != "" || !strings.Contains(stdout.String(), "failed as its tag lets it: exit status 1") ||
		!bytes.Contains(after, []byte(`"42\n"`)) || !bytes.Contains(after, []byte("of another day")) {
		t.Errorf("%+v\n%s\n%s", o, &stdout, after)
	}
}

// TestPythonDies kills the Python that runs a notebook: the command says so, does
// not wait for ever, and leaves no kernel, no gopls, and nothing that a line of the shell
// has started.
func TestPythonDies(t *testing.T) {
	s := ready(t, io.Discard)
	if runtime.GOOS != "linux" {
		t.Skip("finds the processes in /proc")
	}
	pid := filepath.Join(t.TempDir(), "pid")
	sleeps := fmt.Sprintf("600.%d", time.Now().UnixNano())
	path := write(t, "!echo $PPID $GONB_TMP_DIR >"+pid, "!sleep "+sleeps+"; true")
	kernel, folder := 0, ""
	err := jupyter.Play(s.Jupyter(), t.Context(), filepath.Dir(path), path, filepath.Join(t.TempDir(), "out.ipynb"), 0, func(int, jupyter.Cell, jupyter.Reply, string) bool {
		text, err := os.ReadFile(pid)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(string(text))
		if kernel, err = strconv.Atoi(words[0]); err != nil {
			t.Fatal(err)
		}
		folder = words[1]
		python, err := os.FindProcess(parentOf(t, parentOf(t, kernel))) // between them is the relay
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for !running(sleeps) { // the next cell
				time.Sleep(50 * time.Millisecond)
			}
			python.Kill()
		}()
		return true
	})
	if err == nil {
		t.Error("no error")
	}
	for place.IsFile(fmt.Sprintf("/proc/%d/cmdline", kernel)) {
		if text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", kernel)); len(text) == 0 {
			break // dead, and nobody asked how it ended
		}
		time.Sleep(50 * time.Millisecond)
	}
	for running(folder) {
		time.Sleep(50 * time.Millisecond)
	}
	ends(t, sleeps)
}

// TestShellEndsWithKernel ends a kernel, as Jupyter's Shut Down does, while a line of the
// shell waits for what it has started: GoNB interrupts the shell, and the relay the rest.
func TestShellEndsWithKernel(t *testing.T) {
	s := ready(t, io.Discard)
	if runtime.GOOS != "linux" {
		t.Skip("finds the processes in /proc")
	}
	for _, line := range []string{"!sleep %s; true", "!sleep %s >/dev/null 2>&1 &"} { // in front, and behind
		shellEnds(t, s, line)
	}
}

func shellEnds(t *testing.T, s *setup.State, line string) {
	t.Helper()
	sleeps := fmt.Sprintf("600.%d", time.Now().UnixNano())
	cmd := exec.Command(s.Jupyter().Python, "-c", `import sys
from jupyter_client.manager import KernelManager
kernel = KernelManager(kernel_name=sys.argv[1])
kernel.start_kernel()
client = kernel.client()
client.start_channels()
client.wait_for_ready(timeout=300)
client.execute(sys.argv[2])
sys.stdin.read()
kernel.shutdown_kernel()
`, jupyter.Kernel, fmt.Sprintf(line, sleeps))
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "JUPYTER_RUNTIME_DIR="+t.TempDir())
	pipe, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(6 * time.Minute); !running("sleep\x00"+sleeps) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	pipe.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	ends(t, sleeps)
}

// ends waits until no process has the text in its command line.
func ends(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); running(text); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the shell's line goes on, a minute after its kernel has ended")
		}
	}
}

// running reports whether a process has the text in its command line.
func running(text string) bool {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	return slices.ContainsFunc(lines, func(path string) bool {
		line, _ := os.ReadFile(path)
		return bytes.Contains(line, []byte(text))
	})
}

func parentOf(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	parent, err := strconv.Atoi(strings.Fields(rest)[1])
	if err != nil {
		t.Fatal(err)
	}
	return parent
}
