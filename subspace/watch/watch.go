// Package watch makes runs while somebody looks on: on a terminal, in a notebook
// or in a log, as [plots.Progress] finds fit.
//
// [Make] trains and scores all runs of a list, and those that they build on, under
// one line that says how much is done and how long the rest will take:
//
//	o := experiment.Options{Fetch: watch.Fetch(), Notice: watch.Notice()}
//	results, err := watch.Make(ctx, "figure 3", figure.Runs(3), o, nil)
//
// [Table] lists the runs that there are, [Standings] says what of them is open.
//
// It holds nothing that decides a number: that is package experiment, which knows
// nothing of screens.
package watch

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// Notice returns a function that prints a notice of the backend once, however
// many runs have it.
func Notice() func(line string) {
	var once sync.Once
	return func(line string) { once.Do(func() { fmt.Println(line) }) }
}

// Fetch returns a function that shows how far a download is.
func Fetch() func(done, total int64) {
	var p *plots.Progress
	return func(done, total int64) {
		if p == nil {
			p = plots.NewProgress(os.Stderr)
		}
		text := fmt.Sprintf("CIFAR-10: %d of %d MB", done>>20, total>>20)
		if p.Update(text, float64(done)/float64(total)); done == total {
			p.Done(text)
		}
	}
}

// Make makes runs, and before them those that they build on, under one progress
// line over the whole, and returns the results of configs. Runs that have been
// made are loaded. Each run is handed to each, if that is not nil, and then closed.
func Make(ctx context.Context, title string, configs []experiment.Config, o experiment.Options,
	each func(*experiment.Run)) (results []experiment.Result, err error) {
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
	runs := "runs"
	if len(plan) == 1 {
		runs = "run"
	}
	w.end(fmt.Sprintf("%s: %d %s in %s", title, len(plan), runs, time.Since(w.began).Round(100*time.Millisecond)))
	for _, c := range configs {
		results = append(results, made[c])
	}
	return results, nil
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
