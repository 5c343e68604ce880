// Package grid makes a grid of runs, such as all that are behind a figure, as fast
// as the machines at hand allow.
//
// On one machine several are made side by side where that is faster ([Make]), each by
// a worker, a process of its own ([Work]). On many machines each makes a part, by the
// numbers that Slurm and Kubernetes give their tasks ([Shard]). And the runs of one
// field's values can be compared where that is fair, on a validation split
// ([Choice]).
//
// What is made does not depend on any of this: a run has the same numbers for any
// number of threads, and its folder is where whoever asks for it looks first.
package grid

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gosubspace/subspace/experiment"
)

// A crew makes runs side by side, each in a process of its own with its own cores:
// small networks leave cores waiting for each other, and several runs fill them.
// How many pays is measured while they are made, see trial.
//
// Runs that build on each other, a family, are one worker's order, so that nothing
// is trained twice and no worker waits for another. Families wait in one queue, the
// heaviest first: whoever is done takes the next, and what is left for the end is
// small. A run's numbers do not depend on any of this: they are the same for any number
// of threads.
type crew struct {
	title   string
	program []string // that is a worker
	options experiment.Options
	cores   []int
	most    int // workers at once

	places  []*worker // as many as work side by side; nil where nobody does
	leaving []*worker // told to stop, so that fewer work at once
	queue   [][]experiment.Planned
	events  chan event
	later   []event         // came while a family was handed on
	stop    <-chan struct{} // the user's; nil once they have been told
	trial   *trial          // nil: there is none, or it is over
	ended   bool            // no more is started, and who works was told to stop
	failure error           // the first, and why
	stopped int             // runs that were told to stop
	peak    int64           // the most memory of a worker, in bytes
	looked  time.Time
	say     func(line string)
	done    func(family []experiment.Planned) error // a family is made
	failed  func(experiment.Config, error)          // a run has failed, and the others go on; nil: it ends everything

	tally tally
}

// make makes the runs of all families and returns the first error.
func (c *crew) make(ctx context.Context) error {
	c.events = make(chan event, 64)
	c.stop = ctx.Done()
	for {
		if !c.ended {
			if err := c.fill(); err != nil {
				c.fail(err)
			}
		}
		if len(c.workers()) == 0 {
			break
		}
		if len(c.later) > 0 {
			e := c.later[0]
			c.later = c.later[1:]
			c.handle(e)
			continue
		}
		select {
		case e := <-c.events:
			c.handle(e)
		case <-c.stop:
			c.stop = nil
			c.end()
		}
	}
	c.tally.finish(c)
	switch {
	case c.failure != nil:
		return c.failure
	case ctx.Err() == nil:
		return nil
	case c.stopped == 0: // it was between two runs
		return ctx.Err()
	}
	return fmt.Errorf("%s interrupted; run it again to go on from there", experiment.Count(c.stopped, "run"))
}

// hand hands on a family that is made. Where it is shipped that takes minutes, in which the
// other workers are listened to: they would wait for that.
func (c *crew) hand(family []experiment.Planned) error {
	over := make(chan error, 1)
	go func() { over <- c.done(family) }()
	for {
		select {
		case err := <-over:
			return err
		case e := <-c.events:
			c.later = append(c.later, e)
		case <-c.stop: // the others are told at once
			c.stop = nil
			c.end()
		}
	}
}

// workers returns those who have not ended.
func (c *crew) workers() []*worker {
	all := append(slices.Clone(c.places), c.leaving...)
	return slices.DeleteFunc(all, func(w *worker) bool { return w == nil })
}

// fill starts a worker at each free place, while there is something to do.
func (c *crew) fill() error {
	for i, w := range c.places {
		if w != nil || len(c.queue) == 0 {
			continue
		}
		family := c.queue[0]
		c.queue = c.queue[1:]
		w, err := c.start(family, c.coresOf(i))
		if err != nil {
			return fmt.Errorf("a process for a run cannot be started: %w; "+
				"-parallel 1 makes one run after the other in this one", err)
		}
		c.places[i] = w
	}
	return nil
}

// coresOf returns the cores of a place: all have as many, or one more.
func (c *crew) coresOf(i int) []int {
	n, all := len(c.places), len(c.cores)
	if i >= all { // more places than cores
		return c.cores[i%max(all, 1) : min(i%max(all, 1)+1, all)]
	}
	n = min(n, max(all, 1))
	return c.cores[i*all/n : (i+1)*all/n]
}

// fail ends everything because of an error.
func (c *crew) fail(err error) {
	if c.failure == nil {
		c.failure = err
	}
	c.end()
}

// end tells all workers to save a checkpoint and stop.
func (c *crew) end() {
	c.ended, c.trial = true, nil
	for _, w := range c.places {
		if w != nil {
			w.in.Close()
		}
	}
}

// resize changes the number of places, and the cores of those who work.
func (c *crew) resize(n int) {
	for len(c.places) > n {
		if w := c.places[len(c.places)-1]; w != nil {
			w.back = true
			w.in.Close()
			c.leaving = append(c.leaving, w)
		}
		c.places = c.places[:len(c.places)-1]
	}
	c.places = append(c.places, make([]*worker, n-len(c.places))...)
	for i, w := range c.places {
		if w != nil {
			moveTo(w.pid(), c.coresOf(i))
		}
	}
	c.tally.restart(c)
}

// room returns how many can work at once: not more than there are cores and
// families, nor than memory holds of the largest so far.
func (c *crew) room() int {
	working := len(c.workers())
	n := min(c.most, working+len(c.queue))
	free, known := freeMemory()
	if !known || c.peak == 0 {
		return n
	}
	fit := working + int(float64(free)*0.9/float64(c.peak))
	if fit < n && c.say != nil {
		c.say(fmt.Sprintf("there is memory for %d runs side by side: %d MB each, %d MB free",
			max(fit, 1), c.peak/1e6, free/1e6))
	}
	return max(min(n, fit), 1)
}
