package jupyter

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
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

// What is code or a formula has no links, however it looks, on one line or on several.
func TestBlankLeavesCode(t *testing.T) {
	for text, want := range map[string]string{
		"`f[i](x)` and [a](b)":                              "`f[i](x)` and [a](../b)",
		"``a ` f[i](x)`` [a](b)":                            "``a ` f[i](x)`` [a](../b)",
		"```go\na[0](x)\n```\n[a](b)":                       "```go\na[0](x)\n```\n[a](../b)",
		"````\n```\na[0](x)\n```\n````\n[a](b)":             "````\n```\na[0](x)\n```\n````\n[a](../b)",
		"1. a\n\n   ```go\n   a[0](x)\n   ```\n\n   [a](b)": "1. a\n\n   ```go\n   a[0](x)\n   ```\n\n   [a](../b)",
		"a `\n\n[a](b)\n\nb `":                              "a `\n\n[a](../b)\n\nb `",
		"~~~\na[0](x)\n~~~\n[a](b)":                         "~~~\na[0](x)\n~~~\n[a](../b)",
		"```\na[0](x)":                                      "```\na[0](x)",
		"$\\mathbb{E}[X](t)$ is [a](b)":                     "$\\mathbb{E}[X](t)$ is [a](../b)",
		"$$\nf[X](t)\n$$\n[a](b)":                           "$$\nf[X](t)\n$$\n[a](../b)",
		"it costs \\$5 [a](b), not \\$6":                    "it costs \\$5 [a](../b), not \\$6",
		"5 $\n\n[a](b)\n\n6 $":                              "5 $\n\n[a](../b)\n\n6 $",
		"[`f`](b) [$x$](c)":                                 "[`f`](../b) [$x$](../c)",
		"a ` alone [a](b)":                                  "a ` alone [a](../b)",
		"[a](b) <img src=\"c.png\"> `<a href=\"d\">`":       "[a](../b) <img src=\"../c.png\"> `<a href=\"d\">`",
	} {
		var lines []any
		for line := range strings.Lines(text) {
			lines = append(lines, line)
		}
		whole := relinked(text, "..")
		var joined string
		for _, line := range relinked(lines, "..").([]any) {
			joined += line.(string)
		}
		if whole != want || joined != want {
			t.Errorf("%q becomes %q, and by lines %q; want %q", text, whole, joined, want)
		}
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
	f.Add(`{"cells": [{"cell_type": "markdown", "source": "$f[X](t)$", "id": "a"}, {"cell_type": "raw", "source": ["[a](b)"]}], "nbformat": 4}`)
	f.Add("{\"cells\": [{\"cell_type\": \"markdown\", \"source\": [\"```\\n\", 1, \"a[0](x)\"]}, {\"cell_type\": \"code\", \"source\": \"a[0](x)\", \"outputs\": [1]}]}")
	// rest is all of a notebook but what a copy has anew.
	rest := func(text []byte) any {
		decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
		decoder.UseNumber()
		var notebook map[string]any
		if decoder.Decode(&notebook) != nil {
			return nil
		}
		cells, _ := notebook["cells"].([]any)
		for _, c := range cells {
			cell, _ := c.(map[string]any)
			switch cell["cell_type"] {
			case "code":
				delete(cell, "outputs")
				delete(cell, "execution_count")
			case "markdown":
				if source, ok := cell["source"].(string); ok && !links.MatchString(source) {
					break // stays
				}
				delete(cell, "source")
			}
		}
		return notebook
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Blank([]byte(text), "..")
		if err != nil {
			return
		}
		if !json.Valid(got) {
			t.Errorf("%q becomes %q", text, got)
		}
		if was, is := rest([]byte(text)), rest(got); !reflect.DeepEqual(was, is) {
			t.Errorf("of %q the copy has %v, it was %v", text, is, was)
		}
	})
}
