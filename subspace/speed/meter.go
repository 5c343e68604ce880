package speed

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"gosubspace/subspace/place"
)

//go:embed pytorch.py
var script []byte

// Meter measures. It works alone on the machine, or its numbers are worth little.
type Meter struct {
	Ours  []string          // the command of a worker of ours, whose last argument is the job: it calls Serve
	Torch string            // the Python that has PyTorch; empty: ours alone is measured
	Size  Size              // how much
	Say   func(line string) // progress; may be nil

	dir    string             // for what is compiled, and PyTorch's script
	device string             // cpu or cuda, as ours has it
	known  map[string]Setting // PyTorch's best, by work and shape
}

// Close removes what was compiled.
func (m *Meter) Close() { os.RemoveAll(m.dir) }

// Size is how much is measured.
type Size struct {
	Quick bool `json:"quick,omitempty"` // too little for any number to mean something

	Width, Side, Batch int
	Warm, Screen       int // samples before any count; samples that choose PyTorch's setting
	Blocks, Block      int // each worker's turns, and the samples of a turn that count

	Point      Amount // the evaluation at a point
	Line       Amount // at points of a line
	Plane      Amount // at a row of the points of a plane
	Small      Amount // an evaluation that chooses PyTorch's setting
	Evaluated  int    // samples of each
	Starts     int    // processes that are started to see how long that takes
	Cells      int    // cells that are built and run
	Endpoints  []int  // numbers of endpoints of which cost is measured
	Widths     []int  // widths of the network
	Points     []int  // numbers of points
	CostBlocks int    // as Blocks, of the steps of which cost is measured
}

// planeSide is the number of points on a side of the plane, of which a row is
// measured.
const planeSide = 21

// FullSize is what the table in README.md is measured with.
func FullSize() Size {
	return Size{
		Width: 16, Side: 32, Batch: 128, Warm: 5, Screen: 4, Blocks: 6, Block: 4,
		Point: Amount{Points: 1, Recalibration: 10_000, Test: 10_000, TestBatch: 250},
		Line:  Amount{Points: 21, Recalibration: 256, Test: 250, TestBatch: 250},
		Plane: Amount{Points: planeSide, Recalibration: 128, Test: 250, TestBatch: 250},
		Small: Amount{Points: 1, Recalibration: 512, Test: 500, TestBatch: 250}, Evaluated: 3, Starts: 3, Cells: 5,
		Endpoints: []int{1, 2, 3, 4, 5, 6, 7, 8}, Widths: []int{8, 16, 32, 64}, Points: []int{1, 6, 11, 16, 21}, CostBlocks: 2,
	}
}

// QuickSize is what shows in seconds that everything works.
func QuickSize() Size {
	tiny := Amount{Points: 2, Recalibration: 16, Test: 16, TestBatch: 8}
	return Size{
		Quick: true, Width: 2, Side: 8, Batch: 8, Warm: 1, Screen: 1, Blocks: 2, Block: 1,
		Point: tiny.with(Amount{Points: 1}), Line: tiny, Plane: tiny, Small: tiny, Evaluated: 1, Starts: 1, Cells: 1,
		Endpoints: []int{1, 2}, Widths: []int{2, 4}, Points: []int{1, 2}, CostBlocks: 1,
	}
}

// Part is a part of the measuring that can be done by itself.
type Part struct {
	Name, About string
	Compares    bool // with PyTorch, where there is one
	measure     func(*Meter, context.Context, *Group) error
}

// Parts are all of them, in their order.
var Parts = []Part{
	{"step", "a training step, standard; ours also of a line and a simplex of 6", true, (*Meter).steps},
	{"line", "a training step of a line", true, (*Meter).line},
	{"dropout", "a training step with dropout against one without", false, (*Meter).dropout},
	{"evaluate", "evaluation at a point, along a line, over a plane", true, (*Meter).evaluations},
	{"pipeline", "a step of a run against a step on a batch that is there", false, (*Meter).pipeline},
	{"start", "from the start of a process to its first step, and of a further run in it", true, (*Meter).starts},
	{"profile", "our passes forward alone, as parts of a step", false, (*Meter).profile},
	{"endpoints", "how a step's cost grows with the number of endpoints", false, (*Meter).endpoints},
	{"widths", "how it grows with the network's width", false, (*Meter).widths},
	{"points", "how evaluation's cost grows with the number of points", false, (*Meter).points},
}

// Measure measures one of the Parts.
func (m *Meter) Measure(ctx context.Context, name string) (g Group, err error) {
	i := slices.IndexFunc(Parts, func(p Part) bool { return p.Name == name })
	if i < 0 {
		return g, fmt.Errorf("there is nothing named %q to measure", name)
	}
	if m.dir == "" {
		if m.dir, err = os.MkdirTemp("", "gosubspace-speed-"); err != nil {
			return g, err
		}
		if err := os.WriteFile(filepath.Join(m.dir, "pytorch.py"), script, 0o600); err != nil {
			return g, err
		}
		m.known = map[string]Setting{}
	}
	g = Group{Measured: time.Now().UTC().Format(time.RFC3339)}
	if err := Parts[i].measure(m, ctx, &g); ctx.Err() != nil {
		return g, ctx.Err()
	} else if err != nil {
		return g, fmt.Errorf("%s: %w", name, err)
	}
	return g, nil
}

func (m *Meter) say(format string, values ...any) {
	if m.Say != nil {
		m.Say(fmt.Sprintf(format, values...))
	}
}

// job returns a job of the measured size.
func (m *Meter) job(work, shape string, a Amount) Job {
	return Job{Work: work, Shape: shape, Width: m.Size.Width, Side: m.Size.Side, Batch: m.Size.Batch, Amount: a}
}

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

// best starts a worker of PyTorch's in each of its settings, and leaves that
// running which takes least time; nil where there is no PyTorch. A setting that
// fails is noted and left out. What is best for a work and shape is found out
// once; for evaluation, whose shape hardly counts, once for all.
func (m *Meter) best(ctx context.Context, g *Group, j Job) (*worker, error) {
	if m.Torch == "" {
		return nil, nil
	}
	var best *worker
	var fastest float64
	var failed error
	settings, kind := Settings, j.Work+" of "+j.Shape
	if j.Work == Evaluate {
		kind = j.Work
	}
	if s, known := m.known[kind]; known {
		settings = []Setting{s}
	}
	for _, s := range settings {
		w, seconds, err := m.try(ctx, g, j, s)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			m.say("PyTorch, %s: %v", s, err)
			g.Failed = append(g.Failed, fmt.Sprintf("PyTorch, %s: %v", s, err))
			failed = err
			continue
		}
		m.say("%s of %s: PyTorch, %s: %.3g s", j.Work, j.Shape, s, seconds)
		g.Tried = append(g.Tried, Tried{j.Work, j.Shape, s.String(), seconds})
		if best == nil || seconds < fastest {
			best, w, fastest = w, best, seconds
		}
		if w != nil {
			w.end()
		}
	}
	if best == nil {
		return nil, fmt.Errorf("PyTorch fails in every setting: %w", failed)
	}
	m.known[kind] = best.job.Setting
	return best, nil
}

// try starts a worker of PyTorch's and returns the median of a few samples.
func (m *Meter) try(ctx context.Context, g *Group, j Job, s Setting) (*worker, float64, error) {
	j.Setting, j.Device, j.Threads = s, m.device, runtime.NumCPU()
	// What PyTorch compiles is kept for the other workers, and removed with dir.
	w, err := startWorker(ctx, []string{m.Torch, filepath.Join(m.dir, "pytorch.py")},
		[]string{"TMPDIR=" + m.dir, "TORCHINDUCTOR_CACHE_DIR=" + filepath.Join(m.dir, "inductor"), "PYTHONDONTWRITEBYTECODE=1"}, j)
	if err != nil {
		return nil, 0, err
	}
	g.Theirs = w.greeted.circumstances()
	if err := m.warm(ctx, w, j.Work); err != nil {
		return nil, 0, err
	}
	seconds, err := w.do(ctx, m.Size.Screen, Amount{})
	if err != nil {
		return nil, 0, err
	}
	return w, summarise(seconds).Median, nil
}

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

// finish adds what workers measured to a group, and ends them.
func (m *Meter) finish(g *Group, workers []*worker) error {
	m.add(g, workers)
	return end(workers)
}

// steps measures training steps of several shapes, PyTorch's standard.
func (m *Meter) steps(ctx context.Context, g *Group) error {
	return m.compare(ctx, g, "standard", "standard", "line", "simplex-6")
}

// line measures training steps of a line.
func (m *Meter) line(ctx context.Context, g *Group) error { return m.compare(ctx, g, "line", "line") }

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
			w, _, err := m.try(ctx, g, j, best.job.Setting)
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
