package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/module"

	"gosubspace/subspace/place"
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

// A book is a notebook with the name of its file.
type book struct {
	name string
	notebook
}

// readNotebooks reads the notebooks of a folder. One that cannot be read is left
// out: JupyterLab will say so to whoever opens it.
func readNotebooks(dir string) ([]book, error) {
	paths, err := place.Glob(dir, notebookFiles)
	if err != nil {
		return nil, err
	}
	var books []book
	for _, path := range paths {
		if nb, err := readNotebook(path); err == nil {
			books = append(books, book{filepath.Base(path), nb})
		}
	}
	return books, nil
}

// An absentImport is one that neither Go nor a module of the project has.
type absentImport struct{ path, notebook string }

func (a absentImport) String() string {
	if !othersMay(a.path) {
		return fmt.Sprintf("without %s, which %s imports: neither Go nor this project has such a package", a.path, a.notebook)
	}
	return fmt.Sprintf("without %s, which %s imports and no module here has: go run ./kernel add %[1]s@VERSION", a.path, a.notebook)
}

// othersMay reports whether a package of others can have this path: it begins with
// the name of a host.
func othersMay(path string) bool {
	host, _, _ := strings.Cut(path, "/")
	return module.CheckImportPath(path) == nil && strings.Contains(host, ".") && !strings.HasPrefix(host, ".")
}

// importsOf returns the import paths of the notebooks, with what every cell uses,
// and those that neither Go, whose root is named, nor a module of go.mod has.
func (p project) importsOf(books []book, goroot string) (paths []string, absent []absentImport) {
	paths = []string{"github.com/janpfeifer/gonb/gonbui", "gosubspace/subspace/backend"}
	for _, b := range books {
		for _, c := range b.Cells {
			if c.Type != "code" {
				continue
			}
			for _, path := range imports(string(c.Source)) {
				switch {
				case path == "C": // cgo's, and no package
				case p.provides(path, goroot):
					paths = append(paths, path)
				case !slices.ContainsFunc(absent, func(a absentImport) bool { return a.path == path }):
					absent = append(absent, absentImport{path, b.name})
				}
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), absent
}

// provides reports whether cells can import a package: one of Go's own or of the
// project's that is there, or one that by its path can be of a module that go.mod
// names, which may have to be downloaded yet.
func (p project) provides(path, goroot string) bool {
	if ofProject(path) || !othersMay(path) {
		return p.has(path, goroot)
	}
	_, named := p.moduleOf(path)
	return named
}

// ofProject reports whether only this project can have the package.
func ofProject(path string) bool {
	return path == moduleName || strings.HasPrefix(path, moduleName+"/")
}

// has looks a package up among those of Go and of the project that cells can import.
func (p project) has(path, goroot string) bool {
	elements := strings.Split(path, "/")
	if module.CheckImportPath(path) != nil || elements[0] == "cmd" || slices.Contains(elements, "internal") || slices.Contains(elements, "vendor") {
		return false
	}
	dir := filepath.Join(goroot, "src", filepath.FromSlash(path))
	if ofProject(path) {
		dir = filepath.Join(p.dir, filepath.FromSlash(strings.TrimPrefix(path, moduleName)))
	}
	if !place.IsFolder(dir) {
		return false
	}
	pkg, err := build.ImportDir(dir, 0)
	var none *build.NoGoError
	if errors.As(err, &none) || err == nil && len(pkg.GoFiles)+len(pkg.CgoFiles) == 0 {
		return false // or there are tests alone
	}
	// What else is wrong with it, the compiler says better. Programs are not imported.
	return pkg.Name != "main"
}

// moduleOf returns the module of go.mod that, by its path, has the package.
func (p project) moduleOf(path string) (of module.Version, ok bool) {
	for _, m := range p.requires {
		if (path == m.Path || strings.HasPrefix(path, m.Path+"/")) && len(m.Path) > len(of.Path) {
			of, ok = m, true
		}
	}
	return of, ok
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
