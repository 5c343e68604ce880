package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"

	"gosubspace/subspace/place"
	"gosubspace/subspace/place/placetest"
)

// ofGo are the packages of Go's library that cells use without an import: GoNB adds it.
var ofGo = []string{"cmp", "context", "errors", "fmt", "log", "maps", "math", "math/rand/v2", "os", "path/filepath", "slices", "sort", "strings", "sync", "time"}

// The cells of all notebooks, and of the solutions of their exercises, are what the
// compiler takes. It needs no kernel: what a cell declares goes to a file, with the
// imports that it asks for, and what runs becomes a function.
func TestCodeInCells(t *testing.T) {
	p, err := checkout.Here()
	if err != nil {
		t.Fatal(err)
	}
	var books []string
	for _, pattern := range []string{"[^.]*.ipynb", "solutions/[^.]*.ipynb"} {
		found, err := place.Glob(p.Notebooks(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		books = append(books, found...)
	}
	if len(books) < 10 {
		t.Fatalf("%d notebooks", len(books))
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		placetest.Write(t, filepath.Join(dir, name), text)
	}
	write("go.mod", "module cells\n\ngo "+p.Minimum+"\n")
	write("go.work", fmt.Sprintf("go %s\n\nuse (\n\t.\n\t%q\n)\n", p.Minimum, p.Dir))
	cells := 0
	for i, path := range books {
		nb, err := jupyter.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range sourcesOf(t, filepath.Base(path), nb) {
			write(filepath.Join(fmt.Sprint("book", i), name), text)
			cells++
		}
	}
	if cells < 80 {
		t.Errorf("%d cells, want more", cells)
	}
	cmd := exec.Command("go", "vet", "-composites=false", "./...") // rows of figures are written {"line", runs}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(dir, "go.work"), "GOFLAGS=")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("a cell is not taken: %v\n%s", err, said)
	}
}

// The linker leaves out of a cell's program the methods that nobody calls: it keeps every
// one as soon as something in the program may look a method up by name, and each cell
// waits for the linker.
func TestCellLinksNoMoreThanItCalls(t *testing.T) {
	p, err := checkout.Here()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	const cell = "package main\n\nimport \"gosubspace/notebooks/lesson\"\n\nfunc main() {\n\tlesson.RecordedFigure(3, \"cifar10-small\")\n}\n"
	if err := os.WriteFile(source, []byte(cell), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-ldflags=-dumpdep", "-o", filepath.Join(dir, "cell"), source)
	cmd.Dir = p.Dir
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%.1000s", err, said)
	}
	if !strings.Contains(string(said), "gosubspace/notebooks/lesson.RecordedFigure -> ") {
		t.Fatal("the linker does not say what calls what")
	}
	for line := range strings.Lines(string(said)) {
		if _, kept, _ := strings.Cut(line, " -> "); strings.Contains(kept, "<ReflectMethod>") {
			t.Errorf("every method is linked, for %sgo get a version of that package that does not, or leave it out", line)
			break
		}
	}
}

// commands are lines for the kernel, or the shell.
var commands = regexp.MustCompile(`(?m)^[!%].*$`)

// sourcesOf makes a file of each cell, by its name, which tells notebook and cell: package
// members as they stand, what runs in a function. Of a name that is declared again the
// last declaration stays, as in the kernel.
func sourcesOf(t *testing.T, book string, nb jupyter.Notebook) map[string]string {
	t.Helper()
	imports := notebookImports(t) // the kernel finds the project's packages too
	for _, p := range ofGo {
		imports[filepath.Base(strings.TrimSuffix(p, "/v2"))] = p
	}
	sources, names := map[string]string{}, map[string]string{} // by declaration
	for i, c := range nb.Cells {
		for _, p := range c.Imports() {
			imports[filepath.Base(strings.TrimSuffix(p, "/v2"))] = p
		}
		if c.Type != "code" {
			continue
		}
		name := fmt.Sprintf("%s-cell%d.go", strings.TrimSuffix(book, ".ipynb"), i+1)
		members, body, runs := strings.Cut("\n"+string(c.Source), "\n%%")
		members = commands.ReplaceAllString(withoutImports(t, name, commands.ReplaceAllString(members, "")), "")
		if runs {
			members += fmt.Sprintf("\nfunc cell%d() {%s\n}\n\nvar _ = cell%d\n", i+1, commands.ReplaceAllString(body, ""), i+1)
		}
		for _, declared := range declaredIn(t, name, members) {
			if before, again := names[declared]; again {
				delete(sources, before) // a cell that declares anew declares all of it anew
			}
			names[declared] = name
			delete(imports, declared)
		}
		text, err := withImports(members, imports)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sources[name] = text
	}
	return sources
}

// withoutImports cuts the import declarations off.
func withoutImports(t *testing.T, name, members string) string {
	t.Helper()
	const head = "package p\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, head+members, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	end := 0
	for _, d := range file.Decls {
		end = fset.Position(d.End()).Offset
	}
	if end == 0 {
		return members
	}
	return (head + members)[end:]
}

// declaredIn are the functions, types, constants and variables of a package's members.
func declaredIn(t *testing.T, name, members string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, "package p\n"+members, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if n.Name != "_" {
							names = append(names, n.Name)
						}
					}
				}
			}
		}
	}
	return names
}
