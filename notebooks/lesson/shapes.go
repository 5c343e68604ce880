package lesson

import (
	"cmp"
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// Coefficients draws what curves are made of, two to six of them, a panel each:
// the coefficient of every endpoint against α. Nothing is trained for it.
func Coefficients(curves ...subspace.Curve) (*plots.Figure, error) {
	if n := len(curves); n < 2 || n > 6 {
		return nil, fmt.Errorf("curves: %d of them: want 2 to 6, a panel each", n)
	}
	for i, curve := range curves {
		if curve == nil {
			return nil, fmt.Errorf("curve %d is nil: want one such as subspace.Line{}", i+1)
		}
		if m, n := curve.Endpoints(), len(curve.At(0.5)); m < 1 || m != n {
			return nil, fmt.Errorf("curve %d (%s): At returns %d coefficients for %d endpoints: want one for each", i+1, curve, n, m)
		}
	}
	figure := plots.Panels{Title: "Shapes are coefficients", Note: "computed from the shapes; nothing is trained"}
	const steps = 20
	for _, curve := range curves {
		panel := plots.Lines{Title: paper.ShapeName(curve.String()), XLabel: "α", YLabel: "coefficient"}
		for i := range curve.Endpoints() {
			s := plots.Series{Name: fmt.Sprintf("endpoint %d", i+1)}
			for k := range steps + 1 {
				alpha := float64(k) / steps
				s.X, s.Y = append(s.X, alpha), append(s.Y, curve.At(alpha)[i])
			}
			panel.Series = append(panel.Series, s)
		}
		figure.Panels = append(figure.Panels, panel)
	}
	return figure.Draw()
}

// Ensembles draws the accuracy of the ensembles of the points at α and 1−α of
// every row that is a curve, a panel each, with that of the two points alone and
// that of the first row beside it. At α = ½ both are the midpoint.
func Ensembles(all paper.Rows) (*plots.Figure, error) {
	if err := all.Check(paper.AtMidpoint); err != nil {
		return nil, err
	}
	figure := plots.Panels{Title: "Two points of a curve, together and alone", Note: all.Note()}
	for _, row := range all[1:] {
		if e := row.Results[0].Ensembles; len(e) == 0 || e[0].Alpha == nil {
			continue // not a curve
		}
		panel, err := ensemblePanel(all[0], row)
		if err != nil {
			return nil, err
		}
		figure.Panels = append(figure.Panels, panel)
	}
	if n := len(figure.Panels); n < 2 || n > 6 {
		return nil, fmt.Errorf("%d rows behind the first are curves with ensembles: want 2 to 6, a panel each", n)
	}
	return figure.Draw()
}

func ensemblePanel(first, row paper.Row) (plots.Lines, error) {
	panel := plots.Lines{Title: row.Name, XLabel: "α (and 1−α)", YLabel: "test accuracy (%)"}
	middle := experiment.Midpoints(row.Results, paper.Accuracy)
	var alphas []float64
	var together, alone [][]float64 // by place, by run
	for _, e := range row.Results[0].Ensembles {
		ensemble, members, err := paper.Ensembled(row.Results, *e.Alpha, paper.Accuracy)
		if err != nil {
			return panel, fmt.Errorf("%s: %w", row.Name, err)
		}
		alphas, together, alone = append(alphas, *e.Alpha), append(together, ensemble), append(alone, members)
	}
	alphas, together, alone = append(alphas, 0.5), append(together, middle), append(alone, middle)
	if err := cmp.Or(paper.AddMean(&panel, "ensemble of the two", alphas, together),
		paper.AddMean(&panel, "mean of the two alone", alphas, alone)); err != nil {
		return panel, err
	}
	reference, err := plots.MeanReference(first.Name, experiment.Midpoints(first.Results, paper.Accuracy)...)
	panel.References = []plots.Reference{reference}
	return panel, err
}
