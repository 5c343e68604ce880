package plots

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"strconv"
)

// CSV returns the numbers that the figure shows, as comma-separated values with a head
// (RFC 4180), to their last digit: a row a point. A figure that shows pictures has none.
func (f *Figure) CSV() ([]byte, error) {
	if f == nil {
		return nil, errNoFigure
	}
	if f.page.draw == nil {
		return nil, errNotDrawn
	}
	if len(f.page.numbers) == 0 {
		return nil, errors.New("it shows pictures, not numbers: write it as .png, .svg or .pdf")
	}
	var file bytes.Buffer
	err := csv.NewWriter(&file).WriteAll(f.page.numbers)
	return file.Bytes(), err
}

// digits is a number to its last digit; what is not known is empty.
func digits(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// lineNumbers are the numbers of lines, panel by panel: a row a point, and of a reference
// one that has no x.
func lineNumbers(panels ...Lines) [][]string {
	rows := [][]string{{"panel", "series", "x axis", "x", "y axis", "y", "low", "high"}}
	for _, l := range panels {
		add := func(name, x string, y, low, high float64, band bool) {
			row := []string{l.Title, name, l.XLabel, x, l.YLabel, digits(y), "", ""}
			if band {
				row[6], row[7] = digits(low), digits(high)
			}
			rows = append(rows, row)
		}
		for _, s := range l.Series {
			for i := range s.X {
				if len(s.Low) > 0 {
					add(s.Name, digits(s.X[i]), s.Y[i], s.Low[i], s.High[i], true)
				} else {
					add(s.Name, digits(s.X[i]), s.Y[i], 0, 0, false)
				}
			}
		}
		for _, r := range l.References {
			add(r.Name, "", r.Y, r.Low, r.High, r.band())
		}
	}
	return rows
}

// fieldNumbers are the values of fields on their grids, a row each, and behind them the
// places of marks and the corners of paths.
func fieldNumbers(fields []Field) [][]string {
	rows := [][]string{{"panel", "what", "x axis", "x", "y axis", "y", "z"}}
	for _, f := range fields {
		add := func(what string, x, y float64, z string) {
			rows = append(rows, []string{f.Title, what, f.XLabel, digits(x), f.YLabel, digits(y), z})
		}
		for i, y := range f.Y {
			for j, x := range f.X {
				add(f.ZLabel, x, y, digits(f.Z[i][j]))
			}
		}
		for _, m := range f.Marks {
			add(m.Name, m.X, m.Y, "")
		}
		for _, p := range f.Paths {
			for i := range p.X {
				add(p.Name, p.X[i], p.Y[i], "")
			}
		}
	}
	return rows
}

// comparisonNumbers are the values of every run of every method, a row each.
func comparisonNumbers(p Comparison) [][]string {
	rows := [][]string{{"quantity", "method", "group", "run", "value"}}
	for q, label := range p.Labels {
		for _, m := range p.Methods {
			for i, v := range m.Values[q] {
				rows = append(rows, []string{label, m.Name, m.Group, strconv.Itoa(i + 1), digits(v)})
			}
		}
	}
	return rows
}

// binNumbers are the bins of diagrams, a row each.
func binNumbers(diagrams []Diagram) [][]string {
	rows := [][]string{{"panel", "low", "high", "images", "confidence", "accuracy"}}
	for _, d := range diagrams {
		for _, b := range d.Bins {
			row := []string{d.Title, digits(b.Low), digits(b.High), strconv.Itoa(b.N), "", ""}
			if b.N > 0 {
				row[4], row[5] = digits(b.Confidence), digits(b.Accuracy)
			}
			rows = append(rows, row)
		}
	}
	return rows
}
