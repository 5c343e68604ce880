package jupyter

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gosubspace/subspace/place"
	"gosubspace/subspace/place/placetest"
)

// What executions left that were killed goes; what one at work needs stays, and so
// does what others named.
func TestRemoveStale(t *testing.T) {
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	notebooks, out := t.TempDir(), t.TempDir()
	names := map[string]bool{ // and whether they stay
		fmt.Sprintf(".executed-%d-123.ipynb", ended.Process.Pid): false,
		fmt.Sprintf(".executed-%d-456.ipynb", ended.Process.Pid): true, // of this minute: another container's, perhaps
		fmt.Sprintf(".executed-%d-123.ipynb", os.Getpid()):       true,
		fmt.Sprintf(".executed-%d-old.ipynb", os.Getpid()):       true, // no name of ours
		fmt.Sprintf(".executed-%d-999.ipynb", os.Getpid()):       false,
		".executed-123.ipynb":                                    true,
		".executed-999.ipynb":                                    false,
		".executed-my.ipynb":                                     true,
		"01-line.ipynb":                                          true,
		".executed-1-2.txt":                                      true,
		"x.executed-1-9.ipynb":                                   true,
		".executed-99999.ipynb":                                  true,
	}
	const day = 25 * time.Hour
	ages := map[string]time.Duration{
		fmt.Sprintf(".executed-%d-123.ipynb", ended.Process.Pid): 2 * time.Minute,
		fmt.Sprintf(".executed-%d-999.ipynb", os.Getpid()):       day, fmt.Sprintf(".executed-%d-old.ipynb", os.Getpid()): day,
		".executed-999.ipynb": day, ".executed-my.ipynb": day, "01-line.ipynb": day,
	}
	for _, dir := range []string{notebooks, out} {
		for name := range names {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte("{}\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			written := time.Now().Add(-ages[name])
			if err := os.Chtimes(path, written, written); err != nil {
				t.Fatal(err)
			}
		}
	}
	mine, err := tempNotebook(out)
	if err != nil {
		t.Fatal(err)
	}
	if !executed.MatchString(filepath.Base(mine)) {
		t.Errorf("%s is not known for an execution's", mine)
	}
	RemoveStale([]string{notebooks, filepath.Join(out, "02-plane.ipynb"), filepath.Join(out, "03.ipynb"), "/nowhere/else.ipynb"})
	if !place.IsFile(mine) {
		t.Errorf("%s of this process is gone", mine)
	}
	for _, dir := range []string{notebooks, out} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for name, stays := range names {
			there := slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == name })
			if there != stays {
				t.Errorf("%s in %s: there %v, want %v", name, dir, there, stays)
			}
		}
	}
}

// A kernel that does not start says why before nbclient says that it died.
func TestWhyEnded(t *testing.T) {
	const (
		dead  = "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\nRuntimeError: Kernel died before replying to kernel_info\n"
		ended = "relay: GoNB ended before it listened, exit status 255: go run ./kernel doctor looks for the reason\n"
		fatal = "F1130 17:08:22.000000   12345 main.go:55] Failed to create go.mod: no space left on device\ngoroutine 1 [running]:\n"
	)
	for said, want := range map[string]string{
		dead:                 "RuntimeError: Kernel died before replying to kernel_info",
		ended + dead:         "GoNB ended before it listened, exit status 255",
		fatal + ended + dead: "GoNB ended before it listened, exit status 255: Failed to create go.mod: no space left on device",
		"relay: no figure moves: the path is too long\nI1130 17:08:22.000000 1 a.go:1] fine\n" + dead: "RuntimeError: Kernel died before replying to kernel_info",
		"relay: listen tcp 127.0.0.1:4321: bind: address already in use\n" + dead:                     "listen tcp 127.0.0.1:4321: bind: address already in use",
		"": "it said nothing",
	} {
		if got := whyEnded(said); got != want {
			t.Errorf("of %q: %q, want %q", said, got, want)
		}
	}
}

// File names are UTF-8 to Python, whatever the locale is.
func TestPythonIsToldOfUTF8(t *testing.T) {
	t.Setenv("PYTHONUTF8", "0")
	if env := PythonEnv(); !slices.Contains(env, "PYTHONUTF8=1") || slices.Contains(env, "PYTHONUTF8=0") {
		t.Error("PYTHONUTF8 is not 1")
	}
}

// cells is the file of a notebook of code, with outputs where there are some.
func cells(output string, sources ...string) string {
	var all []string
	for i, source := range sources {
		all = append(all, fmt.Sprintf(`{"id": "%d", "cell_type": "code", "source": [%q], "outputs": [%s]}`, i, source, output))
	}
	return `{"cells": [` + strings.Join(all, ", ") + `]}`
}

// What somebody saves while a notebook runs stays, and the executed one lies beside it. One
// that failed is kept where it can be looked at, in the place of none that went well.
func TestKeep(t *testing.T) {
	const outputs = `{"output_type": "stream", "name": "stdout", "text": "42"}`
	source, executed := cells("", "a := 1"), cells(outputs, "a := 1")
	for name, c := range map[string]struct {
		elsewhere string // what is there, where the notebook is not executed in place
		meanwhile string // what somebody saves there; "-": it is removed
		failed    bool
		want      map[string]string // of the folder
		says      string
	}{
		"in place":                {"", "", false, map[string]string{"n.ipynb": executed}, ""},
		"in place, failed":        {"", "", true, map[string]string{"n.ipynb": source}, ""},
		"saved meanwhile":         {"", cells("", "a := 2"), false, map[string]string{"n.ipynb": cells("", "a := 2"), "n.executed.ipynb": executed}, "n.ipynb while it ran, or moved it: that stays as it is, and the executed notebook is in "},
		"outputs saved meanwhile": {"", cells(outputs, "a := 1") + " ", false, map[string]string{"n.ipynb": cells(outputs, "a := 1") + " ", "n.executed.ipynb": executed}, "n.executed.ipynb"},
		"moved meanwhile":         {"", "-", false, map[string]string{"n.executed.ipynb": executed}, "n.executed.ipynb"},
		"elsewhere":               {"-", "", false, map[string]string{"n.ipynb": executed}, ""},
		"elsewhere, again":        {cells("", "a := 1"), "", false, map[string]string{"n.ipynb": executed}, ""},
		"elsewhere, failed":       {"-", "", true, map[string]string{"n.failed.ipynb": executed}, ""},
		"elsewhere, failed later": {cells(outputs, "a := 1") + " ", "", true, map[string]string{"n.ipynb": cells(outputs, "a := 1") + " ", "n.failed.ipynb": executed}, ""},
		"elsewhere, saved":        {"-", cells("", "mine()"), false, map[string]string{"n.ipynb": cells("", "mine()"), "n.executed.ipynb": executed}, "number 1 (mine())"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			target := filepath.Join(dir, "n.ipynb")
			path := target
			if c.elsewhere != "" {
				path = filepath.Join(t.TempDir(), "n.ipynb")
			}
			placetest.Write(t, path, source)
			if c.elsewhere != "" && c.elsewhere != "-" {
				placetest.Write(t, target, c.elsewhere)
			}
			temp, e, err := begin(path, target)
			if err != nil {
				t.Fatal(err)
			}
			defer os.Remove(temp)
			if got, err := os.ReadFile(temp); err != nil || string(got) != source {
				t.Errorf("Python is to execute %s, %v", got, err)
			}
			placetest.Write(t, temp, executed)
			if c.meanwhile == "-" {
				os.Remove(target)
			} else if c.meanwhile != "" {
				placetest.Write(t, target, c.meanwhile)
			}
			err = e.keep(temp, c.failed, io.Discard)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("it says %v, want %q", err, c.says)
			}
			os.Remove(temp)
			got := map[string]string{}
			entries, _ := os.ReadDir(dir)
			for _, f := range entries {
				text, _ := os.ReadFile(filepath.Join(dir, f.Name()))
				// What is written elsewhere than in place has a mark.
				nb, _ := parseNotebook("", text)
				if wrote := c.elsewhere != "" || f.Name() != "n.ipynb"; nb.untouched() {
					if !wrote {
						t.Errorf("%s has a mark", f.Name())
					}
					text = []byte(executed)
				} else if wrote && c.want[f.Name()] == executed {
					t.Errorf("%s has no mark: %s", f.Name(), text)
				}
				got[f.Name()] = string(text)
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("there are %q, want %q", got, c.want)
			}
		})
	}
}

// What lies beside notebooks is none of those that are meant by their folder, and what
// somebody has worked in is not written over.
func TestBeside(t *testing.T) {
	dir := t.TempDir()
	source := placetest.Write(t, filepath.Join(dir, "n.ipynb"), cells("", "a := 1"))
	nb, err := Read(source)
	if err != nil {
		t.Fatal(err)
	}
	e := execution{notebook: nb, target: source}
	for _, want := range []string{"n.failed.ipynb", "n.failed-2.ipynb", "n.failed-3.ipynb"} {
		path := e.beside("failed")
		if filepath.Base(path) != want {
			t.Errorf("beside is %s, want %s", path, want)
		}
		placetest.Write(t, path, cells("", "a := 1"))
		if again := e.beside("failed"); again != path {
			t.Errorf("a second time it would be %s", again)
		}
		placetest.Write(t, path, cells("", "debugged()"))
	}
	if found, err := Find(dir, nil); err != nil || !slices.Equal(found, []string{source}) {
		t.Errorf("the notebooks of the folder are %v, %v", found, err)
	}
}

func TestMayReplace(t *testing.T) {
	nb, err := parseNotebook("", []byte(`{"cells": [{"id": "t", "cell_type": "markdown", "source": "Text."}, {"id": "c", "cell_type": "code", "source": ["a := 1\n", "b := 2"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, says := range map[string]string{
		`{"cells": []}`: "",
		`{"cells": [{"cell_type": "code", "source": "a := 1\nb := 2", "outputs": [{"output_type": "stream"}]}]}`: "",
		`{"cells": [{"id": "t", "cell_type": "markdown", "source": "The text of before."}]}`:                     "",
		`{"cells": [{"id": "x", "cell_type": "code", "source": " \n"}]}`:                                         "",
		`{"cells": [{"id": "x", "cell_type": "markdown", "source": "What I found out."}]}`:                       "number 1 (What I found out.)",
		`{"cells": [{"id": "c", "cell_type": "code", "source": "a := 3\nb := 2"}]}`:                              "number 1 (a := 3)",
		`{"cells": [{"id": "t", "cell_type": "code", "source": "Text."}]}`:                                       "number 1 (Text.)",
		"a letter": "is not a notebook",
		`{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "mine()"}]}]}`: "has no cells to be compared",
	} {
		path := placetest.Write(t, filepath.Join(t.TempDir(), "n.ipynb"), text)
		err := nb.MayReplace(path)
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("of %s it says %v, want %q", text, err, says)
		}
	}
	if err := nb.MayReplace(filepath.Join(t.TempDir(), "n.ipynb")); err != nil {
		t.Errorf("where nothing is: %v", err)
	}
}

// What an execution wrote elsewhere may be replaced after its source has been edited, with
// all that it had: until somebody edits it there.
func TestMark(t *testing.T) {
	before := `{"cells": [{"id": "c", "cell_type": "code", "source": ["a := 1"], "outputs": [{"output_type": "stream", "name": "stdout", "text": ["<1.50>\n"]}]}], "metadata": {"language_info": {"name": "go"}}, "nbformat": 4, "nbformat_minor": 5}`
	path := placetest.Write(t, filepath.Join(t.TempDir(), "n.ipynb"), before)
	now, err := parseNotebook("", []byte(cells("", "a := 2")))
	if err != nil {
		t.Fatal(err)
	}
	if err := now.MayReplace(path); err == nil {
		t.Error("a notebook without a mark may be replaced by one of other code")
	}
	if err := mark(path); err != nil {
		t.Fatal(err)
	}
	if err := now.MayReplace(path); err != nil {
		t.Errorf("with its mark: %v", err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, kept := range []string{`"<1.50>\n"`, `"name": "go"`, `"nbformat_minor": 5`} {
		if !strings.Contains(text, kept) {
			t.Errorf("%s is lost: %s", kept, text)
		}
	}
	for what, edited := range map[string]string{
		"its code edited":        strings.Replace(text, "a := 1", "a := 3", 1),
		"a mark of another kind": strings.Replace(text, `"executed"`, `"made"`, 1),
	} {
		placetest.Write(t, path, edited)
		if edited == text || now.MayReplace(path) == nil {
			t.Errorf("%s: it may be replaced: %s", what, edited)
		}
	}
}
