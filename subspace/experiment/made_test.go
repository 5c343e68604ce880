package experiment

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
)

// networksOf returns the endpoints of the run of c.
func networksOf(t *testing.T, c Config, o Options) [][]float32 {
	t.Helper()
	r := train(t, c, o)
	defer r.Close()
	return rowsOf(t, r)
}

// rowsOf returns the endpoints of a run.
func rowsOf(t *testing.T, r *Run) [][]float32 {
	t.Helper()
	s, err := r.Space()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func distance(a, b []float32) (d float64) {
	for i := range a {
		d = math.Hypot(d, float64(a[i])-float64(b[i]))
	}
	return d
}

func TestGreedySoup(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light().With("standard", 1)
	c.HeldOut, c.Branch = 100, 2
	c.Made = "greedy-soup-3"
	r := train(t, c, o)
	best, members := 0.0, 0
	for _, m := range c.Members(nil) {
		s := train(t, m, o)
		best, members = max(best, s.Result.Calibration.HeldOut.Accuracy), members+1
		if m.Seed != 1 && (m.Root != 1 || m.Branch != 2) || m.Seed == 1 && m.Root != 0 {
			t.Errorf("seed %d branches from %d after %d epochs", m.Seed, m.Root, m.Branch)
		}
	}
	if got := r.Result.Calibration.HeldOut.Accuracy; members != 3 || got < best {
		t.Errorf("a soup of %d networks has %v of the validation split right, the best of them %v", members, got, best)
	}
}

// Runs that branch are equal until they do.
func TestBranch(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light().With("standard", 1)
	history := func(c Config) []Epoch { return train(t, c, o).Result.History }
	root := history(c.With("standard", 7))
	for _, branch := range []int{0, 2, 5} {
		c.Root, c.Branch = 7, branch
		a, b := history(c), history(c.With("standard", 2))
		for i := range a {
			if shared := i < branch; (a[i].Loss == b[i].Loss) != shared || (a[i].Loss == root[i].Loss) != shared {
				t.Errorf("%d epochs are shared: the losses of epoch %d are %v, %v and the root's %v", branch, i+1, a[i].Loss, b[i].Loss, root[i].Loss)
			}
		}
	}
	c.Root, c.Branch, c.Independent = 7, 5, true
	if rows := networksOf(t, c.With("line", 1), o); distance(rows[0], rows[1]) != 0 {
		t.Error("networks that share all epochs are not one")
	}
	// Without an epoch in common the initial weights are the same.
	c.Branch, c.Independent, c.LearningRate, c.WeightDecay = 0, false, 0, 0
	if a, b := networksOf(t, c.With("standard", 1), o), networksOf(t, c.With("standard", 2), o); distance(a[0], b[0]) != 0 {
		t.Error("the initial weights are not the root's")
	}
}

// The moving average is that of all steps' weights.
func TestEMA(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light().With("standard", 1)
	c.TrainImages, c.Batch, c.Epochs, c.TestEvery = 100, 50, 2, 0
	plain := networksOf(t, c, o)[0]
	c.EMA = 1e-12 // nothing of before stays
	if last := networksOf(t, c, o)[0]; !slices.Equal(last, plain) {
		t.Error("the average of the last step's weights is not what training ends with")
	}
	// With one step an epoch, the weights after each are those that a constant rate's
	// run of so many epochs ends with.
	c.Batch, c.EMA, c.Warmup = 100, 0.5, 0
	half := networksOf(t, c, o)[0]
	r, err := open(t.Context(), c, Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.build(fresh); err != nil {
		t.Fatal(err)
	}
	schedule, err := c.schedule()
	if err != nil {
		t.Fatal(err)
	}
	var want []float32
	batches := r.batches(t.Context(), nil, 0, c.Epochs)
	for step := range c.Epochs {
		draw := r.space.Draw(r.sampler, r.rng(drawStream, step))
		if _, _, err := r.space.Step((<-batches).Batch, draw, schedule.Rate(step), subspace.SGD{Momentum: c.Momentum, WeightDecay: c.WeightDecay, Beta: c.Beta}); err != nil {
			t.Fatal(err)
		}
		rows, err := r.space.Endpoints()
		if err != nil {
			t.Fatal(err)
		}
		if step == 0 {
			want = rows[0]
			continue
		}
		for i, v := range rows[0] {
			want[i] = float32(0.5*float64(want[i]) + 0.5*float64(v))
		}
	}
	if !slices.Equal(half, want) {
		t.Errorf("the moving average is %v from that of the steps", distance(half, want))
	}
}

// What is in a greedy soup depends on the validation split and on how batch norm is
// re-estimated: runs that differ in them share no training, as others do.
func TestSoupsShareNoTraining(t *testing.T) {
	c := light().With("standard", 1)
	c.HeldOut, c.TestEvery = 100, 0
	other := c
	other.HeldOut, other.Recalibration = 50, 50
	if c.training() != other.training() {
		t.Error("runs of one training differ")
	}
	c.Made, other.Made = "greedy-soup-2", "greedy-soup-2"
	for _, apply := range []func(){func() { other.HeldOut = c.HeldOut }, func() { other.HeldOut, other.Recalibration = 50, 0 }} {
		apply()
		if c.training() == other.training() {
			t.Errorf("soups of %+v share their training", other)
		}
	}
}

// A shape of the reader's own beside a run of the project's changes nothing in what that is
// made of, and what its own runs are made of is known.
func TestMembersBesideOwnShape(t *testing.T) {
	own := named{"mine"}
	c := light()
	c.Independent = true
	if got := c.Members(own); len(got) != 2 {
		t.Errorf("%d networks of a line beside a shape of one's own", len(got))
	}
	c.Independent, c.Made, c.SWA, c.Shape = false, snapshots, "snapshots-3", "mine"
	for _, member := range c.Members(own) {
		if !c.startsFrom(member) {
			t.Errorf("snapshots of %+v are not known to be those of the run", member)
		}
	}
	if n := len(c.Members(own)); n != 1 {
		t.Errorf("%d runs with snapshots", n)
	}
}

// named is a line under another name.
type named struct{ name string }

func (named) Endpoints() int                         { return 2 }
func (named) Sample(rng *rand.Rand) subspace.Weights { return subspace.Line{}.Sample(rng) }
func (named) Midpoint() subspace.Weights             { return subspace.Line{}.Midpoint() }
func (n named) String() string                       { return n.name }

func TestRelativesRefuse(t *testing.T) {
	for _, x := range []struct {
		want  string
		apply func(c *Config)
	}{
		{"want matched, snapshots", func(c *Config) { c.Made = "swagg" }},
		{"want matched, snapshots", func(c *Config) { c.Made = "swag" }},
		{"want matched, snapshots", func(c *Config) { c.Made = "swag-01" }},
		{"want matched, snapshots", func(c *Config) { c.Made = "matched-2" }},
		{"set one of the two", func(c *Config) { c.Made, c.Independent = matched, true }},
		{"at least 2 endpoints", func(c *Config) { c.Made, c.Shape = matched, "standard" }},
		{"want less than 1", func(c *Config) { c.EMA = 1 }},
		{"leave the other out", func(c *Config) { c.EMA, c.SWA = 0.9, "constant" }},
		{"9 epochs of the run with the root seed", func(c *Config) { c.Root, c.Branch = 2, 9 }},
		{"name its seed as the root", func(c *Config) { c.Branch = 1 }},
		{"make it independent", func(c *Config) { c.Shape = "complex-2-1" }},
		{"want a complex", func(c *Config) { c.Volume = 1 }},
		{"without SWA", func(c *Config) { c.Snapshots = true }},
		{"without SWA", func(c *Config) { c.Made = snapshots }},
		{"want a simplex", func(c *Config) { c.Made, c.SWA, c.Shape = "swag-2", "constant", "standard" }},
		{"want shape standard", func(c *Config) { c.Made, c.HeldOut = "greedy-soup-2", 10 }},
		{"images held out", func(c *Config) { c.Made, c.Shape = "greedy-soup-2", "standard" }},
		{"cycles of snapshots in 5", func(c *Config) { c.SWA = "snapshots-6" }},
		{"4 snapshots of 3", func(c *Config) { c.Made, c.SWA, c.Shape = snapshots, "snapshots-3", "simplex-4" }},
		{"rank 4 from 3 snapshots", func(c *Config) { c.Made, c.SWA = "swag-4", "snapshots-3" }},
		{"rank 1 from 3 snapshots", func(c *Config) { c.Made, c.SWA = "swag-1", "snapshots-3" }},
		{"around 1 snapshots", func(c *Config) { c.Made, c.SWA = "swag-0", "snapshots-1" }},
		{"want at most 1000", func(c *Config) { c.Made, c.Shape, c.HeldOut = "greedy-soup-1000000000", "standard", 10 }},
		{"want at most 1000", func(c *Config) { c.Independent, c.Shape = true, "complex-1000000000-1" }},
		{"not layer-wise", func(c *Config) { c.Made, c.SWA, c.Shape = snapshots, "snapshots-3", "layerwise-line" }},
		{"want another seed", func(c *Config) { c.Independent, c.Branch, c.Seed = true, 2, 0 }},
		{"name its seed as the root", func(c *Config) { c.Made, c.SWA, c.Branch = snapshots, "snapshots-3", 2 }},
	} {
		c := light()
		x.apply(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v, want %s", err, x.want)
		}
	}
}
