package speed

import (
	"cmp"
	"context"
	"slices"
)

// Workers that are compared work in turns, a few samples each, so that whatever else
// the machine does hits all of them alike.

// lead is the number of samples at the beginning of a turn that do not count:
// the caches are those of the worker before, and a run has prepared batches while
// it waited.
const lead = 2

// alternate lets workers work in turns, and keeps the seconds of their samples.
func (m *Meter) alternate(ctx context.Context, blocks int, workers ...*worker) error {
	for range blocks {
		for _, w := range workers {
			seconds, err := w.do(ctx, lead+m.Size.Block, Amount{})
			if err != nil {
				return err
			}
			w.seconds = append(w.seconds, seconds[lead:]...)
		}
	}
	return nil
}

// together drops the workers that there are not.
func together(workers ...*worker) []*worker {
	return slices.DeleteFunc(workers, func(w *worker) bool { return w == nil })
}

// finish adds what workers measured to a group, and ends them.
func (m *Meter) finish(g *Group, workers []*worker) error {
	m.add(g, workers)
	return end(workers)
}

// add adds what workers measured to a group.
func (m *Meter) add(g *Group, workers []*worker) {
	for _, w := range workers {
		x := w.measurement()
		g.Measurements = append(g.Measurements, x)
		m.say("%s: median %.4g s of %d, quartiles %.4g and %.4g s", x.Title(), x.Median, x.N, x.Low, x.High)
	}
}

// end ends workers.
func end(workers []*worker) (err error) {
	for _, w := range workers {
		err = cmp.Or(err, w.end())
	}
	return err
}
