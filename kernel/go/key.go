package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"hash"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
)

// errUnusual is why a cell is left to the real go command.
var errUnusual = errors.New("a cell that is more than Go files and their imports")

// further are settings that name files which would have to be looked at too.
var further = regexp.MustCompile(`(?m)^GOWORK=.|(?:^|[= '"])--?(?:overlay|pgo|toolexec)\b|^(?:GOFLAGS=|-).*@`)

// key tells whether two cells are built in the same way: it is a hash of everything that
// go build looks at, but for the bodies of the cell. That is
//
//   - the go command, its settings and flags, the C compiler, and this program;
//   - the files of the cell and what they import, and its module;
//   - the modules that it is built with in a workspace: the [identity] of every file that
//     can be part of a package. What lies in Go's module cache does not change, go build
//     says as well.
func (c cell) key() (string, error) {
	sources, err := c.sources()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	all := append(settings(), c.flags...)
	if slices.ContainsFunc(all, further.MatchString) {
		return "", errUnusual
	}
	fmt.Fprintf(h, "%q\n", all)
	for _, path := range []string{c.self, c.command, compiler()} {
		info, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%q %s\n", path, identity(info))
	}
	files := token.NewFileSet()
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		// //go:embed, //go:build, import "C" …
		if bytes.Contains(text, []byte("//go:")) || bytes.Contains(text, []byte("// +build")) || bytes.Contains(text, []byte(`"C"`)) || bytes.Contains(text, []byte("`C`")) {
			return "", errUnusual
		}
		f, err := parser.ParseFile(files, path, text, parser.ImportsOnly)
		if err != nil {
			return "", err
		}
		var imports []string
		for _, s := range f.Imports {
			if path, _ := strconv.Unquote(s.Path.Value); path == c.module || strings.HasPrefix(path, c.module+"/") {
				return "", errUnusual // a package of the cell's own
			}
			imports = append(imports, s.Path.Value)
		}
		slices.Sort(imports)
		fmt.Fprintf(h, "%q %q\n", filepath.Base(path), slices.Compact(imports))
	}
	if err := c.workspace(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sum tells whether two cells are the same program.
func (c cell) sum(key string) ([]byte, error) {
	sources, err := c.sources()
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s %q %q\n", key, c.module, c.binary)
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(h, "%d\n%s", len(text), text)
	}
	return h.Sum(nil), nil
}

// sources are the cell's files; an error where there are others that go build minds.
func (c cell) sources() (paths []string, err error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch name := e.Name(); filepath.Ext(name) {
		case ".go":
			if !strings.HasSuffix(name, "_test.go") {
				paths = append(paths, filepath.Join(c.dir, name))
			}
		case ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90",
			".s", ".S", ".sx", ".swig", ".swigcxx", ".syso", ".pgo":
			return nil, errUnusual
		}
	}
	if len(paths) == 0 {
		return nil, errUnusual
	}
	return paths, nil
}

// workspace adds the cell's module, its go.work, and what lies in the folders of that.
func (c cell) workspace(h hash.Hash) error {
	path := filepath.Join(c.dir, "go.work")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	work, err := modfile.ParseWork(path, text, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%q\n", text)
	var folders []string
	for _, use := range work.Use {
		dir := use.Path
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(c.dir, dir)
		}
		if dir = filepath.Clean(dir); dir != c.dir {
			folders = append(folders, dir)
		}
	}
	// A module may be replaced by one of those folders, as GoNB replaces them. Another
	// one would have to be looked at too.
	usual := func(dir string, replaced []*modfile.Replace) bool {
		for _, r := range replaced {
			to := r.New.Path
			if !filepath.IsAbs(to) {
				to = filepath.Join(dir, to)
			}
			if r.New.Version == "" && !slices.Contains(folders, to) {
				return false
			}
		}
		return true
	}
	if !usual(c.dir, work.Replace) {
		return errUnusual
	}
	for _, dir := range append([]string{c.dir}, folders...) {
		path := filepath.Join(dir, "go.mod")
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		mod, err := modfile.Parse(path, text, nil)
		if err != nil {
			return err
		}
		if !usual(dir, mod.Replace) {
			return errUnusual
		}
		if dir == c.dir {
			fmt.Fprintf(h, "%q\n", strings.Replace(string(text), c.module, "", 1))
			continue
		}
		left := mostFiles
		if err := addFolder(h, dir, false, &left); err != nil {
			return err
		}
	}
	return nil
}

// mostFiles is how many files of a module are looked at: with more, go build is quicker.
const mostFiles = 20000

// addFolder adds the files of a folder and of those below it: what is beside Go files, or
// below them, since they may embed it, and what says which modules there are.
func addFolder(h hash.Hash, dir string, inPackage bool, left *int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if *left -= len(entries); *left < 0 {
		return errUnusual
	}
	inPackage = inPackage || slices.ContainsFunc(entries, isGo)
	for _, e := range entries {
		name := e.Name()
		path := filepath.Join(dir, name)
		if e.IsDir() {
			if name == ".git" || strings.HasPrefix(name, ".") && !inPackage {
				continue // versions, editors' and tools' things
			}
			if err := addFolder(h, path, inPackage, left); err != nil {
				return err
			}
			continue
		}
		info, err := os.Stat(path) // of what a link leads to
		if err != nil {
			info, err = e.Info()
		} else if info.IsDir() { // a link to a folder, which may be imported, not embedded
			if mayHoldGo(path, left) {
				return errUnusual
			}
			continue
		}
		if !inPackage && name != "go.mod" && name != "go.sum" && name != "modules.txt" {
			continue
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%q %s\n", path, identity(info))
	}
	return nil
}

// mayHoldGo reports whether Go may find a package in a folder that a link leads to, or
// below it: a Go file, or another link.
func mayHoldGo(dir string, left *int) bool {
	entries, err := os.ReadDir(dir)
	if *left -= len(entries); err != nil || *left < 0 {
		return true
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return isGo(e) || e.Type()&fs.ModeSymlink != 0 || e.IsDir() && mayHoldGo(filepath.Join(dir, e.Name()), left)
	})
}

func isGo(e fs.DirEntry) bool { return filepath.Ext(e.Name()) == ".go" }

// settings are those that the go command and the C compiler heed: of the environment,
// and of go env -w.
func settings() (all []string) {
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		mine := strings.HasPrefix(name, "GONB_") || strings.HasPrefix(name, "GOSUBSPACE_") || strings.HasPrefix(name, "GOMLX_")
		for _, prefix := range []string{"GO", "CGO_", "CC", "CXX", "AR", "FC", "PKG_CONFIG", "GCC", "COMPILER_PATH", "LIBRARY_PATH", "CPATH", "C_INCLUDE_PATH", "LD_"} {
			if strings.HasPrefix(name, prefix) && !mine {
				all = append(all, line)
				break
			}
		}
	}
	slices.Sort(all)
	user := os.Getenv("GOENV") // what go env -w writes
	if dir, err := os.UserConfigDir(); user == "" && err == nil {
		user = filepath.Join(dir, "go", "env")
	}
	text, _ := os.ReadFile(user)
	return append(all, string(text))
}

// compiler is the C compiler that links.
func compiler() string {
	name := "gcc"
	if words := strings.Fields(os.Getenv("CC")); len(words) > 0 { // and flags, perhaps
		name = words[0]
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return name
}

// moduleOf is the name of the module of a go.mod.
func moduleOf(path string) (string, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	name := modfile.ModulePath(text)
	return name, name != ""
}
