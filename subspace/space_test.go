package subspace

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/network"
)

// samplers are the ways to draw a point that the tests go through.
func samplers() []Sampler {
	var out []Sampler
	for _, name := range []string{"standard", "line", "bezier", "simplex-3", "simplex-4", "layerwise-line", "layerwise-bezier", "layerwise-simplex-3"} {
		s, err := ParseSampler(name)
		if err != nil {
			panic(err)
		}
		out = append(out, s)
	}
	return out
}

// small is a network of everything that the project's have, once: a convolution,
// batch norm, a rectifier, dropout, a dense layer. Most of a test's time is XLA's
// compilation, which grows with the number of layers.
func small(scope *model.Scope, images *Node) *Node {
	x := layers.Convolution(scope.In("conv"), images).Channels(8).KernelSize(3).PadSame().UseBias(false).Done()
	x = activation.Relu(network.BatchNorm(scope.In("norm"), x))
	return layers.Dense(scope.In("head"), network.Dropout(scope, ReduceMean(x, 1, 2)), true, 10)
}

// cnn is a space of a small network with batch norm.
func cnn(t testing.TB, m int, seed uint64) *Space { return spaceOf(t, small, m, seed) }

func spaceOf(t testing.TB, net Net, m int, seed uint64) *Space {
	t.Helper()
	s, err := New(backendtest.Open(t), net, [3]int{8, 8, 1}, m, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Finalize)
	return s
}

func batchOf(n int, seed uint64) Batch {
	rng := rand.New(rand.NewPCG(seed, 99))
	b := Batch{Images: make([]float32, n*64), Labels: make([]int32, n)}
	for i := range b.Images {
		b.Images[i] = float32(rng.NormFloat64())
	}
	for i := range b.Labels {
		b.Labels[i] = int32(rng.IntN(10))
	}
	return b
}

// The gradient of every endpoint, cᵢ times the gradient at the point, is what
// automatic differentiation through the interpolation gives, for each shape.
func TestGradientOfEveryEndpoint(t *testing.T) {
	for _, sampler := range samplers() {
		t.Run(sampler.String(), func(t *testing.T) {
			s := cnn(t, sampler.Shape.Endpoints(), 1)
			gradients, err := model.NewExec(s.backend, s.store, func(scope *model.Scope, images, labels, points *Node) (*Node, *Node) {
				point := Reshape(points, points.Shape().Dimensions[1:]...)
				s.store.SetTraining(images.Graph(), true)
				theta := s.theta.NodeValue(images)
				weights := s.Layout.mix(theta, point)
				loss := crossEntropy(s.apply(scope, weights, images), labels)
				return s.Layout.spread(Gradient(loss, weights...), point), Gradient(loss, theta)[0]
			})
			if err != nil {
				t.Fatal(err)
			}
			defer gradients.Finalize()
			rng := rand.New(rand.NewPCG(1, 1))
			images, labels, err := s.tensors(batchOf(16, 1))
			if err != nil {
				t.Fatal(err)
			}
			point, err := s.points(sampler.Draw(rng, len(s.Layout.Layers)))
			if err != nil {
				t.Fatal(err)
			}
			out, err := gradients.Call(images, labels, point)
			if err != nil {
				t.Fatal(err)
			}
			ours, want := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
			worst, largest := 0.0, 0.0
			for i := range want {
				worst = max(worst, math.Abs(float64(ours[i]-want[i])))
				largest = max(largest, math.Abs(float64(want[i])))
			}
			if largest == 0 || worst > 1e-5*largest {
				t.Errorf("differs by %g, the largest entry is %g", worst, largest)
			}
		})
	}
}

// A corner is its endpoint: the network computes there what it computes with
// that endpoint's weights.
func TestCornersAreEndpoints(t *testing.T) {
	const m = 3
	s := cnn(t, m, 1)
	endpoints, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	single := cnn(t, 1, 2)
	layers := len(s.Layout.Layers)
	for i := range m {
		if err := single.SetEndpoints(endpoints[i : i+1]); err != nil {
			t.Fatal(err)
		}
		at := evaluate(t, s, Uniform(Endpoint(i, m), layers))
		want := evaluate(t, single, Uniform(Weights{1}, layers))
		if !slices.Equal(at, want) {
			t.Errorf("corner %d differs from endpoint %d", i, i)
		}
	}
}

// The midpoint of a line does not know which end is which.
func TestMidpointIsSymmetric(t *testing.T) {
	s := cnn(t, 2, 1)
	middle := Uniform(Line{}.Midpoint(), len(s.Layout.Layers))
	before := evaluate(t, s, middle)
	endpoints, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(endpoints)
	if err := s.SetEndpoints(endpoints); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, evaluate(t, s, middle)) {
		t.Error("the logits at the midpoint change when the endpoints are exchanged")
	}
}

func evaluate(t *testing.T, s *Space, p Point) []float32 {
	t.Helper()
	logits, _, err := s.Evaluate(context.Background(), p, once(batchOf(32, 1)), once(batchOf(16, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return logits
}

func once(batches ...Batch) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		for _, b := range batches {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// A simplex with m = 2 trains as the line does, step for step.
func TestSimplexOfTwoTrainsAsLine(t *testing.T) {
	if !slices.Equal(trained(t, "line"), trained(t, "simplex-2")) {
		t.Error("the endpoints differ after three steps")
	}
}

func trained(t *testing.T, name string) []float32 {
	t.Helper()
	sampler, err := ParseSampler(name)
	if err != nil {
		t.Fatal(err)
	}
	s := cnn(t, sampler.Shape.Endpoints(), 1)
	for step := range 3 {
		d := s.Draw(sampler, rand.New(rand.NewPCG(1, uint64(step))))
		if _, _, err := s.Step(batchOf(16, uint64(step)), d, 0.1, SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}); err != nil {
			t.Fatal(err)
		}
	}
	endpoints, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(endpoints...)
}

// Endpoints are independent draws, and the first of many is the only one of
// one.
func TestInitialisation(t *testing.T) {
	three, err := spaceOf(t, network.CNN(10, 4), 3, 5).Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	one, err := spaceOf(t, network.CNN(10, 4), 1, 5).Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	other, err := spaceOf(t, network.CNN(10, 4), 1, 6).Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(three[0], one[0]) {
		t.Error("the first endpoint depends on the number of endpoints")
	}
	if slices.Equal(three[0], three[1]) || slices.Equal(one[0], other[0]) {
		t.Error("two endpoints or two seeds give the same weights")
	}
	s := spaceOf(t, network.CNN(10, 4), 2, 5)
	if cosine := cosineOf(s.Layout, three[0], three[1]); math.Abs(cosine) > 0.2 {
		t.Errorf("the cosine between two fresh endpoints is %.2f, want about 0", cosine)
	}
}

// The regulariser is cos² of the kernels of the two endpoints of the pair.
func TestCosineSquared(t *testing.T) {
	s := cnn(t, 3, 1)
	exec, err := model.NewExec(s.backend, s.store, func(_ *model.Scope, pair *Node) *Node {
		return s.Layout.cosineSquared(s.theta.NodeValue(pair), pair)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call([][]float32{{0, 1, 0}, {0, 0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	cosine := cosineOf(s.Layout, rows[1], rows[2])
	got, want := float64(tensors.ToScalar[float32](out[0])), cosine*cosine
	if math.Abs(got-want) > 1e-5*want+1e-9 {
		t.Errorf("cos² = %g, want %g", got, want)
	}
}

// A space set to a state goes on bit for bit as the one it was taken from.
func TestStateGoesOn(t *testing.T) {
	a, b := cnn(t, 2, 1), cnn(t, 2, 9)
	sampler := Sampler{Shape: Line{}}
	step := func(s *Space, k int) {
		d := s.Draw(sampler, rand.New(rand.NewPCG(1, uint64(k))))
		if _, _, err := s.Step(batchOf(16, uint64(k)), d, 0.1, SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}); err != nil {
			t.Fatal(err)
		}
	}
	step(a, 0)
	state, err := a.State()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetState(state); err != nil {
		t.Fatal(err)
	}
	step(a, 1)
	step(b, 1)
	sa, err := a.State()
	if err != nil {
		t.Fatal(err)
	}
	sb, err := b.State()
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(sa) != fmt.Sprint(sb) {
		t.Error("the states differ one step later")
	}
	if err := cnn(t, 3, 1).SetState(state); err == nil {
		t.Error("a space of three endpoints took the state of one of two")
	}
	state.Endpoints[0][0] = 42
	state.Buffers[0].Bytes = state.Buffers[0].Bytes[4:]
	if err := b.SetState(state); err == nil {
		t.Error("a space took a buffer that is cut short")
	}
	if rows, err := b.Endpoints(); err != nil || rows[0][0] == 42 {
		t.Errorf("a state that was refused changed the space (%v)", err)
	}
	state.Buffers[0].Name = "/elsewhere"
	if err := b.SetState(state); err == nil {
		t.Error("a space took a state with a buffer of another network")
	}
}

// Evaluation leaves what training carries along as it was, and gives the same
// whatever was evaluated before.
func TestEvaluationLeavesTraining(t *testing.T) {
	s := cnn(t, 2, 1)
	if _, _, err := s.Step(batchOf(16, 3), s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{}); err != nil {
		t.Fatal(err)
	}
	before, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	layers := len(s.Layout.Layers)
	first := evaluate(t, s, Uniform(Line{}.At(0.5), layers))
	evaluate(t, s, Uniform(Line{}.At(0), layers))
	if !slices.Equal(first, evaluate(t, s, Uniform(Line{}.At(0.5), layers))) {
		t.Error("the logits at a point depend on the point evaluated before")
	}
	after, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Error("evaluation changed the state")
	}
}

// Recalibrated statistics are the plain mean of the batches' own.
func TestRecalibrationIsMeanOverBatches(t *testing.T) {
	s := cnn(t, 1, 1)
	p := Uniform(Weights{1}, len(s.Layout.Layers))
	statistics := func(batches ...Batch) [][]float32 {
		if err := s.Recalibrate(context.Background(), p, once(batches...)); err != nil {
			t.Fatal(err)
		}
		arrays, err := s.arrays()
		if err != nil {
			t.Fatal(err)
		}
		var out [][]float32
		for _, v := range s.state {
			out = append(out, tensors.MustCopyFlatData[float32](v.MustValue()))
		}
		if len(arrays) != len(out) || len(out) == 0 {
			t.Fatalf("%d arrays for %d statistics", len(arrays), len(out))
		}
		return out
	}
	a, b, both := statistics(batchOf(16, 1)), statistics(batchOf(16, 2)), statistics(batchOf(16, 1), batchOf(16, 2))
	for i := range both {
		for j := range both[i] {
			want := (a[i][j] + b[i][j]) / 2
			if math.Abs(float64(both[i][j]-want)) > 1e-5*(1+math.Abs(float64(want))) {
				t.Fatalf("statistic %d[%d] is %v, the mean of the two batches' is %v", i, j, both[i][j], want)
			}
		}
	}
}

// foreign is a network in another style: GoMLX's own layers, its own scopes, a
// weight beside them, dropout, a counter of the batches that it has seen.
func foreign(scope *model.Scope, images *Node) *Node {
	g := images.Graph()
	x := layers.Convolution(scope.In("my").In("conv"), images).Channels(6).KernelSize(3).PadSame().Done()
	x = activation.Gelu(x)
	x = ReduceMean(x, 1, 2)
	x = layers.Dropout(scope, x, Const(g, float32(0.2)))
	head := scope.In("head")
	temperature := head.VariableWithValue("temperature", float32(1)).NodeValue(g)
	counter := scope.VariableWithValue("batches", float32(0)).SetTrainable(false)
	if scope.IsTraining(g) {
		counter.SetNodeValue(AddScalar(counter.NodeValue(g), 1))
	}
	return Mul(layers.Dense(head.In("out"), x, true, 10), temperature)
}

// Any GoMLX model function is trained as it is.
func TestForeignNetwork(t *testing.T) {
	b := backendtest.Open(t)
	s, err := New(b, foreign, [3]int{8, 8, 1}, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Finalize)
	if got, want := s.Layout.Size, 6*9+6+1+6*10+10; got != want {
		t.Errorf("%d weights, want %d", got, want)
	}
	sampler := Sampler{Shape: Line{}, Layerwise: true}
	batch := batchOf(32, 1)
	var first, last float64
	for step := range 60 {
		loss, _, err := s.Step(batch, s.Draw(sampler, rand.New(rand.NewPCG(1, uint64(step)))), 0.2, SGD{Momentum: 0.9, Beta: 1})
		if err != nil {
			t.Fatal(err)
		}
		if step == 0 {
			first = loss
		}
		last = loss
	}
	if last > 0.9*first {
		t.Errorf("the loss went from %.3f to %.3f in 60 steps on one batch", first, last)
	}
	if _, _, err := s.Evaluate(context.Background(), Uniform(Line{}.Midpoint(), len(s.Layout.Layers)), once(batch), once(batch)); err != nil {
		t.Error(err)
	}
}

// restless is a network with a variable beside its weights that starts at random.
func restless(scope *model.Scope, images *Node) *Node {
	offset := scope.WithInitializer(initializer.RandomNormalFn(scope, 1)).
		VariableWithShape("offset", shapes.Make(dtypes.Float32, 10)).SetTrainable(false)
	return Add(small(scope, images), ExpandAxes(offset.NodeValue(images), 0))
}

// A blank space that is given the endpoints of another is that one: to a checkpoint,
// in an evaluation, and in steps with all that they draw.
func TestBlank(t *testing.T) {
	b := backendtest.Open(t)
	for name, net := range map[string]Net{"plain": small, "dropout": network.WithDropout(small, 0.3), "foreign": foreign, "restless": restless} {
		t.Run(name, func(t *testing.T) {
			var states []State
			var logits [][]float32
			var endpoints [][]float32
			for _, of := range []func(compute.Backend, Net, [3]int, int, uint64) (*Space, error){New, Blank} {
				s, err := of(b, net, [3]int{8, 8, 1}, 2, 7)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Finalize()
				if endpoints == nil {
					endpoints, err = s.Endpoints()
				} else {
					err = s.SetEndpoints(endpoints)
				}
				if err != nil {
					t.Fatal(err)
				}
				state, err := s.State()
				if err != nil {
					t.Fatal(err)
				}
				states = append(states, state)
				rng, batch := rand.New(rand.NewPCG(1, 1)), batchOf(32, 1)
				for range 2 {
					if _, _, err := s.Step(batch, s.Draw(Sampler{Shape: Line{}}, rng), 0.1, SGD{Momentum: 0.9}); err != nil {
						t.Fatal(err)
					}
				}
				out, _, err := s.Evaluate(t.Context(), Uniform(Line{}.Midpoint(), len(s.Layout.Layers)), once(batch), once(batch))
				if err != nil {
					t.Fatal(err)
				}
				if state, err = s.State(); err != nil {
					t.Fatal(err)
				}
				states, logits = append(states, state), append(logits, out)
			}
			if !reflect.DeepEqual(states[0], states[2]) {
				t.Error("the states differ before any step")
			}
			if !reflect.DeepEqual(states[1], states[3]) || !slices.Equal(logits[0], logits[1]) {
				t.Error("states or logits differ after two steps")
			}
		})
	}
}

func TestBadInput(t *testing.T) {
	s := cnn(t, 2, 1)
	layers := len(s.Layout.Layers)
	good := s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1)))
	step := func(b Batch, d Draw) error { _, _, err := s.Step(b, d, 0.1, SGD{Beta: 1}); return err }
	logits := func(p Point) error {
		_, _, err := s.Logits(context.Background(), p, once(batchOf(4, 1)))
		return err
	}
	out := batchOf(4, 1)
	out.Labels[2] = 10
	short := batchOf(4, 1)
	short.Images = short.Images[:100]
	nan := func(v float64) Point { return Uniform(Weights{1 - v, v}, layers) }
	cases := map[string]struct {
		err  error
		want string
	}{
		"empty batch":      {step(Batch{}, good), "batch is empty"},
		"label":            {step(out, good), "label 2 of the batch is 10"},
		"short images":     {step(short, good), "want 4 × [8 8 1]"},
		"pair":             {step(batchOf(4, 1), Draw{At: good.At, Pair: [2]int{0, 2}}), "names endpoint 2 of 2"},
		"no pair":          {step(batchOf(4, 1), Draw{At: good.At}), "names endpoint 0 twice"},
		"layers":           {logits(good.At[0][:1]), "point has 1 layers"},
		"coefficients":     {logits(Uniform(Weights{1}, layers)), "1 coefficients"},
		"NaN":              {logits(nan(math.NaN())), "want a finite number"},
		"infinite":         {logits(nan(math.Inf(1))), "want a finite number"},
		"outside is right": {logits(nan(-0.3)), ""},
	}
	_, err := New(s.backend, s.net, [3]int{8, 8, 1}, 0, 1)
	cases["m = 0"] = struct {
		err  error
		want string
	}{err, "subspace of 0 endpoints"}
	_, err = New(s.backend, func(_ *model.Scope, x *Node) *Node { return Reshape(x, 2, -1) }, [3]int{8, 8, 1}, 1, 1)
	cases["no weights"] = struct {
		err  error
		want string
	}{err, "no trainable variable"}
	_, err = New(s.backend, func(*model.Scope, *Node) *Node { panic("mine") }, [3]int{8, 8, 1}, 1, 1)
	cases["panic"] = struct {
		err  error
		want string
	}{err, "mine"}
	_, err = New(s.backend, func(scope *model.Scope, x *Node) *Node {
		bad := scope.WithInitializer(func(*Graph, shapes.Shape) *Node { panic("mine too") })
		w := bad.VariableWithShape("w", shapes.Make(x.DType(), 64, 10))
		return MatMul(Reshape(x, x.Shape().Dimensions[0], 64), w.NodeValue(x))
	}, [3]int{8, 8, 1}, 1, 1)
	cases["initialiser"] = struct {
		err  error
		want string
	}{err, "mine too"}
	for name, c := range cases {
		switch {
		case c.want == "" && c.err != nil:
			t.Errorf("%s: %v", name, c.err)
		case c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)):
			t.Errorf("%s: got %v, want an error with %q", name, c.err, c.want)
		case c.err != nil && strings.Contains(c.err.Error(), "\n"):
			t.Errorf("%s: the error has more than one line: %v", name, c.err)
		}
	}
}

func TestDivergedStep(t *testing.T) {
	s := cnn(t, 1, 1)
	d := Draw{At: []Point{Uniform(Weights{1}, len(s.Layout.Layers))}}
	for range 50 {
		if _, _, err := s.Step(batchOf(16, 1), d, 1e30, SGD{}); err != nil {
			if !strings.Contains(err.Error(), ErrDiverged.Error()) {
				t.Fatal(err)
			}
			return
		}
	}
	t.Error("a learning rate of 1e30 did not diverge")
}

// The same steps give the same bytes if compiled again too, as by who resumes:
// resuming rests on it.
func TestStepsRepeatCompiledAnew(t *testing.T) {
	backendtest.XLA(t)
	backendtest.Anew(t)
	var first []float32
	for range 2 {
		s := cnn(t, 2, 1)
		now := after(t, s, func(k int) error {
			_, _, err := s.Step(noise(64, [3]int{8, 8, 1}, uint64(k)), drawAt(s, Sampler{Shape: Line{}}, k), 0.1, usual)
			return err
		})
		if first == nil {
			first = now
		} else if !slices.Equal(first, now) {
			t.Error("the endpoints differ between two equal trainings")
		}
	}
}
