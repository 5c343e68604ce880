package paper

import (
	"cmp"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// labelNoise is figure 7: accuracy where a part of the training labels is wrong, a
// fifth unless the preset says otherwise, or those that people gave.
var labelNoise = definition{
	title: "Wrong labels",
	methods: func(base experiment.Config) []Method {
		if base.HumanLabels == "" {
			base.WrongLabels = cmp.Or(base.WrongLabels, 0.2)
		}
		return []Method{
			row(Standard, base, "standard"),
			row("dropout", base, "standard", dropout),
			row("label smoothing", base, "standard", smoothed),
			row("SAM", base, "standard", sam),
			row("SWA", base, "standard", cyclic),
			row("line", base, "line"),
			row("layer-wise line", base, "layerwise-line"),
			row("Bézier curve", base, "bezier"),
		}
	},
	draw:  []func(Rows) (*plots.Figure, error){Compared, Along},
	lines: func(t *lines, m Method) { t.toStandard(m, accuracyMidpoint, eceMidpoint) },
	claims: func(c *claims) {
		c.beyond(1, accuracyMidpoint, Standard, "with wrong labels the midpoint of a %s is more accurate than standard training", curves...)
		for _, m := range []string{"dropout", "label smoothing", "SAM", "SWA"} {
			c.add(1, Term{"line", accuracyMidpoint}, Term{m, accuracyMidpoint}, "with wrong labels the midpoint of a line is more accurate than "+m)
		}
	},
}

// Compared compares accuracy and calibration error of the midpoints (figure 7).
func Compared(all Rows) (*plots.Figure, error) {
	return compare("At the midpoint", all, []string{"test accuracy (%)", "ECE (%)"}, func(runs []experiment.Result) [][]float64 {
		return [][]float64{experiment.Midpoints(runs, Accuracy), experiment.Midpoints(runs, ECE)}
	})
}

// Fit returns of each run the share of training images, in percent, that got the
// label that the run was given for them, right or wrong: the mean of the last ten
// epochs, at the points drawn.
func Fit(runs []experiment.Result) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		var percent []float64
		for _, e := range r.History[max(0, len(r.History)-10):] {
			percent = append(percent, 100*e.Accuracy)
		}
		return metric.Mean(percent), len(percent) > 0
	})
}
