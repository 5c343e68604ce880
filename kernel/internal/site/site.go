// Package site writes notebooks as static pages: what is handed out to those who have no
// Go, or no computer of their own, in a lecture or by mail.
//
// A site is a folder of HTML files. Each of them is whole: style, pictures and formulas are
// in it, it loads nothing from anywhere, and works from a disk. Its links lead to other
// pages of the site, to files that came along, or to other sites; one that would lead
// nowhere is none. Jupyter's own converter makes the HTML of the cells
// ([jupyter.Installation.Convert]); here the pages are put together.
//
// [Make] makes the files, [Site.Write] puts them into a folder, all at once.
package site

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/subspace/place"
)

// Options say what is handed out.
type Options struct {
	// Notebooks are the paths of the notebooks, in the order of the index.
	Notebooks []string
	// Explore are pages that go explore has written, to be part of the site.
	Explore []string
	// Slides also makes slides of every notebook.
	Slides bool
	// Source is where the project's folder can be read by everybody, such as
	// https://example.com/gosubspace/blob/main: links to what is not part of the site lead
	// there. "": they become plain words.
	Source string
	// Project is the project's folder.
	Project string
	// Kept are pages of explore that the folder has from before.
	Kept []string
	// Hidden are folders of this machine, whose names no page may carry, by what stands in
	// their place.
	Hidden map[string]string
	// Convert makes HTML of notebooks and pages.
	Convert func(ctx context.Context, paths, within []string) (jupyter.Conversion, error)
}

// A Site is what is to be written.
type Site struct {
	Files   map[string][]byte // by their paths in the folder, with slashes
	Notices []string          // what its maker should know
	Pages   int               // of notebooks
}

// making is a site on its way.
type making struct {
	Options
	roots   []string          // the folders of the notebooks
	at      map[string]string // where in the site a document or a file is, by its path on this machine
	order   []*document
	colours [2]string // of code, light and dark
	toMove  []string  // the pages of explore, by their names in the site
	site    *Site
}

// Make makes a site of notebooks that [CheckNotebooks] finds nothing wrong with.
func Make(ctx context.Context, o Options) (*Site, error) {
	m := &making{Options: o, at: map[string]string{}, site: &Site{Files: map[string][]byte{}}}
	m.at[""] = indexName // nothing else may have that name
	for _, path := range o.Notebooks {
		if root := filepath.Dir(path); !slices.Contains(m.roots, root) {
			m.roots = append(m.roots, root)
		}
		if err := m.claim(path, strings.TrimSuffix(filepath.Base(path), ".ipynb")+".html"); err != nil {
			return nil, err
		}
		if name := m.at[path]; o.Slides {
			if err := m.claim("the slides of "+path, slidesName(name)); err != nil {
				return nil, err
			}
		}
	}
	// Pages come along that documents link to, and pages that those link to.
	for next := o.Notebooks; len(next) > 0; {
		documents, err := m.read(ctx, next)
		if err != nil {
			return nil, err
		}
		m.order = append(m.order, documents...)
		next = nil
		for _, d := range documents {
			next = append(next, m.linked(d)...)
		}
	}
	if err := m.explore(); err != nil {
		return nil, err
	}
	for _, d := range m.order {
		m.resolve(d)
	}
	return m.site, m.render()
}

const indexName = "index.html"

// claim gives a path of this machine a place in the site.
func (m *making) claim(path, name string) error {
	for other, taken := range m.at {
		if strings.EqualFold(taken, name) && other != path {
			if other == "" {
				return fmt.Errorf("%s would take the place of the index: give the notebook another name", path)
			}
			return fmt.Errorf("%s and %s would both be %s: hand them out one by one, to folders of their own", other, path, name)
		}
	}
	m.at[path] = name
	return nil
}

// read has documents converted.
func (m *making) read(ctx context.Context, paths []string) ([]*document, error) {
	c, err := m.Convert(ctx, paths, m.roots)
	if err != nil {
		return nil, err
	}
	m.colours = [2]string{c.Light, c.Dark}
	var documents []*document
	for _, converted := range c.Documents {
		d := newDocument(converted, m.at[converted.Path])
		for i, cell := range d.cells {
			if len(cell.Missing) > 0 {
				return nil, fmt.Errorf("%s, cell %d: the picture %s is not there, or outside of the notebook's folder", m.shown(d.path), i+1, cell.Missing[0])
			}
			if cell.Nameless > 0 {
				m.notice("%s, cell %d: a picture has no description for those who do not see it: lesson.Figure gives figures one; write others into the cell's metadata, as alt", m.shown(d.path), i+1)
			}
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func (m *making) notice(format string, args ...any) {
	if notice := fmt.Sprintf(format, args...); !slices.Contains(m.site.Notices, notice) {
		m.site.Notices = append(m.site.Notices, notice)
	}
}

// CheckNotebooks reports notebooks that cannot be read, or have no outputs: one that was
// not run shows nothing.
func CheckNotebooks(project string, paths []string) error {
	var empty []string
	for _, path := range paths {
		nb, err := jupyter.Read(path)
		if err != nil {
			return err
		}
		code, output := false, false
		for _, c := range nb.Cells {
			code, output = code || c.Type == "code" && strings.TrimSpace(string(c.Source)) != "", output || len(c.Outputs) > 0
		}
		if code && !output {
			empty = append(empty, shown(project, path))
		}
	}
	if len(empty) == 0 {
		return nil
	}
	has, them := "has", "it"
	if len(empty) > 1 {
		has, them = "have", "them"
	}
	return fmt.Errorf("%s %s no outputs: run %s first, with go run ./kernel run %s", strings.Join(empty, ", "), has, them, strings.Join(empty, " "))
}

// notebooks are the documents that are.
func (m *making) notebooks() []*document { return m.order[:len(m.Notebooks)] }

func (m *making) shown(path string) string { return shown(m.Project, path) }

// shown is a path as a reader knows it: from the project's folder on, where it is in it.
func shown(project, path string) string {
	if rel, err := filepath.Rel(project, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

// explore takes the pages of explore into the site. One that came along, since a notebook
// links to it, is there already, and takes the place of one of before.
func (m *making) explore() error {
	for i, path := range slices.Concat(m.Explore, m.Kept) {
		name := filepath.Base(path)
		if slices.Contains(m.toMove, name) {
			continue
		}
		_, came := m.site.Files[name]
		if came && (i >= len(m.Explore) || m.came(path, name)) {
			m.toMove = append(m.toMove, name)
			continue
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("there is no page %s: go run ./kernel explore -o %s makes one", path, path)
		}
		if err != nil {
			return err
		}
		if titleOf(string(text)) == "" {
			return fmt.Errorf("%s is no page with a title: want one that go run ./kernel explore made", path)
		}
		if err := m.claim(path, name); err != nil {
			return err
		}
		m.site.Files[name], m.toMove = text, append(m.toMove, name)
	}
	slices.Sort(m.toMove)
	return nil
}

// came reports whether it is this file that came along under a name.
func (m *making) came(path, name string) bool {
	file, err := os.Stat(path)
	for other, taken := range m.at {
		if taken == name && err == nil {
			there, err := os.Stat(other)
			return err == nil && os.SameFile(file, there)
		}
	}
	return false
}

// render makes the pages of all documents, and the index.
func (m *making) render() error {
	for _, d := range m.order {
		if err := m.page(d); err != nil {
			return err
		}
	}
	for _, d := range m.notebooks() {
		m.site.Pages++
		if m.Slides {
			if err := m.slides(d); err != nil {
				return err
			}
		}
	}
	return m.index()
}

// linked are the pages that a document links to and that are to come along: what lies below
// the folder of the notebooks. Files that are no pages come along at once.
func (m *making) linked(d *document) (pages []string) {
	for _, target := range d.links() {
		path, _ := m.target(d, target)
		if path == "" || m.at[path] != "" {
			continue
		}
		rel := m.within(path)
		switch ext := filepath.Ext(path); {
		case rel == "" || ext == ".ipynb":
		case ext == ".md":
			if m.claim(path, strings.TrimSuffix(rel, ".md")+".html") == nil {
				pages = append(pages, path)
			}
		default:
			m.takeAlong(path, rel)
		}
	}
	return pages
}

// largest is the size of a file in bytes that comes along.
const largest = 2 << 20

// takeAlong makes a file part of the site.
func (m *making) takeAlong(path, name string) {
	info, err := os.Stat(path)
	if err != nil || info.Size() > largest {
		return
	}
	if text, err := os.ReadFile(path); err == nil && m.claim(path, name) == nil {
		m.site.Files[name] = text
	}
}

// within is where a file lies below one of the folders that are handed out; "": nowhere.
// What is hidden, or is there by a link to elsewhere alone, is not meant to go out.
func (m *making) within(path string) string {
	for _, root := range m.roots {
		rel, err := filepath.Rel(root, path)
		if err != nil || !filepath.IsLocal(rel) || !place.IsFile(path) || hidden(rel) {
			continue
		}
		if real, err := filepath.EvalSymlinks(root); err == nil {
			if file, err := filepath.EvalSymlinks(path); err == nil {
				if inside, err := filepath.Rel(real, file); err == nil && filepath.IsLocal(inside) && !hidden(inside) {
					return filepath.ToSlash(rel)
				}
			}
		}
	}
	return ""
}

// hidden reports whether a name in the way is a hidden one.
func hidden(rel string) bool {
	return slices.ContainsFunc(strings.Split(filepath.ToSlash(rel), "/"), func(name string) bool { return strings.HasPrefix(name, ".") })
}

// Names are the files of the site, in order.
func (s *Site) Names() []string { return slices.Sorted(maps.Keys(s.Files)) }

// Bytes is their size.
func (s *Site) Bytes() (n int64) {
	for _, text := range s.Files {
		n += int64(len(text))
	}
	return n
}
