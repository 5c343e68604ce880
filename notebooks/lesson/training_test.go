package lesson

import (
	"math"
	"strings"
	"testing"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// reported are the reports of a run of so many steps an epoch.
func reported(c experiment.Config, steps int) (reports []experiment.Report) {
	var history []experiment.Epoch
	for step := 1; step <= steps*c.Epochs; step++ {
		r := experiment.Report{Run: c.Name(), Config: c, Done: step, Total: steps * c.Epochs, Epoch: (step-1)/steps + 1, Epochs: c.Epochs,
			Loss: 2 / float64(step), Accuracy: 0.5}
		if step%steps == 0 {
			e := experiment.Epoch{Epoch: r.Epoch, Loss: r.Loss, Accuracy: r.Accuracy}
			if c.TestEvery > 0 && r.Epoch%c.TestEvery == 0 {
				e.Test = &metric.Scores{NLL: 3, Accuracy: 0.25}
			}
			history = append(history, e)
			r.Ended = &e
		}
		r.History = history
		reports = append(reports, r)
	}
	return append(reports, experiment.Report{Run: c.Name(), Config: c, Scoring: true, Done: 1, Total: 2})
}

func shortRun(epochs int) experiment.Config {
	c := experiment.Quick()
	c.Epochs, c.Warmup = epochs, 1
	return c
}

// Runs that follow each other: the one at work in colour, those before in grey; the last
// stays in colour at the end. Their names and colours are those of the figure's methods.
func TestTrainingOfACell(t *testing.T) {
	base := shortRun(20)
	f, err := paper.NewFigure(5, base)
	if err != nil {
		t.Fatal(err)
	}
	cell := &training{title: f.Title, methods: f.Methods, live: &plots.Live{}}
	for i, m := range f.Methods {
		reports := reported(m.Config, 4)
		for k, r := range reports {
			cell.report(r)
			c := cell.curves(nil)
			if len(c.Runs) != 1 || len(c.Behind) != i || !strings.HasPrefix(c.Runs[0].Name, m.Name+", seed ") || c.Runs[0].Style != paper.Styles(m.Name)[0] {
				t.Fatalf("run %d, report %d: in colour %+v, %d in grey", i, k, c.Runs, len(c.Behind))
			}
			if n := len(c.Runs[0].Train.Loss); n != len(r.History) && !r.Scoring {
				t.Fatalf("run %d, report %d: %d epochs are drawn, %d have ended", i, k, n, len(r.History))
			}
			if k < 3 {
				continue
			}
			if k%19 == 3 {
				if _, err := c.Sketch(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	c := cell.curves([]experiment.Result{{Config: f.Methods[5].Config, Devices: []string{"an abacus"}}})
	figure, err := c.Draw()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Training: Calibration", "line + label smoothing, seed 1, training: 20 points", "seed 1, test: 2 points",
		"in grey: runs before, in this cell (10 lines)", "an abacus"} {
		if !strings.Contains(figure.Alt, want) {
			t.Errorf("it does not say %q:\n%s", want, figure.Alt)
		}
	}
}

// Runs that differ in a setting alone say which; what is averaged at the end is not what the
// test shows.
func TestTrainingSaysItsSettings(t *testing.T) {
	said := func(change func(c *experiment.Config)) string {
		c := experiment.Quick()
		change(&c)
		cell := &training{title: "line", live: &plots.Live{}}
		for _, r := range reported(c, 1)[:20] {
			cell.report(r)
		}
		return cell.curves([]experiment.Result{{Config: c, Devices: []string{"an abacus"}}}).Note
	}
	const plain = "cnn, width 8; digits, 200 training images, 200 epochs; 1 seed; an abacus"
	for want, change := range map[string]func(c *experiment.Config){
		"":                     func(c *experiment.Config) {},
		"; chunks 5":           func(c *experiment.Config) { c.Chunks, c.Points, c.Surface = 5, 3, 21 },
		"; learning rate 0.02": func(c *experiment.Config) { c.LearningRate = 0.02 },
		"; full step; beta 0; augment pad=4,flip=false":         func(c *experiment.Config) { c.FullStep, c.Beta, c.Augment.Pad = true, 0, 4 },
		"; ema 0.99; test: of the network before averaging":     func(c *experiment.Config) { c.EMA = 0.99 },
		"; swa constant; test: of the network before averaging": func(c *experiment.Config) { c.SWA, c.Snapshots = "constant", true },
		"; swa cyclic-5": func(c *experiment.Config) { c.SWA, c.TestEvery = "cyclic-5", 0 },
	} {
		if got := said(change); got != plain+want {
			t.Errorf("it says %q, want %q", got, plain+want)
		}
	}
	r := experiment.Result{Config: experiment.Quick(), History: []experiment.Epoch{{Epoch: 1, Loss: 2, Accuracy: 0.5}}}
	r.Config.EMA = 0.9
	f, err := TrainingCurves("with a moving average", r)
	if err != nil || !strings.Contains(f.Alt, "test: of the network before averaging") {
		t.Errorf("%v, %v", f, err)
	}
}

// Of an epoch that takes many steps something is drawn before its end; what is drawn
// ascends; a run that goes on has what it had before.
func TestTrainingWithinAnEpoch(t *testing.T) {
	cell := &training{title: "line", live: &plots.Live{}}
	for k, r := range reported(shortRun(3), 100)[:250] {
		cell.report(r)
		c := cell.curves(nil)
		x := c.Runs[0].Train.Epoch
		if drawn := len(x); k >= 30 && k < 99 && drawn < 5 {
			t.Fatalf("after step %d %d points are drawn", k+1, drawn)
		}
		for i := 1; i < len(x); i++ {
			if x[i] <= x[i-1] {
				t.Fatalf("after step %d the epochs drawn are %v", k+1, x)
			}
		}
	}
	if c := cell.curves(nil); c.Epochs != 3 || !strings.Contains(c.Note, "epoch 3 of 3") {
		t.Errorf("the axis ends at %d, and the note says %q", c.Epochs, c.Note)
	}
	for _, r := range reported(shortRun(3), 100)[250:] {
		cell.report(r)
	}
	if c := cell.curves(nil); !strings.Contains(c.Note, "after 3 epochs") {
		t.Errorf("of a run that is no result of the cell's the note says %q", c.Note)
	}
	later := reported(shortRun(20), 4)[41:50]
	other := &training{title: "line", live: &plots.Live{}}
	other.report(later[0])
	if n := len(other.curves(nil).Runs[0].Train.Loss); n != 10 {
		t.Errorf("of a run that goes on after 10 epochs %d are drawn", n)
	}
}

// Several runs at work at once are in colour each, the latest three; one that diverges, or
// that another process has and does not tell of, spoils nothing.
func TestTrainingSideBySide(t *testing.T) {
	cell := &training{title: "four at once", live: &plots.Live{}}
	var each [][]experiment.Report
	for seed := range uint64(4) {
		each = append(each, reported(shortRun(20).With("line", seed+1), 4))
	}
	for k := range each[0] {
		for _, reports := range each {
			cell.report(reports[k])
		}
		if k == 40 {
			c := cell.curves(nil)
			if len(c.Runs) != 3 || len(c.Behind) != 1 || c.Runs[0].Style == c.Runs[1].Style {
				t.Errorf("%d in colour, %d in grey", len(c.Runs), len(c.Behind))
			}
			if _, err := c.Sketch(); err != nil {
				t.Error(err)
			}
		}
	}
	spoilt := each[0][30]
	spoilt.Config.Seed, spoilt.Loss = 9, math.NaN()
	spoilt.History = append([]experiment.Epoch{{Epoch: 1, Loss: 2}}, experiment.Epoch{Epoch: 2, Loss: math.Inf(1)})
	cell.report(spoilt)
	cell.report(experiment.Report{Run: "made elsewhere", Elsewhere: "another process"})
	if _, err := cell.curves(nil).Draw(); err != nil || len(cell.runs) != 5 {
		t.Errorf("%d runs, %v", len(cell.runs), err)
	}
}

// A run that another process makes is seen in part, and not when it ends: its result tells
// all of it, and what comes after it is drawn before it.
func TestTrainingElsewhere(t *testing.T) {
	cell := &training{title: "line", live: &plots.Live{}}
	c := shortRun(20)
	there := reported(c, 4)[30]
	there.Elsewhere = "process 12"
	cell.report(there)
	for _, r := range reported(c.With("line", 2), 4)[:10] {
		cell.report(r)
	}
	if now := cell.curves(nil); len(now.Runs) != 1 || now.Runs[0].Name != "line, seed 2" || len(now.Behind) != 1 {
		t.Errorf("in colour are %+v, %d in grey", now.Runs, len(now.Behind))
	}
	alone := &training{title: "line", live: &plots.Live{}}
	alone.report(there)
	result := experiment.Result{Config: c, History: reported(c, 4)[79].History}
	alone.end([]experiment.Result{result})
	if n := len(alone.curves([]experiment.Result{result}).Runs[0].Train.Loss); n != 20 {
		t.Errorf("of its 20 epochs %d are drawn at the end", n)
	}
}

// What is loaded reports nothing, and leaves no picture.
func TestTrainingOfNothing(t *testing.T) {
	cell := &training{title: "line", live: &plots.Live{}}
	cell.report(experiment.Report{Config: shortRun(20), Scoring: true, Total: 3})
	cell.end(nil)
	if len(cell.runs) != 0 {
		t.Errorf("%d runs are drawn", len(cell.runs))
	}
}
