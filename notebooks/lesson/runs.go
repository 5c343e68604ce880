package lesson

import (
	"context"
	"fmt"
	"os"
	"time"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// Train makes the runs of a shape under the seeds 1 to n, with a progress line,
// and says what came of them. Runs that have been made are loaded; one that was
// stopped goes on where it was.
func Train(base experiment.Config, shape string, n int) {
	for _, r := range Runs(base, shape, n) {
		fmt.Println(Summary(r))
	}
}

// Runs returns the results of the runs that [Train] makes, and makes those that
// are missing.
func Runs(base experiment.Config, shape string, n int) []experiment.Result {
	return Own(base, experiment.Options{}, shape, n)
}

// resultsOf makes runs for a cell and returns their results.
func resultsOf(title string, configs []experiment.Config, o experiment.Options) []experiment.Result {
	ctx, stop := Context()
	defer stop()
	o.Notice = Notice()
	if o.Fetch == nil {
		o.Fetch = Fetch()
	}
	results, err := Make(ctx, title, configs, o, nil)
	Check(err)
	return results
}

// One makes the run of a configuration with a network, data or a shape of your
// own, with a progress line, and returns its result.
func One(c experiment.Config, o experiment.Options) experiment.Result {
	return resultsOf(c.Name(), []experiment.Config{c}, o)[0]
}

// Row is a method of a figure, with the results of its runs, a seed each.
type Row struct {
	Name    string
	Results []experiment.Result
}

// Rows are the methods of a figure, in its order.
type Rows []Row

// Get returns the results of a method.
func (rows Rows) Get(name string) []experiment.Result {
	results, there := rows.find(name)
	if !there {
		Check(fmt.Errorf("the figure has no method %q", name))
	}
	return results
}

func (rows Rows) find(name string) (results []experiment.Result, there bool) {
	for _, r := range rows {
		if r.Name == name {
			return r.Results, true
		}
	}
	return nil, false
}

// FigureRuns returns the results behind a figure of the paper under n seeds from
// base's on, all methods with the settings of base, and makes those that are
// missing under one progress line. The methods' names are those of
// [experiment.NewFigure].
func FigureRuns(number int, base experiment.Config, n int) Rows {
	f, err := experiment.NewFigure(number, base)
	Check(err)
	return RowsOf(f, resultsOf(f.Title, f.Runs(n), experiment.Options{}))
}

// RowsOf sorts results, which are in the order of f.Runs, by method.
func RowsOf(f experiment.Figure, results []experiment.Result) Rows {
	all := make(Rows, len(f.Methods))
	for i, r := range results {
		k := i % len(f.Methods)
		all[k].Name = f.Methods[k].Name
		all[k].Results = append(all[k].Results, r)
	}
	return all
}

// Make makes runs, and before them those that they build on, under one progress
// line over the whole, and returns the results of configs. Runs that have been
// made are loaded. Each run is handed to each, if that is not nil, and then closed.
func Make(ctx context.Context, title string, configs []experiment.Config, o experiment.Options, each func(*experiment.Run)) (results []experiment.Result, err error) {
	plan, err := experiment.Plan(ctx, configs, o)
	if err != nil {
		return nil, err
	}
	made := map[experiment.Config]experiment.Result{}
	w := &whole{title: title, plan: plan, began: time.Now()}
	for _, p := range plan {
		if !p.Made {
			w.work += p.Work()
		}
	}
	for i, p := range plan {
		w.current = i
		o.Report = w.report
		run, err := experiment.Train(ctx, p.Config, o)
		if err != nil {
			w.end("stopped")
			return nil, err
		}
		if !p.Made {
			w.done += p.Work()
		}
		made[p.Config] = run.Result
		if each != nil {
			each(run)
		}
		run.Close()
	}
	w.end(fmt.Sprintf("%s: %s in %s", title, count(len(plan), "run"), time.Since(w.began).Round(100*time.Millisecond)))
	for _, c := range configs {
		results = append(results, made[c])
	}
	return results, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// whole is how far several runs are, taken together.
type whole struct {
	title      string
	plan       []experiment.Planned
	current    int
	work, done float64 // passes of an image, of the runs that were not made before
	began      time.Time
	restored   float64         // share that was there at the first report, from another sitting
	progress   *plots.Progress // nil until there is something to show
}

func (w *whole) report(r experiment.Report) {
	p := w.plan[w.current]
	trained := p.Work() - float64(p.Scored)
	done := w.done + r.Fraction()*trained
	if r.Scoring {
		done = w.done + trained + r.Fraction()*float64(p.Scored)
	}
	fraction := done / max(w.work, done, 1) // more than planned, where data have changed
	if w.progress == nil {
		w.progress, w.restored, w.began = plots.NewProgress(os.Stderr), fraction, time.Now()
	}
	text := r.String()
	if len(w.plan) > 1 {
		text = fmt.Sprintf("%s: run %d of %d%s; %s", w.title, w.current+1, len(w.plan), w.left(fraction), text)
	}
	w.progress.Update(text, fraction)
	if r.Ended != nil || r.Scoring {
		w.progress.Line(text)
	}
}

// left says how much time is left of the whole, once that can be told.
func (w *whole) left(fraction float64) string {
	taken := time.Since(w.began)
	if fraction <= w.restored || taken < 2*time.Second {
		return ""
	}
	return fmt.Sprintf(", %s left of all", time.Duration(float64(taken)*(1-fraction)/(fraction-w.restored)).Round(time.Second))
}

func (w *whole) end(text string) {
	if w.progress != nil {
		w.progress.Done(text)
	}
}
