package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace/place"
)

// A recipe is how a cell's program is built: what go build -x said that it did.
type recipe struct {
	Module   string   // the module of the cell that was built
	Root     string   // GOROOT
	Compile  []string // the command that compiles the cell
	Link     []string // the command that links it
	Imported string   // what the first finds its imports with
	Linked   string   // what the second finds packages with
}

const workVariable = "$WORK" // as go build -x calls its temporary folder

// Where the files of a recipe lie in that folder. go build calls what is to be built b001.
const (
	imported = "b001/importcfg"
	linked   = "b001/importcfg.link"
	program  = "b001/exe/a.out"
	built    = workVariable + "/b001/_pkg_.a"
)

var (
	compiles = regexp.MustCompile(`^\S*/compile(?:\.exe)? -o \$WORK/b001/_pkg_\.a .* -importcfg \$WORK/b001/importcfg `)
	links    = regexp.MustCompile(`^GOROOT='([^']*)' \S*/link(?:\.exe)? -o \$WORK/b001/exe/a\.out -importcfg \$WORK/b001/importcfg\.link .* \$WORK/b001/_pkg_\.a$`)
	// kept is what says that a package which was built now lies in the cache.
	kept = regexp.MustCompile(`^cp (\$WORK/b\d+/_pkg_\.a) (\S+) # internal$`)
	// other is what is done for the cell's package beside compiling and linking.
	other = regexp.MustCompile(`\$WORK/b001/(?:_cgo|_x\d|symabis|embedcfg|go_asm|preprofile)`)
	// of is how the name of the module stands in what the program says of itself.
	of = func(module string) string { return `path\t` + module + `\nmod\t` + module + `\t` }
)

// workFolder is the temporary folder that go build -work left behind.
func workFolder(script string) string {
	first, _, _ := strings.Cut(script, "\n")
	work, ok := strings.CutPrefix(first, "WORK=")
	if !ok || !strings.HasPrefix(filepath.Base(work), "go-build") {
		return ""
	}
	return work
}

// newRecipe reads what go build -x -work said and left. It is no recipe where the cell
// took more than compiling and linking, or less, since it was there already; or where a
// package did not go into the cache.
func newRecipe(script, work string) (r recipe, ok bool) {
	if work == "" || other.MatchString(script) {
		return r, false
	}
	cached := []string{}
	for line := range strings.SplitSeq(script, "\n") {
		if m := kept.FindStringSubmatch(line); m != nil && m[1] != built {
			cached = append(cached, strings.Replace(m[1], workVariable, work, 1), m[2])
		}
		if compiles.MatchString(line) {
			ok = r.Compile == nil
			r.Compile = words(line)
		}
		if m := links.FindStringSubmatch(line); m != nil {
			ok = ok && r.Link == nil
			r.Root, r.Link = m[1], words(strings.TrimPrefix(line, "GOROOT='"+m[1]+"' "))
		}
	}
	if !ok || r.Compile == nil || r.Link == nil {
		return r, false
	}
	for _, f := range []struct {
		name string
		to   *string
	}{{imported, &r.Imported}, {linked, &r.Linked}} {
		text, err := os.ReadFile(filepath.Join(work, filepath.FromSlash(f.name)))
		if err != nil {
			return r, false
		}
		*f.to = strings.NewReplacer(cached...).Replace(string(text))
	}
	r.Linked = strings.ReplaceAll(r.Linked, strings.Replace(built, workVariable, work, 1), built)
	_, after, _ := strings.Cut(r.Linked, `path\t`)
	r.Module, _, _ = strings.Cut(after, `\n`)
	return r, !strings.Contains(r.Imported+r.Linked, work) && strings.Contains(r.Linked, of(r.Module))
}

// words are the words of a command line as go build -x quotes them: Go's quotes where
// they are needed. Nil where that is not how it is written.
func words(line string) (out []string) {
	for line != "" {
		if line[0] != '"' {
			var word string
			word, line, _ = strings.Cut(line, " ")
			out = append(out, word)
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil
		}
		out, line = append(out, word), strings.TrimPrefix(line[len(quoted):], " ")
	}
	return out
}

// prepare lays out a folder for the commands of the recipe, for a cell of a module.
func (r recipe) prepare(work, module string) error {
	if err := os.MkdirAll(filepath.Dir(filepath.Join(work, program)), 0o700); err != nil {
		return err
	}
	named := strings.NewReplacer(workVariable, work, of(r.Module), of(module))
	for name, text := range map[string]string{imported: r.Imported, linked: named.Replace(r.Linked)} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (r *recipe) parse(text []byte) error {
	if err := json.Unmarshal(text, r); err != nil {
		return err
	}
	if len(r.Compile) == 0 || len(r.Link) == 0 {
		return errors.New("no recipe")
	}
	return nil
}

// keep keeps a recipe under its key. Where that is not possible there is none the next
// time.
func (c cell) keep(key string, r recipe) {
	text, err := json.Marshal(r)
	if err != nil || os.MkdirAll(c.recipes, 0o755) != nil || place.WriteFile(filepath.Join(c.recipes, key), text) != nil {
		return
	}
	entries, _ := os.ReadDir(c.recipes)
	var files []os.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, f := range files[min(atMost, len(files)):] {
		os.Remove(filepath.Join(c.recipes, f.Name()))
	}
}
