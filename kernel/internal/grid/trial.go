package grid

import (
	"fmt"
	"slices"
	"time"
)

// A trial finds out how many runs side by side pay. The heaviest run begins with all
// cores; once its speed is known, a second begins beside it, each with half of the
// cores, then a third and fourth, and so on while that makes the whole faster: while
// the first, which computes the same all the time, does not become slower by as much
// as there are more. Nothing of that work is lost.
type trial struct {
	subject *worker
	sizes   []int     // how many were at work: 1, 2, 4 …
	speeds  []float64 // how much the subject did in a second then
	from    *event    // where the stretch that is measured begins
	before  float64   // how much of its run the subject had done there
	lines   int       // in it
}

// A stretch is long enough for a speed that means something.
const (
	stretch      = time.Second
	stretchLines = 4
	pays         = 1.02 // as fast, at least
)

// report takes note of a report.
func (t *trial) report(c *crew, e event) {
	full := !slices.ContainsFunc(c.places, func(w *worker) bool { return w == nil || !w.begun })
	if !full {
		t.from = nil
		return
	}
	if t.subject == nil {
		t.subject = c.places[0]
	}
	if e.worker != t.subject {
		return
	}
	if e.news.Scoring || e.news.Elsewhere || t.from != nil && t.from.news.Run != e.news.Run {
		t.from = nil
		return
	}
	if t.from == nil {
		t.from, t.before, t.lines = &e, e.worker.at(), 0
		return
	}
	t.lines++
	took := e.at.Sub(t.from.at)
	if took < stretch || t.lines < stretchLines {
		return
	}
	speed := (e.worker.at() - t.before) / took.Seconds()
	t.from = nil
	t.sizes, t.speeds = append(t.sizes, len(c.places)), append(t.speeds, speed)
	t.decide(c)
}

// decide goes on to more, or ends the trial with the best.
func (t *trial) decide(c *crew) {
	n := len(c.places)
	whole := func(i int) float64 { return t.speeds[i] * float64(t.sizes[i]) }
	last := len(t.sizes) - 1
	if last > 0 && whole(last) < pays*whole(last-1) {
		c.trial = nil
		c.resize(t.sizes[last-1])
		t.tell(c, last-1)
		return
	}
	if next := min(2*n, c.room()); next > n {
		c.resize(next)
		return
	}
	c.trial = nil
	t.tell(c, last)
}

// tell says what was found.
func (t *trial) tell(c *crew, i int) {
	if len(t.sizes) == 1 || c.say == nil {
		return
	}
	compared := i
	if i == 0 {
		compared = 1
	}
	gain := t.speeds[compared] * float64(t.sizes[compared]) / (t.speeds[0] * float64(t.sizes[0]))
	if i == 0 {
		c.say(fmt.Sprintf("one run after the other: %d side by side are %.2f times as fast", t.sizes[1], gain))
		return
	}
	c.say(fmt.Sprintf("%d runs side by side, which is %.2f times as fast as one after the other on all cores",
		t.sizes[i], gain))
}

// left takes note of the end of a worker. Where the subject ends before anything
// could be measured, runs are so short that there is nothing to lose.
func (t *trial) left(c *crew, w *worker) {
	t.from = nil
	if t.subject != nil && w != t.subject || w.back {
		return
	}
	c.trial = nil
	if !c.ended {
		c.resize(max(len(c.places), c.room()))
	}
}
