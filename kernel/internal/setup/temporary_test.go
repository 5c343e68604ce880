package setup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/subspace/place"
)

// A folder of temporary files in which no program can be run is named, with the way out;
// one that serves is left as it was.
func TestTemporary(t *testing.T) {
	for _, p := range []struct {
		placed
		names string
	}{{temporary, "set TMPDIR"}, {homely, "set GOSUBSPACE_HOME"}} {
		t.Run(p.part, func(t *testing.T) { testPlaced(t, p.placed, p.names) })
	}
}

func testPlaced(t *testing.T, p placed, names string) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no noexec")
	}
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		dir  string
		try  func(string) error
		says string
	}{
		{"fine", dir, tryProgram, ""},
		{"noexec", dir, func(path string) error { return &fs.PathError{Op: "fork/exec", Path: path, Err: syscall.EACCES} }, "no program can be run in " + dir},
		{"something else", dir, func(string) error { return errors.New("text file busy") }, ""},
		{"not there", filepath.Join(dir, "nowhere"), tryProgram, "no file can be made in "},
	} {
		tried := false
		err := p.check(c.dir, func(path string) error { tried = place.IsFile(path); return c.try(path) })
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), names)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
		if tried != (c.name != "not there") {
			t.Errorf("%s: tried: %v", c.name, tried)
		}
		if err != nil {
			if f := broken(err); f.Todo == "" || strings.Contains(f.Todo, "\n") {
				t.Errorf("%s: doctor says %q", c.name, f.Todo)
			}
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// A home in which no program can be run is seen where the environment is ours: the
// kernel of one of the user's runs from there.
func TestDoctorTriesHome(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("no folder is closed to this user")
	}
	home := t.TempDir()
	if err := os.Chmod(home, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(home, 0o755)
	for _, own := range []bool{true, false} {
		s := &State{Project: checkout.Project{Dir: "/a"}, home: home, env: environment{own: own}}
		if got := s.lookFolders(t.Context()).Todo; strings.Contains(got, "set GOSUBSPACE_HOME") != own {
			t.Errorf("own %v: %q", own, got)
		}
	}
}

// Doctor says of a folder's name what set-up would.
func TestDoctorSeesFolders(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders are not called so")
	}
	for _, c := range []struct{ checkout, home, says string }{
		{"/a/b", "/c/d", ""},
		{"/a/b", "/c:d", "/c:d has a colon in its name, which separates the folders of PATH: set GOSUBSPACE_HOME to another folder"},
		{"/a,b", "/c", "/a,b has a comma in its name"},
		{`/a\b`, "/c", `/a\b has a backslash in its name`},
	} {
		s := &State{Project: checkout.Project{Dir: c.checkout}, home: c.home}
		if got := s.lookFolders(t.Context()).Todo; (got == "") != (c.says == "") || !strings.HasPrefix(got, c.says) {
			t.Errorf("%s, %s: %q, want %q", c.checkout, c.home, got, c.says)
		}
	}
}
