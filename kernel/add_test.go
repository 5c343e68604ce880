package main

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/module"
)

// What cannot be added is told apart before Go is asked.
func TestAddable(t *testing.T) {
	goroot := t.TempDir()
	putText(t, goroot, "src/encoding/json/json.go", "package json")
	p := project{dir: t.TempDir(), requires: []module.Version{{Path: "example.com/pinned", Version: "v0.16.0"}}}
	putText(t, p.dir, "plots/p.go", "package plots")
	const example = "such as github.com/owner/name@v1.2.3"
	for arg, want := range map[string]string{
		"example.com/there@v1.2.3":        "",
		"example.com/pinned/stat@v0.16.0": "",
		"example.com/core/v1@v1.2.3":      "", // a package, though it looks like a module
		"gopkg.in/yaml.v3/sub@v3.0.1":     "",
		"example.com/there@latest":        "",
		"example.com/there":               "example.com/there has no version, and Go would take the newest that there is\n  what to do: give one, go run ./kernel add example.com/there@VERSION",
		"example.com/there@":              "example.com/there has no version",
		"example.com/pinned/stat": "example.com/pinned/stat has no version, and Go would take the newest that there is where go.mod pins example.com/pinned@v0.16.0\n" +
			"  what to do: give the version that is pinned, go run ./kernel add example.com/pinned/stat@v0.16.0, or another one",
		"encoding/json":               "encoding/json is a package of Go's own and needs no adding",
		"encoding/json@v1.2.3":        "encoding/json is a package of Go's own and needs no adding",
		"gosubspace/plots":            "gosubspace/plots is a package of this project and needs no adding",
		"gosubspace/plot@v1":          "this project has no package gosubspace/plot that cells can import",
		"./plots@v1.0.0":              `"./plots@v1.0.0" is not the path of a package of others` + "\n  what to do: give the path by which cells import it, and a version, " + example,
		"../x":                        example,
		"/tmp/x.y":                    example,
		".":                           example,
		"metrics":                     example,
		"https://github.com/a/b":      example,
		"https://github.com/a/b@v1.0": example,
		"github.com/a/b/...":          example,
		"-u":                          example,
		"":                            example,
	} {
		err := p.addable(arg, goroot)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", arg, err)
			}
			continue
		}
		var wrong usageError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", arg, err, want)
		}
	}
}

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
