package main_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// pageLimit is what somebody reads who has two minutes.
const pageLimit = 8 << 10

// cellText is a page that no page links to: a cell of the notebooks shows it.
const cellText = "notebooks/lesson/cells.md"

// README is short, every page is reached from it, and every link within the project
// leads somewhere.
func TestPages(t *testing.T) {
	project := os.DirFS("..")
	texts := map[string]string{} // Markdown by path, of notebooks that of their cells
	err := fs.WalkDir(project, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (p == "bin" || p == "runs" || p == "notebooks/work" || len(p) > 1 && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case path.Ext(p) == ".md", path.Ext(p) == ".ipynb" && !strings.HasPrefix(d.Name(), "."):
			texts[p], err = markdown(project, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(texts["README.md"]); n == 0 || n > pageLimit {
		t.Errorf("README.md has %d bytes, want at most %d: what is longer has a page of its own", n, pageLimit)
	}
	reached := map[string]bool{"README.md": true, cellText: true}
	for next := []string{"README.md"}; len(next) > 0; next = next[1:] {
		for _, target := range links(texts[next[0]]) {
			p, _, err := follow(project, texts, next[0], target)
			if _, page := texts[p]; err == nil && page && !reached[p] {
				reached[p] = true
				next = append(next, p)
			}
		}
	}
	for from, text := range texts {
		if !reached[from] {
			t.Errorf("no link leads from README.md to %s", from)
		}
		for _, target := range links(text) {
			p, _, err := follow(project, texts, from, target)
			if err != nil {
				t.Errorf("%s: %s: %v", from, target, err)
			} else if path.Ext(from) == ".ipynb" && !strings.HasPrefix(p, "notebooks/") {
				t.Errorf("%s: %s: JupyterLab shows what lies in notebooks, no more", from, target)
			}
		}
	}
}

// markdown returns the text of a page, of a notebook that of its text cells.
func markdown(project fs.FS, p string) (string, error) {
	file, err := fs.ReadFile(project, p)
	if err != nil || path.Ext(p) == ".md" {
		return string(file), err
	}
	var book struct {
		Cells []struct {
			Type   string   `json:"cell_type"`
			Source []string `json:"source"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(file, &book); err != nil {
		return "", fmt.Errorf("%s: %w", p, err)
	}
	var text strings.Builder
	for _, c := range book.Cells {
		if c.Type == "markdown" {
			text.WriteString(strings.Join(c.Source, "") + "\n\n")
		}
	}
	return text.String(), nil
}

var (
	code   = regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]+`")
	link   = regexp.MustCompile(`\]\(([^()\s]+)\)|(?:href|src)="([^"]+)"`)
	scheme = regexp.MustCompile(`^[a-z]+:`)
)

// links returns what a page links to, but for other sites.
func links(text string) (targets []string) {
	for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
		if target := m[1] + m[2]; !scheme.MatchString(target) {
			targets = append(targets, target)
		}
	}
	return targets
}

// follow returns the file that a link of a page leads to, and the heading in it.
func follow(project fs.FS, texts map[string]string, from, target string) (file, heading string, err error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", "", err
	}
	file = from
	if u.Path != "" {
		file = path.Join(path.Dir(from), u.Path)
	}
	if _, err := fs.Stat(project, file); err != nil {
		return "", "", err
	}
	if u.Fragment == "" {
		return file, "", nil
	}
	for _, h := range anchors(texts[file]) {
		if h == u.Fragment {
			return file, h, nil
		}
	}
	return "", "", fmt.Errorf("%s has no heading #%s", file, u.Fragment)
}

// anchors returns the names of a page's headings, as GitHub makes them.
func anchors(text string) (names []string) {
	seen := map[string]int{}
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		title := strings.TrimLeft(line, "#")
		if fenced || title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title))
		n := seen[name]
		seen[name]++
		if n > 0 {
			name = fmt.Sprintf("%s-%d", name, n)
		}
		names = append(names, name)
	}
	return names
}

func TestAnchors(t *testing.T) {
	got := strings.Join(anchors("# What, *else* was `tried`?\n```\n# code\n```\n#none\n## A b-c_1\n## A b-c_1\n"), " ")
	if want := "what-else-was-tried a-b-c_1 a-b-c_1-1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	page := "[a](x.md#y) ![b](z.png) [c](https://example.com) `[d](e)`\n```\n[f](g)\n```\n<img src=\"h.png\">"
	if got, want := strings.Join(links(page), " "), "x.md#y z.png h.png"; got != want {
		t.Errorf("links %s, want %s", got, want)
	}
}
