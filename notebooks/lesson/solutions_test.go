package lesson

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mostLines is how long a cell of a solution may be: what is longer is read by nobody.
const mostLines = 15

// book is what the tests read of a notebook.
type book struct {
	Cells []struct {
		Type   string   `json:"cell_type"`
		Source []string `json:"source"`
	} `json:"cells"`
}

func readBook(t *testing.T, path string) (b book) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b
}

// text is that of its markdown cells.
func (b book) text() string {
	var all []string
	for _, c := range b.Cells {
		if c.Type == "markdown" {
			all = append(all, strings.Join(c.Source, ""))
		}
	}
	return strings.Join(all, "\n\n")
}

// imports are those of its cells.
func (b book) imports() (paths []string) {
	for _, c := range b.Cells {
		if file, _ := parser.ParseFile(token.NewFileSet(), "", "package p\n"+strings.Join(c.Source, ""), parser.ImportsOnly); c.Type == "code" && file != nil {
			for _, spec := range file.Imports {
				if path, err := strconv.Unquote(spec.Path.Value); err == nil {
					paths = append(paths, path)
				}
			}
		}
	}
	return paths
}

// section returns what stands below a heading of the second level, up to the next one.
func section(text, heading string) string {
	_, below, _ := strings.Cut(text, "\n## "+heading+"\n")
	below, _, _ = strings.Cut(below, "\n## ")
	return below
}

var numbered = regexp.MustCompile(`(?m)^(\d+)\. `)

// Every exercise of a notebook has its solution, in the notebook of the same name in
// the folder solutions; the two lead to each other. A solution imports nothing that the
// notebooks do not, since that is what set-up compiles.
func TestSolutions(t *testing.T) {
	solutions, err := filepath.Glob("../solutions/[^.]*.ipynb")
	if err != nil || len(solutions) < 5 {
		t.Fatalf("%d notebooks of solutions, %v", len(solutions), err)
	}
	notebooks, err := filepath.Glob("../[^.]*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var compiled []string
	for _, path := range notebooks {
		compiled = append(compiled, readBook(t, path).imports()...)
	}
	for _, path := range solutions {
		name := filepath.Base(path)
		exercises, solution := readBook(t, "../"+name).text(), readBook(t, path)
		if !strings.Contains(exercises, "(solutions/"+name+")") {
			t.Errorf("%s has no link to its solutions", name)
		}
		if !strings.Contains(solution.text(), "(../"+name+")") {
			t.Errorf("solutions/%s has no link back", name)
		}
		asked := len(numbered.FindAllString(section(exercises, "Exercises"), -1))
		var want []string
		for i := range asked {
			want = append(want, fmt.Sprint("## Exercise ", i+1))
		}
		if got := regexp.MustCompile(`(?m)^## Exercise \d+`).FindAllString(solution.text(), -1); asked == 0 || !slices.Equal(got, want) {
			t.Errorf("solutions/%s solves %q; %s has %d exercises", name, got, name, asked)
		}
		for i, c := range solution.Cells {
			if c.Type == "code" && len(c.Source) > mostLines {
				t.Errorf("solutions/%s, cell %d: %d lines, want %d or less", name, i+1, len(c.Source), mostLines)
			}
		}
		for _, p := range solution.imports() {
			if !slices.Contains(compiled, p) {
				t.Errorf("solutions/%s imports %s, which no notebook does", name, p)
			}
		}
	}
}

// The recorded runs are found from wherever a cell of the project runs: a notebook, a
// solution, and a program in the project's folder.
func TestResultsFolder(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"..", "../solutions", "../.."} {
		t.Chdir(filepath.Join(here, dir))
		if _, err := os.Stat(filepath.Join(resultsDir(), "claims.csv")); err != nil {
			t.Errorf("from %s: %v", dir, err)
		}
	}
}

// A notebook that has solutions ends so that a reader can look back: five questions, each
// with its answer folded away, and a summary of three lines.
func TestEndings(t *testing.T) {
	solutions, err := filepath.Glob("../solutions/[^.]*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range solutions {
		name := filepath.Base(path)
		text := readBook(t, "../"+name).text()
		questions := section(text, "Questions")
		if n, folded := len(numbered.FindAllString(questions, -1)), strings.Count(questions, "<details><summary>Answer</summary>"); n != 5 || folded != 5 {
			t.Errorf("%s asks %d questions and folds %d answers away, want 5", name, n, folded)
		}
		if n := len(regexp.MustCompile(`(?m)^- `).FindAllString(section(text, "In three lines"), -1)); n != 3 {
			t.Errorf("%s has %d lines of summary, want 3", name, n)
		}
	}
}

// What markdown would make something else of, when lines are wrapped anew: a line of
// prose that begins with a number and a full stop, with #, or with what a command of the
// kernel begins with. And no line of a notebook's text is left open in its mathematics.
func TestMarkdownOfNotebooks(t *testing.T) {
	paths, err := filepath.Glob("../[^.]*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../solutions/[^.]*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Concat(paths, more) {
		for i, c := range readBook(t, path).Cells {
			if c.Type != "markdown" {
				continue
			}
			if odd := oddities(strings.Join(c.Source, "")); odd != "" {
				t.Errorf("%s, cell %d: %s", path, i+1, odd)
			}
		}
	}
}

// oddities says what markdown would make of a text that nobody meant.
func oddities(text string) string {
	last, before := 0, ""
	for line := range strings.SplitSeq(text, "\n") {
		if m := regexp.MustCompile(`^(\d+)\. `).FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[1])
			if n != 1 && n != last+1 {
				return fmt.Sprintf("a line begins with %q", m[0])
			}
			last = n
		}
		if strings.HasPrefix(line, "%") || strings.HasPrefix(line, "#") && (!regexp.MustCompile(`^#{1,4} `).MatchString(line) || before != "") {
			return fmt.Sprintf("a line begins with %.10q", line)
		}
		before = line
	}
	if strings.Count(regexp.MustCompile("`[^`]*`").ReplaceAllString(text, ""), "$")%2 != 0 {
		return "an odd number of $"
	}
	return ""
}

func TestOddities(t *testing.T) {
	for text, odd := range map[string]bool{
		"# A\n\n1. b\n2. c\n\n## D\n\n1. e": false,
		"an ECE of\n5. That":                true,
		"of 40\n% of them":                  true,
		"figure\n#5":                        true,
		"text\n## heading":                  true,
		"$a$ and `$HOME`":                   false,
		"$a and b":                          true,
	} {
		if got := oddities(text); (got != "") != odd {
			t.Errorf("%q: %q", text, got)
		}
	}
}
