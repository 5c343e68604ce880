package speed

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
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
	{"narrow", "training steps of the small preset: standard and line, of half the width and a quarter of the batch", true, (*Meter).narrow},
	{"dropout", "a training step with dropout against one without", false, (*Meter).dropout},
	{"evaluate", "evaluation at a point, along a line, over a plane", true, (*Meter).evaluations},
	{"pipeline", "a step of a run against a step on a batch that is there", false, (*Meter).pipeline},
	{"start", "from the start of a process to its first step, and of a further run in it", true, (*Meter).starts},
	{"memory", "the most memory that training a line and evaluating take, of several processes each", true, (*Meter).memories},
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
