package plots

import (
	"errors"
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// Panels is a figure of several [Lines] beside each other, with one legend: the
// same name has the same look in all of them.
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
func (p Panels) Draw() (*Figure, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	columns := len(p.Panels)
	if columns > 3 {
		columns = (columns + 1) / 2
	}
	rows := (len(p.Panels) + columns - 1) / columns
	looks := assign(p.Panels)
	grid := make([][]*plot.Plot, rows)
	for r := range grid {
		grid[r] = make([]*plot.Plot, columns)
	}
	const panelHeight, between = 260, 18
	width := float64(pageWidth-2*margin+between)/float64(columns) - between
	alt := []string{fmt.Sprintf("%d line plots. %s.", len(p.Panels), strings.TrimSuffix(p.Title, "."))}
	for i, l := range p.Panels {
		grid[i/columns][i%columns] = l.plot(l.Title, looks, width, panelHeight-25)
		alt = append(alt, fmt.Sprintf("Panel %d: %s", i+1, l.words()))
	}
	alt = append(alt, "Note: "+p.Note)
	return page{
		title:  p.Title,
		legend: legend(p.Panels, looks),
		height: float64(rows*panelHeight + (rows-1)*between),
		draw: func(c draw.Canvas) {
			tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: between * unit, PadY: between * unit}
			places := plot.Align(grid, tiles, c)
			for r, row := range grid {
				for i, panel := range row {
					if panel != nil {
						panel.Draw(places[r][i])
					}
				}
			}
		},
		note: p.Note,
		zoom: 1.25,
	}.figure(fileName(p.Name, p.Title), orElse(p.Alt, strings.Join(alt, "\n")))
}

func (p Panels) check() error {
	if strings.TrimSpace(p.Title) == "" {
		return errors.New("plots: a figure has no Title; say what it shows, the text alternative begins with it")
	}
	if n := len(p.Panels); n < 2 || n > 6 {
		return fmt.Errorf("plots: figure %q has %d panels, want 2 to 6; draw a single one with Lines", p.Title, n)
	}
	series, references := map[string]bool{}, map[string]bool{}
	for i, l := range p.Panels {
		if err := l.check(); err != nil {
			return fmt.Errorf("plots: figure %q, panel %d: %w", p.Title, i, err)
		}
		if l.Note != "" || l.Alt != "" || l.Name != "" {
			return fmt.Errorf("plots: figure %q: panel %d has a Note, Alt or Name of its own; set them for the whole figure", p.Title, i)
		}
		for _, s := range l.Series {
			series[s.Name] = true
		}
		for _, r := range l.References {
			references[r.Name] = true
		}
	}
	if len(series) > len(seriesLooks) || len(references) > len(referenceLooks) {
		return fmt.Errorf("plots: figure %q names %d series and %d references, at most %d and %d can be told apart; use several figures",
			p.Title, len(series), len(references), len(seriesLooks), len(referenceLooks))
	}
	return checkNote(p.Title, p.Note)
}
