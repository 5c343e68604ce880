package lesson

import (
	"cmp"
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
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
// images, the calibration error, and [metric.Chance], the ECE that a perfectly
// calibrated network would show by chance.
func CalibrationTable(all paper.Rows) {
	confidence := func(runs []experiment.Result) []float64 {
		values := paper.Overconfidence(runs)
		for i, r := range runs {
			values[i] += 100 * r.Midpoint().Accuracy
		}
		return values
	}
	printScores("", all, []paper.Need{paper.AtMidpoint, paper.WithDiagram},
		scoreColumn{"accuracy (%)", 1, at(paper.Accuracy)},
		scoreColumn{"confidence (%)", 1, confidence},
		scoreColumn{"ECE (%)", 1, at(paper.ECE)},
		scoreColumn{"ECE by chance (%)", 1, paper.Chances})
}

// OtherErrors prints two more calibration errors of each method's midpoint, in
// percent: the adaptive ECE, of bins with equal numbers of images, and the MCE, the
// gap of the worst bin.
func OtherErrors(all paper.Rows) {
	printScores("", all, []paper.Need{paper.AtMidpoint},
		scoreColumn{"adaptive ECE (%)", 1, at(func(s metric.Scores) float64 { return 100 * s.AdaptiveECE })},
		scoreColumn{"MCE (%)", 0, at(func(s metric.Scores) float64 { return 100 * s.MCE })})
}

// TemperatureTable prints the temperature that fits each method's validation
// split best, and what scaling by it does to the two proper scores on the test
// images.
func TemperatureTable(all paper.Rows) {
	brier := func(s metric.Scores) float64 { return s.Brier }
	after := func(score paper.Score) func([]experiment.Result) []float64 {
		return func(runs []experiment.Result) []float64 { return paper.Scaled(runs, score) }
	}
	printScores("", all, []paper.Need{paper.AtMidpoint, paper.WithTemperature},
		scoreColumn{"temperature", 2, paper.Temperatures},
		scoreColumn{"NLL (nats)", 3, at(paper.NLL)}, scoreColumn{"… scaled", 3, after(paper.NLL)},
		scoreColumn{"Brier", 3, at(brier)}, scoreColumn{"… scaled", 3, after(brier)})
}

// at is a score of the midpoints.
func at(score paper.Score) func([]experiment.Result) []float64 {
	return func(runs []experiment.Result) []float64 { return experiment.Midpoints(runs, score) }
}

// ECEByBins draws the ECE of the midpoints against the number of bins, and the
// ECE by [metric.Chance] beside it: a panel for each of two or three methods. The
// runs are scored once, with Config.Bins bins; neighbours of these taken together
// are the bins of every number that divides it.
func ECEByBins(all paper.Rows) (*plots.Figure, error) {
	if err := all.Check(paper.WithDiagram); err != nil {
		return nil, err
	}
	if n := len(all); n < 2 || n > 3 {
		return nil, fmt.Errorf("all has %d rows: want 2 or 3, a panel each", n)
	}
	figure := plots.Panels{Title: paper.Titled("How many bins?", all), Note: all.Note()}
	for _, row := range all {
		panel := plots.Lines{Title: row.Name, XLabel: "number of bins", YLabel: "ECE (%)"}
		most := len(paper.Diagram(row.Results[0]))
		var counts []float64
		var found, lucky [][]float64 // by count, by run
		for count := 1; count <= most; count++ {
			if most%count != 0 {
				continue
			}
			var measured, chance []float64
			for _, r := range row.Results {
				bins, err := metric.Coarser(paper.Diagram(r), count)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", row.Name, err)
				}
				measured, chance = append(measured, 100*metric.DiagramECE(bins)), append(chance, 100*metric.Chance(bins))
			}
			counts, found, lucky = append(counts, float64(count)), append(found, measured), append(lucky, chance)
		}
		if err := cmp.Or(paper.AddMean(&panel, "as measured", counts, found),
			paper.AddMean(&panel, "by chance, if calibrated", counts, lucky)); err != nil {
			return nil, err
		}
		figure.Panels = append(figure.Panels, panel)
	}
	return figure.Draw()
}
