package place

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/place/placetest"
)

// awkward are names that people give to folders, and that are patterns, flags or
// escapes to somebody.
var awkward = []string{"plain", "course [2026]", "[a-z]", "[", "]", "[^.]", "-o", "#1", "100 %d", "it's", "$HOME", "{a,b}", "münchen", "~", "!x"}

func TestGlob(t *testing.T) {
	names := awkward
	if runtime.GOOS != "windows" {
		names = append(slices.Clone(names), "*", "a?", `back\slash`, `"quoted"`, "a:b")
	}
	for _, name := range names {
		dir := filepath.Join(t.TempDir(), name)
		for _, file := range []string{"a.json", "b.json", ".hidden.json", "c.txt", "deep/python3.12/lib/x.so", "deep/python2/lib/x.so", "deep/[x]/lib/x.so"} {
			placetest.Write(t, filepath.Join(dir, file), "")
		}
		for pattern, want := range map[string]string{
			"[^.]*.json":             "a.json b.json",
			".*":                     ".hidden.json",
			"deep/python3*/lib/x.*":  "deep/python3.12/lib/x.so",
			"deep/*/lib/x.so":        "deep/[x]/lib/x.so deep/python2/lib/x.so deep/python3.12/lib/x.so",
			"deep/python2/lib/x.so":  "deep/python2/lib/x.so",
			"nothing/*":              "",
			"deep/python3.12/lib/y*": "",
		} {
			found, err := Glob(dir, pattern)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, path := range found {
				if _, err := os.Stat(path); err != nil {
					t.Error(err)
				}
				rest, err := filepath.Rel(dir, path)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, filepath.ToSlash(rest))
			}
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%s in %q: %v, want %s", pattern, name, got, want)
			}
		}
	}
}

// The current folder, written as nothing, is one too.
func TestGlobHere(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("a.json", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", "."} {
		if got, err := Glob(dir, "*.json"); err != nil || len(got) != 1 || got[0] != "a.json" {
			t.Errorf("%q: %v, %v", dir, got, err)
		}
	}
}

func TestGlobErrors(t *testing.T) {
	dir := t.TempDir()
	if got, err := Glob(filepath.Join(dir, "nowhere"), "*"); len(got) > 0 || err != nil {
		t.Errorf("of a folder that is not there: %v, %v; want nothing", got, err)
	}
	if _, err := Glob(dir, "["); err == nil {
		t.Error("a pattern that is none is no error")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Glob(file, "*"); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file for a folder: error %v, want one that names it", err)
	}
}

// What macOS and half-written files leave beside records is none.
func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "course [2026]")
	for _, name := range []string{"b.json", "a.json", "._a.json", ".b.json.123", "a.json.txt", "deep/c.json"} {
		placetest.Write(t, filepath.Join(dir, name), "")
	}
	want := []string{filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")}
	if got, err := Files(dir, ".json"); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

// A file takes the place of another, with the mode that it is to have.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path, by := placetest.Write(t, filepath.Join(dir, "a"), "old"), placetest.Write(t, filepath.Join(dir, ".a"), "new")
	if err := Replace(path, by, 0o440); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	info, wrong := os.Stat(path)
	if err != nil || wrong != nil || string(text) != "new" || runtime.GOOS != "windows" && info.Mode().Perm() != 0o440 {
		t.Errorf("there is %q, %v, %v", text, info, err)
	}
	if err := Replace(path, by, 0o644); err == nil {
		t.Error("what is not there has taken its place")
	}
}
