package site

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/place"
)

// manifest is the file in which a site lists its others: what a later one may replace.
const manifest = ".site"

// Kept are the pages of explore that lie in a folder already: a site that is written there
// keeps them.
func Kept(dir string) ([]string, error) { return place.Glob(dir, "explore-*.html") }

// Check reports a folder that a site cannot be written to, or must not be: because it holds
// anything that no site has written, and that would be lost.
func Check(typed string) error {
	if typed == "" { // which is the current folder to some functions, and none to others
		return errors.New("-o is empty: want the folder for the pages")
	}
	dir, err := filepath.Abs(typed) // clean: a folder that is not there and .. behind it is one that is
	if err != nil {
		return err
	}
	if place.IsFile(dir) {
		return fmt.Errorf("%s is a file: want a folder for the pages, with -o", typed)
	}
	if err := place.CanWrite(filepath.Dir(dir)); err != nil { // it is made beside its place, see Write
		return fmt.Errorf("pages cannot be written to %s: %w; choose a folder that can be written to, with -o", typed, err)
	}
	if !place.IsFolder(dir) {
		return nil
	}
	ours := map[string]bool{manifest: true}
	if text, err := os.ReadFile(filepath.Join(dir, manifest)); err == nil {
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			ours[lines.Text()] = true
		}
	}
	kept, err := Kept(dir)
	if err != nil {
		return err
	}
	for _, page := range kept {
		ours[filepath.Base(page)] = true
	}
	var other []string
	const most = 1000 // in a home there are more than one wants to wait for
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return nil
		}
		if name, _ := filepath.Rel(dir, path); err != nil || !ours[filepath.ToSlash(name)] {
			other = append(other, name) // a folder that cannot be looked into, too
		}
		if len(other) > most {
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n := len(other); n > 0 {
		more := ""
		if n > most {
			more = " and many more"
		} else if n > 1 {
			more = fmt.Sprintf(" and %d more", n-1)
		}
		return fmt.Errorf("%s holds what export has not written, %s%s: choose an empty folder, or one that it made", typed, other[0], more)
	}
	return nil
}

// Write writes the site to a folder, whole or not at all: it is made beside its place and
// then takes it. What a site has written there before is gone afterwards.
func (s *Site) Write(dir string) (err error) {
	if err := Check(dir); err != nil {
		return err
	}
	defer func() {
		if _, left := errors.AsType[*leftError](err); err != nil && !left {
			err = fmt.Errorf("the pages were not written, and what was in %s is there still: %w; choose a folder that can be written to, with -o", dir, err)
		}
	}()
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	dir = place.Real(dir) // a link stays a link
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	made, err := os.MkdirTemp(parent, ".site-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	if err := s.fill(made); err != nil {
		return err
	}
	before := made + "-before"
	if err := os.Rename(dir, before); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(made, dir); err != nil {
		return errors.Join(err, ignoreAbsent(os.Rename(before, dir)))
	}
	if err := os.RemoveAll(before); err != nil {
		return &leftError{before, err}
	}
	return nil
}

// A leftError is what keeps the pages of before from being removed, after the new ones
// have taken their place.
type leftError struct {
	dir string
	err error
}

func (e *leftError) Error() string {
	return fmt.Sprintf("the pages were written, but those of before are left in %s: %v; remove that folder yourself", e.dir, e.err)
}

func (e *leftError) Unwrap() error { return e.err }

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// fill writes the files into an empty folder.
func (s *Site) fill(dir string) error {
	files := maps.Clone(s.Files)
	files[manifest] = []byte(strings.Join(s.Names(), "\n") + "\n")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o755) // what MkdirTemp makes is for its owner alone
}
