package jupyter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Blank returns a notebook as it is before it is run, written as Jupyter writes it: no
// outputs, no counts. The links of its text, which lead on from its folder, lead there
// from a folder from which that one is reached by the path up.
func Blank(text []byte, up string) ([]byte, error) {
	notebook, err := decode(text)
	if err != nil {
		return nil, err
	}
	cells, _ := notebook["cells"].([]any)
	for _, c := range cells {
		cell, _ := c.(map[string]any)
		switch cell["cell_type"] {
		case "code":
			cell["outputs"], cell["execution_count"] = []any{}, nil
		case "markdown":
			cell["source"] = relinked(cell["source"], up)
		}
	}
	return encode(notebook)
}

// decode reads all that is in a notebook's file.
func decode(text []byte) (notebook map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	decoder.UseNumber()
	if err := decoder.Decode(&notebook); err != nil {
		return nil, fmt.Errorf("this is not a notebook: %w", err)
	}
	if notebook["cells"] == nil {
		return nil, errors.New("this is not a notebook: it has no cells")
	}
	return notebook, nil
}

// encode is the file of a notebook, written as Jupyter writes it.
func encode(notebook map[string]any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(notebook) // by keys in their order, as Jupyter has them
	return b.Bytes(), err
}

// links are the targets of a text's links and pictures, after what stands before them.
var links = regexp.MustCompile(`(\]\(<?|(?:src|href)=")([^()<>\s"]+)`)

// elsewhere begins a target that is in no folder of ours: a site, a heading of the same
// page, a path of the machine, a picture in the cell.
var elsewhere = regexp.MustCompile(`^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|#|/)`)

// verbatim is what is no text, and has no links however it looks: code between fences or in
// backticks, and formulas. What is escaped begins none; what is between single signs goes
// over no empty line, so that one of them alone takes no more than its paragraph.
var verbatim = regexp.MustCompile("(?s)" + strings.Join([]string{
	fenced("`{4,}"), fenced("```"), fenced("~~~"),
	`\\.`, "``+[^`].*?``+", "`(?:[^`\n]|\n[^`\n])+`", `\$\$.+?\$\$`, `\$(?:\\.|[^$\\\n]|\n[^$\n])+\$`,
}, "|"))

// fenced matches from a fence to the next, or to the end.
func fenced(by string) string { return `(?m:^ {0,3}` + by + `.*?(?:^ {0,3}` + by + `|\z))` }

// relinked returns a source, one string or a list of lines, with its links from elsewhere.
func relinked(source any, up string) any {
	switch s := source.(type) {
	case string:
		return relinkedLine(s, 0, verbatim.FindAllStringIndex(s, -1), up)
	case []any:
		text := "" // of all lines: code and formulas go over several
		for _, line := range s {
			line, _ := line.(string)
			text += line
		}
		closed, begin := verbatim.FindAllStringIndex(text, -1), 0
		for i := range s {
			if line, ok := s[i].(string); ok {
				s[i] = relinkedLine(line, begin, closed, up)
				begin += len(line)
			}
		}
	}
	return source
}

// relinkedLine is so a piece of a text, from a byte on, that has no links in what is closed.
func relinkedLine(s string, begin int, closed [][]int, up string) string {
	var out strings.Builder
	done := 0
	for _, m := range links.FindAllStringSubmatchIndex(s, -1) {
		at := begin + m[0]
		if elsewhere.MatchString(s[m[4]:m[5]]) || slices.ContainsFunc(closed, func(c []int) bool { return c[0] <= at && at < c[1] }) {
			continue
		}
		target, heading, there := strings.Cut(s[m[4]:m[5]], "#")
		if there {
			heading = "#" + heading
		}
		way := (&url.URL{Path: up}).EscapedPath() // a space would end the link
		out.WriteString(s[done:m[4]] + path.Join(strings.NewReplacer("(", "%28", ")", "%29").Replace(way), target) + heading)
		done = m[5]
	}
	return out.String() + s[done:]
}
