package paper

import (
	"cmp"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// calibration is figure 5: the expected calibration error of the methods.
var calibration = definition{
	title: "Calibration",
	methods: func(base experiment.Config) []Method {
		// In the paper's own setting nothing is held out: its networks are those of figure 3,
		// trained on all images, and no temperature is fitted.
		if base.Data != "cifar10" || base.TrainImages > 0 {
			base.HeldOut = cmp.Or(base.HeldOut, base.TrainImages, 5000)
		}
		return []Method{
			row(Standard, base, "standard"),
			row("dropout", base, "standard", dropout),
			row("label smoothing", base, "standard", smoothed),
			row("line", base, "line"),
			row("layer-wise line", base, "layerwise-line"),
			row("line + label smoothing", base, "line", smoothed),
		}
	},
	draw: []func(Rows) (*plots.Figure, error){Calibrations, Reliability, Along},
	lines: func(t *lines, m Method) {
		t.toStandard(m, accuracyMidpoint, nllMidpoint, eceMidpoint, eceScaled)
	},
	claims: func(c *claims) {
		c.beyond(-1, eceMidpoint, Standard, "the midpoint of a %s is better calibrated than standard training",
			"line", "layer-wise line", "line + label smoothing")
		for _, m := range []string{"dropout", "label smoothing"} {
			c.add(-1, Term{"line", eceMidpoint}, Term{m, eceMidpoint}, "the midpoint of a line is better calibrated than "+m)
		}
	},
}

var eceScaled = eceOf("scaled by temperature", afterScaling)

func afterScaling(r experiment.Result) (metric.Scores, bool) {
	if r.Calibration == nil || r.Calibration.Scaled == nil {
		return metric.Scores{}, false
	}
	return *r.Calibration.Scaled, true
}

// Calibrations compares the expected calibration error of the midpoints (figure 5), where
// there is a validation split also after temperature scaling.
func Calibrations(all Rows) (*plots.Figure, error) {
	labels := []string{"ECE (%)"}
	if all.Check(WithTemperature) == nil {
		labels = append(labels, "ECE, scaled by temperature (%)")
	}
	return compare("Calibration", all, labels, func(runs []experiment.Result) [][]float64 {
		return [][]float64{experiment.Midpoints(runs, ECE), Scaled(runs, ECE)}[:len(labels)]
	})
}

func compare(title string, all Rows, labels []string, values func([]experiment.Result) [][]float64) (*plots.Figure, error) {
	if err := all.Check(AtMidpoint); err != nil {
		return nil, err
	}
	figure := plots.Comparison{Title: Titled(title, all), Labels: labels, Reference: all[0].Name, Note: note("bars", all.runs())}
	for _, row := range all {
		group := "one network"
		if len(row.Results[0].Midpoint().Weights) > 1 {
			group = "midpoint of a subspace"
		}
		figure.Methods = append(figure.Methods, plots.Method{Name: row.Name, Group: group, Style: styleOf(row.Name), Values: values(row.Results)})
	}
	return figure.Draw()
}

// Reliability draws a reliability diagram of each row's midpoint, of the first
// seed.
func Reliability(all Rows) (*plots.Figure, error) {
	if err := all.Check(WithDiagram); err != nil {
		return nil, err
	}
	figure := plots.Reliability{Title: Titled("Does confidence mean accuracy?", all), Note: all.first().Note()}
	for _, row := range all {
		d := plots.Diagram{Title: row.Name}
		for _, b := range Diagram(row.Results[0]) {
			d.Bins = append(d.Bins, plots.Bin(b))
		}
		figure.Diagrams = append(figure.Diagrams, d)
	}
	return figure.Draw()
}

// Diagram returns the bins of a run's reliability diagram; none where it has none.
func Diagram(r experiment.Result) []metric.Bin {
	if r.Calibration == nil {
		return nil
	}
	return r.Calibration.Reliability
}

// counted is how many images are in the bins.
func counted(bins []metric.Bin) (n int) {
	for _, b := range bins {
		n += b.N
	}
	return n
}

// Overconfidence returns the mean confidence of each run's midpoint on the test
// images less its accuracy, in percent: above 0 it promises too much, below 0
// too little.
func Overconfidence(runs []experiment.Result) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		gap, n := 0.0, counted(Diagram(r))
		for _, b := range Diagram(r) {
			gap += float64(b.N) * (b.Confidence - b.Accuracy)
		}
		return 100 * gap / float64(n), n > 0
	})
}

// Chances returns [metric.Chance] of each run's midpoint, in percent.
func Chances(runs []experiment.Result) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		return 100 * metric.Chance(Diagram(r)), counted(Diagram(r)) > 0
	})
}

// Scaled returns a score of each run's midpoint on the test images after
// temperature scaling.
func Scaled(runs []experiment.Result, score Score) []float64 {
	return each(runs, ofScores(afterScaling, score))
}

// Temperatures returns the temperature that fits each run's validation split best.
func Temperatures(runs []experiment.Result) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		if _, there := afterScaling(r); !there {
			return 0, false
		}
		return r.Calibration.Temperature, true
	})
}
