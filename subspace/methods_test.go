package subspace

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/network"
)

// after trains three steps and returns the endpoints.
func after(t *testing.T, s *Space, step func(k int) error) []float32 {
	t.Helper()
	for k := range 3 {
		if err := step(k); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(rows...)
}

func nearly(a, b []float32, tolerance float64) bool {
	worst, largest := 0.0, 0.0
	for i := range a {
		worst = max(worst, math.Abs(float64(a[i]-b[i])))
		largest = max(largest, math.Abs(float64(b[i])))
	}
	return len(a) == len(b) && worst <= tolerance*largest
}

var usual = SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}

func drawAt(s *Space, sampler Sampler, k int) Draw {
	return s.Draw(sampler, rand.New(rand.NewPCG(1, uint64(k))))
}

// SAM that climbs by ρ = 0 is SGD, endpoints and running statistics.
func TestSAMWithoutClimbIsSGD(t *testing.T) {
	plain, sam := cnn(t, 2, 1), cnn(t, 2, 1)
	line := Sampler{Shape: Line{}}
	a := after(t, plain, func(k int) error {
		_, _, err := plain.Step(batchOf(16, uint64(k)), drawAt(plain, line, k), 0.1, usual)
		return err
	})
	b := after(t, sam, func(k int) error {
		_, _, err := sam.stepBy(sam.samStep, batchOf(16, uint64(k)), drawAt(sam, line, k), 0.1, usual)
		return err
	})
	if !nearly(a, b, 1e-6) {
		t.Error("the endpoints differ after three steps")
	}
	for i := range plain.state {
		x, err := values(plain.state[i])
		if err != nil {
			t.Fatal(err)
		}
		y, err := values(sam.state[i])
		if err != nil {
			t.Fatal(err)
		}
		if !nearly(x, y, 1e-6) {
			t.Errorf("%s differs: the second pass of SAM has changed it", plain.state[i].Path())
		}
	}
	moved := cnn(t, 2, 1)
	c := after(t, moved, func(k int) error {
		o := usual
		o.Rho = 0.05
		_, _, err := moved.Step(batchOf(16, uint64(k)), drawAt(moved, line, k), 0.1, o)
		return err
	})
	if nearly(a, c, 1e-4) {
		t.Error("SAM with ρ = 0.05 does what SGD does")
	}
}

// The training loss with label smoothing is the cross-entropy against the
// smoothed label: 1−ε+ε/classes at the label, ε/classes elsewhere.
func TestLabelSmoothing(t *testing.T) {
	b := backendtest.Open(t)
	store := model.NewStore()
	exec, err := model.NewExec(b, store, func(_ *model.Scope, logits, labels *Node) (*Node, *Node) {
		epsilon := Scalar(logits.Graph(), logits.DType(), 0.1)
		got := smoothed(crossEntropy(logits, labels), logits, epsilon)
		target := AddScalar(MulScalar(OneHot(labels, 4, logits.DType()), 0.9), 0.1/4)
		return got, Neg(ReduceAllMean(ReduceSum(Mul(LogSoftmax(logits), target), -1)))
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call([][]float32{{1, -2, 3, .5}, {0, 0, 4, -4}}, []int32{2, 3})
	if err != nil {
		t.Fatal(err)
	}
	got, want := tensors.ToScalar[float32](out[0]), tensors.ToScalar[float32](out[1])
	if math.Abs(float64(got-want)) > 1e-5 || want < 1 {
		t.Errorf("loss %v, want %v", got, want)
	}
}

// mlp is a small network without batch norms: a batch in chunks sees the same
// function as one whole.
func mlp(t *testing.T, m int) *Space {
	t.Helper()
	s, err := New(backendtest.Open(t), network.MLP(10, 16), [3]int{8, 8, 1}, m, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Finalize)
	return s
}

// A batch in chunks that are all drawn alike is the batch as a whole; chunks
// may be of unequal size.
func TestChunksDrawnAlikeAreOne(t *testing.T) {
	line := Sampler{Shape: Line{}}
	whole, parts := mlp(t, 2), mlp(t, 2)
	a := after(t, whole, func(k int) error {
		_, _, err := whole.Step(batchOf(17, uint64(k)), drawAt(whole, line, k), 0.1, usual)
		return err
	})
	b := after(t, parts, func(k int) error {
		d := drawAt(parts, line, k)
		d.At = []Point{d.At[0], d.At[0], d.At[0]}
		_, _, err := parts.Step(batchOf(17, uint64(k)), d, 0.1, usual)
		return err
	})
	if !nearly(a, b, 1e-5) {
		t.Error("the endpoints differ")
	}
}

// Each chunk is run at its own point: with corners drawn, each endpoint gets the
// gradient of its own images alone.
func TestChunksHaveTheirOwnPoints(t *testing.T) {
	s := mlp(t, 2)
	layers := len(s.Layout.Layers)
	before, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	batch := batchOf(16, 1)
	half := Batch{Images: batch.Images[8*64:], Labels: batch.Labels[8:]}
	d := Draw{At: []Point{Uniform(Endpoint(0, 2), layers), Uniform(Endpoint(1, 2), layers)}, Pair: [2]int{0, 1}}
	if _, _, err := s.Step(batch, d, 0.2, SGD{}); err != nil {
		t.Fatal(err)
	}
	both, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetEndpoints(before); err != nil {
		t.Fatal(err)
	}
	state, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	clear(state.Velocity[0])
	clear(state.Velocity[1])
	if err := s.SetState(state); err != nil {
		t.Fatal(err)
	}
	// The second half of the images alone, at the second endpoint, by half the
	// rate since it is half of the batch.
	if _, _, err := s.Step(half, Draw{At: d.At[1:], Pair: d.Pair}, 0.1, SGD{}); err != nil {
		t.Fatal(err)
	}
	alone, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	if !nearly(alone[1], both[1], 1e-6) || slices.Equal(both[1], before[1]) {
		t.Error("the second endpoint is not moved by the second chunk alone")
	}
}

// Layer-wise drawing with equal draws is drawing once.
func TestLayerwiseWithEqualDrawsIsPlain(t *testing.T) {
	plain, layerwise := cnn(t, 2, 1), cnn(t, 2, 1)
	a := after(t, plain, func(k int) error {
		_, _, err := plain.Step(batchOf(16, uint64(k)), drawAt(plain, Sampler{Shape: Line{}}, k), 0.1, usual)
		return err
	})
	b := after(t, layerwise, func(k int) error {
		d := drawAt(layerwise, Sampler{Shape: Line{}, Layerwise: true}, k)
		same := drawAt(layerwise, Sampler{Shape: Line{}}, k)
		for l := range d.At[0] {
			d.At[0][l] = same.At[0][0]
		}
		d.Pair = same.Pair
		_, _, err := layerwise.Step(batchOf(16, uint64(k)), d, 0.1, usual)
		return err
	})
	if !slices.Equal(a, b) {
		t.Error("the endpoints differ after three steps")
	}
}

// A frozen endpoint stays, byte for byte; the others move.
func TestFreeze(t *testing.T) {
	s := cnn(t, 3, 1)
	if err := s.Freeze(0, 1); err != nil {
		t.Fatal(err)
	}
	before, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	after(t, s, func(k int) error {
		_, _, err := s.Step(batchOf(16, uint64(k)), drawAt(s, Sampler{Shape: Bezier{}}, k), 0.1, usual)
		return err
	})
	now, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before[0], now[0]) || !slices.Equal(before[1], now[1]) || slices.Equal(before[2], now[2]) {
		t.Error("a frozen endpoint moved, or the bend did not")
	}
	if err := s.Freeze(3); err == nil {
		t.Error("endpoint 3 of 3 was frozen")
	}
	// Nor does it move by a gradient that is no number.
	spoilt := batchOf(16, 9)
	for i := range spoilt.Images {
		spoilt.Images[i] = float32(math.NaN())
	}
	if _, _, err := s.Step(spoilt, drawAt(s, Sampler{Shape: Bezier{}}, 9), 0.1, usual); err != nil && !errors.Is(err, ErrDiverged) {
		t.Fatal(err)
	}
	if now, err = s.Endpoints(); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(now[2], func(w float32) bool { return w != w }) {
		t.Fatal("the bend has numbers yet: the gradient was one")
	}
	if !slices.Equal(before[0], now[0]) || !slices.Equal(before[1], now[1]) {
		t.Error("a frozen endpoint moved by a gradient that is no number")
	}
}
