package site

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
