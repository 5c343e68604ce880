package site

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS string

//go:embed wide.js
var wideJS string

//go:embed slides.js
var slidesJS string

var pages = template.Must(template.New("page").Parse(pageHTML))

// Generator is how a page of ours is known.
const Generator = "gosubspace export"

// A sheet is what a page is filled with.
type sheet struct {
	Generator, Title string
	Style            template.CSS
	Policy           template.HTML
	Script           template.JS
	Name             string // of its kind: page, slides or index
	Home             string // the way to the index
	Before, After    *near
	Slides, Page     string // the other form of a notebook
	Body             template.HTML
	Cards            []card
	Explore, Others  []near
	Source           string
	Parts            []part // the slides
}

// near is a link to another page.
type near struct{ Href, Title string }

// card is what the index says of a notebook.
type card struct {
	near
	Lead, Learn template.HTML
	Time        string
	Slides      string
}

// write makes a page of the site.
func (m *making) write(name string, s sheet) error {
	s.Generator = Generator
	s.Style = template.CSS(styleCSS + m.colours[0] + "\n@media (prefers-color-scheme: dark) {\n" + m.colours[1] + "\n}\n")
	// A browser takes the hash of what it reads, whose lines end in a line feed alone: Git on
	// Windows may have put a carriage return before each.
	s.Script = template.JS(strings.ReplaceAll(string(s.Script), "\r\n", "\n"))
	s.Policy = policy(string(s.Script))
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, s.Name, s); err != nil {
		return err
	}
	m.site.Files[name] = []byte(m.private(b.String()))
	return nil
}

// policy lets a browser run and load nothing but what is ours in the page: what a cell has
// put out is anybody's.
func policy(script string) template.HTML {
	runs := "'none'"
	if script != "" {
		sum := sha256.Sum256([]byte(script))
		runs = "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return template.HTML(fmt.Sprintf(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src %s; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`, runs))
}

// body is the text of a document.
func (d *document) body() template.HTML {
	var b strings.Builder
	for _, c := range d.cells {
		if c.Kind == "markdown" {
			b.WriteString(`<div class="text">` + c.HTML + "</div>\n")
		} else {
			b.WriteString(c.HTML)
		}
	}
	return template.HTML(b.String())
}

// page makes the page of a document.
func (m *making) page(d *document) error {
	s := sheet{Name: "page", Title: d.title, Home: between(d.name, indexName), Body: d.body(), Script: template.JS(wideJS)}
	all := m.notebooks()
	for i := range all {
		if all[i] != d {
			continue
		}
		if i > 0 {
			s.Before = &near{address(all[i-1].name), all[i-1].title}
		}
		if i+1 < len(all) {
			s.After = &near{address(all[i+1].name), all[i+1].title}
		}
		if m.Slides {
			s.Slides = address(slidesName(d.name))
		}
	}
	return m.write(d.name, s)
}

// index makes the page that all others are reached from.
func (m *making) index() error {
	s := sheet{Name: "index", Title: "Subspaces of neural networks", Source: m.Source}
	for _, d := range m.notebooks() {
		c := card{near: near{address(d.name), d.title}, Lead: template.HTML(d.lead), Learn: template.HTML(d.learn), Time: d.time}
		if m.Slides {
			c.Slides = address(slidesName(d.name))
		}
		s.Cards = append(s.Cards, c)
	}
	called := map[string]int{}
	for _, name := range m.toMove {
		called[titleOf(string(m.site.Files[name]))]++
	}
	for _, name := range m.toMove {
		title := titleOf(string(m.site.Files[name]))
		if called[title] > 1 { // such as one method's under two seeds
			title += ", " + name
		}
		s.Explore = append(s.Explore, near{address(name), title})
	}
	for _, d := range m.order[len(m.Notebooks):] {
		s.Others = append(s.Others, near{address(d.name), d.title})
	}
	return m.write(indexName, s)
}

// address is that of a file of the site, from its first folder on: a name may have
// characters that mean something else in an address.
func address(name string) string { return (&url.URL{Path: name}).String() }

// slidesName is where the slides of a notebook are, by where its page is.
func slidesName(notebook string) string {
	return strings.TrimSuffix(path.Base(notebook), ".html") + "-slides.html"
}
