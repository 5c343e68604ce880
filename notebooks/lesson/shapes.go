package lesson

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
)

// Coefficients draws what curves are made of, two to six of them, a panel each:
// the coefficient of every endpoint against α. Nothing is trained for it.
func Coefficients(curves ...subspace.Curve) (*plots.Figure, error) {
	figure := plots.Panels{Title: "Shapes are coefficients", Note: "computed from the shapes; nothing is trained"}
	const steps = 20
	for _, curve := range curves {
		panel := plots.Lines{Title: curve.String(), XLabel: "α", YLabel: "coefficient"}
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

// Ensembled returns, run by run, a score of the ensemble of the points at α and
// 1−α of a curve (the mean of their logits), and the mean of the scores of the
// two points alone. α is one of the places that the runs were scored at, below ½.
func Ensembled(runs []experiment.Result, alpha float64, score Percent) (ensemble, alone []float64, err error) {
	for _, r := range runs {
		at, values := r.Along(score)
		for i, e := range r.Ensembles {
			if e.Alpha == nil || *e.Alpha != alpha || len(at) < 2 {
				continue
			}
			ensemble = append(ensemble, score(e.Scores))
			alone = append(alone, (values[i]+values[len(values)-1-i])/2)
		}
	}
	if len(ensemble) != len(runs) {
		return nil, nil, fmt.Errorf("%d of %d runs have an ensemble at α = %v: want one of the places below ½ that a curve is scored at", len(ensemble), len(runs), alpha)
	}
	return ensemble, alone, nil
}

// Ensembles draws the accuracy of the ensembles of the points at α and 1−α of
// every row that is a curve, a panel each, with that of the two points alone and
// that of the first row beside it. At α = ½ both are the midpoint.
func Ensembles(all Rows) (*plots.Figure, error) {
	figure := plots.Panels{Title: "Two points of a curve, together and alone", Note: all.note()}
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
	return figure.Draw()
}

func ensemblePanel(first, row Row) (plots.Lines, error) {
	panel := plots.Lines{Title: row.Name, XLabel: "α (and 1−α)", YLabel: "test accuracy (%)"}
	middle := experiment.Midpoints(row.Results, Accuracy)
	var alphas []float64
	var together, alone [][]float64 // by place, by run
	for _, e := range row.Results[0].Ensembles {
		ensemble, members, err := Ensembled(row.Results, *e.Alpha, Accuracy)
		if err != nil {
			return panel, fmt.Errorf("%s: %w", row.Name, err)
		}
		alphas, together, alone = append(alphas, *e.Alpha), append(together, ensemble), append(alone, members)
	}
	alphas, together, alone = append(alphas, 0.5), append(together, middle), append(alone, middle)
	for i, values := range [][][]float64{together, alone} {
		series, err := plots.Mean([]string{"ensemble of the two", "mean of the two alone"}[i], alphas, transposed(values)...)
		if err != nil {
			return panel, err
		}
		panel.Series = append(panel.Series, series)
	}
	reference, err := plots.MeanReference(first.Name, experiment.Midpoints(first.Results, Accuracy)...)
	panel.References = []plots.Reference{reference}
	return panel, err
}
