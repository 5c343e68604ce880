package grid

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/experiment"
)

// A worker is a process that makes a family.
type worker struct {
	cmd      *exec.Cmd
	in       io.Closer // its end tells the worker to stop
	family   []experiment.Planned
	runs     []experiment.Planned // those of them that are to be made
	said     tail                 // on its error stream
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

// start starts a worker.
func (c *crew) start(family []experiment.Planned, cores []int) (*worker, error) {
	w := &worker{family: family}
	o := orderOf(c.options)
	o.GoOn = c.failed != nil
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
	w.cmd.Args[0] = os.Args[0] // as which it is listed
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
		out.Close() // a library's words are no news, and whoever says more must not wait for a reader
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
	case n.Error != "" && c.failed != nil && !c.ended && !w.back:
		c.pass(w, errors.New(n.Error))
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
		if c.options.Notice != nil {
			c.options.Notice(n.Notice)
		}
	case n.Fetch != [2]int64{}:
		if c.options.Fetch != nil {
			c.options.Fetch(n.Fetch[0], n.Fetch[1])
		}
	case n.Decode != [2]int64{}:
		if c.options.Decode != nil {
			c.options.Decode(n.Decode[0], n.Decode[1])
		}
	case n.Text != "":
		first := !w.begun || w.latest.Text == ""
		w.begun, w.latest = true, n
		if first || e.at.Sub(c.looked) > time.Second/2 {
			c.peak, c.looked = max(c.peak, peakMemory(w.pid())), e.at
		}
		c.tally.report(c, w, first)
		if n.GPU && !n.Elsewhere {
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
		if err := c.hand(w.family); err != nil && !c.ended {
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
		err := fmt.Errorf("run %s: its process has ended (%s): run it again to go on from the last checkpoint; "+
			"where memory was short, with a smaller -parallel", w.runs[w.made].Config.Name(), why)
		if c.failed == nil {
			c.fail(err)
			return
		}
		c.pass(w, err)
		if w.made == len(w.runs) {
			c.leave(event{worker: w, ended: true})
			return
		}
		c.queue = append([][]experiment.Planned{w.rest()}, c.queue...)
	}
}

// pass takes note of a run that has failed: its worker goes on with the next.
func (c *crew) pass(w *worker, err error) {
	p := w.runs[w.made]
	c.failed(p.Config, err)
	c.tally.work -= p.Work()
	c.tally.runs--
	w.made++
	w.latest = news{}
	c.tally.restart(c)
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

// tail keeps the end of what a process prints.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	const most = 4096
	t.text = append(t.text, p...)
	t.text = slices.Clone(t.text[max(0, len(t.text)-most):])
	return len(p), nil
}
