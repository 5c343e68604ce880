package paper

import (
	"fmt"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Score takes one number out of the scores of a point.
type Score func(metric.Scores) float64

// The scores that the figures show: two in percent, and the loss in nats.
func Accuracy(s metric.Scores) float64 { return 100 * s.Accuracy }
func ECE(s metric.Scores) float64      { return 100 * s.ECE }
func NLL(s metric.Scores) float64      { return s.NLL }

// Axis is a score as figures show it: the title of its panel, and its axis.
type Axis struct {
	Title, Label string
	Score        Score
}

// AccuracyAxis, ECEAxis and LossAxis are the axes of [Accuracy], [ECE] and [NLL].
var (
	AccuracyAxis = Axis{"Accuracy", "test accuracy (%)", Accuracy}
	ECEAxis      = Axis{"Calibration error", "ECE (%)", ECE}
	LossAxis     = Axis{"Loss", "test loss (nats)", NLL}
)

// Panels draws a panel for each axis, with a note of where the rows come from.
func Panels(title string, all Rows, panel func(Axis, Rows) (plots.Lines, error), axes ...Axis) (*plots.Figure, error) {
	figure := plots.Panels{Title: title, Note: all.Note()}
	for _, a := range axes {
		lines, err := panel(a, all)
		if err != nil {
			return nil, err
		}
		figure.Panels = append(figure.Panels, lines)
	}
	return figure.Draw()
}

// Values returns a score of runs at places x of an axis: values[run][place].
type Values func(runs []experiment.Result, score Score) (x []float64, values [][]float64, err error)

// Lines is a panel with a line for each row that has places on the axis x: means
// over its runs, with bands of a standard deviation.
func Lines(a Axis, x string, all Rows, of Values) (plots.Lines, error) {
	lines := plots.Lines{Title: a.Title, XLabel: x, YLabel: a.Label}
	for _, row := range all {
		at, values, err := of(row.Results, a.Score)
		if err != nil {
			return lines, fmt.Errorf("%s: %w", row.Name, err)
		}
		if len(at) == 0 {
			continue
		}
		series, err := plots.Mean(row.Name, at, values...)
		if err != nil {
			return lines, err
		}
		lines.Series = append(lines.Series, series)
	}
	return lines, nil
}

// AddMean adds to a panel the mean over runs of what was measured at places x,
// [place][run], of the runs that every place has; with a band of a standard deviation.
func AddMean(lines *plots.Lines, name string, x []float64, measured [][]float64) error {
	runs := make([][]float64, len(slices.MinFunc(measured, func(a, b []float64) int { return len(a) - len(b) })))
	for i := range runs {
		for _, at := range measured {
			runs[i] = append(runs[i], at[i])
		}
	}
	series, err := plots.Mean(name, x, runs...)
	lines.Series = append(lines.Series, series)
	return err
}

// each returns a number of each run.
func each(runs []experiment.Result, of func(experiment.Result) float64) []float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = of(r)
	}
	return values
}
