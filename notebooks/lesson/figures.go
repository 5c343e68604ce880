package lesson

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Percent turns a score of a point into a number of percent.
type Percent func(metric.Scores) float64

// The scores that the figures show: three in percent, and the loss in nats.
func Accuracy(s metric.Scores) float64 { return 100 * s.Accuracy }
func ECE(s metric.Scores) float64      { return 100 * s.ECE }
func NLL(s metric.Scores) float64      { return s.NLL }

// Draw draws a figure of the paper from its rows: one picture or several.
func Draw(number int, all Rows) ([]*plots.Figure, error) {
	draw := map[int][]func(Rows) (*plots.Figure, error){
		1: {Between, CurvePlane, Surfaces},
		2: {Planes, PlaneLosses},
		3: {Along},
		4: {Centres},
		5: {Calibrations, Reliability, Along},
		6: {Severities},
		7: {Compared, Along},
	}
	var figures []*plots.Figure
	for _, d := range draw[number] {
		figure, err := d(all)
		if err != nil {
			return nil, fmt.Errorf("figure %d: %w", number, err)
		}
		figures = append(figures, figure)
	}
	return figures, nil
}

// AlongCurve draws accuracy and calibration error along curves, with the
// midpoint of standard training beside them (figure 3 of the paper): means
// over the seeds, with bands of a standard deviation. Without runs of standard
// training the curves stand alone.
func AlongCurve(title string, standard []experiment.Result, curves ...[]experiment.Result) (*plots.Figure, error) {
	all := Rows{{"standard training", standard}}
	for _, c := range curves {
		all = append(all, Row{c[0].Config.Shape, c})
	}
	return along(title, all)
}

// Along draws accuracy and calibration error along every row that is a curve,
// with the first row beside them (figure 3 of the paper).
func Along(all Rows) (*plots.Figure, error) { return along("Along the curves", all) }

// Between draws accuracy and loss on the ways between two networks that were
// trained apart, and along a line that was trained as one.
func Between(all Rows) (*plots.Figure, error) {
	return plots.Panels{Title: "Between two networks", Note: all.note(), Panels: []plots.Lines{
		alongPanel("Accuracy", "test accuracy (%)", Accuracy, all),
		alongPanel("Loss", "test loss (nats)", NLL, all),
	}}.Draw()
}

func along(title string, all Rows) (*plots.Figure, error) {
	return plots.Panels{Title: title, Note: all.note(), Panels: []plots.Lines{
		alongPanel("Accuracy", "test accuracy (%)", Accuracy, all),
		alongPanel("Calibration error", "ECE (%)", ECE, all),
	}}.Draw()
}

func alongPanel(title, label string, score Percent, all Rows) plots.Lines {
	lines := plots.Lines{Title: title, XLabel: "α", YLabel: label}
	if len(all[0].Results) > 0 {
		reference, err := plots.MeanReference(all[0].Name, experiment.Midpoints(all[0].Results, score)...)
		Check(err)
		lines.References = []plots.Reference{reference}
	}
	for _, row := range all[1:] {
		var alpha []float64
		values := make([][]float64, len(row.Results))
		for i, r := range row.Results {
			alpha, values[i] = r.Along(score)
		}
		if len(alpha) == 0 {
			continue // not a curve
		}
		series, err := plots.Mean(row.Name, alpha, values...)
		Check(err)
		lines.Series = append(lines.Series, series)
	}
	return lines
}

// Planes draws the accuracy on the plane through three endpoints, of the first
// seed of each row, with the triangle between them (figure 2 of the paper).
func Planes(all Rows) (*plots.Figure, error) {
	return planes("Accuracy on the plane through three endpoints", all, "test accuracy (%)", Accuracy, nil)
}

// PlaneLosses draws the loss on the planes of [Planes].
func PlaneLosses(all Rows) (*plots.Figure, error) {
	return planes("Loss on the plane through three endpoints", all, "test loss (nats)", NLL, losses)
}

// losses are the levels of a landscape of the loss: it grows by orders.
var losses = []float64{0.1, 0.2, 0.5, 1, 2, 5, 10}

func planes(title string, all Rows, label string, score Percent, levels []float64) (*plots.Figure, error) {
	figure := plots.Contours{Title: title, Note: all.first().note()}
	for _, row := range all {
		g := row.Results[0].Plane
		field := field(g, label, score)
		field.Title, field.Levels = row.Name, levels
		triangle := plots.Path{Name: "triangle"}
		for _, i := range []int{0, 1, 2, 0} {
			triangle.X, triangle.Y = append(triangle.X, g.Marks[i].X), append(triangle.Y, g.Marks[i].Y)
		}
		field.Paths = []plots.Path{triangle}
		figure.Fields = append(figure.Fields, field)
	}
	return figure.Draw()
}

// CurvePlane draws accuracy and loss on the plane of the Bézier curve between
// two networks that were trained apart, of the first seed, with the curve and the
// straight way between them.
func CurvePlane(all Rows) (*plots.Figure, error) {
	r := all.Get("curve between two networks")[0]
	g := r.Plane
	curve, straight := plots.Path{Name: "curve"}, plots.Path{Name: "straight"}
	for i := range 41 {
		alpha := float64(i) / 40
		x, y := g.Place(subspace.Bezier{}.At(alpha))
		curve.X, curve.Y = append(curve.X, x), append(curve.Y, y)
		x, y = g.Place(append(subspace.Line{}.At(alpha), 0))
		straight.X, straight.Y = append(straight.X, x), append(straight.Y, y)
	}
	figure := plots.Contours{Title: "The plane of a curve between two networks", Note: Note([]experiment.Result{r})}
	for i, f := range []plots.Field{field(g, "test accuracy (%)", Accuracy), field(g, "test loss (nats)", NLL)} {
		f.Title = []string{"Accuracy", "Loss"}[i]
		f.Marks = []plots.Mark{{Name: "network 1", X: g.Marks[0].X, Y: g.Marks[0].Y}, {Name: "network 2", X: g.Marks[1].X, Y: g.Marks[1].Y},
			{Name: "bend", X: g.Marks[2].X, Y: g.Marks[2].Y}}
		f.Paths = []plots.Path{curve, straight}
		figure.Fields = append(figure.Fields, f)
	}
	figure.Fields[1].Levels = losses
	return figure.Draw()
}

// Surfaces draws the loss around the midpoints of the rows that were scored on a
// surface, of the first seed: filter-normalised directions, the same random
// numbers in both.
func Surfaces(all Rows) (*plots.Figure, error) {
	figure := plots.Surface{Title: "The loss around a network", Note: all.first().note()}
	for _, row := range all {
		if g := row.Results[0].Surface; g != nil {
			f := field(g, "test loss (nats)", NLL)
			f.Title, f.XLabel, f.YLabel, f.High = row.Name, "direction 1", "direction 2", 5
			figure.Fields = append(figure.Fields, f)
		}
	}
	return figure.Draw()
}

// field is a landscape for a figure.
func field(g *experiment.Grid, label string, score Percent) plots.Field {
	f := plots.Field{XLabel: "distance in weight space", YLabel: "distance", ZLabel: label, X: g.X, Y: g.Y, Z: g.Values(score)}
	for _, m := range g.Marks {
		f.Marks = append(f.Marks, plots.Mark(m))
	}
	return f
}

// Centres draws accuracy and calibration error at the centre of the simplex
// against its number of endpoints m, with what weight averaging and ensembles
// reach beside it (figure 4 of the paper).
func Centres(all Rows) (*plots.Figure, error) {
	return plots.Panels{Title: "The centre of the simplex", Note: all.note(), Panels: []plots.Lines{
		centres("Accuracy", "test accuracy (%)", Accuracy, all),
		centres("Calibration error", "ECE (%)", ECE, all),
	}}.Draw()
}

func centres(title, label string, score Percent, all Rows) plots.Lines {
	lines := plots.Lines{Title: title, XLabel: "number of endpoints m", YLabel: label}
	var ms []float64
	var centres, corners [][]float64 // by m, by seed
	for _, row := range all {
		c := row.Results[0].Config
		switch {
		case c.SWA != "":
			reference, err := plots.MeanReference(row.Name, experiment.Midpoints(row.Results, score)...)
			Check(err)
			lines.References = append(lines.References, reference)
		case c.Independent:
			reference, err := plots.MeanReference(row.Name, ensembles(row.Results, score)...)
			Check(err)
			lines.References = append(lines.References, reference)
		default:
			ms = append(ms, float64(len(row.Results[0].Midpoint().Weights)))
			centres = append(centres, experiment.Midpoints(row.Results, score))
			corners = append(corners, Corners(row.Results, score))
		}
	}
	for name, values := range map[string][][]float64{"centre": centres, "mean of the endpoints": corners} {
		series, err := plots.Mean(name, ms, transposed(values)...)
		Check(err)
		lines.Series = append(lines.Series, series)
	}
	if lines.Series[0].Name != "centre" {
		lines.Series[0], lines.Series[1] = lines.Series[1], lines.Series[0]
	}
	return lines
}

// ensembles returns a score of the ensemble of all endpoints of each run; of a
// curve that of its ends.
func ensembles(results []experiment.Result, score Percent) (values []float64) {
	for _, r := range results {
		values = append(values, score(r.Ensembles[0].Scores))
	}
	return values
}

// Corners returns the mean of a score over the endpoints of each run.
func Corners(results []experiment.Result, score Percent) (values []float64) {
	for _, r := range results {
		sum, n := 0.0, 0
		for _, p := range r.Points {
			for _, c := range p.Weights {
				if c == 1 {
					sum, n = sum+score(p.Scores), n+1
				}
			}
		}
		values = append(values, sum/float64(n))
	}
	return values
}

// transposed turns values by m and seed into values by seed and m, of the seeds
// that every m has.
func transposed(values [][]float64) [][]float64 {
	seeds := len(values[0])
	for _, row := range values {
		seeds = min(seeds, len(row))
	}
	out := make([][]float64, seeds)
	for i := range out {
		for _, row := range values {
			out[i] = append(out[i], row[i])
		}
	}
	return out
}

// Severities draws accuracy and calibration error of the midpoints under the
// first corruption of the runs, by severity, the clean test images being 0
// (figure 6 of the paper).
func Severities(all Rows) (*plots.Figure, error) {
	name := all[0].Results[0].Corrupted[0].Corruption
	return plots.Panels{Title: "Under " + name, Note: all.note(), Panels: []plots.Lines{
		severities("Accuracy", "test accuracy (%)", Accuracy, all),
		severities("Calibration error", "ECE (%)", ECE, all),
	}}.Draw()
}

func severities(title, label string, score Percent, all Rows) plots.Lines {
	lines := plots.Lines{Title: title, XLabel: "severity (0 is clean)", YLabel: label}
	for _, row := range all {
		x := []float64{0}
		values := make([][]float64, len(row.Results))
		for i, r := range row.Results {
			values[i] = []float64{score(r.Midpoint().Scores)}
			for _, c := range r.Corrupted {
				if c.Corruption == r.Corrupted[0].Corruption {
					values[i] = append(values[i], score(c.Scores))
				}
			}
			x = x[:1]
			for severity := 1; severity < len(values[i]); severity++ {
				x = append(x, float64(severity))
			}
		}
		series, err := plots.Mean(row.Name, x, values...)
		Check(err)
		lines.Series = append(lines.Series, series)
	}
	return lines
}

// note says under a figure where the numbers of the rows come from.
func (rows Rows) note() string {
	var groups [][]experiment.Result
	for _, r := range rows {
		if len(r.Results) > 0 {
			groups = append(groups, r.Results)
		}
	}
	return Note(groups...)
}

// first returns the rows with the first seed of each alone.
func (rows Rows) first() (first Rows) {
	for _, r := range rows {
		first = append(first, Row{r.Name, r.Results[:1]})
	}
	return first
}

// Calibrations compares the expected calibration error and the accuracy of the
// midpoints (figure 5 of the paper), where there is a validation split also after
// temperature scaling.
func Calibrations(all Rows) (*plots.Figure, error) {
	scaled := func(results []experiment.Result) (values []float64) {
		for _, r := range results {
			if c := r.Calibration; c != nil && c.Scaled != nil {
				values = append(values, ECE(*c.Scaled))
			}
		}
		return values
	}
	labels := []string{"ECE (%)"}
	if len(scaled(all[0].Results)) > 0 {
		labels = append(labels, "ECE, scaled by temperature (%)")
	}
	return compare("Calibration", all, labels, func(r []experiment.Result) [][]float64 {
		return [][]float64{experiment.Midpoints(r, ECE), scaled(r)}[:len(labels)]
	})
}

// Compared compares accuracy and calibration error of the midpoints (figure 7 of
// the paper).
func Compared(all Rows) (*plots.Figure, error) {
	return compare("At the midpoint", all, []string{"test accuracy (%)", "ECE (%)"}, func(r []experiment.Result) [][]float64 {
		return [][]float64{experiment.Midpoints(r, Accuracy), experiment.Midpoints(r, ECE)}
	})
}

func compare(title string, all Rows, labels []string, values func([]experiment.Result) [][]float64) (*plots.Figure, error) {
	figure := plots.Comparison{Title: title, Labels: labels, Reference: all[0].Name, Note: all.note()}
	for _, row := range all {
		group := "one network"
		if len(row.Results[0].Midpoint().Weights) > 1 {
			group = "midpoint of a subspace"
		}
		figure.Methods = append(figure.Methods, plots.Method{Name: row.Name, Group: group, Values: values(row.Results)})
	}
	return figure.Draw()
}

// Reliability draws a reliability diagram of each row's midpoint, of the first
// seed.
func Reliability(all Rows) (*plots.Figure, error) {
	figure := plots.Reliability{Title: "Does confidence mean accuracy?", Note: all.first().note()}
	for _, row := range all {
		d := plots.Diagram{Title: row.Name}
		for _, b := range row.Results[0].Calibration.Reliability {
			d.Bins = append(d.Bins, plots.Bin(b))
		}
		figure.Diagrams = append(figure.Diagrams, d)
	}
	return figure.Draw()
}
