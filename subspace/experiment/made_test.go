package experiment

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/place"
)

// networksOf returns the endpoints of the run of c.
func networksOf(t *testing.T, c Config, o Options) [][]float32 {
	t.Helper()
	r := train(t, c, o)
	defer r.Close()
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

// Matched networks compute what they did, and lie closer to the first.
func TestMatched(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := tiny()
	c.Independent = true
	apart := train(t, c, o)
	ends := networksOf(t, c, o)
	c.Independent, c.Made = false, matched
	r := train(t, c, o)
	near := networksOf(t, c, o)
	if !slices.Equal(near[0], ends[0]) || slices.Equal(near[1], ends[1]) {
		t.Error("the first network has moved, or the second has not")
	}
	if a, b := distance(ends[0], ends[1]), distance(near[0], near[1]); !(b < a) {
		t.Errorf("matched networks are %v apart, %v before", b, a)
	}
	for _, i := range []int{0, 2} {
		if a, b := apart.Result.Points[i].NLL, r.Result.Points[i].NLL; math.Abs(a-b) > 1e-3*a {
			t.Errorf("end %d scores %v, before it was matched %v", i, b, a)
		}
	}
	// A curve between them is trained, its ends stay.
	if curve := networksOf(t, c.With("bezier", 1), o); !slices.Equal(curve[1], near[1]) || distance(curve[2], near[0]) == 0 {
		t.Error("the ends of the curve are not the matched networks")
	}
}

// Snapshots are what SWA averages, and SWAG is drawn around that average.
func TestSnapshotsAndSWAG(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light()
	c.Epochs, c.SWA = 12, "cyclic-3"
	average := networksOf(t, c.With("standard", 1), o)[0]
	c.Made = snapshots
	rows := networksOf(t, c.With("simplex-3", 1), o)
	var mean subspace.Average
	for _, row := range rows {
		if err := mean.Add([][]float32{row}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(mean.Endpoints[0], average) {
		t.Error("the mean of the snapshots is not what SWA ends with")
	}
	if two := networksOf(t, c.With("simplex-2", 1), o); !slices.Equal(two[1], rows[2]) {
		t.Error("the second of two snapshots is not the last")
	}
	if _, err := Train(context.Background(), c.With("simplex-4", 1), o); err == nil || !strings.Contains(err.Error(), "4 snapshots of 3 that were collected") {
		t.Error(err)
	}
	// A run that differs in what it is scored on has its own copy.
	c.TestEvery, c.Points = 0, 0
	first := networksOf(t, c.With("simplex-3", 1), o)
	c.TestImages = 20
	if again := networksOf(t, c.With("simplex-3", 1), o); !slices.EqualFunc(first, again, slices.Equal[[]float32]) {
		t.Error("the snapshots are others where something else is scored")
	}
	c.Made = "swag-3"
	r := train(t, c.With("simplex-3", 1), o)
	if n := len(r.Result.Ensembles); n != 1 {
		t.Errorf("%d ensembles of the networks that SWAG drew", n)
	}
	drawn := networksOf(t, c.With("simplex-3", 1), o)
	if distance(drawn[0], drawn[1]) == 0 || distance(drawn[0], average) > 3*distance(rows[0], average) {
		t.Errorf("SWAG draws networks %v from each other and %v from the mean, the first snapshot is %v from it",
			distance(drawn[0], drawn[1]), distance(drawn[0], average), distance(rows[0], average))
	}
	gone, err := place.Glob(o.Dir, "*/snapshot-*")
	if err != nil || len(gone) == 0 {
		t.Fatal(gone, err)
	}
	for _, path := range gone {
		os.Remove(path)
	}
	c.Made = "swag-0"
	if _, err := Train(context.Background(), c.With("simplex-3", 1), o); err == nil || !strings.Contains(err.Error(), "snapshots of run") {
		t.Error(err)
	}
}

// Snapshots of a run that was interrupted are those of one that was not.
func TestInterruptSnapshots(t *testing.T) {
	c := light().With("standard", 1)
	c.SWA, c.Snapshots = "snapshots-5", true
	interruptAndGoOn(t, c, Options{}, 8)
	c.SWA, c.Snapshots, c.EMA = "", false, 0.9
	interruptAndGoOn(t, c, Options{}, 8)
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

// The networks stay, what is between them is trained, and with a weight of the volume
// the complex is larger.
func TestComplex(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light().With("complex-2-1", 1)
	c.Independent = true
	rows := networksOf(t, c, o)
	if first, second := networksOf(t, light().With("standard", 1), o), networksOf(t, light().With("standard", 1001), o); !slices.Equal(rows[0], first[0]) || !slices.Equal(rows[1], second[0]) {
		t.Error("the networks have moved")
	}
	c.Volume = 100
	large := networksOf(t, c, o)
	way := func(rows [][]float32) float64 { return distance(rows[0], rows[2]) + distance(rows[1], rows[2]) }
	if !(way(large) > 1.1*way(rows)) {
		t.Errorf("the ways between the networks are %v long with a weight of the volume and %v without", way(large), way(rows))
	}
}

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
	} {
		c := light()
		x.apply(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%v, want %s", err, x.want)
		}
	}
}
