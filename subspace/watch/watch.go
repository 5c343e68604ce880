// Package watch makes runs while somebody looks on: on a terminal, in a notebook
// or in a log, as [plots.Progress] finds fit.
//
// [Make] trains and scores all runs of a list, and those that they build on, under
// one line that says how much is done and how long the rest will take:
//
//	o := experiment.Options{Fetch: watch.Fetch(), Decode: watch.Decode(), Notice: watch.Notice()}
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

// Notice returns a function that prints a notice once, however many runs have it.
func Notice() func(line string) {
	var said sync.Map
	return func(line string) {
		if _, before := said.LoadOrStore(line, true); !before {
			fmt.Fprintln(plots.Aside(os.Stdout), line)
		}
	}
}

// Decode returns a function that shows how far the reading of image files is, where
// that takes longer than one waits without a sign.
func Decode() func(done, total int64) { return decode(2*time.Second, time.Now) }

// decode is Decode with a wait and a clock.
func decode(wait time.Duration, now func() time.Time) func(done, total int64) {
	var p *plots.Progress
	var began time.Time
	var last int64
	return func(done, total int64) {
		if began.IsZero() || done < last { // another reading
			began, p = now(), nil
		}
		last = done
		if p == nil && now().Sub(began) >= wait {
			p = plots.NewProgress(os.Stderr)
		}
		if p != nil {
			p.Update(fmt.Sprintf("reading images: %d of %d", done, total), float64(done)/float64(total))
		}
		if done == total {
			if p != nil {
				p.Done(fmt.Sprintf("read %d images", total))
			}
			began, last = time.Time{}, 0
		}
	}
}

// Fetch returns a function that shows how far a download is.
func Fetch() func(done, total int64) {
	var p *plots.Progress
	return func(done, total int64) {
		if p == nil {
			p = plots.NewProgress(os.Stderr)
		}
		text := fmt.Sprintf("CIFAR-10: %d of %d MB", done/1e6, total/1e6)
		if p.Update(text, float64(done)/float64(total)); done == total {
			p.Done(text)
		}
	}
}

// Make makes runs, and before them those that they build on, under one progress
// line over the whole, and returns the results of configs. Runs that have been
// made are loaded. Each run is handed to each, if that is not nil, and then closed. A
// Report of o gets every report too, after the line has been renewed.
func Make(ctx context.Context, title string, configs []experiment.Config, o experiment.Options,
	each func(*experiment.Run)) (results []experiment.Result, err error) {
	plan, err := experiment.Plan(ctx, configs, o)
	if err != nil {
		return nil, err
	}
	made, err := MakePlan(ctx, title, plan, o, each, nil)
	if err != nil {
		return nil, err
	}
	for _, c := range configs {
		results = append(results, made[c])
	}
	return results, nil
}

// MakePlan is [Make] for runs that are planned, and returns the results of all of them.
// With failed, a run that fails is handed to it and stops no other; the result has none
// of it then. Where ctx ends, everything does.
func MakePlan(ctx context.Context, title string, plan []experiment.Planned, o experiment.Options,
	each func(*experiment.Run), failed func(experiment.Config, error)) (made map[experiment.Config]experiment.Result, err error) {
	made = map[experiment.Config]experiment.Result{}
	w := &whole{plan: plan, work: experiment.Left(plan), called: time.Now(), also: o.Report}
	for i, p := range plan {
		w.current = i
		o.Report = w.report
		run, err := experiment.Train(ctx, p.Config, o)
		if err != nil && failed != nil && ctx.Err() == nil {
			if !p.Made {
				w.work -= p.Work()
			}
			w.restart(w.done)
			failed(p.Config, err)
			continue
		}
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
	w.end(fmt.Sprintf("%s: %s%s in %s", title, w.rest(), experiment.Count(len(made), "run"), experiment.Took(time.Since(w.called))))
	return made, nil
}

// whole is how far several runs are, taken together.
type whole struct {
	plan       []experiment.Planned
	current    int
	reported   int                     // the run of the last report
	work, done float64                 // passes of an image, of the runs that were not made before
	called     time.Time               // when all of it began, whose end is told
	began      time.Time               // when speed began to be measured: see report
	restored   float64                 // share that was there then, and at the first report of a run, from another sitting
	epochs     bool                    // an epoch has ended since the first report
	goesOn     bool                    // the first run was begun in another sitting
	progress   *plots.Progress         // nil until there is something to show
	also       func(experiment.Report) // gets the reports too; may be nil
}

func (w *whole) report(r experiment.Report) {
	p := w.plan[w.current]
	done := w.done + p.Done(r.Scoring, r.Fraction())
	fraction := done / max(w.work, done, 1) // more than planned, where data have changed
	switch first := w.reported != w.current; {
	case w.progress == nil:
		w.progress = plots.NewProgress(os.Stderr)
		w.restart(done)
		w.goesOn = r.Restored > 0
	case first && (r.Restored > 0 || r.Scoring): // of this sitting no training was reported
		w.restored += (done - w.done) / max(w.work, done, 1)
	case r.Ended != nil && !w.epochs:
		// The first steps waited for programs, and so does the end of the first epoch, of
		// the smaller batch that is left there.
		w.restart(done)
	}
	w.epochs = w.epochs || r.Ended != nil
	w.reported = w.current
	names, parts := Names(p.Config), w.parts(r, Left(w.left(fraction, time.Since(w.began))))
	w.progress.Update(Line(names, parts), fraction)
	if r.Ended != nil || r.Scoring {
		w.progress.Line(LogLine(names, parts))
	}
	if w.also != nil {
		w.also(r)
	}
}

// parts says how it stands, with the one time that is left of all.
func (w *whole) parts(r experiment.Report, left string) (parts []string) {
	of := r.Parts()
	if len(w.plan) > 1 {
		digits := len(fmt.Sprint(len(w.plan)))
		parts = append(parts, fmt.Sprintf("run %*d of %d", digits, w.current+1, len(w.plan)))
	}
	n := min(1, len(of))
	return append(append(append(parts, of[:n]...), left), of[n:]...)
}

// restart begins to measure the speed anew, with so much of the work done.
func (w *whole) restart(done float64) {
	w.began, w.restored = time.Now(), done/max(w.work, done, 1)
}

// left returns how much time is left of the whole, below 0 where that cannot be told yet:
// the work that is left at the speed of this sitting so far.
func (w *whole) left(fraction float64, taken time.Duration) time.Duration {
	if fraction <= w.restored || taken < 2*time.Second {
		return -1
	}
	return time.Duration(float64(taken) * (1 - fraction) / (fraction - w.restored))
}

// rest says that what was done is not all of it.
func (w *whole) rest() string {
	if w.goesOn {
		return "the rest of "
	}
	return ""
}

func (w *whole) end(text string) {
	if w.progress != nil {
		w.progress.Done(text)
	}
}
