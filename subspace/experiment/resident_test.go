package experiment

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/dataset"
)

// several is a run of 5 epochs of 5 steps and a short one, with much that goes on
// from step to step: momentum, dropout's random state, an average of weights.
func several(together int) (Config, Options) {
	c := tiny()
	c.Batch, c.Smoothing, c.Dropout, c.Chunks, c.SWA, c.Augment.Flip = 20, 0.1, 0.2, 2, "constant", true
	return normalised(c, Options{Together: together})
}

// Where the batches are made changes nothing: on the host or on the device, one or
// several a call, with calls that end at epochs and a short batch alone.
func TestTogether(t *testing.T) {
	backendtest.XLA(t)
	c, o := several(-1)
	want := train(t, c, o)
	for _, together := range []int{1, 3} {
		var calls []int
		o := Options{Net: o.Net, Together: together, Report: func(r Report) {
			if !r.Scoring && r.Epoch == 1 {
				calls = append(calls, r.Done)
			}
		}}
		got := train(t, c, o)
		if len(calls) != map[int]int{1: 6, 3: 3}[together] {
			t.Errorf("%d together: calls end after the steps %v of the first epoch", together, calls)
		}
		for i, e := range want.Result.History {
			g := got.Result.History[i]
			if math.Abs(g.Loss-e.Loss) > 1e-4 || math.Abs(g.Accuracy-e.Accuracy) > 0.02 {
				t.Errorf("%d together, epoch %d: %+v, want %+v", together, i+1, g, e)
			}
			if e.Test != nil && math.Abs(g.Test.NLL-e.Test.NLL) > 1e-3 {
				t.Errorf("%d together, epoch %d: tested %+v, want %+v", together, i+1, g.Test, e.Test)
			}
		}
		for i, p := range want.Result.Points {
			if g := got.Result.Points[i]; math.Abs(g.NLL-p.NLL) > 1e-3 {
				t.Errorf("%d together, point %d: %+v, want %+v", together, i, g.Scores, p.Scores)
			}
		}
		rows, err := got.endpoints(got.space.Layout)
		if err != nil {
			t.Fatal(err)
		}
		wanted, err := want.endpoints(got.space.Layout)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			for j := range rows[i] {
				if d := math.Abs(float64(rows[i][j] - wanted[i][j])); !(d < 1e-4) {
					t.Fatalf("%d together: weight %d of endpoint %d differs by %g", together, j, i+1, d)
				}
			}
		}
	}
}

// A run of several steps a call that is stopped, between two calls or at the end of
// an epoch, goes on bit for bit.
func TestInterruptTogether(t *testing.T) {
	backendtest.XLA(t)
	c, o := several(3)
	interruptAndGoOn(t, c, o, 3, 5, 6, 29)
}

// Steps of a call end with the one that diverges.
func TestDivergedTogether(t *testing.T) {
	backendtest.XLA(t)
	c, o := several(1)
	c.LearningRate, c.Warmup = 1e30, 0
	_, one := Train(t.Context(), c, Options{Dir: t.TempDir(), Net: o.Net, Together: 1})
	_, several := Train(t.Context(), c, Options{Dir: t.TempDir(), Net: o.Net, Together: 3})
	if one == nil || several == nil || one.Error() != several.Error() || !strings.Contains(one.Error(), "diverged at step") {
		t.Errorf("one by one: %v\ntogether: %v", one, several)
	}
}

// A set on the device is put there once; of sets that are not the run's own there
// is never more than one.
func TestResidentSets(t *testing.T) {
	c, o := several(1)
	r := train(t, c, o)
	if _, err := r.Space(); err != nil {
		t.Fatal(err)
	}
	first, err := r.resident(r.data.Test)
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	for range 3 {
		guest := &dataset.Set{Height: 8, Width: 8, Channels: 1, Pixels: make([]uint8, 64), Labels: make([]int32, 1), Classes: r.data.Train.Classes}
		if _, err := r.Logits(t.Context(), r.sampler.Shape.Midpoint(), guest); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := r.resident(r.data.Test); again != first || err != nil {
		t.Errorf("the test set was put there again: %v", err)
	}
	if len(r.sets) != 3 { // training, test, a guest
		t.Errorf("%d sets on the device, want 3", len(r.sets))
	}
}

// In bfloat16 a run learns nearly what it learns in float32, by other numbers.
func TestBFloat16(t *testing.T) {
	backendtest.XLA(t)
	c := tiny()
	c.Epochs, c.TestEvery, c.Width, c.TrainImages = 40, 0, 8, 100 // no short batch, which would be compiled too
	want := train(t, c, Options{})
	c.Precision = bf16
	got := train(t, c, Options{})
	first, last := got.Result.History[0].Loss, got.Result.History[39].Loss
	ref := want.Result.History[39].Loss
	t.Logf("loss %.4f, then %.4f; in float32 %.4f", first, last, ref)
	if !(last < 0.7*first) || math.Abs(last-ref) > 0.05*first {
		t.Errorf("loss from %.4f to %.4f, in float32 to %.4f: want nearly the same", first, last, ref)
	}
	if last == ref {
		t.Error("bfloat16 changes nothing")
	}
	if !strings.Contains(c.Name(), "bf16") {
		t.Errorf("its name is %s", c.Name())
	}
}

// Precisions that this machine does not have are errors, and named.
func TestPrecisionErrors(t *testing.T) {
	c := tiny()
	c.Precision = "half"
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), `"half"`) {
		t.Error(err)
	}
	if backendtest.Open(t); theBackend.GPU {
		t.Skip("this machine has TF32")
	}
	c.Precision = tf32
	if _, err := Train(t.Context(), c, Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "TF32") {
		t.Error(err)
	}
}

// What suits a CPU changes no bit of a run, whatever its calls are.
func TestTogetherBits(t *testing.T) {
	backendtest.XLA(t)
	for name, change := range map[string]func(c *Config){
		"all": func(c *Config) {
			c.Dropout, c.Smoothing, c.Chunks, c.SWA, c.Augment.Flip = 0.2, 0.1, 2, "constant", true
		},
		"cresnet": func(c *Config) { c.Network, c.Epochs, c.TrainImages = "cresnet20", 2, 100 },
	} {
		c := Quick().With("line", 1)
		c.Epochs, c.Warmup, c.Batch, c.Points, c.TestImages = 6, 0, 30, 3, 50
		change(&c)
		host, device := train(t, c, Options{Together: -1}), train(t, c, Options{})
		if endpoints(t, host) != endpoints(t, device) {
			t.Errorf("%s: the endpoints are not those of batches that the host sent", name)
		}
		if h, d := host.Result.Midpoint().NLL, device.Result.Midpoint().NLL; h != d {
			t.Errorf("%s: the loss of the midpoint is %v, of batches that the host sent %v", name, d, h)
		}
	}
}

// How many steps a call makes is the device's matter, and the clock's.
func TestTogetherChosen(t *testing.T) {
	gpu, kernels := backend.Info{GPU: true}, backend.Info{Kernels: true}
	own := func(scope *model.Scope, images *graph.Node) *graph.Node { return nil }
	for _, x := range []struct {
		name   string
		run    Run
		change func(c *Config)
		want   int
	}{
		{"a GPU", Run{backend: gpu}, nil, OnGPU},
		{"a CPU", Run{backend: kernels}, nil, OnCPU},
		{"a CPU without the project's kernels", Run{}, nil, 0},
		{"a network of one's own", Run{backend: kernels, options: Options{Net: own}}, nil, 1},
		{"channels that XLA convolves", Run{backend: kernels}, func(c *Config) { c.Width = 6 }, 1},
		{"products in bfloat16", Run{backend: kernels}, func(c *Config) { c.Precision = "bf16" }, 1},
		{"SAM", Run{backend: kernels}, func(c *Config) { c.Rho = 0.1 }, 1},
		{"an average after every step", Run{backend: gpu}, func(c *Config) { c.EMA = 0.9 }, 0},
		{"several devices", Run{backend: gpu, options: Options{Devices: 2}}, nil, 0},
		{"as asked", Run{options: Options{Together: 7}}, nil, 7},
		{"as asked: none", Run{backend: gpu, options: Options{Together: -1}}, nil, 0},
	} {
		x.run.Config = Quick()
		if x.change != nil {
			x.change(&x.run.Config)
		}
		if got := x.run.together(); got != x.want {
			t.Errorf("%s: %d, want %d", x.name, got, x.want)
		}
	}
	for seconds, want := range map[float64]int{0: 1, 1e-9: 100, 0.004: 100, 0.02: 25, 0.3: 1, 40: 1} {
		if got := InCall(100, seconds); got != want {
			t.Errorf("of steps of %v s %d, want %d", seconds, got, want)
		}
	}
}
