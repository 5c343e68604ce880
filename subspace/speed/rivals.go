package speed

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"

	"gosubspace/subspace/place"
)

// The rivals of a comparison: a worker of ours, and the one of PyTorch's whose setting
// takes least time, both warm.

// ours starts a worker of ours and lets it warm up. What one of them has compiled is
// there for the next.
func (m *Meter) ours(ctx context.Context, g *Group, j Job) (*worker, error) {
	return m.oursIn(ctx, g, j, "programs")
}

// oursIn is ours with a folder of its own for what is compiled.
func (m *Meter) oursIn(ctx context.Context, g *Group, j Job, folder string) (*worker, error) {
	kept := place.ProgramsVariable + "=" + filepath.Join(m.dir, folder)
	w, err := startWorker(ctx, m.Ours, []string{"TMPDIR=" + m.dir, kept}, j)
	if err != nil {
		return nil, err
	}
	m.device = w.greeted.Kind
	g.Ours = w.greeted.circumstances()
	return w, m.warm(ctx, w, j.Work)
}

// warm lets a worker do its job some times before any counts. An evaluation of
// some batches has done so by its first sample.
func (m *Meter) warm(ctx context.Context, w *worker, work string) error {
	if work == Evaluate || work == Anew { // the second is what is asked for
		return nil
	}
	_, err := w.do(ctx, m.Size.Warm, Amount{})
	return err
}

// best starts a worker of PyTorch's in each of its settings, lets them work in turns, and
// leaves that running which takes least time; nil where there is no PyTorch. A setting
// that fails is noted and left out. What is best for a work and shape is found out once;
// for evaluation, whose shape hardly counts, once for all.
func (m *Meter) best(ctx context.Context, g *Group, j Job) (*worker, error) {
	if m.Torch == "" {
		return nil, nil
	}
	kind := fmt.Sprintf("%s of %s, width %d, batch %d", j.Work, j.Shape, j.Width, j.Batch)
	if j.Work == Evaluate {
		kind = j.Work
	}
	if s, known := m.known[kind]; known {
		return m.theirs(ctx, g, j, s)
	}
	var all []*worker
	var failed error
	fails := func(s Setting, err error) bool {
		if err != nil {
			m.leaveOut(g, s, err)
			failed = err
		}
		return err != nil
	}
	for _, s := range Settings {
		if w, err := m.theirs(ctx, g, j, s); !fails(s, err) {
			all = append(all, w)
		}
	}
	// One after the other they would have the machine at other times, and what it does
	// otherwise differs by more than the settings.
	for range m.Size.Screen {
		all = slices.DeleteFunc(all, func(w *worker) bool { return fails(w.job.Setting, m.alternate(ctx, 1, w)) })
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case len(all) == 0:
		return nil, fmt.Errorf("PyTorch fails in every setting: %w", failed)
	}
	best, fastest := 0, math.Inf(1)
	for i, w := range all {
		x := w.measurement()
		m.say("%s of %s: PyTorch, %s: %.3g s", j.Work, j.Shape, x.Setting, x.Median)
		g.Tried = append(g.Tried, Tried{j.Work, j.Shape, x.Setting, x.Median, x.Peak})
		if x.Median < fastest {
			best, fastest = i, x.Median
		}
	}
	w := all[best]
	w.seconds = nil // it was chosen by these: they are its luckiest
	m.known[kind] = w.job.Setting
	return w, end(slices.Delete(all, best, best+1))
}

// leaveOut notes in a group that a setting of PyTorch's fails.
func (m *Meter) leaveOut(g *Group, s Setting, err error) {
	m.say("PyTorch, %s: %v", s, err)
	g.Failed = append(g.Failed, fmt.Sprintf("PyTorch, %s: %v", s, err))
}

// theirs starts a worker of PyTorch's in a setting, and lets it warm up.
func (m *Meter) theirs(ctx context.Context, g *Group, j Job, s Setting) (*worker, error) {
	j.Setting, j.Device, j.Threads = s, m.device, runtime.NumCPU()
	// What PyTorch compiles is kept for the other workers, and removed with dir.
	w, err := startWorker(ctx, []string{m.Torch, filepath.Join(m.dir, "pytorch.py")},
		[]string{"TMPDIR=" + m.dir, "TORCHINDUCTOR_CACHE_DIR=" + filepath.Join(m.dir, "inductor"), "PYTHONDONTWRITEBYTECODE=1"}, j)
	if err != nil {
		return nil, err
	}
	g.Theirs = w.greeted.circumstances()
	return w, m.warm(ctx, w, j.Work)
}
