// Package page makes one file of a trained subspace: a page on which a reader moves a
// point through it, and sees how well the network there does and what it takes
// photographs for. It works from the disk, in any browser, without a server, a
// network or this project.
//
// [Measure] looks at the networks on a [Grid] of points; [Page.File] makes the page of
// what it saw. Between measured points the page interpolates, and says so. What moves
// is in script, in the order of its files; how it looks is in style.css.
//
// Nothing on the page says who made it or where: numbers, names of classes, the run's
// settings.
package page

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/explore"
)

//go:embed page.html style.css script
var files embed.FS

// Limit is how large a page may be, in bytes: it is handed on, by mail too.
const Limit = 3 << 20

// Generator stands at the head of every page, so that one is known as ours.
const Generator = `<meta name="generator" content="gosubspace explore">`

// IsPage reports whether a file is a page of this package.
func IsPage(file []byte) bool {
	return bytes.Contains(file[:min(len(file), 2000)], []byte(Generator))
}

// A Page is what there is to show.
type Page struct {
	Title   string
	Shape   string // what one moves in: "line", "Bézier curve", "triangle"
	Letter  string // of a curve's coordinate
	Corners []string
	Notes   []string // how the numbers came about, a sentence each

	Grid        Grid
	At          []subspace.Weights // the coefficients of each point of the grid
	Scores      []Scores           // at each point of the grid
	Tested      string             // what they are of: "500 test images"
	Classes     []string
	Photographs []Photograph
}

// Scores are how well a network does, accuracy and ECE in [0, 1], the loss in nats.
type Scores struct {
	Accuracy, Loss float64
	ECE            *float64 // nil where there are too few images for one
}

// A Photograph is an image and what the networks take it for.
type Photograph struct {
	Label         int
	PNG           []byte
	Probabilities [][]float64 // of all classes, at each point of the grid
}

// numbers are what the page's script reads.
type numbers struct {
	Kind        string    `json:"kind"` // curve or triangle
	Shape       string    `json:"shape"`
	Letter      string    `json:"letter"`
	Tested      string    `json:"tested"`
	Side        int       `json:"side"`
	Margin      int       `json:"margin"`
	Corners     []string  `json:"corners"`
	Classes     []string  `json:"classes"`
	Colours     []string  `json:"colours"`
	Accuracy    []float64 `json:"accuracy"`
	Loss        []float64 `json:"loss"`
	ECE         []float64 `json:"ece"` // null where there is none
	Photographs []guesses `json:"photographs"`
}

// guesses are the probabilities of a photograph in thousandths, point by point, of the
// classes that are likely somewhere, and of its own. Where others had to be left out the
// last of Classes is -1, and its probability that of the likeliest of those: whether the
// network is right is known all the same.
type guesses struct {
	Label   int   `json:"label"`
	Classes []int `json:"classes"`
	Likely  []int `json:"likely"`
}

// mostClasses bounds the classes that are kept of a photograph, and with them the page.
const mostClasses = 20

func (p *Page) numbers() numbers {
	n := numbers{Kind: "curve", Shape: p.Shape, Letter: p.Letter, Tested: p.Tested, Side: p.Grid.Side, Margin: p.Grid.Margin, Corners: p.Corners, Classes: p.Classes}
	if p.Grid.Flat {
		n.Kind = "triangle"
	}
	n.Colours = plots.MapColors()
	for _, s := range p.Scores {
		n.Accuracy, n.Loss = append(n.Accuracy, rounded(s.Accuracy, 1e5)), append(n.Loss, rounded(s.Loss, 1e4))
		if s.ECE != nil {
			n.ECE = append(n.ECE, rounded(*s.ECE, 1e5))
		}
	}
	for _, photograph := range p.Photographs {
		kept, all := likely(photograph.Probabilities, photograph.Label, mostClasses)
		g := guesses{Label: photograph.Label, Classes: kept}
		if !all {
			g.Classes = append(g.Classes, -1)
		}
		for _, of := range photograph.Probabilities {
			for _, c := range kept {
				g.Likely = append(g.Likely, int(1000*of[c]+0.5))
			}
			if !all {
				other := 0.0
				for c, p := range of {
					if _, is := slices.BinarySearch(kept, c); !is {
						other = max(other, p)
					}
				}
				g.Likely = append(g.Likely, int(1000*other+0.5))
			}
		}
		n.Photographs = append(n.Photographs, g)
	}
	return n
}

// likely returns the label and the classes that are among the three likeliest at some
// point, at most so many: those that are likeliest anywhere, in their order. And it reports
// whether these are all of them.
func likely(probabilities [][]float64, label, most int) (classes []int, all bool) {
	best := map[int]float64{label: 2} // the largest probability of each; the label goes first
	for _, of := range probabilities {
		for _, g := range explore.Likeliest(of, 3) {
			best[g.Class] = max(best[g.Class], g.Probability)
		}
	}
	classes = slices.SortedFunc(maps.Keys(best), func(a, b int) int { return cmp.Or(cmp.Compare(best[b], best[a]), a-b) })
	all = len(classes) <= most
	classes = classes[:min(most, len(classes))]
	slices.Sort(classes)
	return classes, all
}

// File returns the page.
func (p *Page) File() ([]byte, error) {
	style, script, err := parts(files)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(p.numbers()) // no < stays in it
	if err != nil {
		return nil, fmt.Errorf("the page's numbers: %w", err)
	}
	var pictures []picture
	for i, photograph := range p.Photographs {
		source := "data:image/png;base64," + base64.StdEncoding.EncodeToString(photograph.PNG)
		pictures = append(pictures, picture{template.URL(source), p.Classes[photograph.Label], i + 1})
	}
	layout, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	// Nothing but what stands in the page is run, shown or fetched.
	policy := fmt.Sprintf(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'">`,
		hash(script), hash(style))
	var file bytes.Buffer
	err = layout.Execute(&file, map[string]any{
		"Policy": template.HTML(policy), "Style": template.CSS(style), "Script": template.JS(script), "Numbers": template.JS(text),
		"Title": p.Title, "Lead": p.lead(), "Flat": p.Grid.Flat, "ECE": p.Scores[0].ECE != nil,
		"Sliders": p.sliders(), "Jumps": p.jumps(),
		"Words": p.words(), "Caption": p.caption(), "Rows": p.rows(), "Notes": p.Notes, "Pictures": pictures,
	})
	return file.Bytes(), err
}

type picture struct {
	Source template.URL
	Class  string
	Number int
}

// parts returns the style and the script of every page. Their lines end as a browser reads
// them, in a line feed alone, for it is of this that it takes the hash: Git on Windows may
// have put a carriage return before each.
func parts(files fs.FS) (style, script string, err error) {
	text, err := fs.ReadFile(files, "style.css")
	if err != nil {
		return "", "", err
	}
	names, err := fs.Glob(files, "script/*.js")
	if err != nil {
		return "", "", err
	}
	script = "(() => {\n\"use strict\";\n"
	for _, name := range names { // in their order
		part, err := fs.ReadFile(files, name)
		if err != nil {
			return "", "", err
		}
		script += string(part)
	}
	feeds := strings.NewReplacer("\r\n", "\n")
	return feeds.Replace(string(text)), feeds.Replace(script + "})();\n"), nil
}

// hash is how a content security policy names a text.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
