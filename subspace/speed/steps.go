package speed

import "context"

// The parts that measure training steps: side by side with PyTorch's, and with and
// without one thing or another.

// steps measures training steps of several shapes, PyTorch's standard.
func (m *Meter) steps(ctx context.Context, g *Group) error {
	return m.compare(ctx, g, "standard", "standard", "line", "simplex-6")
}

// line measures training steps of a line.
func (m *Meter) line(ctx context.Context, g *Group) error { return m.compare(ctx, g, "line", "line") }

// narrow measures the small preset's training steps, standard and of a line. They are
// short: more of them make a turn.
func (m *Meter) narrow(ctx context.Context, g *Group) error {
	small := *m
	small.Size.Width, small.Size.Batch, small.Size.Block = m.Size.Narrow, m.Size.NarrowBatch, 4*m.Size.Block
	for _, shape := range []string{"standard", "line"} {
		if err := small.compare(ctx, g, shape, shape); err != nil {
			return err
		}
	}
	m.device = small.device
	return nil
}

// compare measures training steps of PyTorch's of a shape, and ours of some.
func (m *Meter) compare(ctx context.Context, g *Group, theirs string, shapes ...string) error {
	ctx, stop := context.WithCancel(ctx) // ends the workers where something fails
	defer stop()
	var all []*worker
	for _, shape := range shapes {
		w, err := m.ours(ctx, g, m.job(Step, shape, Amount{}))
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	w, err := m.best(ctx, g, m.job(Step, theirs, Amount{}))
	if err != nil {
		return err
	}
	all = together(append(all, w)...)
	if err := m.alternate(ctx, m.Size.Blocks, all...); err != nil {
		return err
	}
	return m.finish(g, all)
}

// dropoutRate is that of the steps with dropout. It makes no difference to their cost.
const dropoutRate = 0.15

// dropout measures training steps with dropout, and without.
func (m *Meter) dropout(ctx context.Context, g *Group) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all []*worker
	for _, rate := range []float64{0, dropoutRate} {
		j := m.job(Step, "standard", Amount{})
		j.Dropout = rate
		w, err := m.ours(ctx, g, j)
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	if err := m.alternate(ctx, m.Size.Blocks, all...); err != nil {
		return err
	}
	return m.finish(g, all)
}

// pipeline measures a step of a run, whose batches are shuffled, augmented,
// normalised and handed over, against the same step on a batch that is there.
func (m *Meter) pipeline(ctx context.Context, g *Group) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	without, err := m.ours(ctx, g, m.job(Step, "line", Amount{}))
	if err != nil {
		return err
	}
	with, err := m.ours(ctx, g, m.job(Run, "line", Amount{}))
	if err != nil {
		return err
	}
	both := []*worker{without, with}
	if err := m.alternate(ctx, 2*m.Size.Blocks, both...); err != nil { // the difference is small
		return err
	}
	return m.finish(g, both)
}

// profile measures what a step is made of.
func (m *Meter) profile(ctx context.Context, g *Group) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	passes := 4 // in a sample, so that what is once a sample hardly counts
	a := Amount{Points: 1, Recalibration: passes * m.Size.Batch, Test: passes * m.Size.Batch, TestBatch: m.Size.Batch}
	var all []*worker
	for _, work := range []string{Forward, Observe, Step} {
		w, err := m.ours(ctx, g, m.job(work, "line", a))
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	if err := m.alternate(ctx, m.Size.Blocks/2, all...); err != nil {
		return err
	}
	return m.finish(g, all)
}
