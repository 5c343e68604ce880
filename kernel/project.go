package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// moduleName is the name of this project's module.
const moduleName = "gosubspace"

// A project is a checkout of this repository.
type project struct {
	dir      string // absolute
	minimum  string // the oldest Go that builds it, for example "1.26.5"
	packages packageList
	requires []module.Version // the modules of go.mod
}

// findProject finds the checkout that holds the folder from: its nearest parent
// with a go.mod of this module.
func findProject(from string) (project, error) {
	from, err := filepath.Abs(from)
	if err != nil {
		return project{}, err
	}
	for dir := from; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "go.mod")
		text, err := os.ReadFile(path)
		if err == nil && modfile.ModulePath(text) == moduleName {
			return readProject(dir, path, text)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return project{}, err
		}
		if dir == filepath.Dir(dir) {
			return project{}, fmt.Errorf("%s is not inside a checkout of %s: change to its folder first", from, moduleName)
		}
	}
}

func readProject(dir, path string, text []byte) (project, error) {
	mod, err := modfile.ParseLax(path, text, nil)
	if err != nil {
		return project{}, err
	}
	if mod.Go == nil {
		return project{}, fmt.Errorf("%s has no go line", path)
	}
	list := filepath.Join(dir, "environment.yml")
	yml, err := os.ReadFile(list)
	if err != nil {
		return project{}, err
	}
	packages, err := parsePackages(yml)
	if err != nil {
		return project{}, fmt.Errorf("%s: %w", list, err)
	}
	p := project{dir: dir, minimum: mod.Go.Version, packages: packages}
	for _, r := range mod.Require {
		p.requires = append(p.requires, r.Mod)
	}
	return p, nil
}

// notebooks returns the folder of the notebooks.
func (p project) notebooks() string { return filepath.Join(p.dir, "notebooks") }

// here is the project that holds the current folder.
func here() (project, error) {
	dir, err := os.Getwd()
	if err != nil {
		return project{}, err
	}
	return findProject(dir)
}
