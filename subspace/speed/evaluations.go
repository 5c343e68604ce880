package speed

import "context"

// evaluations measures evaluation at a point, along a line and over a plane.
func (m *Meter) evaluations(ctx context.Context, g *Group) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for _, e := range []struct {
		shape   string
		amounts []Amount
	}{{"line", []Amount{m.Size.Point, m.Size.Line}}, {"simplex-3", []Amount{m.Size.Plane}}} {
		j := m.job(Evaluate, e.shape, m.Size.Small)
		ours, err := m.ours(ctx, g, j)
		if err != nil {
			return err
		}
		theirs, err := m.best(ctx, g, j)
		if err != nil {
			return err
		}
		both := together(ours, theirs)
		for _, a := range e.amounts {
			if err := m.evaluate(ctx, g, a, both...); err != nil {
				return err
			}
		}
		if err := end(both); err != nil {
			return err
		}
	}
	return nil
}

// evaluate lets workers evaluate an amount in turns, and adds what they measured
// to a group.
func (m *Meter) evaluate(ctx context.Context, g *Group, a Amount, workers ...*worker) error {
	for _, w := range workers {
		w.job.Amount, w.seconds = a, nil
	}
	for range m.Size.Evaluated {
		for _, w := range workers {
			seconds, err := w.do(ctx, 1, a)
			if err != nil {
				return err
			}
			w.seconds = append(w.seconds, seconds...)
		}
	}
	m.add(g, workers)
	return nil
}
