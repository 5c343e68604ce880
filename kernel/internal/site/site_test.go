package site

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/subspace/place"
	"gosubspace/subspace/place/placetest"
)

// project makes a project's folder with these files.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		placetest.Write(t, filepath.Join(dir, name), text)
	}
	return dir
}

// asItIs plays the converter: a file is HTML already, its cells apart by a line of ---; one
// that begins with "code:" is code.
func asItIs(_ context.Context, paths, _ []string) (c jupyter.Conversion, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return c, err
		}
		d := jupyter.Document{Path: path}
		for cell := range strings.SplitSeq(string(text), "\n---\n") {
			kind := "markdown"
			if code, ok := strings.CutPrefix(cell, "code:"); ok {
				kind, cell = "code", code
			}
			d.Cells = append(d.Cells, jupyter.Converted{Kind: kind, HTML: cell})
		}
		c.Documents = append(c.Documents, d)
	}
	return c, nil
}

// Links lead to pages and files of the site, to the project's public place, or nowhere and
// are words then; pages and files come along that lie with the notebooks.
func TestLinks(t *testing.T) {
	dir := project(t, map[string]string{
		"README.md": "<h1>Readme</h1>",
		"notebooks/a.ipynb": `<h1 id="a">First</h1>` + "\n---\n" + `<a href="b.ipynb">b</a> <a href="b.ipynb#The-Idea">idea</a> <a href="b.ipynb#none">c</a> <a href="#a">up</a> <a href="words.md#w">w</a>
<a href="results">r</a> <a href="results/numbers%20of.csv">n</a> <a href="../README.md#usage">readme</a> <a href="https://example.com/?a&amp;b">out</a> <a href="gone.md">gone</a> <a href="other.ipynb">other</a>
<a href="../../elsewhere">far</a> <a name="x">y</a>`,
		"notebooks/b.ipynb":                 `<h2 id="the-idea">Idea</h2><a href="a.ipynb">a</a>`,
		"notebooks/other.ipynb":             `<h1>Other</h1>`,
		"notebooks/words.md":                `<h1 id="w">Words</h1><a href="results/deep/x.md">x</a>`,
		"notebooks/results/README.md":       `<h1>Results</h1><a href="../b.ipynb">back</a> <a href="../../README.md">readme</a>`,
		"notebooks/results/deep/x.md":       `<h1>X</h1><a href="../../a.ipynb#a">a</a>`,
		"notebooks/results/numbers of.csv":  "a,b\n",
		"notebooks/results/not-linked.csv":  "",
		"notebooks/explore-not-handed.html": "<title>x</title>",
	})
	make := func(source string) *Site {
		t.Helper()
		s, err := Make(t.Context(), Options{Notebooks: []string{filepath.Join(dir, "notebooks/a.ipynb"), filepath.Join(dir, "notebooks/b.ipynb")}, Slides: true, Project: dir, Source: source, Convert: asItIs})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := make("")
	if got, want := strings.Join(s.Names(), " "), "a-slides.html a.html b-slides.html b.html index.html results/README.html results/deep/x.html results/numbers of.csv words.html"; got != want {
		t.Errorf("the site is\n%s, want\n%s", got, want)
	}
	page := string(s.Files["a.html"])
	for _, want := range []string{`<a href="b.html">b</a>`, `<a href="b.html#the-idea">idea</a>`, `<a href="b.html">c</a>`, `<a href="#a">up</a>`, `<a href="words.html#w">w</a>`,
		`<a href="results/README.html">r</a>`, `<a href="results/numbers%20of.csv">n</a>`, `<span class="elsewhere" title="README.md, in the project&#39;s folder">readme</span>`,
		`<a href="https://example.com/?a&amp;b">out</a>`, `<span class="elsewhere" title="not there">gone</span>`, `title="notebooks/other.ipynb, in the project&#39;s folder">other</span>`,
		`title="not there">far</span>`, `<a name="x">y</a>`, `<a href="a-slides.html">Slides</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("a.html has no %s:\n%s", want, page[strings.Index(page, "<main"):])
		}
	}
	if slides := string(s.Files["a-slides.html"]); !strings.Contains(slides, `<a href="a.html#a">up</a>`) {
		t.Errorf("a link of the slides to a heading does not lead to the page:\n%s", slides)
	}
	if deep := string(s.Files["results/deep/x.html"]); !strings.Contains(deep, `<a href="../../a.html#a">a</a>`) || !strings.Contains(deep, `<a href="../../index.html">All notebooks</a>`) {
		t.Errorf("a page further down does not find the way up:\n%s", deep)
	}
	if got := strings.Join(s.Notices, "\n"); got != "notebooks/a.ipynb: the link to gone.md leads nowhere, and became plain words\nnotebooks/a.ipynb: the link to ../../elsewhere leads nowhere, and became plain words" {
		t.Errorf("its maker is told\n%s", got)
	}
	page = string(make("https://example.com/gosubspace/blob/main/").Files["a.html"])
	for _, want := range []string{`<a href="https://example.com/gosubspace/blob/main/README.md#usage">readme</a>`, `<a href="https://example.com/gosubspace/blob/main/notebooks/other.ipynb">other</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("with a public place a.html has no %s", want)
		}
	}
}

// What the index says of a notebook is what the notebook says.
func TestIndex(t *testing.T) {
	dir := project(t, map[string]string{"a.ipynb": `<h1 id="a">A &amp; <em>B</em></h1>
<p>It <em>leads</em>.</p>
<p><strong>What you will learn</strong></p>
<ol>
<li>this</li>
</ol>
<p><em>Run time: two minutes on 2 CPU cores. Press it.</em></p>` + "\n---\ncode:x\n---\n<h1>late</h1>", "b.ipynb": "code:y", "explore-line.html": "<html><TITLE>Move\n on a line</TITLE>"})
	s, err := Make(t.Context(), Options{Notebooks: []string{filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "b.ipynb")}, Explore: []string{filepath.Join(dir, "explore-line.html")}, Project: dir, Convert: asItIs})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<a href="a.html">A &amp; B</a>`, "<p>It <em>leads</em>.</p>", "<li>this</li>", "To run it takes two minutes on 2 CPU cores.</p>", `<a href="b.html">b</a>`,
		`<a href="explore-line.html">Move on a line</a>`} {
		if !strings.Contains(string(s.Files["index.html"]), want) {
			t.Errorf("the index has no %s:\n%s", want, s.Files["index.html"])
		}
	}
	if string(s.Files["explore-line.html"]) != "<html><TITLE>Move\n on a line</TITLE>" {
		t.Error("the page of explore did not come along as it was")
	}
	if s.Pages != 2 || strings.Contains(string(s.Files["a.html"]), "Slides") {
		t.Errorf("%d notebooks, or slides that nobody asked for", s.Pages)
	}
}

// Addresses lead to files, whatever is in their names.
func TestAddresses(t *testing.T) {
	names := []string{"Exercise #1", "Week 1: lines", "why?", "100 % sure", "US$prices"}
	files := map[string]string{}
	var paths []string
	for _, name := range names {
		files[name+".ipynb"] = "<h1 id=\"a\">" + html.EscapeString(name) + "</h1><a href=\"#a\">up</a>\n---\ncode:x"
	}
	dir := project(t, files)
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, name+".ipynb"))
	}
	s, err := Make(t.Context(), Options{Notebooks: paths, Slides: true, Project: dir, Convert: asItIs})
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for name, text := range s.Files {
		for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
			u, err := url.Parse(html.UnescapeString(m[1]))
			if err != nil || u.Path != "" && s.Files[path.Clean(u.Path)] == nil {
				t.Errorf("%s leads to %s, which is not there: %v", name, m[1], err)
			}
			links++
		}
	}
	if links < 20 {
		t.Errorf("%d links", links)
	}
}

// A page of explore that a notebook links to is one page, whether it is named, or there from
// before.
func TestExplorePageOfANotebook(t *testing.T) {
	page := "<html><title>Move</title>"
	dir := project(t, map[string]string{"a.ipynb": `<a href="explore-line.html">move</a>` + "\n---\ncode:x", "explore-line.html": page + "new",
		"site/explore-line.html": page + "old", "site/explore-triangle.html": page, "other/explore-line.html": page})
	at := func(name string) []string { return []string{filepath.Join(dir, filepath.FromSlash(name))} }
	o := Options{Notebooks: at("a.ipynb"), Project: dir, Convert: asItIs}
	for what, change := range map[string]func(o *Options){
		"named":           func(o *Options) { o.Explore = at("explore-line.html") },
		"named and there": func(o *Options) { o.Explore, o.Kept = at("explore-line.html"), at("site/explore-line.html") },
		"there":           func(o *Options) { o.Kept = at("site/explore-line.html") },
	} {
		o := o
		change(&o)
		o.Kept = append(o.Kept, at("site/explore-triangle.html")...)
		s, err := Make(t.Context(), o)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		index := string(s.Files["index.html"])
		if string(s.Files["explore-line.html"]) != page+"new" || strings.Count(index, `href="explore-line.html"`) != 1 || strings.Count(index, `href="explore-triangle.html"`) != 1 ||
			!strings.Contains(string(s.Files["a.html"]), `href="explore-line.html"`) {
			t.Errorf("%s: the index is\n%s", what, index)
		}
	}
	o.Explore = at("other/explore-line.html")
	if _, err := Make(t.Context(), o); err == nil || !strings.Contains(err.Error(), "would both be explore-line.html") {
		t.Errorf("two pages of one name: %v", err)
	}
}

// What cannot be handed out is said in a line.
func TestMakeFails(t *testing.T) {
	dir := project(t, map[string]string{"a.ipynb": "x", "x/A.ipynb": "y", "index.ipynb": "z", "a-slides.ipynb": "s", "plain.html": "<p>"})
	at := func(names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, filepath.Join(dir, name))
		}
		return paths
	}
	missing := func(ctx context.Context, paths, _ []string) (c jupyter.Conversion, err error) {
		c, err = asItIs(ctx, paths, nil)
		c.Documents[0].Cells[0].Missing = []string{"x.png"}
		return c, err
	}
	broken := func(context.Context, []string, []string) (c jupyter.Conversion, err error) {
		return c, errors.New("the converter failed")
	}
	for _, c := range []struct {
		o    Options
		says string
	}{
		{Options{Notebooks: at("a.ipynb", "x/A.ipynb"), Convert: asItIs}, "would both be A.html"},
		{Options{Notebooks: at("index.ipynb"), Convert: asItIs}, "would take the place of the index"},
		{Options{Notebooks: at("a.ipynb", "a-slides.ipynb"), Slides: true, Convert: asItIs}, "would both be a-slides.html"},
		{Options{Notebooks: at("a.ipynb"), Convert: missing}, "a.ipynb, cell 1: the picture x.png is not there"},
		{Options{Notebooks: at("a.ipynb"), Convert: broken}, "the converter failed"},
		{Options{Notebooks: at("a.ipynb"), Explore: at("explore-none.html"), Convert: asItIs}, "there is no page " + at("explore-none.html")[0] + ": go run ./kernel explore -o "},
		{Options{Notebooks: at("a.ipynb"), Explore: at("plain.html"), Convert: asItIs}, "is no page with a title"},
	} {
		c.o.Project = dir
		_, err := Make(t.Context(), c.o)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}

// A notebook that was not run is named.
func TestCheckNotebooks(t *testing.T) {
	cell := `{"cells": [{"cell_type": "code", "source": "x", "outputs": [%s]}, {"cell_type": "markdown", "source": "y"}]}`
	dir := project(t, map[string]string{"run.ipynb": fmt.Sprintf(cell, `{"output_type": "stream", "text": "a"}`), "not.ipynb": fmt.Sprintf(cell, ""), "sub/too.ipynb": fmt.Sprintf(cell, ""),
		"text.ipynb": `{"cells": [{"cell_type": "markdown", "source": "y"}]}`, "empty.ipynb": `{"cells": [{"cell_type": "markdown", "source": "y"}, {"cell_type": "code", "source": [" \n"], "outputs": []}]}`, "bad.ipynb": "{"})
	for _, c := range []struct{ names, says string }{
		{"run text empty", ""},
		{"run not", "not.ipynb has no outputs: run it first, with go run ./kernel run not.ipynb"},
		{"not run sub/too", "not.ipynb, sub/too.ipynb have no outputs: run them first"},
		{"bad", "bad.ipynb is not a notebook"},
		{"none", "no such file"},
	} {
		var paths []string
		for _, name := range strings.Fields(c.names) {
			paths = append(paths, filepath.Join(dir, name+".ipynb"))
		}
		if err := CheckNotebooks(dir, paths); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.names, err, c.says)
		}
	}
}

// No page carries paths of the machine, and pictures stay as they are.
func TestPrivate(t *testing.T) {
	m := &making{Options: Options{Hidden: map[string]string{"/srv/anna/gosubspace": "gosubspace", "/srv/anna": "~"}}}
	picture := "data:image/png;base64,AA/home/AA/srv/anna=="
	got := m.private(`in /srv/anna/gosubspace/notebooks and /srv/anna/x, /home/bob/y, "/Users/eve" C:\Users\Mallory\z <img src="` + picture + `"> /home/ https://docs.example.org/home/start.html file:///home/bob/y \n/home/bob -I/home/bob/include /nfs/home/bob/z (https://x.org/a/Users/b) "https://x.org" /home/bob`)
	if want := `in gosubspace/notebooks and ~/x, ~/y, "~" ~\z <img src="` + picture + `"> /home/ https://docs.example.org/home/start.html file://~/y \n~ -I~/include /nfs~/z (https://x.org/a/Users/b) "https://x.org" ~`; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Headings begin slides; what does not fit goes on under the same heading.
func TestSlides(t *testing.T) {
	text := func(words string) jupyter.Converted { return jupyter.Converted{Kind: "markdown", HTML: words} }
	figure := jupyter.Converted{Kind: "code", Figure: true, HTML: `<details class="code" open=""><summary>Code</summary><pre>1
2</pre></details><img src="x">`}
	long := "<p>" + strings.Repeat("words ", 150) + "</p>"
	tell := func(cells ...jupyter.Converted) string {
		var told []string
		for _, p := range slidesOf(cells) {
			words := p.Title
			if p.Again {
				words += "+"
			}
			told = append(told, fmt.Sprintf("%s:%d", words, strings.Count(string(p.Body), "<img")))
		}
		return strings.Join(told, " ")
	}
	as := func(c jupyter.Converted, slide string) jupyter.Converted { c.Slide = slide; return c }
	for _, c := range []struct{ got, want string }{
		{tell(), ""},
		{tell(text("<p>a</p>"), text("<h1 id=\"x\">X</h1>\n<p>b</p>\n<h2>Y &amp; Z</h2><h3>no</h3>")), ":0 X:0 Y & Z:0"},
		{tell(text("<h2>A</h2>"+long), figure, text("<p>What to see.</p>"), figure), "A:0 A+:1 A+:1"},
		{tell(text("<h2>A</h2><p>short</p>"), figure, text("<p>What to see.</p>")), "A:1"},
		{tell(as(text("<h1>A</h1><h2>B</h2>"), "slide"), as(text("<h2>C</h2>"), "-"), as(figure, "fragment"), as(figure, "skip"), as(text("<p>n</p>"), "notes"), as(figure, "subslide")), "A:1 :1"},
	} {
		if c.got != c.want {
			t.Errorf("the slides are %q, want %q", c.got, c.want)
		}
	}
	if body := string(slidesOf([]jupyter.Converted{figure})[0].Body); strings.Contains(body, "open") || !strings.Contains(body, "<summary>Code") {
		t.Errorf("the code of a slide is not folded away: %s", body)
	}
}

// A folder is written whole; what is not a site's stays, and keeps the site out.
func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "site")
	s := &Site{Files: map[string][]byte{"index.html": []byte("1"), "results/x.html": []byte("2")}}
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("explore-line.html", "line")
	if kept, err := Kept(dir); err != nil || len(kept) != 1 || filepath.Base(kept[0]) != "explore-line.html" {
		t.Errorf("kept are %v, %v", kept, err)
	}
	s = &Site{Files: map[string][]byte{"index.html": []byte("3")}}
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(t, dir), " "); got != ".site index.html" {
		t.Errorf("the folder holds %s", got)
	}
	// The pages of before may stay, in a folder that cannot be emptied; the new ones are there.
	if os.Getuid() != 0 {
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		err := (&Site{Files: map[string][]byte{"index.html": []byte("3")}}).Write(dir)
		if err == nil || !strings.Contains(err.Error(), "the pages were written, but those of before are left in ") {
			t.Errorf("pages that cannot be removed: %v", err)
		}
		left, err := place.Glob(filepath.Dir(dir), ".site-*-before")
		if err != nil || len(left) != 1 {
			t.Errorf("left are %v, %v", left, err)
		}
		for _, folder := range left {
			os.Chmod(folder, 0o755)
			os.RemoveAll(folder)
		}
	} else {
		t.Log("not tested as root, which may empty any folder: pages of before that cannot be removed")
	}
	put("notes.txt", "mine")
	put("more.txt", "mine")
	err := (&Site{Files: map[string][]byte{"index.html": []byte("4")}}).Write(dir)
	if err == nil || !strings.Contains(err.Error(), "holds what export has not written, more.txt and 1 more: choose an empty folder") {
		t.Errorf("a folder with other things: %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "index.html")); err != nil || string(text) != "3" {
		t.Errorf("the index is %s, %v", text, err)
	}
	// A file that cannot be: nothing is changed, and nothing left behind.
	clean := filepath.Join(filepath.Dir(dir), "other")
	if err := (&Site{Files: map[string][]byte{"x": nil, "x/y": nil}}).Write(clean); err == nil || !strings.Contains(err.Error(), "the pages were not written") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a site that cannot be written: %v", err)
	}
	if got := strings.Join(names(t, filepath.Dir(dir)), " "); got != "site site/.site site/index.html site/more.txt site/notes.txt" {
		t.Errorf("beside the folder lies %s", got)
	}
	// Nothing is no folder, nor is one that is not there with .. behind it another than it is:
	// both would be the folder that one is in, which a site may not replace.
	here := project(t, map[string]string{"notes.txt": "mine"})
	t.Chdir(here)
	for path, says := range map[string]string{"": "-o is empty", "nowhere/..": "holds what export has not written", ".": "holds what export has not written"} {
		if err := (&Site{Files: map[string][]byte{"index.html": nil}}).Write(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", path, err, says)
		}
		if got := strings.Join(names(t, here), " "); got != "notes.txt" {
			t.Fatalf("%q: the folder holds %q", path, got)
		}
	}
	file := filepath.Join(dir, "notes.txt")
	for path, says := range map[string]string{file: "is a file: want a folder", filepath.Join(file, "deep", "site"): "notes.txt is a file; choose a folder that can be written to"} {
		if err := Check(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
}

// names are the files and folders below one.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if name, _ := filepath.Rel(dir, path); name != "." {
			all = append(all, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
