package grid

import (
	"fmt"
	"os"
	"strings"
	"time"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/watch"
)

// tally is how far all runs are, together.
type tally struct {
	runs     int     // of the whole
	work     float64 // of those that were not made before
	made     float64 // of it, by runs that are made
	began    time.Time
	progress *plots.Progress

	// Since when the speed is as it is now, and how much was done then.
	since  time.Time
	from   float64
	epochs bool // an epoch has ended: before that programs were compiled
}

// at returns how much of a worker's run is done.
func (w *worker) at() float64 {
	if w.made == len(w.runs) || w.latest.Text == "" {
		return 0
	}
	return w.runs[w.made].Done(w.latest.Scoring, w.latest.Fraction)
}

// total returns how much is done.
func (t *tally) total(c *crew) float64 {
	total := t.made
	for _, w := range c.workers() {
		total += w.at()
	}
	return total
}

// restart measures the speed anew, when it changes.
func (t *tally) restart(c *crew) {
	t.since, t.from = time.Now(), t.total(c)
}

// report shows how it stands. What a run had done at its first report is from
// another sitting.
func (t *tally) report(c *crew, w *worker, first bool) {
	if t.progress == nil {
		t.progress, t.since = plots.NewProgress(os.Stderr), time.Now()
	}
	if first {
		t.from += w.at()
	}
	if w.latest.Keep && !w.latest.Scoring && !t.epochs {
		t.epochs = true
		t.restart(c)
	}
	done := t.total(c)
	fraction := done / max(t.work, done, 1)
	working, made := c.workers(), t.runs
	for _, w := range working {
		made -= len(w.runs) - w.made
	}
	for _, family := range c.queue {
		for _, p := range family {
			if !p.Made {
				made--
			}
		}
	}
	left := time.Duration(-1) // not known yet
	if took := time.Since(t.since).Seconds(); took > 2 && done > t.from {
		left = time.Duration((t.work - done) / (done - t.from) * took * float64(time.Second))
	}
	names := watch.Names(w.runs[w.made].Config)
	parts := append([]string{fmt.Sprintf("%*d of %d runs made", len(fmt.Sprint(t.runs)), made, t.runs),
		fmt.Sprintf("%d at work", len(working)), watch.Left(left)}, strings.Split(w.latest.Text, ", ")...)
	t.progress.Update(watch.Line(names, parts), fraction)
	if w.latest.Keep {
		t.progress.Line(watch.LogLine(names[:1], parts))
	}
}

// finish says how it ended.
func (t *tally) finish(c *crew) {
	if t.progress == nil {
		return
	}
	if c.ended {
		t.progress.Done("stopped")
		return
	}
	t.progress.Done(fmt.Sprintf("%s: %d runs in %s", c.title, t.runs, experiment.Took(time.Since(t.began))))
}
