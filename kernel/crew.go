package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"gosubspace/notebooks/lesson"
	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// A crew makes runs side by side, each in a process of its own with its own cores:
// small networks leave cores waiting for each other, and several runs fill them.
// How many pays is measured while they are made, see trial.
//
// Runs that build on each other, a family, are one worker's order, so that nothing
// is trained twice and no worker waits for another. Families wait in one queue, the
// heaviest first: whoever is done takes the next, and what is left for the end is
// small. A run's numbers do not depend on any of this: it is the same for any number
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
	trial   *trial   // nil: there is none, or it is over
	ended   bool     // no more is started, and who works was told to stop
	failure error    // the first, and why
	stopped []string // what those said who were told to stop
	peak    int64    // the most memory of a worker, in bytes
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
	switch n := len(c.stopped); {
	case c.failure != nil:
		return c.failure
	case ctx.Err() == nil:
		return nil
	case n == 1:
		return errors.New(c.stopped[0])
	case n > 1:
		return fmt.Errorf("%d runs interrupted; run it again to go on from there", n)
	}
	return ctx.Err() // between two runs
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
			return fmt.Errorf("a process for a run cannot be started: %w; -parallel 1 makes one run after the other in this one", err)
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
	o := order{Dir: c.options.Dir, DataDir: c.options.DataDir, CorruptedDir: c.options.CorruptedDir, Devices: c.options.Devices, Together: c.options.Together}
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
	ownGroup(w.cmd) // Ctrl-C is for us to hand on
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
			c.stopped = append(c.stopped, n.Error)
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
		why := because(status, string(w.said.text))
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

// A trial finds out how many runs side by side pay. The heaviest run begins with all
// cores; once its speed is known, a second begins beside it, each with half of the
// cores, then a third and fourth, and so on while that makes the whole faster: while
// the first, which computes the same all the time, does not become slower by as much
// as there are more. Nothing of that work is lost.
type trial struct {
	subject *worker
	speeds  []float64 // of the subject, with 1, 2, 4 … at work
	sizes   []int
	from    *event // where the stretch that is measured begins
	lines   int    // in it
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
	if e.news.Scoring || t.from != nil && t.from.news.Run != e.news.Run {
		t.from = nil
		return
	}
	if t.from == nil {
		t.from, t.lines = &e, 0
		return
	}
	t.lines++
	took := e.at.Sub(t.from.at)
	if took < stretch || t.lines < stretchLines {
		return
	}
	speed := (e.news.Fraction - t.from.news.Fraction) / took.Seconds()
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
	c.say(fmt.Sprintf("%d runs side by side, which is %.2f times as fast as one after the other on all cores", t.sizes[i], gain))
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
		c.say(fmt.Sprintf("there is memory for %d runs side by side: %d MB each, %d MB free", max(fit, 1), c.peak>>20, free>>20))
	}
	return max(min(n, fit), 1)
}

// tally is how far all runs are, together.
type tally struct {
	runs     int     // of the whole
	work     float64 // of those that were not made before
	made     float64 // of it, by runs that are made
	began    time.Time
	progress *plots.Progress

	// Since when the speed is as it is now, and how much was done then.
	since time.Time
	from  float64
}

// at returns how much of a worker's run is done.
func (w *worker) at() float64 {
	if w.made == len(w.runs) || w.latest.Text == "" {
		return 0
	}
	p := w.runs[w.made]
	trained := p.Work() - float64(p.Scored)
	if w.latest.Scoring {
		return trained + w.latest.Fraction*float64(p.Scored)
	}
	return w.latest.Fraction * trained
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
	left := ""
	if took := time.Since(t.since).Seconds(); took > 2 && done > t.from {
		left = fmt.Sprintf(", %s left of all", time.Duration((t.work-done)/(done-t.from)*took*float64(time.Second)).Round(time.Second))
	}
	text := fmt.Sprintf("%s: %d of %d runs made, %d at work%s; %s", c.title, made, t.runs, len(working), left, w.latest.Text)
	t.progress.Update(text, fraction)
	if w.latest.Keep {
		t.progress.Line(text)
	}
}

func (t *tally) finish(c *crew) {
	if t.progress == nil {
		return
	}
	if c.ended {
		t.progress.Done("stopped")
		return
	}
	t.progress.Done(fmt.Sprintf("%s: %d runs in %s", c.title, t.runs, time.Since(t.began).Round(100*time.Millisecond)))
}

// makeRuns is lesson.Make with some runs side by side: so many, or as many as pay
// where parallel is 0.
func makeRuns(ctx context.Context, title string, configs []experiment.Config, o experiment.Options, parallel int, stdout io.Writer,
	each func(*experiment.Run)) ([]experiment.Result, error) {
	one := func() ([]experiment.Result, error) { return lesson.Make(ctx, title, configs, o, each) }
	cores := ourCores()
	if parallel == 1 || parallel == 0 && (len(cores) < 2 || o.Devices > 1) {
		return one()
	}
	plan, err := experiment.Plan(ctx, configs, o)
	if err != nil {
		return nil, err
	}
	families := experiment.Families(plan, o)
	left := slices.IndexFunc(families, func(f []experiment.Planned) bool { return experiment.Left(f) == 0 })
	if left < 0 {
		left = len(families)
	}
	if left < 2 {
		return one()
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	made := map[experiment.Config]experiment.Result{}
	// What is made is loaded here, as when it had been made before.
	load := func(family []experiment.Planned) error {
		for _, p := range family {
			run, err := experiment.Train(ctx, p.Config, o)
			if err != nil {
				return err
			}
			made[p.Config] = run.Result
			each(run)
			run.Close()
		}
		return nil
	}
	for _, family := range families[left:] {
		if err := load(family); err != nil {
			return nil, err
		}
	}
	c := &crew{title: title, program: []string{program, "train", "worker"}, options: o, cores: cores, most: len(cores),
		queue: families[:left], done: load, say: func(line string) { fmt.Fprintln(stdout, line) }}
	c.tally = tally{runs: len(plan), work: experiment.Left(plan), began: time.Now()}
	c.places = make([]*worker, min(max(parallel, 1), left))
	if parallel == 0 {
		c.trial = &trial{}
	}
	if err := c.make(ctx); err != nil {
		return nil, err
	}
	var results []experiment.Result
	for _, config := range configs {
		results = append(results, made[config])
	}
	return results, nil
}

// endOf keeps the end of what a process prints.
type endOf struct{ text []byte }

func (t *endOf) Write(p []byte) (int, error) {
	const most = 4096
	t.text = append(t.text, p...)
	t.text = slices.Clone(t.text[max(0, len(t.text)-most):])
	return len(p), nil
}
