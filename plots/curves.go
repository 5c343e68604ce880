package plots

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curves is a figure of how training went, or goes: loss and accuracy over the epochs,
// in two panels, of one run or of several up to three.
type Curves struct {
	// Title says which training is shown. Required.
	Title string
	// Runs are told apart by colour, and without it by their dashes, in training, and by
	// their markers, in the test. Training is drawn dashed, test solid, unless its points
	// are too many for markers: then it has the dashes of a curve, and is the thicker one.
	Runs []History
	// Behind are other runs, drawn thin and grey behind those, under one name in the
	// legend: BehindName, required where there are any.
	Behind     []History
	BehindName string
	// Epochs, above 0, keeps the axes as they are while a run trains: epochs from 1 to
	// Epochs, the loss from 0, the accuracy from 0 to 100.
	Epochs int
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

// trainingDashes are the dashes of training by Style, as seriesLooks has colours and
// markers. Those of line and standard training, which stand beside each other most
// often, differ most.
var trainingDashes = [][]vg.Length{
	{7, 3}, {3, 2}, {7, 2.5, 1.5, 2.5}, {12, 2.5, 2.5, 2.5}, {11, 3}, {5, 2, 1.5, 2, 1.5, 2}, {1.6, 1.8}, {4, 1.5, 4, 4},
}

// behindLook is the look of the runs behind the others.
var behindLook = look{color: color.NRGBA{0xb8, 0xb8, 0xb8, 0xff}, width: 1}

// Draw draws the figure.
func (c Curves) Draw() (*Figure, error) { return c.draw(false) }

// Sketch draws the figure with one pixel for a CSS pixel each way, in place of two, for
// a quarter of the work: for a picture that another will replace soon.
func (c Curves) Sketch() (*Figure, error) { return c.draw(true) }

func (c Curves) draw(sketch bool) (*Figure, error) {
	panels, err := c.panels()
	if err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", c.Title, err)
	}
	return Panels{Title: c.Title, Panels: panels, Note: c.Note, Alt: c.Alt, Name: c.Name}.draw(sketch)
}

// panels returns the two panels.
func (c Curves) panels() ([]Lines, error) {
	loss := Lines{Title: "Loss", XLabel: "epoch", YLabel: "cross-entropy (nats)"}
	accuracy := Lines{Title: "Accuracy", XLabel: "epoch", YLabel: "accuracy (%)"}
	const most = 3 // two lines each
	if len(c.Runs) > most {
		return nil, fmt.Errorf("it shows %d runs, at most %d can be told apart; use several figures", len(c.Runs), most)
	}
	if len(c.Behind) > 0 && c.BehindName == "" {
		return nil, fmt.Errorf("%d runs are Behind the others and have no BehindName; the legend needs one", len(c.Behind))
	}
	taken := map[int]bool{}
	for _, run := range c.Runs {
		taken[run.Style] = true
	}
	for i, run := range c.Runs {
		if run.Name == "" && len(c.Runs) > 1 {
			return nil, fmt.Errorf("run %d has no Name; the legend needs one", i)
		}
		if run.Style < 0 || run.Style > len(seriesLooks) {
			return nil, fmt.Errorf("run %d has the Style %d, want 1 to %d, or 0", i, run.Style, len(seriesLooks))
		}
		for style := 1; run.Style == 0; style++ {
			if !taken[style] {
				run.Style, taken[style] = style, true
			}
		}
		train, test := run.looks()
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
	for _, run := range c.Behind {
		for _, course := range []Course{run.Train, run.Test} {
			loss.behind = course.add(loss.behind, c.BehindName, course.Loss, behindLook)
			accuracy.behind = course.add(accuracy.behind, c.BehindName, course.Accuracy, behindLook)
		}
	}
	if c.Epochs > 0 {
		last := float64(c.Epochs)
		loss.cover, accuracy.cover = &extent{xLow: 1, xHigh: last}, &extent{xLow: 1, xHigh: last, yHigh: 100}
	}
	return []Lines{loss, accuracy}, nil
}

// looks returns how training and test of a run are drawn, by its Style, 1 to 8.
func (h History) looks() (train, test look) {
	train, test = seriesLooks[h.Style-1], seriesLooks[h.Style-1]
	train.dashes, train.width, train.marker = trainingDashes[h.Style-1], 1.6, nil
	const panel = 240 // units, about what is between the axes of one of two panels
	if n := max(len(h.Test.Loss), len(h.Test.Accuracy)); crowded(n, panel) {
		test.marker, test.width = nil, 2.4
	} else {
		test.dashes = nil
	}
	return train, test
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
	if len(values) == 1 && look.marker == nil { // there is no line to see
		look.marker = draw.CrossGlyph{} // those of a test are others
	}
	return append(series, Series{Name: name, X: epochs, Y: values, look: &look})
}
