package main

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// notebookFiles matches the files of a folder that are notebooks, but not what an
// execution that was killed left (see tempNotebook).
const notebookFiles = "[^.]*.ipynb"

// A notebook is what we read of an .ipynb file.
type notebook struct {
	Cells []cell `json:"cells"`
}

type cell struct {
	Type    string   `json:"cell_type"`
	Source  text     `json:"source"`
	Outputs []result `json:"outputs"`
}

// A result is one output of a cell.
type result struct {
	Type      string                     `json:"output_type"` // stream, display_data, execute_result or error
	Name      string                     `json:"name"`        // a stream's
	Text      text                       `json:"text"`        // a stream's
	Value     string                     `json:"evalue"`      // an error's
	Traceback []string                   `json:"traceback"`   // an error's
	Data      map[string]json.RawMessage `json:"data"`        // by media type
}

// text is a string that the format also writes as a list of lines.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var whole string
	if json.Unmarshal(raw, &whole) == nil {
		*t = text(whole)
		return nil
	}
	var lines []string
	if err := json.Unmarshal(raw, &lines); err != nil {
		return fmt.Errorf("want a string or a list of strings: %w", err)
	}
	*t = text(strings.Join(lines, ""))
	return nil
}

func readNotebook(path string) (notebook, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return notebook{}, err
	}
	var nb notebook
	if err := json.Unmarshal(raw, &nb); err != nil {
		return notebook{}, fmt.Errorf("%s is not a notebook: %w", path, err)
	}
	return nb, nil
}

// notebookImports returns the import paths of the notebooks in a folder, and of
// what every notebook uses.
func notebookImports(dir string) ([]string, error) {
	paths := []string{"github.com/janpfeifer/gonb/gonbui", "gosubspace/subspace/backend"}
	notebooks, err := filepath.Glob(filepath.Join(dir, notebookFiles))
	if err != nil {
		return nil, err
	}
	for _, path := range notebooks {
		nb, err := readNotebook(path)
		if err != nil {
			continue // JupyterLab will say so to whoever opens it
		}
		for _, c := range nb.Cells {
			if c.Type == "code" {
				paths = append(paths, imports(string(c.Source))...)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// imports returns the import paths of a cell: its import declarations, which
// stand before anything that Go would not know, as GoNB wants it.
func imports(source string) []string {
	var lines []string
	for line := range strings.SplitSeq(source, "\n") {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "%") || strings.HasPrefix(trimmed, "!") {
			line = ""
		}
		lines = append(lines, line)
	}
	// The parser keeps the imports it has read where what follows is no file.
	file, _ := parser.ParseFile(token.NewFileSet(), "", "package main\n"+strings.Join(lines, "\n"), parser.ImportsOnly)
	if file == nil {
		return nil
	}
	var paths []string
	for _, spec := range file.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// firstSource is the first line of a cell's source that tells something.
func (c cell) firstSource() string {
	for line := range strings.SplitSeq(string(c.Source), "\n") {
		if line = strings.TrimSpace(line); line != "" && line != "%%" && line != "%main" && line != "import (" {
			return line
		}
	}
	return strings.TrimSpace(string(c.Source))
}

// figures counts the cell's pictures.
func (c cell) figures() int {
	n := 0
	for _, r := range c.Outputs {
		if _, ok := r.Data["image/png"]; ok {
			n++
		}
	}
	return n
}
