package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Pages of explore that are named are linked, and those that lie in the folder; a named one
// takes the place of one of its name.
func TestExplorePages(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"explore-line.html", "explore-triangle.html", "index.html"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := explorePages("new/explore-line.html,mine.html", dir)
	if want := "new/explore-line.html " + filepath.Join(dir, "explore-triangle.html") + " mine.html"; err != nil || strings.Join(pages, " ") != want {
		t.Errorf("%v, %v, want %s", pages, err, want)
	}
	if pages, err := explorePages("", filepath.Join(dir, "none")); err != nil || len(pages) != 0 {
		t.Errorf("of nothing: %v, %v", pages, err)
	}
}

// What pages are not to carry: the folders of the machine, but never all that begins at its
// root.
func TestHidden(t *testing.T) {
	t.Setenv("HOME", "/")
	t.Setenv("GOSUBSPACE_HOME", "/srv/cache")
	folders := hidden("/srv/project")
	if len(folders) != 2 || folders["/srv/project"] != "gosubspace" || folders["/srv/cache"] != "~/.cache/gosubspace" {
		t.Errorf("hidden are %v", folders)
	}
	t.Setenv("HOME", "/srv/anna")
	if hidden("/srv/project")["/srv/anna"] != "~" {
		t.Error("a user's folder is not hidden")
	}
}
