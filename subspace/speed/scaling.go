package speed

import (
	"context"
	"fmt"
)

// The parts that measure how cost grows, of ours alone. What they say is in growth.go.

// growth measures ours by itself, a process for each job.
func (m *Meter) growth(ctx context.Context, g *Group, jobs []Job) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	brief := *m // wide networks are slow, and a step is warm after one or two
	brief.Size.Warm = min(m.Size.Warm, 2)
	for _, j := range jobs {
		w, err := brief.ours(ctx, g, j)
		if err != nil {
			return err
		}
		if err := m.alternate(ctx, m.Size.CostBlocks, w); err != nil {
			return err
		}
		if err := m.finish(g, []*worker{w}); err != nil {
			return err
		}
	}
	return nil
}

func (m *Meter) endpoints(ctx context.Context, g *Group) error {
	var jobs []Job
	for _, n := range m.Size.Endpoints {
		shape := fmt.Sprint("simplex-", n)
		if n == 1 {
			shape = "standard"
		}
		jobs = append(jobs, m.job(Step, shape, Amount{}))
	}
	return m.growth(ctx, g, jobs)
}

func (m *Meter) widths(ctx context.Context, g *Group) error {
	var jobs []Job
	for _, width := range m.Size.Widths {
		j := m.job(Step, "line", Amount{})
		j.Width = width
		jobs = append(jobs, j)
	}
	return m.growth(ctx, g, jobs)
}

func (m *Meter) points(ctx context.Context, g *Group) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w, err := m.ours(ctx, g, m.job(Evaluate, "line", m.Size.Plane))
	if err != nil {
		return err
	}
	for _, n := range m.Size.Points {
		if err := m.evaluate(ctx, g, m.Size.Plane.with(Amount{Points: n}), w); err != nil {
			return err
		}
	}
	return w.end()
}
