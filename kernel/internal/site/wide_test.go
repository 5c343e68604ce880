package site

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gosubspace/kernel/internal/jupyter"
)

// A table is a table to who hears it: what scrolls is a box around it, on a phone. And the
// script that lets keys scroll what is wide may run: the page's policy knows it.
func TestWide(t *testing.T) {
	table := "<table class=\"x\"><tr><td><table><tr><td>in</td></tr></table></td></tr></table>"
	dir := project(t, map[string]string{"a.ipynb": "<h1>A</h1><p>b</p>" + table + "\n---\ncode:<pre>&lt;table</pre>" + table})
	s, err := Make(t.Context(), Options{Notebooks: []string{filepath.Join(dir, "a.ipynb")}, Slides: true, Project: dir, Convert: asItIs})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.html", "a-slides.html"} {
		page := string(s.Files[name])
		for piece, want := range map[string]int{"<table": 4, `<div class="wide"><table`: 4, "</table></div>": 4, "&lt;table": 1} {
			if got := strings.Count(page, piece); got != want {
				t.Errorf("%s has %d times %s, want %d", name, got, piece, want)
			}
		}
		script := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindStringSubmatch(page)
		if script == nil || !strings.HasPrefix(script[1], wideJS) || !strings.Contains(page, string(policy(script[1]))) {
			t.Errorf("the script of %s is not there, or may not run: %q", name, script)
		}
	}
	if block := regexp.MustCompile(`(?m)^[^{\n]*\btable\b[^{\n]*\{[^}]*display:`).FindString(styleCSS); block != "" {
		t.Errorf("a table is displayed as something else: %s", block)
	}
}

// Whatever Git makes of the ends of lines, the policy has the hash of what a browser reads:
// there they are line feeds.
func TestLinesOfWindows(t *testing.T) {
	m := &making{site: &Site{Files: map[string][]byte{}}}
	if err := m.write("a.html", sheet{Name: "page", Script: "one();\r\ntwo();\r\n"}); err != nil {
		t.Fatal(err)
	}
	const want = "one();\ntwo();\n"
	if page := string(m.site.Files["a.html"]); !strings.Contains(page, "<script>"+want+"</script>") || !strings.Contains(page, string(policy(want))) {
		t.Errorf("the page has not the script %q and its hash:\n%s", want, page)
	}
}

// Slides are turned by keys that type nothing: who dictates, or slips, turns none. What gets
// the focus stands above the bar, which is as high as its buttons and the room around them.
func TestSlidesForAll(t *testing.T) {
	steps := regexp.MustCompile(`const step = \{(.*)\}\[e\.key\]`).FindStringSubmatch(slidesJS)
	if steps == nil {
		t.Fatal("slides.js has no keys")
	}
	for _, m := range regexp.MustCompile(`(?:^|,) ("[^"]*"|\w+): `).FindAllStringSubmatch(steps[1], -1) {
		if key := strings.Trim(m[1], `"`); len(key) == 1 && key != " " {
			t.Errorf("the letter %s turns slides", key)
		}
	}
	if !regexp.MustCompile(`(?s)"touchend", e => \{\s*if \(visualViewport\?\.scale > `).MatchString(slidesJS) {
		t.Error("a finger that pans what is zoomed in turns slides")
	}
	rem := func(in string) (value float64) {
		t.Helper()
		m := regexp.MustCompile(in).FindStringSubmatch(styleCSS)
		if m == nil {
			t.Fatalf("the style has no %s", in)
		}
		value, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	bar := rem(`(?m)^button \{.* min-height: ([\d.]+)rem`) + 2*rem(`(?m)^\.slides > nav \{.* padding: ([\d.]+)rem`)
	if free := rem(`(?m)^html:has\(> \.slides\) \{ scroll-padding-bottom: ([\d.]+)rem`); free <= bar {
		t.Errorf("%v rem stay free for a bar of %v", free, bar)
	}
}

// JupyterLab leaves a cell without code behind the last: it is no fold, and no slide; nor is
// any other cell without text, where its author says that a slide begins.
func TestEmptyCells(t *testing.T) {
	dir := project(t, map[string]string{"a.ipynb": "code:\n---\n<h1>A</h1><p>It leads.</p>\n---\ncode:"})
	s, err := Make(t.Context(), Options{Notebooks: []string{filepath.Join(dir, "a.ipynb")}, Slides: true, Project: dir, Convert: asItIs})
	if err != nil {
		t.Fatal(err)
	}
	if index := string(s.Files[indexName]); !strings.Contains(index, "It leads.") {
		t.Errorf("behind an empty cell nothing is read:\n%s", index[strings.Index(index, "<main"):])
	}
	if page := string(s.Files["a-slides.html"]); strings.Count(page, "<section") != 1 {
		t.Errorf("one slide is\n%s", page[strings.Index(page, "<main"):])
	}
	parts := slidesOf([]jupyter.Converted{
		{Kind: "code", HTML: "<pre>one</pre>", Slide: "slide"},
		{Kind: "code", Slide: "slide"}, {Kind: "code", HTML: "<pre>two</pre>"}, // two is not on the slide of one
		{Kind: "markdown", Slide: "slide"}, {Kind: "code", Slide: "slide"},
	})
	if len(parts) != 2 || parts[0].Body != "<pre>one</pre>" || parts[1].Body != "<pre>two</pre>" {
		t.Errorf("the slides are %+v, want one and two", parts)
	}
}

// On the index no two links to pages of explore have the same words.
func TestIndexTellsPagesApart(t *testing.T) {
	dir := project(t, map[string]string{"a.ipynb": "<h1>A</h1>", "explore-1.html": "<title>Line</title>", "explore-2.html": "<title>Line</title>", "explore-3.html": "<title>Curve</title>"})
	o := Options{Notebooks: []string{filepath.Join(dir, "a.ipynb")}, Project: dir, Convert: asItIs}
	for _, name := range []string{"explore-1.html", "explore-2.html", "explore-3.html"} {
		o.Explore = append(o.Explore, filepath.Join(dir, name))
	}
	s, err := Make(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">Line, explore-1.html</a>", ">Line, explore-2.html</a>", ">Curve</a>"} {
		if index := string(s.Files[indexName]); !strings.Contains(index, want) {
			t.Errorf("the index has no %s:\n%s", want, index[strings.Index(index, "<main"):])
		}
	}
}
