package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A program that misspells a name of a package gets the package's import.
func TestAddsImportsOfMisspelt(t *testing.T) {
	for _, c := range []struct{ name, body, want, not string }{
		{"one name", `fmt.Printn("a"); fmt.Println("b")`, `import "fmt"`, ""},
		{"that alone", `strings.ToUper("a")`, `import "strings"`, ""},
		{"most names decide", `rand.Text(); rand.Readr(nil)`, `"crypto/rand"`, `"math/rand"`},
		{"types and constants count", `var _ template.HTML; template.Newx()`, `"html/template"`, `"text/template"`},
		{"a variable is no package", `fmt := struct{ X int }{}; _ = fmt.X`, "", `"fmt"`},
		{"no such package", `nosuchthing.Do()`, "", "import"},
		{"a name of the workspace", `other.Thnig()`, `"example.org/work/other"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := workspace(t)
			path := filepath.Join(dir, "main.go")
			if err := os.WriteFile(path, []byte("package main\n\nfunc main() {\n\t"+c.body+"\n}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			if err := process(path, true); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), c.want) || c.not != "" && strings.Contains(string(text), c.not) {
				t.Errorf("of %s was made:\n%s\nwant %s, not %s", c.body, text, c.want, c.not)
			}
		})
	}
}

// A program that is whole stays as goimports leaves it.
func TestLeavesWholeProgramsAlone(t *testing.T) {
	source := []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(fmt.Nosuch) }\n")
	got, err := addMisspelt("main.go", source, func(string) map[string]string {
		t.Error("a package that is imported was looked for")
		return nil
	})
	if err != nil || string(got) != string(source) {
		t.Errorf("became %s, %v", got, err)
	}
}

// workspace makes a module beside a go.work that uses another one too.
func workspace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"cell/go.mod":         "module cell\n\ngo 1.26\n",
		"cell/go.work":        "go 1.26\n\nuse (\n\t.\n\t../work\n)\n",
		"work/go.mod":         "module example.org/work\n\ngo 1.26\n",
		"work/other/other.go": "package other\n\nfunc Thing() {}\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "cell")
}
