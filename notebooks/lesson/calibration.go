package lesson

import (
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// SureOfItself draws what reliability diagrams show, from formulas: a network
// that is too sure of itself, one that is calibrated, and one that is not sure
// enough.
func SureOfItself() (*plots.Figure, error) {
	figure := plots.Reliability{Title: "Too sure, calibrated, not sure enough", Note: "Schematic, drawn from a formula and not measured."}
	for _, d := range []struct {
		title string
		bend  float64
	}{{"too sure", -0.7}, {"calibrated", 0}, {"not sure enough", 0.7}} {
		diagram := plots.Diagram{Title: d.title}
		for i := range 10 {
			low := float64(i) / 10
			c := low + 0.05
			diagram.Bins = append(diagram.Bins, plots.Bin{Low: low, High: float64(i+1) / 10, N: 10 + 10*i, Confidence: c, Accuracy: c + d.bend*c*(1-c)})
		}
		figure.Diagrams = append(figure.Diagrams, diagram)
	}
	return figure.Draw()
}

// CalibrationTable prints how far the confidence of each method's midpoint can
// be believed, in percent: the accuracy and the mean confidence on the test
// images, the calibration errors, and [metric.Chance], the ECE that a perfectly
// calibrated network would show by chance.
func CalibrationTable(all Rows) {
	of := func(score Percent) func(experiment.Result) float64 {
		return func(r experiment.Result) float64 { return score(r.Midpoint().Scores) }
	}
	printScores(all,
		scoreColumn{"accuracy", 1, of(Accuracy)},
		scoreColumn{"confidence", 1, func(r experiment.Result) float64 { return 100*r.Midpoint().Accuracy + overconfidence(r) }},
		scoreColumn{"ECE", 1, of(ECE)},
		scoreColumn{"ECE by chance", 1, chance},
		scoreColumn{"adaptive ECE", 1, of(func(s metric.Scores) float64 { return 100 * s.AdaptiveECE })},
		scoreColumn{"MCE", 0, of(func(s metric.Scores) float64 { return 100 * s.MCE })})
}

// TemperatureTable prints the temperature that fits each method's validation
// split best, and what scaling by it does to the scores on the test images.
func TemperatureTable(all Rows) {
	brier := func(s metric.Scores) float64 { return s.Brier }
	before := func(score Percent) func(experiment.Result) float64 {
		return func(r experiment.Result) float64 { return score(r.Midpoint().Scores) }
	}
	after := func(score Percent) func(experiment.Result) float64 {
		return func(r experiment.Result) float64 { return score(*scaled(r).Scaled) }
	}
	printScores(all,
		scoreColumn{"temperature", 2, func(r experiment.Result) float64 { return scaled(r).Temperature }},
		scoreColumn{"NLL", 3, before(NLL)}, scoreColumn{"… scaled", 3, after(NLL)},
		scoreColumn{"Brier", 3, before(brier)}, scoreColumn{"… scaled", 3, after(brier)},
		scoreColumn{"ECE (%)", 1, before(ECE)}, scoreColumn{"… scaled", 1, after(ECE)})
}

// Scaled returns a score of each run's midpoint on the test images after
// temperature scaling.
func Scaled(results []experiment.Result, score Percent) []float64 {
	return numbers(results, func(r experiment.Result) float64 { return score(*scaled(r).Scaled) })
}

// Overconfidence returns the mean confidence of each run's midpoint on the test
// images less its accuracy, in percent: above 0 it promises too much, below 0
// too little.
func Overconfidence(results []experiment.Result) []float64 { return numbers(results, overconfidence) }

func overconfidence(r experiment.Result) float64 {
	gap, n := 0.0, 0
	for _, b := range diagram(r) {
		gap += float64(b.N) * (b.Confidence - b.Accuracy)
		n += b.N
	}
	return 100 * gap / float64(n)
}

// diagram returns the bins of a run's reliability diagram.
func diagram(r experiment.Result) []metric.Bin {
	if r.Calibration == nil {
		Check(fmt.Errorf("%s has no reliability diagram: it was recorded before there were any; train it again", r.Config.Name()))
	}
	return r.Calibration.Reliability
}

// scaled returns the calibration of a run that has a validation split.
func scaled(r experiment.Result) *experiment.Calibration {
	if r.Calibration == nil || r.Calibration.Scaled == nil {
		Check(fmt.Errorf("%s has no validation split to fit a temperature on: set Config.HeldOut", r.Config.Name()))
	}
	return r.Calibration
}

// Chances returns [metric.Chance] of each run's midpoint, in percent.
func Chances(results []experiment.Result) []float64 { return numbers(results, chance) }

func chance(r experiment.Result) float64 { return 100 * metric.Chance(diagram(r)) }

// ECEByBins draws the ECE of the midpoints against the number of bins, and the
// ECE by [metric.Chance] beside it: a panel for each of two or three methods. The runs are
// scored once, with Config.Bins bins; neighbours of these taken together are the
// bins of every number that divides it.
func ECEByBins(all Rows) (*plots.Figure, error) {
	figure := plots.Panels{Title: "How many bins?", Note: all.note()}
	for _, row := range all {
		most := len(diagram(row.Results[0]))
		var counts []float64
		found, lucky := make([][]float64, len(row.Results)), make([][]float64, len(row.Results))
		for count := 1; count <= most; count++ {
			if most%count != 0 {
				continue
			}
			counts = append(counts, float64(count))
			for i, r := range row.Results {
				bins, err := metric.Coarser(diagram(r), count)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", row.Name, err)
				}
				found[i] = append(found[i], 100*metric.DiagramECE(bins))
				lucky[i] = append(lucky[i], 100*metric.Chance(bins))
			}
		}
		measured, err := plots.Mean("as measured", counts, found...)
		if err != nil {
			return nil, err
		}
		floor, err := plots.Mean("by chance, if calibrated", counts, lucky...)
		if err != nil {
			return nil, err
		}
		figure.Panels = append(figure.Panels, plots.Lines{Title: row.Name, XLabel: "number of bins", YLabel: "ECE (%)", Series: []plots.Series{measured, floor}})
	}
	return figure.Draw()
}
