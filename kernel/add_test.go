package main

import (
	"testing"
)

// Of several arguments the advice is about the one that failed.
func TestSpokenOf(t *testing.T) {
	several := []string{"example.com/a/b/c@v1.0.0", "example.com/a/d@v9", "example.com/e@v1.0.0"}
	for _, c := range []struct {
		args       []string
		line, want string
	}{
		{several, "go: example.com/a/d@v9: invalid version: unknown revision v9", "example.com/a/d"},
		{several, "go: module example.com/e: no matching versions for query", "example.com/e"},
		{several, "go: example.com/a/b@v1.0.0: reading https://example.com/e: 404", "example.com/a/b/c"}, // the module
		{several, "go: module example.com/a: no such module", ""},                                        // of two
		{several, "go: example.com: something", ""},
		{several, "go: updates to go.mod needed", ""},
		{several[1:2], "go: updates to go.mod needed", "example.com/a/d"},
		{[]string{"example.org@v1", "example.com/e@v1"}, "go: example.org@v1: no", "example.org"},
	} {
		if got := spokenOf(c.args, c.line); got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
}
