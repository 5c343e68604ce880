package plots

import (
	"cmp"
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panels is a figure of several [Lines] beside each other, with one legend: the
// same name has the same look in all of them, and the same labels the same range.
type Panels struct {
	// Title says what is to be seen; every panel has its own besides. Required.
	Title string
	// Panels are two to six, at most three in a row. Their Note, Alt and Name
	// stay empty: the figure has one of each.
	Panels []Lines
	// Note, Alt and Name are as in Lines. Note is required.
	Note, Alt, Name string
}

// Draw draws the figure. It fails where one of the panels would.
func (p Panels) Draw() (*Figure, error) { return p.draw(false) }

// draw is Draw; a sketch has half the pixels a side.
func (p Panels) draw(sketch bool) (*Figure, error) {
	if err := cmp.Or(checkTitle(p.Title), p.check(), checkLegend(p.Panels...), checkNote(p.Note)); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", p.Title, err)
	}
	p.Panels = aligned(p.Panels)
	columns, rows := gridOf(len(p.Panels))
	grid := make([][]*plot.Plot, rows)
	for r := range grid {
		grid[r] = make([]*plot.Plot, columns)
	}
	const panelHeight, between = 260, 18
	width := float64(pageWidth-2*margin+between)/float64(columns) - between
	looks := assign(p.Panels, width)
	var names []string
	for _, l := range p.Panels {
		names = append(names, l.Title)
	}
	titles := titlesOver(vg.Length(width-60)*unit, names)
	head := float64(8 + titles.most*panelTitleLine)
	alt := []string{fmt.Sprintf("%d line plots. %s", len(p.Panels), sentence(p.Title))}
	for i, l := range p.Panels {
		grid[i/columns][i%columns] = l.plot("", looks, width, panelHeight-head)
		alt = append(alt, fmt.Sprintf("Panel %d: %s", i+1, l.words()))
	}
	alt = append(alt, "Note: "+p.Note)
	return page{
		title:  p.Title,
		legend: legend(p.Panels, looks),
		height: float64(rows*panelHeight + (rows-1)*between),
		draw: func(c draw.Canvas) {
			tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: between * unit, PadY: vg.Length(between+head) * unit, PadTop: vg.Length(head) * unit}
			places := plot.Align(grid, tiles, c)
			for i := range p.Panels {
				panel, place := grid[i/columns][i%columns], places[i/columns][i%columns]
				panel.Draw(place)
				// The library would put it above the highest label of an axis: at another
				// height in each panel.
				area := panel.DataCanvas(place)
				titles.draw(c, i, vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: area.Max.Y + 14*unit})
			}
		},
		note:   p.Note,
		zoom:   1.25,
		sketch: sketch,

		numbers: lineNumbers(p.Panels...),
	}.figure(fileName(p.Name, p.Title), cmp.Or(p.Alt, strings.Join(alt, "\n")))
}

// gridOf returns the grid of up to six panels: in one row up to three, else in two.
func gridOf(n int) (columns, rows int) {
	if n <= 3 {
		return n, 1
	}
	return (n + 1) / 2, 2
}

func (p Panels) check() error {
	if n := len(p.Panels); n < 2 || n > 6 {
		return fmt.Errorf("it has %d panels, want 2 to 6; draw a single one as Lines", n)
	}
	for i, l := range p.Panels {
		if err := l.check(); err != nil {
			return fmt.Errorf("panel %d (%q): %w", i, l.Title, err)
		}
		if l.Note != "" || l.Alt != "" || l.Name != "" {
			return fmt.Errorf("panel %d (%q) has a Note, Alt or Name of its own; set them for the whole figure", i, l.Title)
		}
	}
	return nil
}
