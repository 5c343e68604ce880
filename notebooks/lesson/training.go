package lesson

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// TrainingCurves draws the history of one run of each shape.
func TrainingCurves(title string, runs ...experiment.Result) (*plots.Figure, error) {
	const most = 3 // that can be told apart
	if len(runs) < 1 || len(runs) > most {
		return nil, fmt.Errorf("runs: %d of them: want 1 to %d, one a shape, such as the first that lesson.Runs returns", len(runs), most)
	}
	var groups [][]experiment.Result // of one seed each
	var configs []experiment.Config
	for i, r := range runs {
		group := []experiment.Result{r}
		if err := paper.CheckRuns(group, paper.WithHistory); err != nil {
			return nil, fmt.Errorf("run %d: %w", i+1, err)
		}
		groups, configs = append(groups, group), append(configs, r.Config)
	}
	names := paper.Names(configs...)
	styles := paper.Styles(names...)
	figure := plots.Curves{Title: title, Note: paper.Note(groups...)}
	if slices.ContainsFunc(configs, averages) {
		figure.Note += beforeAveraging
	}
	for i, r := range runs {
		h := course(r.History, 1)
		h.Name, h.Style = names[i], styles[i]
		figure.Runs = append(figure.Runs, h)
	}
	return figure.Draw()
}

// course is a history as figures show it, every so many epochs of it and the last, and
// what was tested. What is no number, as of a run that diverges, is left out.
func course(history []experiment.Epoch, every int) (h plots.History) {
	for i, e := range history {
		n := float64(e.Epoch)
		if (i%every == 0 || i == len(history)-1) && finite(e.Loss) {
			h.Train.Epoch, h.Train.Loss, h.Train.Accuracy = append(h.Train.Epoch, n), append(h.Train.Loss, e.Loss), append(h.Train.Accuracy, 100*e.Accuracy)
		}
		if e.Test != nil && finite(e.Test.NLL) {
			h.Test.Epoch, h.Test.Loss, h.Test.Accuracy = append(h.Test.Epoch, n), append(h.Test.Loss, e.Test.NLL), append(h.Test.Accuracy, 100*e.Test.Accuracy)
		}
	}
	return h
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// training draws the runs that a cell trains, while it does: the one at work in the
// colour of its method, those that it has trained before in grey. Runs that are loaded
// report nothing, and show nothing. Several at work at once, which the reports of one
// cell tell by their runs, are drawn in colour each, the latest three.
type training struct {
	title   string
	methods []paper.Method // what a figure calls its methods
	live    *plots.Live
	runs    []*trained // in the order in which they began
}

// trained is a run that trains, or has.
type trained struct {
	config  experiment.Config
	history []experiment.Epoch // those that have ended
	now     plots.Course       // within the epoch at hand
	epoch   int
	epochs  int
	ended   bool

	elsewhere bool // another process makes it
}

// report takes in how a run stands, and draws it where a picture is due.
func (t *training) report(r experiment.Report) {
	i := len(t.runs) - 1 // the latest first: this is done at every step
	for i >= 0 && t.runs[i].config != r.Config {
		i--
	}
	switch {
	case r.Scoring:
		if i >= 0 {
			t.runs[i].ended = true
		}
		return
	case r.Total == 0: // another process, which does not tell yet
		return
	case i < 0:
		i = len(t.runs)
		t.runs = append(t.runs, &trained{config: r.Config, epochs: r.Epochs})
		for _, run := range t.runs[:i] { // one that another process makes is not heard of when it ends
			run.ended = run.ended || run.elsewhere
		}
	}
	t.runs[i].take(r)
	t.live.Update(func() (*plots.Figure, error) { return t.curves(nil).Sketch() })
}

// take takes in a report. Of an epoch that is long it keeps some of the means so far, once
// a tenth of it is done: a line that grows once in ten minutes would say nothing.
func (t *trained) take(r experiment.Report) {
	const long = 50 // steps
	if len(r.History) != len(t.history) || r.Ended != nil {
		t.now = plots.Course{}
	}
	t.history, t.epoch, t.ended = r.History, r.Epoch, r.Done == r.Total
	t.elsewhere = r.Elsewhere != ""
	if r.Ended != nil || r.Total < long*r.Epochs || !finite(r.Loss) {
		return
	}
	at, last := r.Fraction()*float64(r.Epochs), 0.0
	if n := len(t.now.Epoch); n > 0 {
		last = t.now.Epoch[n-1]
	}
	if at >= float64(r.Epoch)-0.9 && at >= last+max(float64(r.Epochs)/200, 0.02) {
		t.now.Epoch, t.now.Loss, t.now.Accuracy = append(t.now.Epoch, at), append(t.now.Loss, r.Loss), append(t.now.Accuracy, 100*r.Accuracy)
	}
}

// course is the run as figures show it.
func (t *trained) course(every int) plots.History {
	h := course(t.history, every)
	train := &h.Train
	for i, at := range t.now.Epoch {
		if n := len(train.Epoch); n == 0 || at > train.Epoch[n-1] {
			train.Epoch, train.Loss, train.Accuracy = append(train.Epoch, at), append(train.Loss, t.now.Loss[i]), append(train.Accuracy, t.now.Accuracy[i])
		}
	}
	return h
}

// end draws what remains in the notebook, with what the results say of where they come
// from; there are none where the cell was stopped.
func (t *training) end(results []experiment.Result) {
	if len(t.runs) == 0 {
		return
	}
	for _, run := range t.runs { // those of another process have been heard of in part
		if k := resultOf(run, results); k >= 0 {
			run.history, run.now, run.ended = results[k].History, plots.Course{}, true
		}
	}
	t.live.Done(func() (*plots.Figure, error) { return t.curves(results).Draw() })
}

// resultOf is the number of a run's result, −1 where there is none.
func resultOf(run *trained, results []experiment.Result) int {
	return slices.IndexFunc(results, func(r experiment.Result) bool { return r.Config == run.config })
}

// curves is the figure of the runs as they are now.
func (t *training) curves(results []experiment.Result) plots.Curves {
	const most, points = 3, 60 // runs in colour; epochs of one in grey
	front := slices.DeleteFunc(slices.Clone(t.runs), func(run *trained) bool { return run.ended })
	if len(front) == 0 {
		front = t.runs
		front = front[len(front)-1:]
	}
	front = front[max(0, len(front)-most):]
	c := plots.Curves{Title: "Training: " + t.title, BehindName: "runs before, in this cell"}
	var methods, notes []string
	for _, run := range front {
		methods = append(methods, t.method(run.config))
	}
	styles := paper.Styles(methods...)
	for i, run := range front {
		h := run.course(1 + len(run.history)/500) // more points than that no picture has room for
		h.Name, h.Style = fmt.Sprintf("%s, seed %d", methods[i], run.config.Seed), styles[i]
		c.Runs, c.Epochs = append(c.Runs, h), max(c.Epochs, run.epochs)
		note := fmt.Sprintf("%s, epoch %d of %d", run.config.Name(), run.epoch, run.epochs)
		if k := resultOf(run, results); k >= 0 {
			note = paper.Note(results[k : k+1])
		} else if run.ended { // one that another begins with, or is made of
			note = fmt.Sprintf("%s, after %s", run.config.Name(), experiment.Count(run.epochs, "epoch"))
		}
		notes = append(notes, note+trainedBy(run.config))
	}
	c.Note = strings.Join(notes, "; ")
	for _, run := range t.runs {
		if !slices.Contains(front, run) {
			c.Behind, c.Epochs = append(c.Behind, run.course(1+len(run.history)/points)), max(c.Epochs, run.epochs)
		}
	}
	return c
}

// noted are the settings that [paper.Note] tells of, and those that change nothing of the
// training.
var noted = []string{
	"data", "side", "train_images", "test_images", "held_out", "wrong_labels", "any_class", "human_labels", "network", "width", "epochs",
	"snapshots", "recalibration", "points", "test_every", "bins", "plane", "surface", "grid_images", "corrupt", "published",
}

// trainedBy tells of the training that a configuration asks for what its note does not: in
// which settings it differs from the preset that is nearest to it. Two pictures of one
// method, network and data would have the same words otherwise.
func trainedBy(c experiment.Config) (words string) {
	_, differ := c.Nearest()
	for _, s := range differ {
		if !slices.Contains(noted, s.Name) {
			words += "; " + strings.TrimSuffix(strings.ReplaceAll(s.String(), "_", " "), " true")
		}
	}
	if averages(c) {
		words += beforeAveraging
	}
	return words
}

// beforeAveraging is said where a run ends with an average: what is tested while it trains
// is the network, and the average scores otherwise.
const beforeAveraging = "; test: of the network before averaging"

func averages(c experiment.Config) bool { return c.TestEvery > 0 && (c.EMA > 0 || c.SWA != "") }

// method is what the cell calls the method of a run: what its figure does, or what it is
// called everywhere.
func (t *training) method(c experiment.Config) string {
	for _, m := range t.methods {
		if m.Config.With(m.Config.Shape, c.Seed) == c {
			return m.Name
		}
	}
	return paper.MethodName(c)
}
