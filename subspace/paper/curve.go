package paper

import (
	"errors"
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// curves are the names of the one-dimensional subspaces.
var curves = []string{"line", "layer-wise line", "Bézier curve"}

// curve is figure 3: accuracy along one-dimensional subspaces.
var curve = definition{
	title: "Along one-dimensional subspaces",
	methods: func(base experiment.Config) []Method {
		return []Method{
			row(Standard, base, "standard"),
			row("line", base, "line"),
			row("layer-wise line", base, "layerwise-line"),
			row("Bézier curve", base, "bezier"),
		}
	},
	draw: []func(Rows) (*plots.Figure, error){Along},
	lines: func(t *lines, m Method) {
		t.toStandard(m, accuracyMidpoint, eceMidpoint)
		t.within(m, twoEnds, accuracyMidpoint, "its midpoint")
	},
	claims: func(c *claims) {
		c.beyond(1, accuracyMidpoint, Standard, "the midpoint of a %s is more accurate than standard training", curves...)
		c.beyond(-1, eceMidpoint, Standard, "the midpoint of a %s is better calibrated than standard training", curves...)
		for _, name := range curves {
			c.add(1, Term{name, accuracyMidpoint}, Term{name, twoEnds}, "the midpoint of a "+name+" is more accurate than its ends")
		}
	},
}

// AlongCurve draws accuracy and calibration error along curves, with the
// midpoint of standard training beside them (figure 3; the paper's 4): means
// over the seeds, with bands of a standard deviation. Without runs of standard
// training the curves stand alone.
func AlongCurve(title string, standard []experiment.Result, curves ...[]experiment.Result) (*plots.Figure, error) {
	if len(curves) == 0 {
		return nil, errors.New("curves: there are none: want the runs of at least one curve behind those of standard training, as lesson.Runs returns them")
	}
	var configs []experiment.Config
	for i, c := range curves {
		if err := CheckRuns(c, OnCurve); err != nil {
			return nil, fmt.Errorf("curve %d: %w", i+1, err)
		}
		configs = append(configs, c[0].Config)
	}
	if len(standard) > 0 {
		if c := standard[0].Config; c.Shape != Standard {
			return nil, fmt.Errorf("standard: these are runs of a %s: want runs of standard training, or nil", MethodName(c))
		}
		if err := CheckRuns(standard, AtMidpoint); err != nil {
			return nil, fmt.Errorf("standard: %w", err)
		}
	}
	names := Names(configs...)
	var all Rows
	for i, c := range curves {
		all = append(all, Row{names[i], c})
	}
	first := Row{Results: standard}
	if len(standard) > 0 {
		first.Name = MethodName(standard[0].Config)
	}
	return along(title, first, all, ECEAxis)
}

// Along draws accuracy and calibration error along every row that is a curve,
// with the first row beside them (figure 3; the paper's 4). A first row without a name and
// runs is none: the curves stand alone.
func Along(all Rows) (*plots.Figure, error) { return alongRows("Along the curves", all, ECEAxis) }

// alongRows draws accuracy and another score along the rows that are curves, with the
// first row, whatever it is, beside them.
func alongRows(title string, all Rows, other Axis) (*plots.Figure, error) {
	named := all
	if len(all) > 1 && all[0].Name == "" && len(all[0].Results) == 0 {
		named = all[1:]
	}
	if err := named.Check(AtMidpoint); err != nil {
		return nil, err
	}
	return along(Titled(title, all), all[0], all[1:], other)
}

// along draws accuracy and another score along the rows whose first run is of a curve;
// beside them the midpoint of the first row, if that has runs.
func along(title string, first Row, rows Rows, other Axis) (*plots.Figure, error) {
	var curves Rows
	for _, row := range rows {
		if OnCurve.met(row.Results[0]) {
			curves = append(curves, row)
		}
	}
	if err := curves.Check(OnCurve); len(curves) > 0 && err != nil {
		return nil, err
	}
	if len(curves) == 0 {
		return nil, errors.New("no row behind the first is a curve: want runs of a line, of a Bézier curve, or of another shape with an α")
	}
	all := curves
	if len(first.Results) > 0 {
		all = append(Rows{first}, curves...)
	}
	return Panels(title, all, func(a Axis, _ Rows) (plots.Lines, error) {
		lines, err := Lines(a, "α", curves, alongEach)
		if err == nil && len(first.Results) > 0 {
			err = refer(&lines, first.Name, experiment.Midpoints(first.Results, a.Score))
		}
		return lines, err
	}, AccuracyAxis, other)
}

// alongEach returns a score along the curve of each run.
func alongEach(runs []experiment.Result, score Score) (alpha []float64, values [][]float64, err error) {
	values = make([][]float64, len(runs))
	for i, r := range runs {
		alpha, values[i] = r.Along(score)
	}
	return alpha, values, nil
}

// refer adds the mean of values as a line of reference.
func refer(lines *plots.Lines, name string, values []float64) error {
	reference, err := plots.MeanReference(name, values...)
	reference.Style = styleOf(name)
	lines.References = append(lines.References, reference)
	return err
}

// Ends returns the accuracy of the two ends of each run's curve, the mean of both, in
// percent.
func Ends(runs []experiment.Result) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		_, along := r.Along(Accuracy)
		if len(along) < 2 {
			return 0, false
		}
		return (along[0] + along[len(along)-1]) / 2, true
	})
}

// Ensembled returns, run by run, a score of the ensemble of the points at α and
// 1−α of a curve (the mean of their logits), and the mean of the scores of the
// two points alone. α is one of the places that the runs were scored at, below ½.
func Ensembled(runs []experiment.Result, alpha float64, score Score) (ensemble, alone []float64, err error) {
	if err := CheckRuns(runs, OnCurve); err != nil {
		return nil, nil, err
	}
	for _, r := range runs {
		at, values := r.Along(score.of)
		for i, e := range r.Ensembles {
			if e.Alpha == nil || *e.Alpha != alpha || i >= len(at) {
				continue
			}
			ensemble = append(ensemble, score.of(e.Scores))
			alone = append(alone, (values[i]+values[len(values)-1-i])/2)
		}
	}
	if len(ensemble) != len(runs) {
		return nil, nil, fmt.Errorf("%d of %d runs have an ensemble at α = %v: want one of the places below ½ that a curve is scored at", len(ensemble), len(runs), alpha)
	}
	return ensemble, alone, nil
}
