package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gosubspace/subspace/place"
)

// A recipe is how a cell's program is built: what go build -x said that it did.
type recipe struct {
	Made     time.Time
	Module   string  // the module of the cell that was built
	Compile  command // what compiles the cell
	Link     command // what links it
	Imported string  // what the first finds its imports with
	Linked   string  // what the second finds packages with
}

// A command is a line of go build -x.
type command struct {
	Env  []string // what is set for it alone
	Args []string
}

const workVariable = "$WORK" // as go build -x calls its temporary folder

// Where the files of a recipe lie in that folder. go build calls what is to be built b001.
const (
	importedFile  = "b001/importcfg"
	linkedFile    = "b001/importcfg.link"
	linkedProgram = "b001/exe/a.out"
	compiledCell  = workVariable + "/b001/_pkg_.a"
)

var (
	variables   = `((?:\w+='[^']*' )*)`
	compileLine = regexp.MustCompile(`^` + variables + `("?[^ ].*/compile(?:\.exe)?"? -o \$WORK/b001/_pkg_\.a .* -importcfg \$WORK/b001/importcfg .*)$`)
	linkLine    = regexp.MustCompile(`^` + variables + `("?[^ ].*/link(?:\.exe)?"? -o \$WORK/b001/exe/a\.out -importcfg \$WORK/b001/importcfg\.link .* -buildid=\S+ .*\$WORK/b001/_pkg_\.a)$`)
	// cachedLine says that a package which was compiled now lies in the cache.
	cachedLine = regexp.MustCompile(`^cp (\$WORK/b\d+/_pkg_\.a) (\S+) # internal$`)
	// furtherStep is in what is done for the cell beside compiling and linking.
	furtherStep = regexp.MustCompile(`\$WORK/b001/(?:_cgo|_x\d|symabis|embedcfg|go_asm|preprofile)`)
	archive     = regexp.MustCompile(`(?m)^packagefile [^=]+=(.+)$`)
)

// modulePrefix is how the name of its module stands in what a program says of itself.
func modulePrefix(module string) string { return `path\t` + module + `\nmod\t` + module + `\t` }

// workFolder is the temporary folder that go build -work left behind.
func workFolder(script string) string {
	for line := range strings.SplitSeq(script, "\n") {
		if work, ok := strings.CutPrefix(line, "WORK="); ok && strings.HasPrefix(filepath.Base(work), "go-build") {
			return work
		}
	}
	return ""
}

// newRecipe reads what go build -x -work said and left, for the cell in a folder. There
// is no recipe where the cell took more than compiling and linking; where it took less,
// since one was there already; where a package did not go into the cache; and where the
// commands name the cell's folder, which another cell has another one for.
func newRecipe(script, work, dir string) (r recipe, ok bool) {
	if work == "" || furtherStep.MatchString(script) {
		return r, false
	}
	var compiles, links int
	var cached []string // pairs, from and to
	for line := range strings.SplitSeq(script, "\n") {
		if m := cachedLine.FindStringSubmatch(line); m != nil && m[1] != compiledCell {
			cached = append(cached, strings.Replace(m[1], workVariable, work, 1), m[2])
		}
		if c, ok := commandOf(compileLine, line); ok {
			r.Compile = c
			compiles++
		}
		if c, ok := commandOf(linkLine, line); ok {
			r.Link = c
			links++
		}
	}
	if compiles != 1 || links != 1 {
		return r, false
	}
	for _, word := range slices.Concat(r.Compile.Args, r.Link.Args) {
		if strings.Contains(word, dir) {
			return r, false
		}
	}
	for _, f := range []struct {
		name string
		to   *string
	}{{importedFile, &r.Imported}, {linkedFile, &r.Linked}} {
		text, err := os.ReadFile(filepath.Join(work, filepath.FromSlash(f.name)))
		if err != nil {
			return r, false
		}
		*f.to = strings.NewReplacer(cached...).Replace(string(text))
	}
	r.Linked = strings.ReplaceAll(r.Linked, strings.Replace(compiledCell, workVariable, work, 1), compiledCell)
	_, after, _ := strings.Cut(r.Linked, `path\t`)
	r.Module, _, _ = strings.Cut(after, `\n`)
	r.Made = time.Now()
	return r, r.Module != "" && !strings.Contains(r.Imported+r.Linked, work) && strings.Contains(r.Linked, modulePrefix(r.Module))
}

// commandOf is the command of a line that a form matches.
func commandOf(form *regexp.Regexp, line string) (c command, ok bool) {
	m := form.FindStringSubmatch(line)
	if m == nil {
		return c, false
	}
	for m[1] != "" {
		name, rest, _ := strings.Cut(m[1], "='")
		var value string
		value, m[1], _ = strings.Cut(rest, "' ")
		c.Env = append(c.Env, name+"="+value)
	}
	c.Args = words(m[2])
	return c, len(c.Args) > 0
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
	if err := os.MkdirAll(filepath.Dir(filepath.Join(work, linkedProgram)), 0o700); err != nil {
		return err
	}
	named := strings.NewReplacer(workVariable, work, modulePrefix(r.Module), modulePrefix(module))
	for name, text := range map[string]string{importedFile: r.Imported, linkedFile: named.Replace(r.Linked)} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// present reports whether all that a cell imports is still in Go's cache.
func (r recipe) present() bool {
	for _, m := range archive.FindAllStringSubmatch(r.Imported, -1) {
		if _, err := os.Stat(m[1]); err != nil {
			return false
		}
	}
	return true
}

// atMost is how many recipes are kept, of some 60 kB each; the oldest goes first.
const atMost = 200

// recipe returns what is kept under a key.
func (c cell) recipe(key string) (r recipe, ok bool) {
	text, err := os.ReadFile(filepath.Join(c.recipes, key))
	if err != nil || json.Unmarshal(text, &r) != nil {
		return r, false
	}
	return r, len(r.Compile.Args) > 0 && len(r.Link.Args) > 0 && time.Since(r.Made) < fresh
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
