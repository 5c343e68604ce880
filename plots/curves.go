package plots

import (
	"fmt"
	"strings"
)

// Curves is a figure of how training went: loss and accuracy over the epochs, in
// two panels, of one run or of several up to three.
type Curves struct {
	// Title says which training is shown. Required.
	Title string
	// Runs are told apart by colour; training is drawn dashed, test solid.
	Runs []History
	// Note, Alt and Name are as in Lines. Note is required.
	Note, Alt, Name string
}

// History is one run's course.
type History struct {
	// Name stands in the legend; it may be empty when there is one run.
	Name string
	// Style is as in [Series].
	Style int
	// Train and Test are what was measured on either part of the data.
	Train, Test Course
}

// Course is what was measured after some of the epochs.
type Course struct {
	// Epoch counts from 1, ascending; nil means 1, 2, 3, … .
	Epoch []float64
	// Loss is the cross-entropy in nats and Accuracy a percentage, one for
	// every epoch listed. Either may be empty, but not in all of a figure.
	Loss, Accuracy []float64
}

// Draw draws the figure.
func (c Curves) Draw() (*Figure, error) {
	loss := Lines{Title: "Loss", XLabel: "epoch", YLabel: "cross-entropy (nats)"}
	accuracy := Lines{Title: "Accuracy", XLabel: "epoch", YLabel: "accuracy (%)"}
	const most = 3 // two lines each
	if len(c.Runs) > most {
		return nil, fmt.Errorf("plots: figure %q shows %d runs, at most %d can be told apart; use several figures", c.Title, len(c.Runs), most)
	}
	for i, run := range c.Runs {
		if run.Name == "" && len(c.Runs) > 1 {
			return nil, fmt.Errorf("plots: figure %q: run %d has no Name; the legend needs one", c.Title, i)
		}
		if run.Style < 0 || run.Style > len(seriesLooks) {
			return nil, fmt.Errorf("plots: figure %q: run %d has the Style %d, want 1 to %d, or 0", c.Title, i, run.Style, len(seriesLooks))
		}
		test := seriesLooks[i]
		if run.Style > 0 {
			test = seriesLooks[run.Style-1]
		}
		test.dashes = nil
		train := test
		train.dashes, train.width, train.marker = seriesLooks[1].dashes, 1.6, nil
		for _, part := range []struct {
			name   string
			course Course
			look   look
		}{{"training", run.Train, train}, {"test", run.Test, test}} {
			name := strings.TrimPrefix(run.Name+", "+part.name, ", ")
			loss.Series = part.course.add(loss.Series, name, part.course.Loss, part.look)
			accuracy.Series = part.course.add(accuracy.Series, name, part.course.Accuracy, part.look)
		}
	}
	return Panels{Title: c.Title, Panels: []Lines{loss, accuracy}, Note: c.Note, Alt: c.Alt, Name: c.Name}.Draw()
}

// add appends values over the course's epochs, unless there are none.
func (c Course) add(series []Series, name string, values []float64, look look) []Series {
	if len(values) == 0 {
		return series
	}
	epochs := c.Epoch
	if epochs == nil {
		for i := range values {
			epochs = append(epochs, float64(i+1))
		}
	}
	return append(series, Series{Name: name, X: epochs, Y: values, look: &look})
}
