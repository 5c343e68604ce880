package site

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"gosubspace/kernel/internal/jupyter"
)

// part is a slide.
type part struct {
	Title string // of the heading it stands under, in plain words
	Again bool   // it goes on under the heading of the one before it
	Body  template.HTML

	full float64 // 1 is as much as one looks at without turning a wheel
}

var (
	begins  = regexp.MustCompile(`(?s)<h[12][ >].*?</h[12]>`)
	folded  = regexp.MustCompile(`(?s)<details.*?</details>`)
	printed = regexp.MustCompile(`(?s)<pre.*?</pre>`)
	opened  = strings.NewReplacer(`<details class="code" open="">`, `<details class="code">`, `<details open class="code">`, `<details class="code">`)
	ownLink = regexp.MustCompile(`<a href="#`)
)

// slidesOf divides a document: every heading of the first and second level begins a slide,
// and what would not fit goes on in one more under the same heading. Where its author has
// told slides from fragments, in the cells' metadata as Jupyter's own tools have it, a cell
// begins a slide where that says so.
func slidesOf(cells []jupyter.Converted) []part {
	var s slideshow
	told := false
	for _, c := range cells {
		told = told || c.Slide != "" && c.Slide != "-"
	}
	for _, c := range cells {
		if c.Slide == "skip" || c.Slide == "notes" || c.Kind == "raw" {
			continue
		}
		if told {
			s.told = true
			if c.Slide == "slide" || c.Slide == "subslide" {
				s.begin("", false)
			}
		}
		if c.HTML == "" {
			continue
		}
		if c.Kind == "code" {
			s.add(opened.Replace(c.HTML), weight(c))
			continue
		}
		rest := c.HTML
		for rest != "" {
			at := begins.FindStringIndex(rest)
			if at == nil {
				s.addText(rest)
				break
			}
			s.addText(rest[:at[0]])
			title := plain(rest[at[0]:at[1]])
			if told {
				s.title(title)
			} else {
				s.begin(title, false)
			}
			next := begins.FindStringIndex(rest[at[1]:])
			end := len(rest)
			if next != nil {
				end = at[1] + next[0]
			}
			s.addText(rest[at[0]:end])
			rest = rest[end:]
		}
	}
	return slices.DeleteFunc(s.parts, func(p part) bool { return p.Body == "" }) // of a cell without text
}

// Number is which slide it is, counted from 1.
func (part) Number(i int) int { return i + 1 }

// slideshow is what is being divided.
type slideshow struct {
	parts []part
	told  bool // its author says where slides begin
}

func (s *slideshow) begin(title string, again bool) {
	s.parts = append(s.parts, part{Title: title, Again: again})
}

// title is that of the slide, where it has none.
func (s *slideshow) title(words string) {
	if n := len(s.parts); n > 0 && s.parts[n-1].Title == "" {
		s.parts[n-1].Title = words
	}
}

func (s *slideshow) addText(piece string) {
	if words := plain(piece); words != "" || strings.Contains(piece, "<img") {
		full := float64(len([]rune(words))) / 1300
		if strings.Contains(piece, "<img") {
			full += 0.6
		}
		s.add(`<div class="text">`+piece+"</div>\n", full)
	}
}

// add puts a piece on the slide, or on one more, where it is full.
func (s *slideshow) add(piece string, full float64) {
	if len(s.parts) == 0 {
		s.begin("", false)
	}
	if last := s.parts[len(s.parts)-1]; !s.told && last.full > 0.15 && last.full+full > 1 {
		s.begin(last.Title, true)
	}
	last := &s.parts[len(s.parts)-1]
	last.Body += template.HTML(piece)
	last.full += full
}

// weight is how much of a slide a cell of code takes, its code folded.
func weight(c jupyter.Converted) float64 {
	full := 0.03
	if c.Figure {
		full += 0.65 * float64(strings.Count(c.HTML, "<img"))
	}
	for _, output := range printed.FindAllString(folded.ReplaceAllString(c.HTML, ""), -1) {
		full += float64(2+strings.Count(output, "\n")) / 32
	}
	return full
}

// slides makes the slides of a notebook.
func (m *making) slides(d *document) error {
	parts := slidesOf(d.cells)
	for i := range parts {
		body := string(parts[i].Body)
		parts[i].Body = template.HTML(ownLink.ReplaceAllLiteralString(body, `<a href="`+html.EscapeString(address(d.name))+`#`))
		if parts[i].Again && parts[i].Title != "" {
			parts[i].Body = template.HTML(fmt.Sprintf("<h2 class=\"again\">%s <span>continued</span></h2>\n", html.EscapeString(parts[i].Title))) + parts[i].Body
		}
	}
	return m.write(slidesName(d.name), sheet{Name: "slides", Title: d.title, Home: indexName, Page: address(d.name), Parts: parts, Script: template.JS(wideJS + slidesJS)})
}
