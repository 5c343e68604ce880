package paper

import (
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
			row(standard, base, "standard"),
			row("line", base, "line"),
			row("layer-wise line", base, "layerwise-line"),
			row("Bézier curve", base, "bezier"),
		}
	},
	draw: []func(Rows) (*plots.Figure, error){Along},
	lines: func(t *lines, m Method) {
		t.toStandard(m, accuracyMidpoint, eceMidpoint)
		t.within(m, ends, accuracyMidpoint, "its midpoint")
	},
	claims: func(c *claims) {
		c.beyond(1, accuracyMidpoint, standard, "the midpoint of a %s is more accurate than standard training", curves...)
		c.beyond(-1, eceMidpoint, standard, "the midpoint of a %s is better calibrated than standard training", curves...)
		for _, name := range curves {
			c.add(1, Term{name, accuracyMidpoint}, Term{name, ends}, "the midpoint of a "+name+" is more accurate than its ends")
		}
	},
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

func along(title string, all Rows) (*plots.Figure, error) {
	return Panels(title, all, alongPanel, AccuracyAxis, ECEAxis)
}

func alongPanel(a Axis, all Rows) (plots.Lines, error) {
	lines, err := Lines(a, "α", all[1:], func(runs []experiment.Result, score Score) (alpha []float64, values [][]float64, err error) {
		values = make([][]float64, len(runs))
		for i, r := range runs {
			alpha, values[i] = r.Along(score)
		}
		return alpha, values, nil
	})
	if err == nil && len(all[0].Results) > 0 {
		err = refer(&lines, all[0].Name, experiment.Midpoints(all[0].Results, a.Score))
	}
	return lines, err
}

// refer adds the mean of values as a line of reference.
func refer(lines *plots.Lines, name string, values []float64) error {
	reference, err := plots.MeanReference(name, values...)
	lines.References = append(lines.References, reference)
	return err
}

// Ends returns the accuracy of each run's ends, the mean of both, in percent.
func Ends(runs []experiment.Result) (values []float64) {
	for _, r := range runs {
		if _, along := r.Along(Accuracy); len(along) > 1 {
			values = append(values, (along[0]+along[len(along)-1])/2)
		}
	}
	return values
}

// Ensembled returns, run by run, a score of the ensemble of the points at α and
// 1−α of a curve (the mean of their logits), and the mean of the scores of the
// two points alone. α is one of the places that the runs were scored at, below ½.
func Ensembled(runs []experiment.Result, alpha float64, score Score) (ensemble, alone []float64, err error) {
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
