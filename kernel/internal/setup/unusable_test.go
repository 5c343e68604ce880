package setup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Names that no program can be told of are refused before anything is done, in a
// line that says what it is; other names are not.
func TestUnusable(t *testing.T) {
	for dir, want := range map[string]string{
		"/a/b,c": "a comma", "/a/b\nc": "a line break", "/a/b\r": "a line break", "/a/b\xff": "not UTF-8", "/a/{cwd}/b": "{cwd}",
		"/a/course [2026]": "", "/a/my [ML] #1 %d": "", `/a/it's "q"`: "", "/a/a*b?[c]": "", "/a/$HOME ${PATH} !x": "",
		"/a/{a b} ~ü;&|=<>`x`": "", "/a/%(x)s -o @": "", "/a/tab\tx ": "", "/a/...": "",
	} {
		got := unusable(dir)
		if (got == "") != (want == "") || !strings.Contains(got, want) || strings.Contains(got, "\n") {
			t.Errorf("%q: %q, want %q in it", dir, got, want)
		}
	}
}

// A system whose C library is musl is refused before anything is downloaded; one that has
// glibc, with musl beside it or without, is not, nor one that has neither in its usual place.
func TestCheckC(t *testing.T) {
	for _, c := range []struct {
		files   string
		refused bool
	}{
		{"lib/ld-musl-x86_64.so.1", true},
		{"lib/ld-musl-x86_64.so.1 lib64/ld-linux-x86-64.so.2", false},
		{"lib/ld-musl-aarch64.so.1 lib/ld-linux-aarch64.so.1", false},
		{"lib64/ld-linux-x86-64.so.2", false},
		{"lib/x", false},
	} {
		root := t.TempDir()
		for _, file := range strings.Fields(c.files) {
			path := filepath.Join(root, file)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o755)); err != nil {
				t.Fatal(err)
			}
		}
		if err := checkC(root); (err != nil) != c.refused || err != nil && !strings.Contains(err.Error(), "glibc") {
			t.Errorf("%s: %v", c.files, err)
		}
	}
}
