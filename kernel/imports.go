package main

import (
	"errors"
	"fmt"
	"go/build"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/subspace/place"
)

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
func (p project) importsOf(books []jupyter.Book, goroot string) (paths []string, absent []absentImport) {
	paths = []string{"github.com/janpfeifer/gonb/gonbui", "gosubspace/subspace/backend"}
	for _, b := range books {
		for _, c := range b.Cells {
			for _, path := range c.Imports() {
				switch {
				case path == "C": // cgo's, and no package
				case p.provides(path, goroot):
					paths = append(paths, path)
				case !slices.ContainsFunc(absent, func(a absentImport) bool { return a.path == path }):
					absent = append(absent, absentImport{path, b.Name})
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
