package paper

import (
	"errors"
	"fmt"
	"math"
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
	return panels(title, all.Note(), all, panel, axes)
}

// MapPanels is [Panels] of what was read off landscapes, with [MapNote].
func MapPanels(title string, all Rows, panel func(Axis, Rows) (plots.Lines, error), axes ...Axis) (*plots.Figure, error) {
	return panels(title, MapNote(all.runs()...), all, panel, axes)
}

func panels(title, note string, all Rows, panel func(Axis, Rows) (plots.Lines, error), axes []Axis) (*plots.Figure, error) {
	if err := all.Check(); err != nil {
		return nil, err
	}
	if panel == nil {
		return nil, errors.New("panel is nil: want the function that draws one, such as paper.Lines in one of yours")
	}
	figure := plots.Panels{Title: title, Note: note}
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
	if of == nil || a.Score == nil {
		return lines, errors.New("no score, or no function that takes it from the runs: want an axis such as paper.AccuracyAxis, and paper.Values")
	}
	for _, row := range all {
		if err := CheckRuns(row.Results); err != nil {
			return lines, fmt.Errorf("row %q: %w", row.Name, err)
		}
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
	names := make([]string, len(lines.Series))
	for i, s := range lines.Series {
		names[i] = s.Name
	}
	for i, style := range Styles(names...) {
		lines.Series[i].Style = style
	}
	return lines, nil
}

// AddMean adds to a panel the mean over runs of what was measured at places x,
// [place][run], of the runs that every place has; with a band of a standard deviation.
func AddMean(lines *plots.Lines, name string, x []float64, measured [][]float64) error {
	if lines == nil || len(x) == 0 || len(measured) != len(x) {
		return fmt.Errorf("%q: measured at %d of %d places x of a panel: want at least one place, and what was measured at each", name, len(measured), len(x))
	}
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

// each returns a number of each run, in their order; NaN where it is not there.
func each(runs []experiment.Result, of func(experiment.Result) (value float64, there bool)) []float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		value, there := of(r)
		if !there {
			value = math.NaN()
		}
		values[i] = value
	}
	return values
}
