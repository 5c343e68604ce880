package site_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/setup"
	"gosubspace/kernel/internal/site"
	"gosubspace/subspace/backend/backendtest"
)

// converter returns the converter of the environment that set-up made. Without it the test
// is skipped, or fails where everything is required.
func converter(t *testing.T) jupyter.Installation {
	t.Helper()
	s, err := setup.Left(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Jupyter().Convert(t.Context(), nil, nil); err != nil {
		if os.Getenv(backendtest.Require) == "1" {
			t.Fatalf("%s=1, but %v", backendtest.Require, err)
		}
		t.Skipf("wants what set-up installs: %v", err)
	}
	return s.Jupyter()
}

var (
	image    = regexp.MustCompile(`(?s)<img [^>]*>`)
	altText  = regexp.MustCompile(`(?s) alt="([^"]*)"`)
	hyper    = regexp.MustCompile(`(?s) href="([^"]*)"`)
	ids      = regexp.MustCompile(` id="([^"]*)"`)
	loads    = regexp.MustCompile(`(?i)<[^>]* src="(?:[a-z]+:)?//|<link |@import|url\(["']?(?:http|//)|<iframe|<object|<script[^>]* src`)
	pictures = regexp.MustCompile(`base64,[A-Za-z0-9+/=]*`)
)

// The committed notebooks make a site in which every link leads somewhere, every picture is
// described by its own cell, nothing is loaded from elsewhere, and no path of this machine
// stands.
func TestCommittedNotebooks(t *testing.T) {
	python := converter(t)
	project, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	notebooks, err := jupyter.Find(filepath.Join(project, "notebooks"), nil)
	if err != nil || len(notebooks) < 10 {
		t.Fatalf("%d notebooks, %v", len(notebooks), err)
	}
	s, err := site.Make(t.Context(), site.Options{Notebooks: notebooks, Slides: true, Project: project, Hidden: map[string]string{project: "gosubspace"}, Convert: python.Convert})
	if err != nil {
		t.Fatal(err)
	}
	for _, notice := range s.Notices {
		t.Error(notice)
	}
	index := string(s.Files["index.html"])
	if got := strings.Count(index, "<article>"); got != len(notebooks) {
		t.Errorf("the index has %d notebooks of %d", got, len(notebooks))
	}
	for _, has := range []string{"What you will learn", "To run it takes"} {
		if got := strings.Count(index, has); got != len(notebooks) {
			t.Errorf("the index says %q of %d notebooks of %d", has, got, len(notebooks))
		}
	}
	for _, name := range s.Names() {
		if path.Ext(name) == ".html" {
			checkPage(t, s, name)
		}
	}
	for _, notebook := range notebooks {
		name := strings.TrimSuffix(filepath.Base(notebook), ".ipynb")
		want := spoken(t, notebook)
		for _, form := range []string{".html", "-slides.html"} {
			var got []string
			for _, alt := range altText.FindAllStringSubmatch(string(s.Files[name+form]), -1) {
				got = append(got, html.UnescapeString(alt[1]))
			}
			for _, alt := range want {
				if len(got) == 0 || !contains(&got, alt) {
					t.Errorf("%s%s: no picture, in its order, is described by\n%s", name, form, alt)
				}
			}
		}
	}
	t.Logf("%d files, %.1f MB", len(s.Files), float64(s.Bytes())/1e6)
}

// contains takes the texts up to and with the one that is wanted; false if it is not there.
func contains(texts *[]string, want string) bool {
	for i, text := range *texts {
		if text == want {
			*texts = (*texts)[i+1:]
			return true
		}
	}
	return false
}

// spoken are the descriptions of a notebook's figures.
func spoken(t *testing.T, path string) (alts []string) {
	t.Helper()
	nb, err := jupyter.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			var words jupyter.Text
			if _, ok := o.Data["image/png"]; !ok {
				continue
			}
			if err := json.Unmarshal(o.Data["text/plain"], &words); err != nil {
				t.Fatal(err)
			}
			alts = append(alts, strings.TrimSpace(string(words)))
		}
	}
	return alts
}

// checkPage checks a page of a site by itself, and where its links lead.
func checkPage(t *testing.T, s *site.Site, name string) {
	t.Helper()
	page := string(s.Files[name])
	for _, has := range []string{"<!DOCTYPE html>", `<html lang="en">`, `<meta name="viewport"`, "prefers-color-scheme: dark"} {
		if !strings.Contains(page, has) {
			t.Errorf("%s has no %s", name, has)
		}
	}
	if m := regexp.MustCompile(`<title>([^<]+)</title>`).FindStringSubmatch(page); m == nil || strings.HasSuffix(m[1], ".html") {
		t.Errorf("%s has no title", name)
	}
	if found := loads.FindString(page); found != "" {
		t.Errorf("%s loads something: %.100s", name, found)
	}
	for _, img := range image.FindAllString(page, -1) {
		alt := altText.FindStringSubmatch(img)
		if alt == nil || len(alt[1]) < 25 || strings.Contains(alt[1], "without a description") || strings.Contains(alt[1], "No description") {
			t.Errorf("%s: a picture is described by %q", name, alt)
		}
	}
	words := pictures.ReplaceAllString(page, "")
	for _, path := range []string{"/home/", "/root/", "/Users/", "/tmp/", os.Getenv("HOME") + "/"} {
		if i := strings.Index(words, path); i >= 0 && len(path) > 2 {
			t.Errorf("%s has a path of a machine: %.80s", name, words[max(0, i-20):])
		}
	}
	for _, m := range hyper.FindAllStringSubmatch(page, -1) {
		to := html.UnescapeString(m[1])
		if strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") || strings.HasPrefix(to, "mailto:") {
			continue
		}
		file, heading, _ := strings.Cut(to, "#")
		target := name
		if file != "" {
			target = path.Join(path.Dir(name), file)
		}
		text, ok := s.Files[target]
		if !ok {
			t.Errorf("%s: the link to %s leads nowhere", name, to)
			continue
		}
		if heading != "" {
			found := false
			for _, id := range ids.FindAllStringSubmatch(string(text), -1) {
				found = found || html.UnescapeString(id[1]) == heading
			}
			if !found {
				t.Errorf("%s: %s has no %q", name, target, heading)
			}
		}
	}
}

// What the converter makes of cells: formulas that need no script, code that is coloured,
// no scripts, and pictures only from where they may come from.
func TestConverter(t *testing.T) {
	python := converter(t)
	dir := t.TempDir()
	book := `{"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "go", "pygments_lexer": ""}}, "cells": [
	{"id": "a", "cell_type": "markdown", "metadata": {}, "source": "# One & *two*\n\n$\\theta = \\sum_i c_i \\theta_i$ and\n\n$$\\frac{1}{2}$$\n\n\\begin{align}a &= b\\end{align}\n\n![](x.png) ![seen](../../etc/passwd)\n\n![far](https://example.com/a.png)\n\n<img src=\"x.png\" onerror=\"alert(1)\"><script>alert(2)</script>\n\n## One & *two*"},
	{"id": "b", "cell_type": "code", "metadata": {}, "execution_count": 1, "source": "%%\nfmt.Println(\"<b>\")", "outputs": [
	 {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo=", "text/plain": "A line\nthat \"rises\"."}},
	 {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480 with 1 Axes>"}},
	 {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<details><summary>Figure in words</summary>\n<p>It falls.</p></details><script>alert(3)</script>"}},
	 {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo="}},
	 {"output_type": "stream", "name": "stdout", "text": "a < b"}]},
	{"id": "c", "cell_type": "code", "metadata": {}, "execution_count": 2, "source": "x", "outputs": [
	 {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg/>", "text/plain": "A \"drawn\" line."}},
	 {"output_type": "display_data", "metadata": {"image/svg+xml": {"alt": "Of the cell."}}, "data": {"image/svg+xml": "<svg/>"}},
	 {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": ["<svg", "/>"]}}]},
	{"id": "d", "cell_type": "code", "metadata": {}, "execution_count": null, "source": " \n", "outputs": []}]}`
	for name, text := range map[string]string{"a.ipynb": "\ufeff" + book, "x.png": "png", "p.md": "# Page\n\n[a](b.md)"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, err := python.Convert(t.Context(), []string{filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "p.md")}, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	text, code := c.Documents[0].Cells[0], c.Documents[0].Cells[1]
	for _, want := range []string{`<h1 id="one--two">One &amp; <em>two</em></h1>`, `<h2 id="one--two-1">`, `<math`, `<mfrac>`, `display="block"`,
		`src="data:image/png;base64,cG5n"`, `<a href="https://example.com/a.png">far</a>`, `alt="A picture without a description."`} {
		if !strings.Contains(text.HTML, want) {
			t.Errorf("the text has no %s:\n%s", want, text.HTML)
		}
	}
	if strings.Contains(text.HTML+code.HTML, "alert") || strings.Contains(text.HTML, "$") {
		t.Errorf("a script or a formula is left:\n%s\n%s", text.HTML, code.HTML)
	}
	if text.Nameless != 2 || len(text.Missing) != 1 || text.Missing[0] != "../../etc/passwd" {
		t.Errorf("%d pictures without a name, missing %v", text.Nameless, text.Missing)
	}
	for _, want := range []string{`alt="A line` + "\n" + `that &quot;rises&quot;."`, `alt="It falls."`, `alt="A picture without a description."`, `class="nx"`, "a &lt; b", "<summary>Figure in words</summary>"} {
		if !strings.Contains(code.HTML, want) {
			t.Errorf("the code has no %s:\n%s", want, code.HTML)
		}
	}
	if !code.Figure || !code.Output || code.Nameless != 1 {
		t.Errorf("of the code is told %+v", code)
	}
	drawn, empty := c.Documents[0].Cells[2], c.Documents[0].Cells[3]
	for _, want := range []string{`alt="A &quot;drawn&quot; line."`, `alt="Of the cell."`, `alt="A picture without a description."`} {
		if !strings.Contains(drawn.HTML, want) {
			t.Errorf("the drawings have no %s:\n%s", want, drawn.HTML)
		}
	}
	if drawn.Nameless != 1 || strings.Count(drawn.HTML, `src="data:image/svg+xml;base64,PHN2Zy8+"`) != 3 {
		t.Errorf("of the drawings is told %+v", drawn)
	}
	if empty.HTML != "" || empty.Kind != "code" {
		t.Errorf("a cell without code and outputs is %+v", empty)
	}
	if page := c.Documents[1].Cells; len(page) != 1 || !strings.Contains(page[0].HTML, `<a href="b.md">a</a>`) {
		t.Errorf("the page is %+v", page)
	}
}

// What other tools write becomes a page, and what is no notebook a line that names it.
func TestConverterOfOthers(t *testing.T) {
	python := converter(t)
	dir := t.TempDir()
	var paths []string
	put := func(text string) {
		t.Helper()
		path := filepath.Join(dir, fmt.Sprintf("%d.ipynb", len(paths)))
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	output := `"cell_type": "code", "source": ["a\n", "b"], "execution_count": null, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["seen"]},
		{"output_type": "display_data", "metadata": {}, "data": {"text/html": "<img src onerror=\"alert(1)\"><img src=\"DATA:image/png;base64,\" alt=\"x\"><img src=\"HTTP://127.0.0.1/x.png\">"}}]`
	put(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{` + output + `, "metadata": {"slideshow": "no"}}]}`)
	put(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {"language_info": "go"}, "cells": [{` + output + `, "metadata": {"slideshow": {"slide_type": null}}}]}`)
	put(`{"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"metadata": {}, "cells": [{"cell_type": "code", "language": "go", "input": "1",
		"metadata": {}, "collapsed": false, "prompt_number": 1, "outputs": [{"output_type": "stream", "stream": "stdout", "text": "seen"}]}]}]}`)
	c, err := python.Convert(t.Context(), paths, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.Documents {
		if cell := d.Cells[0]; !strings.Contains(cell.HTML, "seen") || len(cell.Missing) > 0 || cell.Slide != "" {
			t.Errorf("%s: %+v", d.Path, cell)
		}
	}
	put(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "attachments": {"my ä.png": {"image/png": "cG5n"}, "100%.png": {"image/png": "cG5n"}},
		"source": "![a](<attachment:my ä.png>) ![b](attachment:my%20%C3%A4.png) ![c](attachment:100%25.png)"}]}`)
	if c, err = python.Convert(t.Context(), paths[len(paths)-1:], nil); err != nil || strings.Count(c.Documents[0].Cells[0].HTML, "base64,cG5n") != 3 {
		t.Errorf("attached pictures with a blank, an accent and a percent sign: %+v, %v", c, err)
	}
	put(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, "attachments": {"my ä.png": {"image/png": "cG5n"}, "both": {"image/jpeg": "anBn", "image/png": "cG5n"}, "none": {}},
		"source": "<img src=\"attachment:my ä.png\" width=\"20\">\n\nWords <img src='attachment:my%20%C3%A4.png' height=9> <img src=\"attachment:both\"> <img src=\"attachment:gone.png\"> <img src=\"attachment:none\"> <img src=\"file:///x.png\"> <img src=\"C:\\x.png\">"}]}`)
	if c, err = python.Convert(t.Context(), paths[len(paths)-1:], nil); err != nil {
		t.Fatal(err)
	}
	if cell := c.Documents[0].Cells[0]; strings.Count(cell.HTML, `src="data:image/png;base64,cG5n"`) != 3 || !strings.Contains(cell.HTML, `width="20"`) ||
		strings.Join(cell.Missing, " ") != `attachment:gone.png attachment:none file:///x.png C:\x.png` {
		t.Errorf("attached pictures with a width, and what is not there: %+v", cell)
	}
	put(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "heading", "level": 1, "metadata": {}, "source": "h"}]}`)
	bad := paths[len(paths)-1]
	if _, err := python.Convert(t.Context(), paths, nil); err == nil || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), bad+" cannot be made a page: ") {
		t.Errorf("of no notebook: %v", err)
	}
}
