package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"time"

	"gosubspace/kernel/internal/program"
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
	trial   *trial // nil: there is none, or it is over
	ended   bool   // no more is started, and who works was told to stop
	failure error  // the first, and why
	stopped int    // runs that were told to stop
	peak    int64  // the most memory of a worker, in bytes
	looked  time.Time
	say     func(line string)
	done    func(family []experiment.Planned) error // a family is made

	tally tally
}

// A worker is a process that makes a family.
type worker struct {
	cmd      *exec.Cmd
	in       io.Closer // its end tells the worker to stop
	family   []experiment.Planned
	runs     []experiment.Planned // those of them that are to be made
	said     endOf                // on its error stream
	latest   news
	begun    bool // it has reported
	made     int  // of runs
	reported bool // it said an error
	back     bool // told to stop, so that fewer work at once: its family is to be made later
}

// pid returns the number of the worker's process, 0 where there is none.
func (w *worker) pid() int {
	if w.cmd == nil {
		return 0
	}
	return w.cmd.Process.Pid
}

// event is something that a worker said, or that it has ended.
type event struct {
	worker *worker
	at     time.Time
	news   news
	ended  bool
	err    error // of a process that ended
}

// make makes the runs of all families and returns the first error.
func (c *crew) make(ctx context.Context) error {
	c.events = make(chan event, 64)
	stop := ctx.Done()
	for {
		if !c.ended {
			if err := c.fill(); err != nil {
				c.fail(err)
			}
		}
		if len(c.workers()) == 0 {
			break
		}
		select {
		case e := <-c.events:
			c.handle(e)
		case <-stop:
			stop = nil
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
	case c.stopped == 1:
		return errors.New("1 run interrupted; run it again to go on from there")
	}
	return fmt.Errorf("%d runs interrupted; run it again to go on from there", c.stopped)
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

// start starts a worker.
func (c *crew) start(family []experiment.Planned, cores []int) (*worker, error) {
	w := &worker{family: family}
	o := order{Dir: c.options.Dir, DataDir: c.options.DataDir, CorruptedDir: c.options.CorruptedDir,
		Devices: c.options.Devices, Together: c.options.Together}
	for _, p := range family {
		if !p.Made {
			w.runs, o.Runs = append(w.runs, p), append(o.Runs, p.Config)
		}
	}
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	w.cmd = exec.Command(c.program[0], c.program[1:]...)
	w.cmd.Stderr = &w.said
	program.OwnGroup(w.cmd) // Ctrl-C is for us to hand on
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	w.in = in
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startOn(w.cmd, cores); err != nil {
		return nil, err
	}
	go func() {
		in.Write(text) // where it fails, the worker has ended and says so
		for lines := json.NewDecoder(out); ; {
			var n news
			if err := lines.Decode(&n); err != nil {
				break
			}
			c.events <- event{worker: w, at: time.Now(), news: n}
		}
		c.events <- event{worker: w, ended: true, err: w.cmd.Wait()}
	}()
	return w, nil
}

// handle takes note of what a worker said.
func (c *crew) handle(e event) {
	w, n := e.worker, e.news
	switch {
	case e.ended:
		if i := slices.Index(c.places, w); i >= 0 {
			c.places[i] = nil
		}
		c.leaving = slices.DeleteFunc(c.leaving, func(v *worker) bool { return v == w })
		c.leave(e)
	case n.Error != "":
		w.reported = true
		switch {
		case c.ended:
			c.stopped++
		case !w.back:
			c.fail(errors.New(n.Error))
		}
	case n.Made:
		c.tally.made += w.runs[w.made].Work()
		w.made++
		w.latest = news{}
	case n.Notice != "":
		c.options.Notice(n.Notice)
	case n.Fetch != [2]int64{}:
		c.options.Fetch(n.Fetch[0], n.Fetch[1])
	case n.Text != "":
		first := !w.begun || w.latest.Text == ""
		w.begun, w.latest = true, n
		if first || e.at.Sub(c.looked) > time.Second/2 {
			c.peak, c.looked = max(c.peak, peakMemory(w.pid())), e.at
		}
		c.tally.report(c, w, first)
		if n.GPU {
			c.trial = nil // a GPU is for one
		}
		if c.trial != nil {
			c.trial.report(c, e)
		}
	}
}

// leave takes note of the end of a worker.
func (c *crew) leave(e event) {
	w := e.worker
	w.in.Close()
	if c.trial != nil {
		c.trial.left(c, w)
	}
	switch {
	case w.made == len(w.runs):
		if err := c.done(w.family); err != nil && !c.ended {
			c.fail(err)
		}
	case c.ended:
	case w.back:
		c.queue = append([][]experiment.Planned{w.rest()}, c.queue...)
		c.tally.restart(c)
	case !w.reported: // it did not come to say why
		status := "it said nothing"
		if e.err != nil {
			status = e.err.Error()
		}
		why := program.Because(status, string(w.said.text))
		c.fail(fmt.Errorf("run %s: its process has ended (%s): run it again to go on from the last checkpoint; "+
			"where memory was short, with a smaller -parallel", w.runs[w.made].Config.Name(), why))
	}
}

// rest is the family with what is made of it marked so.
func (w *worker) rest() []experiment.Planned {
	rest := slices.Clone(w.family)
	for _, p := range w.runs[:w.made] {
		i := slices.IndexFunc(rest, func(q experiment.Planned) bool { return q.Config == p.Config })
		rest[i].Made = true
	}
	return rest
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
			max(fit, 1), c.peak>>20, free>>20))
	}
	return max(min(n, fit), 1)
}

// endOf keeps the end of what a process prints.
type endOf struct{ text []byte }

func (t *endOf) Write(p []byte) (int, error) {
	const most = 4096
	t.text = append(t.text, p...)
	t.text = slices.Clone(t.text[max(0, len(t.text)-most):])
	return len(p), nil
}
