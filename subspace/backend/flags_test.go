package backend

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Flags that a plugin does not take are left out and named, the others stay.
func TestCleanFlags(t *testing.T) {
	takes := func(flags string) bool {
		// Of both of these only one can be.
		return !strings.Contains(flags, "bad") && !(strings.Contains(flags, "one") && strings.Contains(flags, "other"))
	}
	for _, c := range []struct {
		flags, left string
		named       []string
	}{
		{"", "", nil},
		{"--good", "--good", nil},
		{"--bad", "", []string{"--bad"}},
		{"--good=1 --bad=2 --fine", "--good=1 --fine", []string{"--bad=2"}},
		{"--bad --worse=bad", "", []string{"--bad", "--worse=bad"}},
		{"--good='a b'  --bad=\"c d\"", "--good='a b'", []string{`--bad="c d"`}},
		{`--good="a \" b" --bad`, `--good="a \" b"`, []string{"--bad"}},
		{"--one --other", "", []string{"--one", "--other"}},
		{"/bad/file", "", []string{"/bad/file (a file"}},
	} {
		t.Setenv(FlagsVariable, c.flags)
		notice := cleanFlags(takes)
		if got := os.Getenv(FlagsVariable); got != c.left {
			t.Errorf("%q: %q is left, want %q", c.flags, got, c.left)
		}
		if (notice == "") != (c.named == nil) || strings.Contains(notice, "good") || strings.Contains(notice, "\n") {
			t.Errorf("%q: %q", c.flags, notice)
		}
		for _, name := range c.named {
			if !strings.Contains(notice, name) {
				t.Errorf("%q: %q does not name %s", c.flags, notice, name)
			}
		}
	}
}

// Words put together are the flags again, but for the spaces between them.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"--a --b=1", "--a='b c' --d=\"e f\"", "'", " "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ToValidUTF8(text, "?") != text {
			t.Skip()
		}
		all := words(text)
		if slices.Contains(all, "") {
			t.Errorf("%q: an empty word in %q", text, all)
		}
		bare := func(s string) string { return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(s) }
		if bare(strings.Join(all, "")) != bare(text) {
			t.Errorf("%q became %q", text, all)
		}
	})
}
