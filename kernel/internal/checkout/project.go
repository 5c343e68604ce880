// Package checkout knows this repository as it lies on a disk: what its go.mod and
// its environment.yml ask for, the Go that builds it, its notebooks, and which
// packages their cells can import.
//
// A cell imports what is Go's own, what is this project's, and what a module of its
// go.mod has; never anything else, so that a notebook runs next year as it does today
// ([Project.Addable] says how a package of others comes in).
package checkout

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"gosubspace/subspace/place"
)

// Module is the name of this project's module.
const Module = "gosubspace"

// A Project is a checkout of this repository.
type Project struct {
	Dir      string // absolute
	Minimum  string // the oldest Go that builds it, for example "1.26.5"
	Packages PackageList
	Requires []module.Version // the modules of go.mod
}

// Find finds the checkout that holds the folder from: its nearest parent
// with a go.mod of this module.
func Find(from string) (Project, error) {
	from, err := filepath.Abs(from)
	if err != nil {
		return Project{}, err
	}
	from = place.Real(from) // one checkout, also where a link leads to it
	for dir := from; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "go.mod")
		text, err := os.ReadFile(path)
		if err == nil && modfile.ModulePath(text) == Module {
			return readProject(dir, path, text)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Project{}, err
		}
		if dir == filepath.Dir(dir) {
			return Project{}, fmt.Errorf("%s is not inside a checkout of %s: change to its folder first", from, Module)
		}
	}
}

func readProject(dir, path string, text []byte) (Project, error) {
	mod, err := modfile.ParseLax(path, text, nil)
	if err != nil {
		return Project{}, err
	}
	if mod.Go == nil {
		return Project{}, fmt.Errorf("%s has no go line", path)
	}
	list := filepath.Join(dir, "environment.yml")
	yml, err := os.ReadFile(list)
	if err != nil {
		return Project{}, err
	}
	packages, err := parsePackages(yml)
	if err != nil {
		return Project{}, fmt.Errorf("%s: %w", list, err)
	}
	p := Project{Dir: dir, Minimum: mod.Go.Version, Packages: packages}
	for _, r := range mod.Require {
		p.Requires = append(p.Requires, r.Mod)
	}
	return p, nil
}

// Notebooks returns the folder of the notebooks.
func (p Project) Notebooks() string { return filepath.Join(p.Dir, "notebooks") }

// Here is the project that holds the current folder.
func Here() (Project, error) {
	dir, err := os.Getwd()
	if err != nil {
		return Project{}, err
	}
	return Find(dir)
}

// Hash is the SHA-256 of a text, in hexadecimal.
func Hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// HashFolders is a hash of what the project's Go programs are built from in these
// folders: go.mod, go.sum and Go files, without tests and what lies deeper.
func (p Project) HashFolders(folders ...string) (string, error) {
	var all []byte
	for _, folder := range folders {
		entries, err := os.ReadDir(filepath.Join(p.Dir, filepath.FromSlash(folder)))
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			name := e.Name()
			if name != "go.mod" && name != "go.sum" && (!strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go")) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(p.Dir, filepath.FromSlash(folder), name))
			if err != nil {
				return "", err
			}
			all = fmt.Appendf(all, "%s/%s %s\n", folder, name, Hash(text))
		}
	}
	return Hash(all), nil
}
