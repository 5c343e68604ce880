package jupyter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Blank returns a notebook as it is before it is run, written as Jupyter writes it: no
// outputs, no counts. The links of its text, which lead on from its folder, lead there
// from a folder from which that one is reached by the path up.
func Blank(text []byte, up string) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	decoder.UseNumber()
	var notebook map[string]any
	if err := decoder.Decode(&notebook); err != nil {
		return nil, fmt.Errorf("this is not a notebook: %w", err)
	}
	if notebook["cells"] == nil {
		return nil, errors.New("this is not a notebook: it has no cells")
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

// relinked returns a source, one string or a list of lines, with its links from elsewhere.
func relinked(source any, up string) any {
	switch s := source.(type) {
	case string:
		return links.ReplaceAllStringFunc(s, func(link string) string {
			m := links.FindStringSubmatch(link)
			if elsewhere.MatchString(m[2]) {
				return link
			}
			target, heading, there := strings.Cut(m[2], "#")
			if there {
				heading = "#" + heading
			}
			way := (&url.URL{Path: up}).EscapedPath() // a space would end the link
			return m[1] + path.Join(strings.NewReplacer("(", "%28", ")", "%29").Replace(way), target) + heading
		})
	case []any:
		for i, line := range s {
			s[i] = relinked(line, up)
		}
	}
	return source
}
