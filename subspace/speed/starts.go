package speed

import (
	"context"
	"fmt"
)

// starts measures how long it takes until a first step is done: ours in a process that
// finds nothing compiled, in one that finds what another has compiled, and in one that
// has done the same before. PyTorch starts with what it has compiled before, in its
// fastest setting.
func (m *Meter) starts(ctx context.Context, g *Group) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	j := m.job(Step, "line", Amount{})
	var starts []*worker
	for _, before := range []bool{false, true} {
		var first *worker
		for i := range m.Size.Starts {
			folder := fmt.Sprint("start-", i)
			if before {
				folder = "start-0"
			}
			w, err := m.oursIn(ctx, g, j, folder)
			if err != nil {
				return err
			}
			if first == nil {
				first = w
				first.before = before
				starts = append(starts, first)
			}
			first.starts = append(first.starts, w.greeted.Phases)
			if err := w.end(); err != nil {
				return err
			}
		}
	}
	best, err := m.best(ctx, g, j)
	if err != nil {
		return err
	}
	if best != nil {
		starts = append(starts, best)
		if err := best.end(); err != nil {
			return err
		}
		for range m.Size.Starts {
			w, err := m.theirs(ctx, g, j, best.job.Setting)
			if err != nil {
				return err
			}
			best.starts = append(best.starts, w.greeted.Phases)
			if err := w.end(); err != nil {
				return err
			}
		}
	}
	for _, w := range starts {
		for _, phases := range w.starts {
			total := 0.0
			for _, p := range phases {
				total += p.Seconds
			}
			w.seconds = append(w.seconds, total)
		}
		x := w.measurement()
		x.Start = medianPhases(w.starts)
		g.Measurements = append(g.Measurements, x)
		m.say("start, %s: %.3g s", x.Title(), x.Median)
	}
	return m.further(ctx, g)
}

// further measures further runs in a process, with what was the first one's time
// beside them: each from its beginning until its first step is done.
func (m *Meter) further(ctx context.Context, g *Group) error {
	w, err := m.oursIn(ctx, g, m.job(Anew, "line", Amount{}), "further")
	if err != nil {
		return err
	}
	if w.seconds, err = w.do(ctx, m.Size.Starts, Amount{}); err != nil {
		return err
	}
	w.starts = [][]Phase{w.greeted.Phases}
	x := w.measurement()
	x.Start = medianPhases(w.starts)
	g.Measurements = append(g.Measurements, x)
	m.say("a further run, %s: %.3g s", x.Title(), x.Median)
	return w.end()
}
