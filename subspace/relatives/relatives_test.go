package relatives

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/network"
)

// reference is what testdata/make_reference.py computed with NumPy and SciPy.
type reference struct {
	Matching []struct {
		Layout []struct {
			Path string
			Dims []int
		}
		A, B, Matched []float32
	}
	SWAG struct {
		Snapshots      [][]float32
		Rank           int
		Mean, Variance []float64
		Deviations     [][]float64
		Covariance     [][]float64
	}
	EMA struct {
		Steps   [][]float32
		Decay   float64
		Average []float64
	}
	Snapshots struct {
		Peak           float64
		Epochs, Cycles int
		Rates          []float64
	}
}

func read(t *testing.T) (r reference) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func inOrder(n int) []int { return identity(n) }

func TestMatchIsSciPys(t *testing.T) {
	for _, want := range read(t).Matching {
		var l subspace.Layout
		for _, w := range want.Layout {
			layer := "/" + path.Dir(w.Path)
			if n := len(l.Layers); n == 0 || l.Layers[n-1] != layer {
				l.Layers = append(l.Layers, layer)
			}
			weight := subspace.Weight{Path: w.Path, Dims: w.Dims, Offset: l.Size, Size: 1, Layer: len(l.Layers) - 1}
			for _, n := range w.Dims {
				weight.Size *= n
			}
			l.Weights, l.Size = append(l.Weights, weight), l.Size+weight.Size
		}
		all, err := channelsOf(l)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := match(t.Context(), l, all, want.A, want.B, inOrder); err != nil || !slices.Equal(got, want.Matched) {
			t.Errorf("%s: ⟨a, matched⟩ is %v here and %v there", want.Layout[0].Path, dot(want.A, got), dot(want.A, want.Matched))
		}
	}
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// networks are those of the project, small.
var networks = []struct {
	name  string
	net   subspace.Net
	input [3]int
}{
	{"mlp", network.MLP(3, 6, 5), [3]int{2, 2, 1}},
	{"cnn", network.CNN(3, 4), [3]int{8, 8, 1}},
	{"cresnet20", network.CResNet20(4, 3), [3]int{8, 8, 2}},
}

// A network whose channels were permuted computes the same, and is brought back by
// matching it to what it was.
func TestMatchFindsThePermutation(t *testing.T) {
	for _, n := range networks {
		s, err := subspace.New(backendtest.Open(t), n.net, n.input, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Finalize()
		rows, err := s.Endpoints()
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(3, 3))
		for i := range rows[0] { // no two channels alike: batch norms start that way
			rows[0][i] += 0.1 * float32(rng.NormFloat64())
		}
		all, err := channelsOf(s.Layout)
		if err != nil {
			t.Fatal(err)
		}
		order, moved := map[string][]int{}, 0
		for k, w := range s.Layout.Weights {
			if name := all[k].out; name != "" && order[name] == nil {
				order[name] = rng.Perm(w.Dims[len(w.Dims)-1])
			}
		}
		rows[1] = permute(s.Layout, all, rows[0], order)
		for i := range rows[0] {
			if rows[0][i] != rows[1][i] {
				moved++
			}
		}
		if moved < len(rows[0])/3 {
			t.Errorf("%s: %d of %d weights have moved", n.name, moved, len(rows[0]))
		}
		if err := s.SetEndpoints(rows); err != nil {
			t.Fatal(err)
		}
		images := make([]float32, 5*n.input[0]*n.input[1]*n.input[2])
		for i := range images {
			images[i] = float32(rng.NormFloat64())
		}
		batch := func(yield func(subspace.Batch, error) bool) {
			yield(subspace.Batch{Images: images, Labels: make([]int32, 5)}, nil)
		}
		var logits [2][]float32
		for i := range logits {
			at := subspace.Uniform(subspace.Endpoint(i, 2), len(s.Layout.Layers))
			if logits[i], _, err = s.Evaluate(t.Context(), at, batch, batch); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range logits[0] {
			if d := math.Abs(float64(v - logits[1][i])); d > 1e-3*(1+math.Abs(float64(v))) {
				t.Errorf("%s: logit %d is %v, permuted %v", n.name, i, v, logits[1][i])
			}
		}
		if back, err := Match(t.Context(), s.Layout, rows[0], rows[1], rng); err != nil || !slices.Equal(back, rows[0]) {
			t.Errorf("%s: matching does not bring the network back (%v): ⟨a, b⟩ = %v of %v", n.name, err, dot(rows[0], back), dot(rows[0], rows[0]))
		}
	}
}

// Matching ends when it is told to.
func TestMatchStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := subspace.Layout{Size: 4, Layers: []string{"/a", "/b"}, Weights: []subspace.Weight{{Path: "a/w", Dims: []int{1, 2}, Size: 2}, {Path: "b/w", Dims: []int{2, 1}, Size: 2, Offset: 2, Layer: 1}}}
	if _, err := Match(ctx, l, make([]float32, 4), make([]float32, 4), rand.New(rand.NewPCG(1, 1))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestMatchRefuses(t *testing.T) {
	l := subspace.Layout{Size: 2, Layers: []string{"/a"}, Weights: []subspace.Weight{{Path: "a/scale", Dims: []int{2}, Size: 2}}}
	for want, pair := range map[string][2][]float32{
		"networks of 1 and 2 weights": {{1}, {1, 2}},
		"want finite weights":         {{1, float32(math.NaN())}, {1, 2}},
		"no convolution":              {{1, 2}, {1, 2}},
	} {
		if _, err := Match(t.Context(), l, pair[0], pair[1], rand.New(rand.NewPCG(1, 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	l = subspace.Layout{Size: 8, Layers: []string{"/a", "/b"}, Weights: []subspace.Weight{{Path: "a/w", Dims: []int{1, 2}, Size: 2}, {Path: "b/w", Dims: []int{3, 2}, Size: 6, Offset: 2, Layer: 1}}}
	if _, err := Match(t.Context(), l, make([]float32, 8), make([]float32, 8), rand.New(rand.NewPCG(1, 1))); err == nil || !strings.Contains(err.Error(), "b/w has 3 channels where /a makes 2") {
		t.Error(err)
	}
	// As do a batch norm of other channels, and a block that ends on others than it begins with.
	for _, x := range []struct {
		path string
		dims []int
		want string
	}{
		{"b/scale", []int{3}, "b/scale has 3 channels where /a makes 2"},
		{"block/b/w", []int{3, 2}, "block/b/w has 3 channels where /a makes 2"},
	} {
		l := subspace.Layout{Layers: []string{"/a", "/" + path.Dir(x.path), "/c"}, Weights: []subspace.Weight{
			{Path: "a/w", Dims: []int{1, 2}, Size: 2}, {Path: x.path, Dims: x.dims, Layer: 1}, {Path: "c/w", Dims: []int{2, 2}, Layer: 2}}}
		if _, err := channelsOf(l); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", x.path, err)
		}
	}
}

// A weight that is one number belongs to no channel, and stays.
func TestMatchScalar(t *testing.T) {
	l := subspace.Layout{Size: 7, Layers: []string{"/a", "/b"}, Weights: []subspace.Weight{
		{Path: "a/w", Dims: []int{1, 2}, Size: 2}, {Path: "a/scale", Size: 1, Offset: 2},
		{Path: "a/bias", Dims: []int{2}, Size: 2, Offset: 3}, {Path: "b/w", Dims: []int{2, 1}, Size: 2, Offset: 5, Layer: 1}}}
	a, b := []float32{1, 2, 3, 4, 5, 6, 7}, []float32{2, 1, 9, 5, 4, 7, 6}
	if got, err := Match(t.Context(), l, a, b, rand.New(rand.NewPCG(1, 1))); err != nil || !slices.Equal(got, []float32{1, 2, 9, 4, 5, 6, 7}) {
		t.Error(got, err)
	}
}

// The assignment is as good as the best of all permutations.
func TestAssign(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for round := range 300 {
		n := 1 + round%6
		gain := make([][]float64, n)
		for i := range gain {
			for range n {
				gain[i] = append(gain[i], math.Round(10*rng.NormFloat64())/float64(1+round%2)) // ties too
			}
		}
		p := assign(gain)
		if sorted := slices.Sorted(slices.Values(p)); !slices.Equal(sorted, identity(n)) {
			t.Fatalf("%v is no permutation", p)
		}
		best := math.Inf(-1)
		var try func(p []int, k int)
		try = func(p []int, k int) {
			if k == n {
				best = max(best, worth(gain, p))
				return
			}
			for i := k; i < n; i++ {
				p[k], p[i] = p[i], p[k]
				try(p, k+1)
				p[k], p[i] = p[i], p[k]
			}
		}
		try(identity(n), 0)
		if got := worth(gain, p); math.Abs(got-best) > 1e-9 {
			t.Errorf("%v: %v gains %v, the best %v", gain, p, got, best)
		}
	}
}

func TestSWAGIsNumPys(t *testing.T) {
	want := read(t).SWAG
	s, err := NewSWAG(want.Snapshots, want.Rank)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want []float64, tolerance float64) {
		t.Helper()
		for i := range want {
			if !(math.Abs(got[i]-want[i]) <= tolerance) {
				t.Errorf("%s: %v, want %v", what, got, want)
				return
			}
		}
	}
	near("mean", s.Mean, want.Mean, 1e-12)
	near("variance", s.Variance, want.Variance, 1e-12)
	for k := range want.Deviations {
		near("deviation", s.Deviations[k], want.Deviations[k], 1e-12)
	}
	// What is drawn has the covariance, within five standard errors.
	const n = 20_000
	rng := rand.New(rand.NewPCG(9, 9))
	size := len(want.Mean)
	sums, products := make([]float64, size), make([]float64, size*size)
	for range n {
		theta := s.Sample(rng)
		for i := range theta {
			sums[i] += float64(theta[i]) / n
			for j := range theta {
				products[i*size+j] += (float64(theta[i]) - want.Mean[i]) * (float64(theta[j]) - want.Mean[j]) / n
			}
		}
	}
	for i := range size {
		if c := want.Covariance; math.Abs(sums[i]-want.Mean[i]) > 5*math.Sqrt(c[i][i]/n) {
			t.Errorf("mean %d of the draws is %v, want %v", i, sums[i], want.Mean[i])
		}
		for j := range size {
			c := want.Covariance
			if d := math.Abs(products[i*size+j] - c[i][j]); d > 5*math.Sqrt((c[i][i]*c[j][j]+c[i][j]*c[i][j])/n) {
				t.Errorf("covariance %d, %d of the draws is %v, want %v", i, j, products[i*size+j], c[i][j])
			}
		}
	}
}

func TestMovingAverageIsNumPys(t *testing.T) {
	want := read(t).EMA
	var a subspace.Average
	for _, step := range want.Steps {
		if err := a.Move([][]float32{step}, 1/(1-want.Decay)); err != nil {
			t.Fatal(err)
		}
	}
	for i, v := range a.Endpoints[0] {
		if math.Abs(float64(v)-want.Average[i]) > 1e-6 {
			t.Errorf("the moving average is %v, want %v", a.Endpoints[0], want.Average)
		}
	}
}

func TestSnapshotRatesAreHuangs(t *testing.T) {
	want := read(t).Snapshots
	s := subspace.Snapshots{Peak: want.Peak, Epochs: want.Epochs, Cycles: want.Cycles}
	for epoch, rate := range want.Rates {
		if math.Abs(s.Rate(epoch)-rate) > 1e-12 || s.Collects(epoch) != ((epoch+1)%(want.Epochs/want.Cycles) == 0) {
			t.Errorf("epoch %d: rate %v, want %v; collects: %v", epoch, s.Rate(epoch), rate, s.Collects(epoch))
		}
	}
}

func TestSWAGDiagonal(t *testing.T) {
	s, err := NewSWAG([][]float32{{1, 5}, {3, 5}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	rng, again := rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(1, 1))
	if got, want := s.Sample(rng), float32(2+again.NormFloat64()); got[0] != want || got[1] != 5 {
		t.Errorf("%v, want %v and 5: a variance of 1 and none", got, want)
	}
}

func TestSWAGRefuses(t *testing.T) {
	two := [][]float32{{1}, {2}}
	for want, f := range map[string]func() (*SWAG, error){
		"around 1 snapshots":          func() (*SWAG, error) { return NewSWAG(two[:1], 0) },
		"rank 1 from 2":               func() (*SWAG, error) { return NewSWAG(two, 1) },
		"rank 3 from 2":               func() (*SWAG, error) { return NewSWAG(two, 3) },
		"of 2 weights after one of 1": func() (*SWAG, error) { return NewSWAG([][]float32{{1}, {1, 2}}, 0) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestGreedySoup(t *testing.T) {
	networks := [][]float32{{0}, {4}, {-4}, {8}}
	var tried []float32
	// The nearer to 1, the better: 0, then (0+4)/2 = 2 is as good, then −4 makes it 0,
	// as good again, then 8 makes it 2.
	soup, taken, err := GreedySoup(networks, func(n []float32) (float64, error) {
		tried = append(tried, n[0])
		return -math.Abs(float64(n[0]) - 1), nil
	})
	if err != nil || soup[0] != 2 || !slices.Equal(taken, []int{0, 1, 2, 3}) || !slices.Equal(tried, []float32{0, 2, 0, 2}) {
		t.Errorf("%v of %v, tried %v, %v", soup, taken, tried, err)
	}
	soup, taken, err = GreedySoup(networks, func(n []float32) (float64, error) { return -float64(n[0]), nil })
	if err != nil || soup[0] != -2 || !slices.Equal(taken, []int{0, 2}) {
		t.Errorf("%v of %v, %v: what lowers the score is to stay out", soup, taken, err)
	}
	if _, _, err := GreedySoup(nil, nil); err == nil {
		t.Error("a soup of nothing")
	}
	if _, _, err := GreedySoup(networks, func([]float32) (float64, error) { return 0, errors.New("burnt") }); err == nil || !strings.Contains(err.Error(), "network 1: burnt") {
		t.Error(err)
	}
}

// Streams and insides of blocks are told apart in the large networks too: a stem, a
// stream for each stage that changes shape, and what is inside each block.
func TestChannelsOfLargeNetworks(t *testing.T) {
	for _, n := range []struct {
		name  string
		net   subspace.Net
		input [3]int
		kinds int
	}{
		{"resnet18", network.ResNet18(10), [3]int{8, 8, 3}, 1 + 3 + 8},
		{"wideresnet50-2", network.WideResNet50x2(10), [3]int{32, 32, 3}, 1 + 4 + 16*2},
	} {
		s, err := subspace.Blank(backendtest.Open(t), n.net, n.input, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		all, err := channelsOf(s.Layout)
		s.Finalize()
		if err != nil {
			t.Fatalf("%s: %v", n.name, err)
		}
		kinds := map[string]bool{}
		for _, c := range all {
			kinds[c.out] = c.out != ""
		}
		delete(kinds, "")
		if len(kinds) != n.kinds {
			t.Errorf("%s has %d kinds of channels, want %d: %v", n.name, len(kinds), n.kinds, kinds)
		}
		if last := all[len(all)-1]; last.in == "" || last.out != "" {
			t.Errorf("%s: the head reads %q and makes %q", n.name, last.in, last.out)
		}
	}
}
