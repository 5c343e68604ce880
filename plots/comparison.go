package plots

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Comparison is a figure of methods, a row each: the mean over repeated runs with
// a bar of one sample standard deviation to either side, and every run as a small
// dot below it. One or two quantities stand beside each other.
//
//	plots.Comparison{
//		Title:  "Ours against the baselines",
//		Labels: []string{"test accuracy (%)", "ECE (%)"},
//		Methods: []plots.Method{
//			{Name: "standard training", Group: "baselines", Values: [][]float64{{93.4, 93.6, 93.5}, {4.1, 4.4, 4.0}}},
//			{Name: "line, midpoint", Group: "ours", Values: [][]float64{{94.0, 94.2, 93.9}, {2.2, 2.0, 2.1}}},
//		},
//		Reference: "standard training",
//		Note:      "xla:cpu, 2 cores · CIFAR-10 · cResNet20 · 3 seeds",
//	}.Draw()
//
// A method with a single run has neither bar nor dots.
type Comparison struct {
	// Title says what is to be seen. Required.
	Title string
	// Labels name the quantities with their units: one or two.
	Labels []string
	// Methods are the rows from the top, as given: one to sixteen.
	Methods []Method
	// Reference is the Name of the method whose mean is drawn as a line through
	// all rows; empty for none.
	Reference string
	// Note, Alt and Name are as in Lines. Note is required.
	Note, Alt, Name string
}

// Method is one row of a [Comparison].
type Method struct {
	// Name stands before the row.
	Name string
	// Group gives the row its marker, which the legend explains, and its colour where
	// Style does not: none or up to four different ones, e.g. "baselines" and "ours".
	Group string
	// Style fixes the colour of the row to that of a [Series] of this Style, 1 to 8, so that
	// a method has one colour in all figures. 0: the colour of its group.
	Style int
	// Values are the runs' results, Values[q] those of quantity q. One that is
	// empty was not measured; not all may be.
	Values [][]float64
}

// groupLooks are given out in order of appearance.
var groupLooks = []look{
	{black, nil, draw.CircleGlyph{}, 1.6},
	{blue, nil, draw.BoxGlyph{}, 1.6},
	{vermillion, nil, draw.PyramidGlyph{}, 1.6},
	{green, nil, hollow{draw.CircleGlyph{}}, 1.6},
}

// Draw draws the figure. It fails, naming the method, when a value is NaN or
// infinite, two methods have the same Name, or there are not as many slices of
// Values as Labels.
func (p Comparison) Draw() (*Figure, error) {
	if err := cmp.Or(checkTitle(p.Title), p.check(), checkNote(p.Note)); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", p.Title, err)
	}
	const rowHeight, between = 27, 22
	names, nameWidth := p.names()
	var columns []*column
	numbers := vg.Length(0)
	for q := range p.Labels {
		c := p.column(q)
		columns = append(columns, c)
		numbers = max(numbers, c.numberWidth())
	}
	grid := [][]*plot.Plot{nil}
	n := vg.Length(len(columns))
	width := (((pageWidth-2*margin-between*(n-1))*unit - nameWidth) / n) - numbers
	for _, c := range columns {
		grid[0] = append(grid[0], c.plot(float64(width/unit)))
	}
	lines := 1
	for _, axis := range grid[0] {
		lines = max(lines, lineCount([]string{axis.X.Label.Text}))
	}
	return page{
		title:  p.Title,
		legend: p.legend(),
		height: rowHeight*float64(len(p.Methods)) + 25 + headLabel*float64(lines),
		draw: func(c draw.Canvas) {
			tiles := draw.Tiles{Rows: 1, Cols: len(columns), PadLeft: nameWidth, PadRight: numbers, PadX: numbers + between*unit}
			for i, place := range plot.Align(grid, tiles, c)[0] {
				data := grid[0][i].DataCanvas(place)
				columns[i].drawRows(c, data, grid[0][i].X.Tick.Marker)
				grid[0][i].Draw(place)
			}
			data := grid[0][0].DataCanvas(plot.Align(grid, tiles, c)[0][0])
			style := face(labelSize, ink)
			style.YAlign = draw.YCenter
			for i, name := range names {
				c.FillText(style, vg.Point{X: c.Min.X, Y: data.Y(columns[0].row(i)) + 1.5*unit}, name)
			}
		},
		note: p.Note,
		zoom: fieldZoom(len(p.Labels)),

		numbers: comparisonNumbers(p),
	}.figure(fileName(p.Name, p.Title), cmp.Or(p.Alt, p.words()))
}

// names breaks the methods' names into lines and tells how much room they take.
func (p Comparison) names() (names []string, width vg.Length) {
	style := face(labelSize, ink)
	for _, m := range p.Methods {
		name := strings.Join(wrap(m.Name, style, 170*unit), "\n")
		names, width = append(names, name), max(width, style.Width(name))
	}
	return names, width + 10*unit
}

// look is how a row is drawn.
func (p Comparison) look(m Method) look {
	l := p.looks()[m.Group]
	if m.Style > 0 {
		l.color = seriesLooks[m.Style-1].color
	}
	return l
}

// looks gives every group its look. A single one is blue, as a single series is; where
// rows have colours of their own, groups have none.
func (p Comparison) looks() map[string]look {
	looks := map[string]look{}
	for _, m := range p.Methods {
		if _, ok := looks[m.Group]; !ok {
			looks[m.Group] = groupLooks[len(looks)]
		}
	}
	if len(looks) == 1 {
		looks[p.Methods[0].Group] = groupLooks[1]
	}
	if slices.ContainsFunc(p.Methods, func(m Method) bool { return m.Style > 0 }) {
		for group, l := range looks {
			l.color = grey
			looks[group] = l
		}
	}
	return looks
}

// legend explains the groups, the bars and the dots.
func (p Comparison) legend() []entry {
	var entries []entry
	looks, listed := p.looks(), map[string]bool{"": true}
	for _, m := range p.Methods {
		if !listed[m.Group] {
			listed[m.Group] = true
			marker := looks[m.Group]
			marker.width = 0
			entries = append(entries, entry{name: m.Group, look: marker})
		}
	}
	if p.repeated() {
		entries = append(entries, entry{name: "mean ± standard deviation", swatch: func(c draw.Canvas, area vg.Rectangle) {
			y := (area.Min.Y + area.Max.Y) / 2
			errorBar(&c, look{grey, nil, draw.CircleGlyph{}, 1.6}, area.Min.X, (area.Min.X+area.Max.X)/2, area.Max.X, y)
		}}, entry{name: "one seed", swatch: func(c draw.Canvas, area vg.Rectangle) {
			for _, share := range []vg.Length{0.2, 0.45, 0.8} {
				seedDot(&c, grey, vg.Point{X: area.Min.X + share*(area.Max.X-area.Min.X), Y: (area.Min.Y + area.Max.Y) / 2})
			}
		}})
	}
	if p.Reference != "" {
		entries = append(entries, entry{name: "mean of " + p.Reference, look: referenceLooks[0]})
	}
	return entries
}

// referenced are the labels of the quantities that the Reference has a value of.
func (p Comparison) referenced() (labels []string) {
	for _, m := range p.Methods {
		for q, values := range m.Values {
			if m.Name == p.Reference && len(values) > 0 {
				labels = append(labels, p.Labels[q])
			}
		}
	}
	return labels
}

// repeated says whether any method was run more than once.
func (p Comparison) repeated() bool {
	for _, m := range p.Methods {
		for _, values := range m.Values {
			if len(values) > 1 {
				return true
			}
		}
	}
	return false
}

func (p Comparison) words() string {
	alt := []string{fmt.Sprintf("Dot plot of %d methods, a row each. %s", len(p.Methods), sentence(p.Title))}
	for q, label := range p.Labels {
		c := p.column(q)
		least, greatest := -1, -1
		var rows []string
		for i, m := range p.Methods {
			name := m.Name
			if m.Group != "" {
				name += " (" + m.Group + ")"
			}
			if math.IsNaN(c.mean[i]) {
				rows = append(rows, name+": not measured.")
				continue
			}
			if least < 0 || c.mean[i] < c.mean[least] {
				least = i
			}
			if greatest < 0 || c.mean[i] > c.mean[greatest] {
				greatest = i
			}
			row := fmt.Sprintf("%s: %s", name, number(c.mean[i]))
			if n := len(m.Values[q]); n > 1 {
				var runs []string
				for _, v := range m.Values[q] {
					runs = append(runs, number(v))
				}
				row += fmt.Sprintf(" ± %s (%d seeds: %s)", number(c.deviation[i]), n, strings.Join(runs, ", "))
			}
			rows = append(rows, row+".")
		}
		of, mean := "", ""
		if p.repeated() {
			of, mean = ", mean ± standard deviation", " mean"
		}
		alt = append(alt, fmt.Sprintf("%s%s. Highest%s: %s, lowest: %s.", label, of, mean, p.Methods[greatest].Name, p.Methods[least].Name))
		alt = append(alt, rows...)
	}
	if p.Reference != "" {
		of := "."
		if has := p.referenced(); len(has) < len(p.Labels) {
			of = fmt.Sprintf(", of %s.", strings.Join(has, " and "))
		}
		alt = append(alt, "A dashed line marks the mean of "+p.Reference+of)
	}
	return strings.Join(append(alt, "Note: "+p.Note), "\n")
}

func (p Comparison) check() error {
	if n := len(p.Labels); n < 1 || n > 2 {
		return fmt.Errorf("it has %d Labels, want 1 or 2, one for each quantity; use several figures", n)
	}
	if n := len(p.Methods); n < 1 || n > 16 {
		return fmt.Errorf("it has %d Methods, want 1 to 16; use several figures", n)
	}
	names, groups, measured := map[string]bool{}, map[string]bool{}, make([]bool, len(p.Labels))
	for i, m := range p.Methods {
		if m.Name == "" || names[m.Name] {
			return fmt.Errorf("method %d is named %q; every row needs a Name, and different ones", i, m.Name)
		}
		names[m.Name], groups[m.Group] = true, true
		if m.Style < 0 || m.Style > len(seriesLooks) {
			return fmt.Errorf("method %d (%q) has the Style %d, want 1 to %d, or 0 for the colour of its group", i, m.Name, m.Style, len(seriesLooks))
		}
		if len(m.Values) != len(p.Labels) {
			return fmt.Errorf("method %d (%q) has Values of %d quantities for %d Labels; give one slice for each, empty where nothing was measured", i, m.Name, len(m.Values), len(p.Labels))
		}
		for q, values := range m.Values {
			measured[q] = measured[q] || len(values) > 0
			for k, v := range values {
				if !finite(v) {
					return fmt.Errorf("method %d (%q): its Values[%d][%d] is %v, want a finite number; leave the run out, or find out where the value comes from", i, m.Name, q, k, v)
				}
			}
		}
	}
	for q, label := range p.Labels {
		if strings.TrimSpace(label) == "" {
			return fmt.Errorf("its Labels[%d] is empty; name the quantity with its unit", q)
		}
		if !measured[q] {
			return fmt.Errorf("no method has a value of Labels[%d] (%q); leave the quantity out", q, label)
		}
	}
	switch {
	case len(groups) > 1 && groups[""]:
		return errors.New("some Methods have a Group and some none; give all of them one, or none")
	case len(groups) > len(groupLooks):
		return fmt.Errorf("%d groups, at most %d can be told apart", len(groups), len(groupLooks))
	case p.Reference != "" && !names[p.Reference]:
		return fmt.Errorf("its Reference is %q, which is no method's Name", p.Reference)
	case p.Reference != "" && len(p.referenced()) == 0:
		return fmt.Errorf("its Reference is %q, which has no value of any quantity; leave it out", p.Reference)
	}
	return nil
}
