package main_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The names of the glossary are declared in the code: a type, a function, a field or a
// method, of the package or the type that stands before it.
func TestGlossary(t *testing.T) {
	glossary, err := os.ReadFile("../notebooks/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	declared := declarations(t, os.DirFS(".."))
	n := 0
	for _, m := range regexp.MustCompile("`((?:\\w+\\.)?[A-Z]\\w*)(?:\\(1\\))?`").FindAllStringSubmatch(string(glossary), -1) {
		n++
		if !declared[m[1]] {
			t.Errorf("nothing is declared as %s", m[1])
		}
	}
	if n < 20 {
		t.Errorf("the glossary has %d names of the code, want more", n)
	}
	for _, name := range []string{"Endpoints", "Wights", "paper.Barrier", "Shape.Bend", "Config.Network.x"} { // no names, or of a method alone
		if declared[name] {
			t.Errorf("%s counts as declared", name)
		}
	}
}

// declarations are the exported names of a project's code, as glossary and pages write
// them: Type, Func, Type.Field, Type.Method, and each but the last two also with its
// package before it.
func declarations(t *testing.T, project fs.FS) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := fs.WalkDir(project, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && len(p) > 1 && strings.HasPrefix(d.Name(), ".") {
			return errOrSkip(err)
		}
		if path.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(project, p)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		add := func(name string) { all[name], all[file.Name.Name+"."+name] = true, true }
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					add(d.Name.Name)
				} else if owner := typeName(d.Recv.List[0].Type); owner != "" {
					all[owner+"."+d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.ValueSpec:
						for _, name := range s.Names {
							add(name.Name)
						}
					case *ast.TypeSpec:
						add(s.Name.Name)
						for _, member := range members(s.Type) {
							all[s.Name.Name+"."+member] = true
						}
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func errOrSkip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// typeName is the name of a receiver's type.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// members are the names of a struct's fields or an interface's methods.
func members(e ast.Expr) (names []string) {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return nil
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

// goBlock is Go's code on a page.
var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// The code of the pages is what the compiler takes, with the imports of the notebooks.
func TestCodeOnPages(t *testing.T) {
	project := os.DirFS("..")
	imports := notebookImports(t)
	dir := t.TempDir()
	args, found := []string{"vet"}, map[string]int{}
	err := fs.WalkDir(project, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && len(p) > 1 && strings.HasPrefix(d.Name(), ".") {
			return errOrSkip(err)
		}
		if path.Ext(p) != ".md" {
			return nil
		}
		page, err := fs.ReadFile(project, p)
		if err != nil {
			return err
		}
		for _, m := range goBlock.FindAllStringSubmatch(string(page), -1) {
			found[p]++
			file := filepath.Join(dir, fmt.Sprintf("page%d.go", len(args)))
			source := fmt.Sprintf("func page%d(ctx context.Context) error {\n%s\nreturn nil\n}\n", len(args), m[1])
			source, err := withImports(source, imports)
			if err != nil {
				return fmt.Errorf("%s: %w", p, err)
			}
			if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
				return err
			}
			args = append(args, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found["README.md"] == 0 {
		t.Error("README.md has no code of Go's")
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = ".."
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the code of the pages (%v) is not taken: %v\n%s", found, err, said)
	}
}

// notebookImports are the import paths of the notebooks' cells, and of what the pages use
// of Go's own library, by the names of their packages.
func notebookImports(t *testing.T) map[string]string {
	t.Helper()
	imports := map[string]string{"context": "context", "fmt": "fmt"}
	books, err := filepath.Glob("../notebooks/[^.]*.ipynb")
	if err != nil || len(books) == 0 {
		t.Fatal(books, err)
	}
	for _, book := range books {
		text, err := os.ReadFile(book)
		if err != nil {
			t.Fatal(err)
		}
		var nb struct {
			Cells []struct {
				Type   string   `json:"cell_type"`
				Source []string `json:"source"`
			} `json:"cells"`
		}
		if err := json.Unmarshal(text, &nb); err != nil {
			t.Fatal(err)
		}
		for _, c := range nb.Cells {
			if c.Type != "code" {
				continue
			}
			file, _ := parser.ParseFile(token.NewFileSet(), "", "package p\n"+strings.Join(c.Source, ""), parser.ImportsOnly)
			if file == nil {
				continue
			}
			for _, spec := range file.Imports {
				if p, err := strconv.Unquote(spec.Path.Value); err == nil {
					imports[path.Base(p)] = p
				}
			}
		}
	}
	return imports
}

// withImports makes a file of a function, with the imports that its names ask for.
func withImports(source string, imports map[string]string) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "page.go", "package page\n"+source, 0)
	if err != nil {
		return "", err
	}
	var used []string
	for _, name := range file.Unresolved {
		if p := imports[name.Name]; p != "" && !slices.Contains(used, p) {
			used = append(used, p)
		}
	}
	var b strings.Builder
	b.WriteString("package page\n\nimport (\n")
	for _, p := range used {
		fmt.Fprintf(&b, "\t%q\n", p)
	}
	b.WriteString(")\n\n" + source)
	return b.String(), nil
}
