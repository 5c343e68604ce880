package experiment

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/place"
)

// mine is a network of a reader's own, with so many hidden layers.
func mine(hidden int) subspace.Net {
	return func(scope *model.Scope, images *Node) *Node {
		x := Reshape(images, images.Shape().Dimensions[0], -1)
		for i := range hidden {
			x = Tanh(layers.Dense(scope.In("hidden%d", i), x, true, 8))
		}
		return layers.Dense(scope.In("out"), x, true, 10)
	}
}

// refused sees that a run is refused in one line, before anything of it changes.
func refused(t *testing.T, c Config, o Options, want string) {
	t.Helper()
	o.Report = func(r Report) { t.Errorf("it reports %s", r) }
	_, err := Train(context.Background(), c, o)
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("want one line with %q, got %v", want, err)
	}
}

// A network that was changed does not get the run of the one before under its name: not
// where that is made, nor from its checkpoint, nor what it trained for another figure.
func TestChangedNetwork(t *testing.T) {
	c := light()
	c.Network, c.Width = "mine", 0
	o := Options{Net: mine(1), Dir: t.TempDir()}
	first := train(t, c, o)
	first.Close()
	const want = `the network "mine" is not what it was when this run was trained: give it another name`
	for _, hidden := range []int{0, 2} {
		o.Net = mine(hidden)
		refused(t, c, o, want)
		more := c
		more.Points = 5
		refused(t, more, o, want)
	}
	o.Net = func(*model.Scope, *Node) *Node { panic("not ready") }
	refused(t, c, o, want)
	o.Net = mine(1)
	again := train(t, c, o)
	if again.Result.Finished != first.Result.Finished {
		t.Error("the network as it was does not get its run")
	}
	// A result from before fingerprints is loaded.
	old := first.Result
	old.Own = nil
	if err := old.Write(filepath.Join(first.Dir, resultFile)); err != nil {
		t.Fatal(err)
	}
	o.Net = mine(2)
	train(t, c, o)

	o = Options{Net: mine(1), Dir: t.TempDir()}
	ctx, cancel := context.WithCancel(context.Background())
	o.Report = func(Report) { cancel() }
	if _, err := Train(ctx, c, o); err == nil {
		t.Fatal("it was not stopped")
	}
	o.Net = mine(2)
	refused(t, c, o, want)
	o.Net, o.Report = mine(1), nil
	train(t, c, o)
}

// A network that is trained on images of another size, too, is what it was: a dense layer has
// as many weights as its images have pixels.
func TestOwnNetworkOnImagesOfAnotherSize(t *testing.T) {
	c := light()
	c.Network, c.Width, c.Data = "mine", 0, "photos"
	o := Options{Net: mine(1), Dir: t.TempDir()}
	for _, rows := range []int{8, 4} {
		digits, err := dataset.Digits()
		if err != nil {
			t.Fatal(err)
		}
		upper := func(s *dataset.Set) *dataset.Set {
			var pixels []uint8
			for image := range slices.Chunk(s.Pixels, s.Height*s.Width*s.Channels) {
				pixels = append(pixels, image[:rows*s.Width*s.Channels]...)
			}
			return &dataset.Set{Name: s.Name, Height: rows, Width: s.Width, Channels: s.Channels,
				Pixels: pixels, Labels: s.Labels, Classes: s.Classes}
		}
		o.Data = &dataset.Data{Train: upper(digits.Train), Test: upper(digits.Test), Mean: digits.Mean, Std: digits.Std}
		train(t, c, o)
	}
}

// bent is a line with a mistake of a reader's, or none.
type bent struct {
	subspace.Line
	sample func(u float64) subspace.Weights
	at     func(alpha float64) subspace.Weights
}

func (b bent) Sample(rng *rand.Rand) subspace.Weights {
	if b.sample != nil {
		return b.sample(rng.Float64())
	}
	return b.Line.Sample(rng)
}

func (b bent) At(alpha float64) subspace.Weights {
	if b.at != nil {
		return b.at(alpha)
	}
	return b.Line.At(alpha)
}

func (bent) String() string { return "bent" }

// So is a shape that was changed.
func TestChangedShape(t *testing.T) {
	o := Options{Shape: bent{}, Dir: t.TempDir()}
	first := train(t, light().With("bent", 1), o)
	// A file could not be opened with it, and is none.
	if err := first.Ship(t.Context(), filepath.Join(o.Dir, "bent.safetensors")); err == nil || !strings.Contains(err.Error(), first.Dir) {
		t.Errorf("shipped: %v, want an error that names the run", err)
	}
	first.Close()
	o.Shape = bent{sample: func(u float64) subspace.Weights { return subspace.Weights{1 - u*u, u * u} }}
	refused(t, light().With("bent", 1), o, `the shape "bent" is not what it was when this run was trained`)
}

// A shape that breaks its contract is found before the first step, and before there is
// a folder, or one with a checkpoint: where it always does, at the points of this run
// alone, and in the one draw of many that this run makes.
func TestBadShapes(t *testing.T) {
	c := light().With("bent", 1)
	c.Points = 8 // its α are not among those that every shape is looked at
	seventh := func(bad subspace.Weights) func(float64) subspace.Weights {
		return func(alpha float64) subspace.Weights {
			if math.Abs(alpha-1./7) < 1e-9 {
				return bad
			}
			return subspace.Line{}.At(alpha)
		}
	}
	rare := func(bad subspace.Weights) func(float64) subspace.Weights {
		return func(u float64) subspace.Weights {
			if r := rand.New(rand.NewPCG(1, drawStream+2)).Float64(); u == r {
				return bad
			}
			return subspace.Weights{1 - u, u}
		}
	}
	for want, shape := range map[string]bent{
		"Sample of the shape \"bent\" returns 1 coefficients": {sample: func(u float64) subspace.Weights { return subspace.Weights{u} }},
		"At(0) of the shape": {at: func(a float64) subspace.Weights { return subspace.Weights{a, a} }},
		"At(0.14285714285714285) of the shape \"bent\" returns":  {at: seventh(subspace.Weights{1, 1})},
		"3 coefficients for 2 endpoints":                         {at: seventh(subspace.Weights{1, 0, 0})},
		"at step 3 of":                                           {sample: rare(subspace.Weights{0.5, 0.4})},
		"number 1 is NaN":                                        {sample: rare(subspace.Weights{math.NaN(), 1})},
		"the shape \"bent\" panics: runtime error: slice bounds": {sample: func(u float64) subspace.Weights { return rare(nil)(u)[:2:2] }},
	} {
		o := Options{Shape: shape, Dir: t.TempDir()}
		refused(t, c, o, want)
		if saved, _ := place.Glob(o.Dir, "*/"+checkpointFile); len(saved) > 0 {
			t.Errorf("%s: there is a checkpoint", want)
		}
	}
	o := Options{Shape: bent{sample: func(u float64) subspace.Weights { return subspace.Weights{u} }}, Dir: t.TempDir()}
	refused(t, c, o, "Sample")
	if made, err := os.ReadDir(o.Dir); err != nil || len(made) > 0 {
		t.Errorf("there are %v, %v", made, err)
	}
}

// A setting that a network of a reader's own does not hear is refused; one that it hears
// is not.
func TestSettingsWithoutEffect(t *testing.T) {
	base := light()
	base.Network, base.Width, base.Epochs, base.Warmup, base.TestEvery = "mine", 0, 1, 0, 0
	for want, change := range map[string]func(*Config){
		"a dropout rate of 0.3 would change nothing in the network \"mine\": put network.Dropout": func(c *Config) { c.Dropout = 0.3 },
		"5 ghost batches would change nothing":                                                    func(c *Config) { c.GhostBatches = 5 },
		"nothing in this network is computed in bfloat16":                                         func(c *Config) { c.Precision = bf16 },
	} {
		c := base
		change(&c)
		refused(t, c, Options{Net: mine(1), Dir: t.TempDir()}, want)
	}
	c, o := normalised(base, Options{})
	c.Dropout, c.GhostBatches = 0.3, 5
	train(t, c, o)
}

// Loading a run of a reader's own network costs building it, no backend.
func BenchmarkLoadOwn(b *testing.B) {
	for name, net := range map[string]subspace.Net{"ours": nil, "own": mine(3)} {
		b.Run(name, func(b *testing.B) {
			c, o := light(), Options{Net: net, Dir: b.TempDir()}
			if net != nil {
				c.Network, c.Width = "mine", 0
			}
			load := func() {
				r, err := Train(context.Background(), c, o)
				if err != nil {
					b.Fatal(err)
				}
				r.Close()
			}
			load() // which makes it
			for b.Loop() {
				load()
			}
		})
	}
}
