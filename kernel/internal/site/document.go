package site

import (
	"html"
	"regexp"
	"strings"

	"gosubspace/kernel/internal/jupyter"
)

// A document is a notebook or a page.
type document struct {
	path  string // on this machine
	name  string // in the site
	cells []jupyter.Converted

	title string // in plain words
	// What the index says of a notebook, in HTML; "": it does not say.
	lead, learn, time string
	headings          map[string]bool // the names of its headings
}

var (
	heading1   = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
	paragraph  = regexp.MustCompile(`(?s)</h1>\s*<p>(.*?)</p>`)
	learning   = regexp.MustCompile(`(?s)<strong>What you will learn</strong>.*?</p>\s*(<[ou]l>.*?</[ou]l>)`)
	runTime    = regexp.MustCompile(`(?s)Run time: (.*?)</em>`)
	anyTag     = regexp.MustCompile(`(?s)<[^>]*>`)
	anyName    = regexp.MustCompile(` id="([^"]*)"`)
	pageTitle  = regexp.MustCompile(`(?is)<title>(.*?)</title>`)
	whiteSpace = regexp.MustCompile(`\s+`)
	// boxed puts a box around each table, which is scrolled where the table is too wide. A
	// table that scrolls by itself is a block, and Safari does not read that out as a table.
	boxed = strings.NewReplacer("<table", `<div class="wide"><table`, "</table>", "</table></div>")
)

// newDocument reads what a document says of itself: a notebook in its first cells, before
// there is any code.
func newDocument(converted jupyter.Document, name string) *document {
	d := &document{path: converted.Path, name: name, cells: converted.Cells, headings: map[string]bool{}}
	var first strings.Builder
	for _, c := range d.cells {
		if c.Kind == "code" && c.HTML != "" {
			break
		}
		first.WriteString(c.HTML)
	}
	begins := first.String()
	if m := heading1.FindStringSubmatch(begins); m != nil {
		d.title = plain(m[1])
	}
	if d.title == "" {
		d.title = strings.TrimSuffix(name, ".html")
	}
	if m := paragraph.FindStringSubmatch(begins); m != nil {
		d.lead = m[1]
	}
	if m := learning.FindStringSubmatch(begins); m != nil {
		d.learn = m[1]
	}
	if m := runTime.FindStringSubmatch(begins); m != nil {
		d.time, _, _ = strings.Cut(plain(m[1])+" ", ". ")
		d.time = strings.TrimSpace(d.time)
	}
	for i, c := range d.cells {
		d.cells[i].HTML = boxed.Replace(c.HTML)
		for _, m := range anyName.FindAllStringSubmatch(c.HTML, -1) {
			d.headings[html.UnescapeString(m[1])] = true
		}
	}
	return d
}

// plain is the text of a piece of HTML, on one line.
func plain(piece string) string {
	return strings.TrimSpace(whiteSpace.ReplaceAllString(html.UnescapeString(anyTag.ReplaceAllString(piece, "")), " "))
}

// titleOf is the title of a page of HTML; "": it has none.
func titleOf(page string) string {
	if m := pageTitle.FindStringSubmatch(page); m != nil {
		return plain(m[1])
	}
	return ""
}
