package experiment

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/torch"
)

// golden is a network that PyTorch trained, see ../torch/testdata/make_golden.py.
func golden(name string) string { return filepath.Join("..", "torch", "testdata", name+".safetensors") }

// between is a run of the digits that needs no training but of what lies between given
// networks of PyTorch's.
func between(network string, width int, shape string) Config {
	c := Quick()
	c.TrainImages, c.Batch, c.Epochs, c.Warmup, c.Points, c.TestEvery = 200, 50, 2, 1, 3, 0
	c.Network, c.Width, c.Shape = network, width, shape
	return c
}

func given(t *testing.T, c Config, mapping string, files ...string) (Config, Options) {
	t.Helper()
	c, o, err := Given(c, Options{Dir: t.TempDir()}, mapping, files...)
	if err != nil {
		t.Fatal(err)
	}
	return c, o
}

// A network that PyTorch trained has the test accuracy here that it has there, to the
// image: make_golden.py says how many of the 500 are right.
func TestAccuracyOfPyTorch(t *testing.T) {
	for _, x := range []struct {
		network string
		width   int
		right   int
	}{{"cnn", 4, 471}, {"mlp", 16, 484}, {"cresnet20", 4, 481}} {
		c, o := given(t, between(x.network, x.width, "standard"), "", golden(x.network))
		r := train(t, c, o)
		if len(r.Result.AsRead) != 1 || math.Round(r.Result.AsRead[0].Accuracy*500) != float64(x.right) {
			t.Errorf("%s: %+v, want %d of 500 right", x.network, r.Result.AsRead, x.right)
		}
		if len(r.Result.History) != 0 || len(r.Result.Points) != 1 {
			t.Errorf("%s: %d epochs, %d points", x.network, len(r.Result.History), len(r.Result.Points))
		}
		if name := c.Name(); !strings.Contains(name, "-given-standard-") {
			t.Errorf("it is called %s", name)
		}
		// Once made it is loaded without the files, and what was read is written as it was.
		r = train(t, c, Options{Dir: o.Dir})
		path, err := r.WriteWeights(context.Background(), subspace.Weights{1}, t.TempDir(), torch.Mapping{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Space(); err != nil {
			t.Fatal(err)
		}
		n, err := r.network()
		if err != nil {
			t.Fatal(err)
		}
		var rows [2][]float32
		for i, path := range []string{path, golden(x.network)} {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if rows[i], _, err = torch.Read(file, n); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(rows[0], rows[1]) {
			t.Errorf("%s: the weights are others after the round trip", x.network)
		}
	}
}

// Two networks of files are the ends of a line and of a curve that is trained between
// them, three the corners of a plane. An interrupted run goes on with the same files.
func TestBetweenNetworksOfFiles(t *testing.T) {
	a, b, third := golden("cnn"), golden("cnn-float16"), golden("cnn-bfloat16")
	c, o := given(t, between("cnn", 4, "line"), "", a, b)
	line := train(t, c, o)
	if len(line.Result.AsRead) != 2 || len(line.Result.Points) != 3 || len(line.Result.History) != 0 {
		t.Errorf("a line: %+v", line.Result)
	}
	c, o = given(t, between("cnn", 4, "bezier"), "", a, b)
	curve := train(t, c, o)
	if len(curve.Result.History) != 2 {
		t.Errorf("%d epochs of a curve", len(curve.Result.History))
	}
	ends, made := rowsOf(t, line), rowsOf(t, curve)
	if !slices.Equal(made[0], ends[0]) || !slices.Equal(made[1], ends[1]) || slices.Equal(made[2], ends[0]) {
		t.Error("the ends of the curve are not the networks of the files, or its bend was not trained")
	}
	interruptAndGoOn(t, c, Options{Networks: o.Networks}, 3)

	plane := between("cnn", 4, "simplex-3")
	plane.Plane, plane.GridImages = 2, 50
	c, o = given(t, plane, "", a, b, third)
	if r := train(t, c, o); r.Result.Plane == nil || len(r.Result.AsRead) != 3 {
		t.Errorf("a plane: %+v", r.Result)
	}
}

// The contents of the files, and of the mapping, are what a run is known by.
func TestNetworksAreIdentity(t *testing.T) {
	a, b := golden("cnn"), golden("cnn-float64")
	c, _ := given(t, between("cnn", 4, "line"), "", a, b)
	d, _ := given(t, between("cnn", 4, "line"), "", b, a)
	mapping := filepath.Join(t.TempDir(), "mapping.json")
	if err := os.WriteFile(mapping, []byte(`{"tensors": {"head/weights": "fc.weight"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	e, o := given(t, between("cnn", 4, "line"), mapping, a, b)
	if c.Networks == d.Networks || c.Networks == e.Networks {
		t.Errorf("%q, the other way round %q, by a mapping %q", c.Networks, d.Networks, e.Networks)
	}
	train(t, e, o)
	if c.Members(nil) != nil {
		t.Error("a run between networks of files wants other runs")
	}

	o.Networks = []string{a, a}
	o.Dir = t.TempDir()
	refused(t, e, o, "is not what this run is of")
	o.Networks = nil
	refused(t, e, o, "are the networks of 2 files, and 0 are named")
}

// Networks of files are matched as those of runs are: they compute what they did, and lie
// closer to the first.
func TestMatchedNetworksOfFiles(t *testing.T) {
	r := train(t, tiny().With("standard", 1), Options{})
	path, err := r.WriteWeights(context.Background(), subspace.Weights{1}, t.TempDir(), torch.Mapping{})
	if err != nil {
		t.Fatal(err)
	}
	r = train(t, tiny().With("standard", 2), Options{})
	other, err := r.WriteWeights(context.Background(), subspace.Weights{1}, t.TempDir(), torch.Mapping{})
	if err != nil {
		t.Fatal(err)
	}
	c, o := given(t, tiny(), "", path, other)
	apart, ends := train(t, c, o), networksOf(t, c, o)
	c.Made = matched
	near, rows := train(t, c, o), networksOf(t, c, o)
	if !strings.Contains(c.Name(), "-matched-given-line-") || !(distance(rows[0], rows[1]) < distance(ends[0], ends[1])) {
		t.Errorf("%s: %v apart, %v before", c.Name(), distance(rows[0], rows[1]), distance(ends[0], ends[1]))
	}
	if a, b := apart.Result.Points[2].NLL, near.Result.Points[2].NLL; math.Abs(a-b) > 1e-3*a {
		t.Errorf("the second scores %v, before it was matched %v", b, a)
	}
}

// What cannot be meant is refused in a line.
func TestBadNetworks(t *testing.T) {
	a, b := golden("cnn"), golden("mlp")
	c, o := given(t, between("cnn", 4, "line"), "", a, b)
	refused(t, c, o, "mlp.safetensors is not the state_dict of cnnx4: it lacks conv1.weight")
	c, o = given(t, between("cnn", 4, "simplex-3"), "", a, a)
	refused(t, c, o, `2 networks of files for "simplex-3": want 3`)
	c, o = given(t, between("cnn", 4, "layerwise-line"), "", a, a)
	refused(t, c, o, "not layer-wise")
	c.Shape, c.Networks = "line", "x"
	refused(t, c, o, "known by the first 16 digits")
	c, o = given(t, between("cnn", 4, "line"), "", a, a)
	c.Independent = false
	refused(t, c, o, "set both")
	if _, _, err := Given(c, o, ""); err == nil {
		t.Error("no file at all is taken")
	}
	if _, _, err := Given(c, o, "", a, ""); err == nil || !strings.Contains(err.Error(), "has no name") {
		t.Errorf("a file without a name: %v", err)
	}
	for _, x := range []struct {
		want  string
		apply func(c *Config)
	}{
		{"a plane through three endpoints", func(c *Config) { c.Plane = 3 }},
		{"which trains its own", func(c *Config) { c.Made, c.SWA, c.Warmup = snapshots, "snapshots-2", 0 }},
		{"which trains its own", func(c *Config) { c.Made, c.SWA, c.Warmup = "swag-2", "snapshots-2", 0 }},
		{"stay as they are: leave one", func(c *Config) { c.FullStep = true }},
		{"share no epochs", func(c *Config) { c.Root = 2 }},
	} {
		c, o := given(t, between("cnn", 4, "line"), "", a, a)
		x.apply(&c)
		refused(t, c, o, x.want)
	}
	c, o = given(t, between("cnn", 4, "standard"), "", a)
	c.Chunks = 2
	refused(t, c, o, "leaves nothing to draw")
	pickle := filepath.Join(t.TempDir(), "net.pt")
	if err := os.WriteFile(pickle, []byte("PK\x03\x04"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Given(c, o, "", pickle); err == nil || !strings.Contains(err.Error(), "python -c") {
		t.Errorf("a pickle: %v", err)
	}
	if _, _, err := Given(c, o, "", "gone.safetensors"); err == nil || !strings.Contains(err.Error(), "gone.safetensors") {
		t.Errorf("no file: %v", err)
	}
}

// Two points of a run have two names, which a file system takes.
func TestPointName(t *testing.T) {
	for _, c := range []struct {
		shape subspace.Shape
		at    subspace.Weights
		want  string
	}{
		{subspace.Line{}, subspace.Line{}.At(0.3), "0.7_0.3"},
		{subspace.Line{}, subspace.Line{}.At(0.7), "0.3_0.7"}, // 1 − 0.7 has 17 digits
		{subspace.Line{}, subspace.Line{}.Midpoint(), "0.5_0.5"},
		{subspace.Line{}, subspace.Line{}.At(0.12341), "0.87659_0.12341"},
		{subspace.Line{}, subspace.Line{}.At(0.12342), "0.87658_0.12342"},
		{subspace.Simplex(3), subspace.Weights{0.2, 0.3, 0.5}, "0.2_0.3_0.5"},
		{subspace.Simplex(3), subspace.Simplex(3).Midpoint(), "midpoint"},
		{subspace.Simplex(3), subspace.Weights{0.3333, 0.3333, 0.3334}, "0.3333_0.3333_0.3334"},
		{subspace.Simplex(27), subspace.Simplex(27).Midpoint(), "midpoint"},
		{subspace.Simplex(50), subspace.Simplex(50).Midpoint(), "midpoint"}, // 0.02, fifty times
		{subspace.Simplex(60), subspace.Endpoint(0, 60), ""},
		{subspace.Simplex(60), subspace.Endpoint(1, 60), ""},
	} {
		r := &Run{sampler: subspace.Sampler{Shape: c.shape}}
		got := r.pointName(c.at)
		if c.want != "" && got != c.want || c.want == "" && !regexp.MustCompile("^[0-9a-f]{8}$").MatchString(got) {
			t.Errorf("%v of %s is %q, want %q", c.at, c.shape, got, c.want)
		}
	}
	r := &Run{sampler: subspace.Sampler{Shape: subspace.Simplex(60)}}
	if r.pointName(subspace.Endpoint(0, 60)) == r.pointName(subspace.Endpoint(1, 60)) {
		t.Error("two endpoints have one name")
	}
}

// A point of a subspace in a file of its own is the network that the run has there, batch
// norm re-estimated.
func TestWriteWeights(t *testing.T) {
	ctx := context.Background()
	r := train(t, tiny(), Options{})
	at, dir := subspace.Line{}.At(0.3), filepath.Join(t.TempDir(), "new", "folder")
	path, err := r.WriteWeights(ctx, at, dir, torch.Mapping{})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Base(r.Dir) + "-at-0.7_0.3.safetensors"; filepath.Base(path) != want {
		t.Errorf("it is called %s, want %s", filepath.Base(path), want)
	}
	if _, err := os.Stat(filepath.Join(dir, "cnn.py")); err != nil {
		t.Error(err)
	}
	want, err := r.Logits(ctx, at, r.TestSet())
	if err != nil {
		t.Fatal(err)
	}
	c, o := given(t, tiny().With("standard", 1), "", path)
	one := train(t, c, o)
	n, err := one.network()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, buffers, err := torch.Read(file, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.space.SetBuffers(buffers); err != nil {
		t.Fatal(err)
	}
	got, _, err := one.space.Logits(ctx, subspace.Uniform(subspace.Weights{1}, len(n.Layout.Layers)), one.inOrder(r.TestSet()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1e-4 {
			t.Fatalf("logit %d is %v, in the run %v", i, got[i], want[i])
		}
	}
	for _, bad := range []subspace.Weights{{1}, {0.5, 0.6}, {math.NaN(), 1}} {
		if _, err := r.WriteWeights(ctx, bad, dir, torch.Mapping{}); err == nil || !strings.Contains(err.Error(), "a point of line") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// Images are normalised as the configuration says.
func TestNormalise(t *testing.T) {
	c := light()
	plain := train(t, c, Options{})
	c.Normalise = "0.25/0.5"
	other := train(t, c, Options{})
	if other.data.Mean[0] != 0.25 || other.data.Std[0] != 0.5 || other.identity == plain.identity {
		t.Errorf("mean %v, std %v", other.data.Mean, other.data.Std)
	}
	for _, bad := range []string{"0.25", "0.25/0", "a/b", "0.1/0.2/0.3", "/", "NaN/1", "inf/1", "0/inf"} {
		c.Normalise = bad
		refused(t, c, Options{Dir: t.TempDir()}, "want a mean and a standard deviation")
	}
	c.Normalise = "1,2/1,2"
	refused(t, c, Options{Dir: t.TempDir()}, "2 means and 2 standard deviations for 1 channels")
}
