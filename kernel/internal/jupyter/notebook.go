package jupyter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace/place"
)

// notebookFiles returns the notebooks of a folder, but not what an execution that was killed
// left (see tempNotebook), nor what one kept beside them (see beside).
func notebookFiles(dir string) ([]string, error) {
	paths, err := place.Files(dir, ".ipynb")
	return slices.DeleteFunc(paths, func(path string) bool { return keptBeside.MatchString(path) }), err
}

// A Notebook is what we read of an .ipynb file.
type Notebook struct {
	Cells    []Cell          `json:"cells"`
	Metadata json.RawMessage `json:"metadata"`
}

// A Cell is one of its cells.
type Cell struct {
	ID      string   `json:"id"` // of notebooks from format 4.5 on
	Type    string   `json:"cell_type"`
	Source  Text     `json:"source"`
	Outputs []Output `json:"outputs"`

	Metadata struct {
		Tags []string `json:"tags"`
	} `json:"metadata"`
}

// raises is the tag of a cell that may fail, as nbclient and Jupyter's own tools have it.
const raises = "raises-exception"

func (c Cell) tagged(tag string) bool { return slices.Contains(c.Metadata.Tags, tag) }

// An Output is one output of a cell.
type Output struct {
	Type      string                     `json:"output_type"` // stream, display_data, execute_result or error
	Name      string                     `json:"name"`        // a stream's
	Text      Text                       `json:"text"`        // a stream's
	Value     string                     `json:"evalue"`      // an error's
	Traceback []string                   `json:"traceback"`   // an error's
	Data      map[string]json.RawMessage `json:"data"`        // by media type
}

// Text is a string that the format also writes as a list of lines.
type Text string

func (t *Text) UnmarshalJSON(raw []byte) error {
	var whole string
	if json.Unmarshal(raw, &whole) == nil {
		*t = Text(whole)
		return nil
	}
	var lines []string
	if err := json.Unmarshal(raw, &lines); err != nil {
		return fmt.Errorf("want a string or a list of strings: %w", err)
	}
	*t = Text(strings.Join(lines, ""))
	return nil
}

// Read reads a notebook.
func Read(path string) (Notebook, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Notebook{}, err
	}
	return parseNotebook(path, raw)
}

// parseNotebook reads a notebook from what is in its file.
func parseNotebook(path string, raw []byte) (Notebook, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff")) // a byte-order mark, which some editors write
	var nb Notebook
	if err := json.Unmarshal(raw, &nb); err != nil {
		return Notebook{}, fmt.Errorf("%s is not a notebook: %w", path, err)
	}
	return nb, nil
}

// A Book is a notebook with the name of its file.
type Book struct {
	Name string
	Notebook
}

// ReadAll reads the notebooks of a folder. One that cannot be read is left
// out: JupyterLab will say so to whoever opens it.
func ReadAll(dir string) ([]Book, error) {
	paths, err := notebookFiles(dir)
	if err != nil {
		return nil, err
	}
	var books []Book
	for _, path := range paths {
		if nb, err := Read(path); err == nil {
			books = append(books, Book{filepath.Base(path), nb})
		}
	}
	return books, nil
}

// Find returns the notebooks that the arguments name: files, or names in the
// notebooks folder, with or without their ending, or folders, of which it is all
// notebooks (not those of folders in them); without any, all of the notebooks folder.
func Find(dir string, names []string) ([]string, error) {
	if len(names) == 0 {
		return notebooksOf(dir)
	}
	var paths []string
next:
	for _, name := range names {
		for _, path := range []string{name, filepath.Join(dir, name), filepath.Join(dir, name+".ipynb")} {
			if name == "" || !place.IsFile(path) && !place.IsFolder(path) {
				continue
			}
			path, err := filepath.Abs(path)
			if err != nil {
				return nil, err
			}
			found := []string{path}
			if place.IsFolder(path) {
				if found, err = notebooksOf(path); err != nil {
					return nil, err
				}
			}
			for _, path := range found {
				if !slices.Contains(paths, path) { // one that is named twice
					paths = append(paths, path)
				}
			}
			continue next
		}
		return nil, fmt.Errorf("no notebook %s, neither here nor in %s", name, dir)
	}
	return paths, nil
}

// notebooksOf returns the notebooks of a folder.
func notebooksOf(dir string) ([]string, error) {
	all, err := notebookFiles(dir)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s holds no notebook", dir)
	}
	return all, err
}

// Imports returns the import paths of a cell, where it is code: its import
// declarations, which stand before anything that Go would not know, as GoNB wants it.
func (c Cell) Imports() []string {
	if c.Type != "code" {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(string(c.Source), "\n") {
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
func (c Cell) firstSource() string {
	for line := range strings.SplitSeq(string(c.Source), "\n") {
		if line = strings.TrimSpace(line); line != "" && line != "%%" && line != "%main" && line != "import (" {
			return line
		}
	}
	return strings.TrimSpace(string(c.Source))
}

// figures counts the cell's pictures.
func (c Cell) figures() int {
	n := 0
	for _, r := range c.Outputs {
		if _, ok := r.Data["image/png"]; ok {
			n++
		}
	}
	return n
}
