package site

import (
	"fmt"
	"html"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"gosubspace/subspace/place"
)

var (
	link   = regexp.MustCompile(`(?s)<a( [^>]*)>(.*?)</a>`)
	href   = regexp.MustCompile(` href="([^"]*)"`)
	scheme = regexp.MustCompile(`^\s*(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//)`)
	// followed are the addresses that a link may lead to: others run something.
	followed = regexp.MustCompile(`^\s*(?i:https?:|mailto:|//)`)
)

// links are the targets of a document's links that are no addresses of other sites.
func (d *document) links() (targets []string) {
	for _, c := range d.cells {
		for _, a := range link.FindAllStringSubmatch(c.HTML, -1) {
			if h := href.FindStringSubmatch(a[1]); h != nil && !scheme.MatchString(html.UnescapeString(h[1])) {
				targets = append(targets, html.UnescapeString(h[1]))
			}
		}
	}
	return targets
}

// target is the file that a link of a document leads to, of a folder its README.md, and the
// heading in it; no file where there is none.
func (m *making) target(d *document, target string) (file, heading string) {
	u, err := url.Parse(target)
	if err != nil {
		return "", ""
	}
	if u.Path == "" {
		return d.path, u.Fragment
	}
	file = filepath.Join(filepath.Dir(d.path), filepath.FromSlash(u.Path))
	if place.IsFolder(file) {
		if readme := filepath.Join(file, "README.md"); place.IsFile(readme) {
			return readme, u.Fragment
		}
	}
	if _, err := os.Stat(file); err != nil {
		return "", ""
	}
	return file, u.Fragment
}

// resolve makes the links of a document lead somewhere in the site, or out of it: those on
// its page, and those of its words on the index.
func (m *making) resolve(d *document) {
	for i := range d.cells {
		d.cells[i].HTML = m.resolved(d, d.name, d.cells[i].HTML)
	}
	d.lead, d.learn = m.resolved(d, indexName, d.lead), m.resolved(d, indexName, d.learn)
}

// resolved is a piece of a document as it stands on a page. A link that would lead nowhere
// becomes plain words.
func (m *making) resolved(d *document, page, piece string) string {
	return link.ReplaceAllStringFunc(piece, func(a string) string {
		parts := link.FindStringSubmatch(a)
		h := href.FindStringSubmatch(parts[1])
		if h == nil {
			return a
		}
		if address := html.UnescapeString(h[1]); followed.MatchString(address) {
			return a
		} else if scheme.MatchString(address) {
			return parts[2]
		}
		to, about := m.lead(d, page, html.UnescapeString(h[1]))
		if to == "" {
			return fmt.Sprintf(`<span class="elsewhere" title="%s">%s</span>`, html.EscapeString(about), parts[2])
		}
		return fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(to), parts[2])
	})
}

// lead is where a link of a document leads from a page; or nowhere, and what there is to be
// said about it.
func (m *making) lead(d *document, page, target string) (to, about string) {
	file, heading := m.target(d, target)
	if file == "" {
		m.notice("%s: the link to %s leads nowhere, and became plain words", m.shown(d.path), target)
		return "", "not there"
	}
	if name := m.at[file]; name != "" {
		if name == page {
			name = ""
		} else {
			name = between(page, name)
		}
		for _, other := range m.order {
			if other.path == file && heading != "" {
				heading = other.heading(heading)
			}
		}
		u := url.URL{Path: name, Fragment: heading}
		if to = u.String(); to == "" {
			to = path.Base(page)
		}
		return to, ""
	}
	rel := m.shown(file)
	switch {
	case filepath.IsAbs(rel):
		return "", "not handed out"
	case m.Source == "":
		return "", rel + ", in the project's folder"
	}
	u := url.URL{Path: rel, Fragment: heading}
	return strings.TrimSuffix(m.Source, "/") + "/" + u.String(), ""
}

// heading is the name of a heading as the page has it: links may write it as JupyterLab
// does, with capitals. "": there is none.
func (d *document) heading(name string) string {
	for _, as := range []string{name, strings.ToLower(name)} {
		if d.headings[as] {
			return as
		}
	}
	return ""
}

// between is the way from one file of the site to another.
func between(from, to string) string {
	rel, err := filepath.Rel(filepath.FromSlash(path.Dir(from)), filepath.FromSlash(to))
	if err != nil {
		return to
	}
	return filepath.ToSlash(rel)
}
