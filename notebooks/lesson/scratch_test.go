package lesson

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// members returns the functions and types that the cells of a notebook declare, as they
// stand there, by their names.
func (b book) members(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, c := range b.Cells {
		if c.Type != "code" {
			continue
		}
		above, _, _ := strings.Cut("\n"+strings.Join(c.Source, ""), "\n%%")
		source, fset := "package p\n"+above, token.NewFileSet()
		file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			name := ""
			switch d := d.(type) {
			case *ast.FuncDecl:
				name = d.Name.Name
			case *ast.GenDecl:
				if d.Tok == token.TYPE {
					name = d.Specs[0].(*ast.TypeSpec).Name.Name
				}
			}
			if name != "" {
				all[name] = source[fset.Position(d.Pos()).Offset:fset.Position(d.End()).Offset]
			}
		}
	}
	return all
}

// A cell knows nothing of another notebook's: the solutions of 12-from-scratch begin
// with its functions, which are the same there and stay so.
func TestScratchSolutions(t *testing.T) {
	const name = "12-from-scratch.ipynb"
	notebook, solutions := readBook(t, "../"+name).members(t), readBook(t, "../solutions/"+name).members(t)
	same := 0
	for name, text := range solutions {
		there, ok := notebook[name]
		if !ok {
			continue
		}
		same++
		if there != text {
			t.Errorf("%s of the solutions is\n%s\nand of the notebook\n%s", name, text, there)
		}
	}
	if same < 15 {
		t.Errorf("%d functions of the notebook are in its solutions, want more", same)
	}
}

// The method of 12-from-scratch is written out: what it calls of the project draws its
// figure, reads digits, or is what the last cell compares it with.
func TestScratchIsPlain(t *testing.T) {
	for _, c := range readBook(t, "../12-from-scratch.ipynb").Cells {
		text := strings.Join(c.Source, "")
		if c.Type == "code" && strings.Contains(strings.ReplaceAll(text, "lesson.Figure(", ""), "lesson.") {
			t.Errorf("a cell calls package lesson for more than a figure:\n%s", text)
		}
	}
}
