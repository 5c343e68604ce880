package main

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gosubspace/subspace/place"
)

func TestUnusableFoldersAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders are not called so")
	}
	good := filepath.Join(t.TempDir(), "good [1]")
	for _, c := range []struct{ checkout, home, says, do string }{
		{"a,b", "h", "a,b has a comma in its name", "rename it"},
		{`a\b`, "h", `a\b has a backslash in its name`, "rename it"},
		{"{cwd}", "h", "{cwd} has {cwd} in its name", "rename it"},
		{"p", "a,b", "a,b has a comma in its name", "set GOSUBSPACE_HOME"},
		{"p", "a:b", "a:b has a colon in its name", "set GOSUBSPACE_HOME"},
		{"p", "a\nb", "has a line break in its name", "set GOSUBSPACE_HOME"},
	} {
		dir, home := filepath.Join(good, c.checkout), filepath.Join(good, "homes", c.home)
		if err := aProject(dir); err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		t.Setenv("GOSUBSPACE_HOME", home)
		t.Setenv("CC", "true")
		status, said := call("setup")
		if status != 1 || !strings.Contains(said, "folder: ") || !strings.Contains(said, c.says) || !strings.Contains(said, "what to do: "+c.do) {
			t.Errorf("%q, %q: exit status %d, says %q", c.checkout, c.home, status, said)
		}
		if place.IsFolder(home) {
			t.Errorf("%q was made", home)
		}
	}
}
