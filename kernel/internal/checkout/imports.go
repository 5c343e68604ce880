package checkout

import (
	"errors"
	"fmt"
	"go/build"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// An Absent is an import that neither Go nor a module of the project has.
type Absent struct{ path, notebook string }

func (a Absent) String() string {
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

// ImportsOf returns the import paths of the notebooks, with what every cell uses,
// and those that neither Go, whose root is named, nor a module of go.mod has.
func (p Project) ImportsOf(books []jupyter.Book, goroot string) (paths []string, absent []Absent) {
	paths = []string{"github.com/janpfeifer/gonb/gonbui", "gosubspace/subspace/backend"}
	for _, b := range books {
		for _, c := range b.Cells {
			for _, path := range c.Imports() {
				switch {
				case path == "C": // cgo's, and no package
				case p.provides(path, goroot):
					paths = append(paths, path)
				case !slices.ContainsFunc(absent, func(a Absent) bool { return a.path == path }):
					absent = append(absent, Absent{path, b.Name})
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
func (p Project) provides(path, goroot string) bool {
	if ofProject(path) || !othersMay(path) {
		return p.has(path, goroot)
	}
	_, named := p.moduleOf(path)
	return named
}

// ofProject reports whether only this project can have the package.
func ofProject(path string) bool {
	return path == Module || strings.HasPrefix(path, Module+"/")
}

// has looks a package up among those of Go and of the project that cells can import.
func (p Project) has(path, goroot string) bool {
	elements := strings.Split(path, "/")
	if module.CheckImportPath(path) != nil || elements[0] == "cmd" || slices.Contains(elements, "internal") || slices.Contains(elements, "vendor") {
		return false
	}
	dir := filepath.Join(goroot, "src", filepath.FromSlash(path))
	if ofProject(path) {
		dir = filepath.Join(p.Dir, filepath.FromSlash(strings.TrimPrefix(path, Module)))
	}
	if !place.IsFolder(dir) {
		return false
	}
	pkg, err := build.ImportDir(dir, 0)
	if _, none := errors.AsType[*build.NoGoError](err); none || err == nil && len(pkg.GoFiles)+len(pkg.CgoFiles) == 0 {
		return false // or there are tests alone
	}
	// What else is wrong with it, the compiler says better. Programs are not imported.
	return pkg.Name != "main"
}

// moduleOf returns the module of go.mod that, by its path, has the package.
func (p Project) moduleOf(path string) (of module.Version, ok bool) {
	for _, m := range p.Requires {
		if (path == m.Path || strings.HasPrefix(path, m.Path+"/")) && len(m.Path) > len(of.Path) {
			of, ok = m, true
		}
	}
	return of, ok
}

// Example shows how a package of others is named.
const Example = "github.com/owner/name@v1.2.3"

// Addable says what is wrong with an argument before Go is asked: without a version
// Go would take the newest, over the pinned one, and of what is no package of others
// it speaks as if it were.
func (p Project) Addable(arg, goroot string) error {
	path, version, _ := strings.Cut(arg, "@")
	wrong := func(why, do string) error { return program.Fail("add", why, do) }
	switch {
	case ofProject(path) && p.has(path, goroot):
		return wrong(path+" is a package of this project and needs no adding", "import it in a cell")
	case ofProject(path):
		return wrong("this project has no package "+path+" that cells can import", "see how its folder is called, below "+p.Dir)
	case p.has(path, goroot):
		return wrong(path+" is a package of Go's own and needs no adding", "import it in a cell")
	case !othersMay(path):
		return wrong(fmt.Sprintf("%q is not the path of a package of others", arg), "give the path by which cells import it, and a version, such as "+Example)
	case version == "":
		why := path + " has no version, and Go would take the newest that there is"
		if m, ok := p.moduleOf(path); ok {
			return wrong(why+" where go.mod pins "+m.String(), "give the version that is pinned, go run ./kernel add "+path+"@"+m.Version+", or another one")
		}
		return wrong(why, "give one, go run ./kernel add "+path+"@VERSION; https://pkg.go.dev/"+path+"?tab=versions lists them")
	}
	return nil
}
