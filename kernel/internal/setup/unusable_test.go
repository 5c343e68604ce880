package setup

import (
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
