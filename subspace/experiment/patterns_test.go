package experiment

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A folder's name is no pattern: the functions that take one get it as it stands in
// the source. What is looked for in a folder that the user names, place.Glob finds.
func TestPatternsAreConstant(t *testing.T) {
	const root = "../.."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(name, "."):
			return filepath.SkipDir
		case filepath.Ext(name) != ".go" || strings.HasSuffix(filepath.ToSlash(path), "subspace/place/glob.go"):
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, at := range variablePatterns(file) {
			t.Errorf("%v: a pattern that is no constant: use place.Glob", set.Position(at))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("looked into %d files only", files)
	}
}

// patternOf is which argument of a function is a pattern.
var patternOf = map[string]int{
	"path/filepath.Glob": 0, "path/filepath.Match": 0, "path.Match": 0, "io/fs.Glob": 1,
	"text/template.ParseGlob": 0, "html/template.ParseGlob": 0,
}

// variablePatterns returns where a file uses such a function otherwise than with a
// string literal for its pattern.
func variablePatterns(file *ast.File) (at []token.Pos) {
	imported := map[string]string{}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = path
	}
	// argument returns which argument of what is called is a pattern.
	argument := func(e ast.Expr) (int, bool) {
		selector, ok := e.(*ast.SelectorExpr)
		if !ok {
			return 0, false
		}
		from, ok := selector.X.(*ast.Ident)
		if !ok {
			return 0, false
		}
		i, ok := patternOf[imported[from.Name]+"."+selector.Sel.Name]
		return i, ok
	}
	fine := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if i, ok := argument(n.Fun); ok && i < len(n.Args) {
				_, fine[n.Fun] = n.Args[i].(*ast.BasicLit)
			}
		case *ast.SelectorExpr:
			if _, ok := argument(n); ok && !fine[n] {
				at = append(at, n.Pos())
			}
		}
		return true
	})
	return at
}

func TestVariablePatterns(t *testing.T) {
	const source = `package p

import (
	"io/fs"
	"os"
	"path/filepath"
	other "path/filepath"
)

const all = "*"

func f(dir string) {
	filepath.Glob("/dev/nvidia*")
	filepath.Glob(dir + "/*")
	filepath.Glob(filepath.Join(dir, "*"))
	other.Glob(dir)
	fs.Glob(os.DirFS(dir), "*")
	fs.Glob(os.DirFS("."), dir)
	filepath.Match(dir, "a")
	g := filepath.Glob
	g(dir)
}
`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, at := range variablePatterns(file) {
		lines = append(lines, set.Position(at).Line)
	}
	want := []int{14, 15, 16, 18, 19, 20}
	if len(lines) != len(want) {
		t.Fatalf("lines %v, want %v", lines, want)
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("lines %v, want %v", lines, want)
		}
	}
}
