package checkout

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/module"

	"gosubspace/kernel/internal/program"
)

// What cannot be added is told apart before Go is asked.
func TestAddable(t *testing.T) {
	goroot := t.TempDir()
	putText(t, goroot, "src/encoding/json/json.go", "package json")
	p := Project{Dir: t.TempDir(), Requires: []module.Version{{Path: "example.com/pinned", Version: "v0.16.0"}}}
	putText(t, p.Dir, "plots/p.go", "package plots")
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
		err := p.Addable(arg, goroot)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", arg, err)
			}
			continue
		}
		if _, wrong := errors.AsType[program.Failure](err); !wrong || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", arg, err, want)
		}
	}
}
