package main

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/build"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/ast/astutil"
)

// addMisspelt adds an import for each name that is used as a package's and is
// nothing else: of the packages of that name, the one that has most of what is
// used of it. Find returns the packages of a name, by import path their folders.
func addMisspelt(filename string, source []byte, find func(name string) map[string]string) ([]byte, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, filename, source, parser.ParseComments)
	if err != nil {
		return source, nil // the compiler will say it better
	}
	added := false
	for name, used := range undeclared(file) {
		if importPath := best(find(name), used); importPath != "" {
			added = astutil.AddImport(set, file, importPath) || added
		}
	}
	if !added {
		return source, nil
	}
	var out bytes.Buffer
	err = format.Node(&out, set, file)
	return out.Bytes(), err
}

// undeclared returns what is used of each name that looks like a package's and
// is not declared in the file.
func undeclared(file *ast.File) map[string][]string {
	unresolved := map[*ast.Ident]bool{}
	for _, ident := range file.Unresolved {
		unresolved[ident] = true
	}
	imported := map[string]bool{}
	for _, spec := range file.Imports {
		name := packageName(strings.Trim(spec.Path.Value, `"`))
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = true
	}
	used := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && unresolved[x] && !imported[x.Name] && s.Sel.IsExported() {
				used[x.Name] = append(used[x.Name], s.Sel.Name)
			}
		}
		return true
	})
	return used
}

// best returns the package that exports most of the names; of equals, the one
// with the shortest path.
func best(candidates map[string]string, used []string) string {
	score := map[string]int{}
	var paths []string
	for importPath, dir := range candidates {
		exported := exports(dir)
		for _, name := range used {
			if exported[name] {
				score[importPath]++
			}
		}
		paths = append(paths, importPath)
	}
	if len(paths) == 0 {
		return ""
	}
	return slices.MinFunc(paths, func(a, b string) int {
		return cmp.Or(score[b]-score[a], len(a)-len(b), cmp.Compare(a, b))
	})
}

// exports returns the names that a package exports.
func exports(dir string) map[string]bool {
	names := map[string]bool{}
	p, err := build.ImportDir(dir, 0)
	if err != nil {
		return names
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range append(p.GoFiles, p.CgoFiles...) {
		if file, err := parser.ParseFile(set, filepath.Join(dir, name), nil, parser.SkipObjectResolution); err == nil {
			files = append(files, file)
		}
	}
	d, err := doc.NewFromFiles(set, files, p.ImportPath)
	if err != nil {
		return names
	}
	values := append(slices.Clone(d.Consts), d.Vars...)
	functions := slices.Clone(d.Funcs)
	for _, t := range d.Types {
		names[t.Name] = true
		values = append(append(values, t.Consts...), t.Vars...)
		functions = append(functions, t.Funcs...)
	}
	for _, v := range values {
		for _, name := range v.Names {
			names[name] = true
		}
	}
	for _, f := range functions {
		names[f.Name] = true
	}
	return names
}

// packages returns the packages of a name in Go's own library and in the modules
// of the workspace.
func packages(name string) map[string]string {
	found := map[string]string{}
	for _, module := range modules() {
		fs.WalkDir(os.DirFS(module.dir), ".", func(dir string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return nil
			}
			switch base := path.Base(dir); {
			case dir != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "internal" || base == "vendor" || base == "cmd"):
				return fs.SkipDir
			case packageName(path.Join(module.path, dir)) == name:
				whole := filepath.Join(module.dir, filepath.FromSlash(dir))
				if p, err := build.ImportDir(whole, 0); err == nil && p.Name == name {
					found[path.Join(module.path, dir)] = whole
				}
			}
			return nil
		})
	}
	return found
}

type root struct{ path, dir string }

// modules returns where packages are looked for.
func modules() []root {
	var all []root
	out, err := exec.Command("go", "env", "GOROOT", "GOWORK").Output()
	if err != nil {
		return nil
	}
	lines := strings.Split(string(out), "\n")
	all = append(all, root{"", filepath.Join(lines[0], "src")})
	text, err := os.ReadFile(lines[1])
	if err != nil {
		return all
	}
	work, err := modfile.ParseWork(lines[1], text, nil)
	if err != nil {
		return all
	}
	for _, use := range work.Use {
		dir := use.Path
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(filepath.Dir(lines[1]), dir)
		}
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			all = append(all, root{modfile.ModulePath(text), dir})
		}
	}
	return all
}

var major = regexp.MustCompile(`^v[0-9]+$`)

// packageName is the name that a package of that path usually has.
func packageName(importPath string) string {
	base := path.Base(importPath)
	if major.MatchString(base) {
		base = path.Base(path.Dir(importPath))
	}
	return base
}
