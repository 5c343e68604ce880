package jupyter

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBlank(t *testing.T) {
	text := `{"cells": [
	 {"cell_type": "markdown", "source": ["[a](01-line.ipynb) ![b](results/c.png) [d](https://example.com/e)\n", "[f](#g) [h](i.md#j) <img src=\"k.png\"> [l](/m)"]},
	 {"cell_type": "markdown", "source": "[n](o)"},
	 {"cell_type": "raw", "source": "[p](q)"},
	 {"cell_type": "code", "execution_count": 3, "source": ["a < b // [r](s)"], "outputs": [{"output_type": "stream"}]}], "nbformat": 4, "nbformat_minor": 5}`
	got, err := Blank([]byte(text), "..")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"](../01-line.ipynb)", "](../results/c.png)", "](https://example.com/e)", "](#g)", "](../i.md#j)", `src=\"../k.png\"`, "](/m)",
		"[n](../o)", "[p](q)", "a < b // [r](s)", `"outputs": []`, `"execution_count": null`, `"nbformat": 4,`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(string(got), "stream") {
		t.Errorf("an output is left in %s", got)
	}
	for _, none := range []string{"nothing", "null", "{}", `{"cells": null}`, "[]"} {
		if _, err := Blank([]byte(none), ".."); err == nil {
			t.Errorf("%s, which is no notebook, has a copy", none)
		}
	}
	// Names with spaces, here and on the way.
	got, err = Blank([]byte(`{"cells": [{"cell_type": "markdown", "source": "[a](<b c.md>) ![d](e%20f.png) [g](<https://h> \"i\")"}]}`), "../my notes (1)")
	if want := `[a](<../my%20notes%20%281%29/b c.md>) ![d](../my%20notes%20%281%29/e%20f.png) [g](<https://h> \"i\")`; err != nil || !strings.Contains(string(got), want) {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// What is written is what Jupyter writes: a notebook without outputs and links is copied
// byte for byte.
func TestBlankAsJupyterWrites(t *testing.T) {
	paths, err := filepath.Glob("../../../notebooks/[^.]*.ipynb")
	if err != nil || len(paths) < 10 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		once, err := Blank(text, ".")
		if err != nil {
			t.Fatal(err)
		}
		lines := map[string]bool{}
		for line := range strings.Lines(string(text)) {
			lines[line] = true
		}
		odd := 0
		for line := range strings.Lines(string(once)) {
			if !lines[line] && !strings.Contains(line, `"outputs": []`) && !strings.Contains(line, `"execution_count": null`) {
				odd++
			}
		}
		twice, err := Blank(once, ".")
		if odd > 0 || err != nil || string(twice) != string(once) {
			t.Errorf("%s: %d lines are not of the notebook, %v", path, odd, err)
		}
	}
}

func FuzzBlank(f *testing.F) {
	f.Add(`{"cells": [{"cell_type": "markdown", "source": ["[a](b#c)"]}]}`)
	f.Add(`{"cells": [3, {"cell_type": "code"}], "metadata": {"x": 1e999}}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Blank([]byte(text), "..")
		if err == nil && !json.Valid(got) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
