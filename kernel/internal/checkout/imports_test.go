package checkout

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place/placetest"
)

// Of Go's packages and the project's, those are provided that are there; of others,
// all of a module that go.mod names.
func TestProvides(t *testing.T) {
	goroot := t.TempDir()
	p := Project{Dir: t.TempDir(), Requires: []module.Version{{Path: "example.com/there", Version: "v1.2.3"}, {Path: "example.com/there/more", Version: "v0.1.0"}}}
	for name, text := range map[string]string{
		"src/fmt/print.go": "package fmt", "src/math/rand/v2/rand.go": "package rand", "src/internal/cpu/cpu.go": "package cpu",
		"src/cmd/go/main.go": "package main", "src/only/a_test.go": "package only", "src/vendor/x/x.go": "package x",
	} {
		putText(t, goroot, name, text)
	}
	for name, text := range map[string]string{
		"plots/p.go": "package plots", "kernel/main.go": "package main", "subspace/internal/cpu/cpu.go": "package cpu",
		"notebooks/00-here.ipynb": "{}", "mine/a.go": "package mine", "mine/b.go": "package other",
	} {
		putText(t, p.Dir, name, text)
	}
	for path, want := range map[string]bool{
		"fmt": true, "math/rand/v2": true,
		"maths": false, "math": false, "math/rand/v3": false, "internal/cpu": false, "cmd/go": false, "only": false, "vendor/x": false, "": false, "/etc": false,
		"gosubspace/plots": true,
		"gosubspace/mine":  true, // the compiler says better what is wrong with it
		"gosubspace":       false, "gosubspace/subspace/metrics": false, "gosubspace/notebooks": false, "gosubspace/kernel": false, "gosubspace/subspace/internal/cpu": false,
		"gosubspaces/plots": false, "plots": false, "./plots": false, "../plots": false,
		"example.com/there": true, "example.com/there/sub": true, "example.com/therefore": false, "example.com/nowhere": false,
	} {
		if got := p.provides(path, goroot); got != want {
			t.Errorf("%q: %v, want %v", path, got, want)
		}
	}

	books := []jupyter.Book{{Name: "a.ipynb", Notebook: jupyter.Notebook{Cells: []jupyter.Cell{
		{Type: "code", Source: "import (\n\t\"fmt\"\n\t\"maths\"\n\t\"example.com/nowhere\"\n)"},
		{Type: "code", Source: "import \"C\""}, {Type: "markdown", Source: "import \"text\""},
	}}}, {Name: "b.ipynb", Notebook: jupyter.Notebook{Cells: []jupyter.Cell{{Type: "code", Source: "import \"maths\"\nimport \"./plots\""}}}}}
	paths, absent := p.ImportsOf(books, goroot)
	if want := []string{"fmt", "github.com/janpfeifer/gonb/gonbui", "gosubspace/subspace/backend"}; !slices.Equal(paths, want) {
		t.Errorf("imports %q, want %q", paths, want)
	}
	var says []string
	for _, a := range absent {
		says = append(says, a.String())
	}
	if want := []string{
		"without maths, which a.ipynb imports: neither Go nor this project has such a package",
		"without example.com/nowhere, which a.ipynb imports and no module here has: go run ./kernel add example.com/nowhere@VERSION",
		"without ./plots, which b.ipynb imports: neither Go nor this project has such a package",
	}; !slices.Equal(says, want) {
		t.Errorf("absent: %q, want %q", says, want)
	}
	if of, ok := p.moduleOf("example.com/there/more/x"); !ok || of.Path != "example.com/there/more" {
		t.Errorf("module of a package of two: %v, want the inner one", of)
	}
}

// Every package of this Go's library that a cell can import is provided.
func TestProvidesStandardLibrary(t *testing.T) {
	p, err := Here()
	if err != nil {
		t.Fatal(err)
	}
	tools, err := p.Go(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := program.Output(t.Context(), p.Dir, nil, tools.Command(), "list", "std")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range strings.Fields(list) {
		if strings.HasPrefix(path, "vendor/") || slices.Contains(strings.Split(path, "/"), "internal") {
			continue
		}
		found++
		if !p.provides(path, tools.Root) {
			t.Errorf("%s is not provided", path)
		}
	}
	if found < 100 {
		t.Errorf("go list std names %d packages, want more than 100", found)
	}
}

func putText(t *testing.T, dir, name, text string) {
	t.Helper()
	placetest.Write(t, filepath.Join(dir, name), text+"\n")
}
