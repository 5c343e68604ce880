package speed

import (
	"cmp"
	"context"
	"slices"
)

// memories measures the most resident memory of processes that train a line, and of such
// that evaluate. It is a matter of chance, which threads allocate when, and the same job
// takes twice as much in one process as in the next: so of several, all of which find
// compiled what one before them has. PyTorch's are in the setting that takes least.
func (m *Meter) memories(ctx context.Context, g *Group) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for _, j := range []Job{m.job(Step, "line", Amount{}), m.job(Evaluate, "line", m.Size.Small)} {
		if err := m.several(ctx, g, m.Size.Memories, func() (*worker, error) { return m.ours(ctx, g, j) }); err != nil {
			return err
		}
		if m.Torch == "" {
			continue
		}
		var tried Group
		for _, s := range Settings {
			err := m.several(ctx, &tried, 1, func() (*worker, error) { return m.theirs(ctx, g, j, s) })
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				m.leaveOut(g, s, err)
			}
		}
		if len(tried.Measurements) == 0 {
			continue // why not stands under Failed
		}
		least := slices.MinFunc(tried.Measurements, func(a, b Measurement) int { return cmp.Compare(a.Peak, b.Peak) })
		for _, x := range tried.Measurements {
			g.Tried = append(g.Tried, Tried{j.Work, j.Shape, x.Setting, x.Median, x.Peak})
		}
		if err := m.several(ctx, g, m.Size.Memories, func() (*worker, error) { return m.theirs(ctx, g, j, least.Job.Setting) }); err != nil {
			return err
		}
	}
	return nil
}

// several adds the peaks of n processes to a group, one after the other. One before them
// compiles what they load.
func (m *Meter) several(ctx context.Context, g *Group, n int, start func() (*worker, error)) error {
	var x Measurement
	for i := range 1 + n {
		w, err := start()
		if err != nil {
			return err
		}
		if w.seconds, err = w.do(ctx, lead+m.Size.Block, Amount{}); err != nil {
			return err
		}
		if err := w.end(); err != nil {
			return err
		}
		if i == 0 {
			continue
		}
		w.seconds = append(x.Seconds, w.seconds...)
		peaks := append(x.Peaks, w.peak)
		x = w.measurement()
		x.Peaks = peaks
	}
	slices.Sort(x.Peaks)
	x.Peak = x.Peaks[n/2]
	g.Measurements = append(g.Measurements, x)
	m.say("memory, %s: %s", x.Title(), x.memory())
	return nil
}

// memory is the median of the peaks, and the least and the most of them.
func (x Measurement) memory() string {
	text := megabytes(x.Peak)
	if n := len(x.Peaks); n > 1 {
		text += " [" + megabytes(x.Peaks[0]) + "–" + megabytes(x.Peaks[n-1]) + "]"
	}
	return text
}
