package network_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/network"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

type net = func(scope *model.Scope, images *Node) *Node

// networks are those of the package, with the images they are made for.
var networks = []struct {
	name       string
	net        net
	side       int
	channels   int
	parameters int
}{
	{"CResNet20 of width 16", network.CResNet20(10, 16), 32, 3, 272_464},
	{"CResNet20 of width 8", network.CResNet20(10, 8), 32, 3, 68_776},
	{"CNN of width 8", network.CNN(10, 8), 8, 1, 3_768},
	{"MLP of 64 and 32 units", network.MLP(10, 64, 32), 8, 1, 6_570},
}

// open opens XLA, where it is set up, else the pure-Go backend.
func open(t testing.TB) compute.Backend {
	if b := backendtest.Open(t); b.Name() == "xla" {
		return b
	}
	return pureGo(t)
}

// backends calls test with XLA, where it is set up, and with the pure-Go backend.
func backends(t *testing.T, test func(t *testing.T, b compute.Backend)) {
	if b := open(t); b.Name() == "xla" {
		t.Run("xla", func(t *testing.T) { test(t, b) })
	}
	t.Run("go", func(t *testing.T) { test(t, pureGo(t)) })
}

// pureGo opens the pure-Go backend so that it runs one operation at a time: by
// default it runs several, and blocks for good once as many convolutions as it
// has workers wait for a free worker.
func pureGo(t testing.TB) compute.Backend {
	b, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Finalize)
	return b
}

// newStore returns a store whose initialisers draw from a seed.
func newStore(t testing.TB, seed int64) *model.Store {
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(seed); err != nil {
		t.Fatal(err)
	}
	return store
}

// call runs a model function once and returns its results.
func call[F model.ExecGraphFn](t testing.TB, b compute.Backend, store *model.Store, fn F, inputs ...any) []*tensors.Tensor {
	t.Helper()
	exec, err := model.NewExec(b, store, fn)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	results, err := exec.Call(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// set creates a variable with a value.
func set(t testing.TB, store *model.Store, path string, values []float32, dimensions ...int) {
	t.Helper()
	if _, err := store.CreateVariable(path, tensors.FromFlatDataAndDimensions(values, dimensions...)); err != nil {
		t.Fatal(err)
	}
}

// normal returns a float tensor of independent normal numbers.
func normal[T float32 | float64](seed uint64, mean, deviation float64, dimensions ...int) *tensors.Tensor {
	rng := rand.New(rand.NewPCG(seed, 0))
	size := 1
	for _, d := range dimensions {
		size *= d
	}
	values := make([]T, size)
	for i := range values {
		values[i] = T(mean + deviation*rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, dimensions...)
}

func TestVariables(t *testing.T) {
	var listing strings.Builder
	for _, n := range networks {
		store := newStore(t, 1)
		build(t, store, n.net, shapes.Make(dtypes.Float32, 2, n.side, n.side, n.channels), 10)
		fmt.Fprintf(&listing, "%s\n", n.name)
		parameters := 0
		for v := range store.IterVariables() {
			if v.Name() == model.RNGStateVariableName {
				continue
			}
			kind := "trainable"
			if v.Trainable {
				parameters += v.Shape().Size()
			} else {
				kind = "running"
			}
			fmt.Fprintf(&listing, "\t%s %v %s\n", v.Path(), v.Shape().Dimensions, kind)
		}
		if parameters != n.parameters {
			t.Errorf("%s: %d parameters, expected %d", n.name, parameters, n.parameters)
		}
	}
	golden(t, "testdata/variables.golden", listing.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s (go test -rewrite makes it anew):\n%s", file, got)
	}
}

func TestInitialValues(t *testing.T) {
	draw := func(seed int64) *model.Store {
		store := newStore(t, seed)
		call(t, pureGo(t), store, network.CResNet20(10, 16), normal[float32](1, 0, 1, 1, 4, 4, 3))
		return store
	}
	store, same, other := draw(1), draw(1), draw(2)
	for v := range store.IterVariables() {
		if v.Name() == model.RNGStateVariableName {
			continue
		}
		values := tensors.MustCopyFlatData[float32](v.MustValue())
		again := tensors.MustCopyFlatData[float32](same.GetVariable(v.Path()).MustValue())
		different := tensors.MustCopyFlatData[float32](other.GetVariable(v.Path()).MustValue())
		equal, independent := true, 0
		var sum, squares float64
		for i, x := range values {
			equal = equal && x == again[i]
			if x != different[i] {
				independent++
			}
			sum += float64(x)
			squares += float64(x) * float64(x)
		}
		if !equal {
			t.Errorf("%s: the same seed gives different values", v.Path())
		}
		n := float64(len(values))
		switch v.Name() {
		case "weights":
			if independent < len(values)-2 {
				t.Errorf("%s: another seed changes %d of %d values", v.Path(), independent, len(values))
			}
			dims := v.Shape().Dimensions
			variance := 2 / float64(dims[0]*dims[1]*dims[2])
			// Five standard errors of the mean and of the mean square.
			if math.Abs(sum/n) > 5*math.Sqrt(variance/n) {
				t.Errorf("%s: mean %g of %g values with variance %g", v.Path(), sum/n, n, variance)
			}
			if math.Abs(squares/n/variance-1) > 5*math.Sqrt(2/n) {
				t.Errorf("%s: variance %g, expected %g", v.Path(), squares/n, variance)
			}
		case "scale", "variance":
			if sum != n || squares != n {
				t.Errorf("%s: starts as %v, expected ones", v.Path(), values)
			}
		default:
			if squares != 0 {
				t.Errorf("%s: starts as %v, expected zeros", v.Path(), values)
			}
		}
	}
}

// Both backends compute the same loss and the same gradients.
func TestBackendsAgree(t *testing.T) {
	xla := backendtest.XLA(t)
	for _, n := range networks[2:] {
		images := func() *tensors.Tensor { return normal[float32](1, 0, 1, 10, n.side, n.side, n.channels) }
		initial := newStore(t, 1)
		call(t, xla, initial, n.net, images())
		gradients := func(b compute.Backend) []*tensors.Tensor {
			store := newStore(t, 1)
			for v := range initial.IterVariables() {
				if v.Name() != model.RNGStateVariableName {
					set(t, store, v.Path(), tensors.MustCopyFlatData[float32](v.MustValue()), v.Shape().Dimensions...)
				}
			}
			return call(t, b, store, func(scope *model.Scope, images *Node) []*Node {
				return lossAndGradients(scope, n.net, images, Iota(images.Graph(), shapes.Make(dtypes.Int32, 10), 0))
			}, images())
		}
		want, got := gradients(xla), gradients(pureGo(t))
		for i := range want {
			if e := relativeError(want[i], got[i]); e > 1e-5 {
				t.Errorf("%s: result %d differs by %g", n.name, i, e)
			}
		}
	}
}

// lossAndGradients returns the mean cross-entropy in training mode, then its
// gradient by every trainable variable.
func lossAndGradients(scope *model.Scope, n net, images, labels *Node) []*Node {
	g := images.Graph()
	scope.Store().SetTraining(g, true)
	logits := n(scope, images)
	loss := crossEntropy(logits, labels)
	var variables []*Node
	for v := range scope.IterVariables() {
		if v.Trainable {
			variables = append(variables, v.NodeValue(g))
		}
	}
	return append([]*Node{loss}, Gradient(loss, variables...)...)
}

// crossEntropy is the mean over the batch of −log p(label).
func crossEntropy(logits, labels *Node) *Node {
	oneHot := OneHot(labels, logits.Shape().Dimensions[1], logits.DType())
	return Neg(ReduceAllMean(ReduceSum(Mul(oneHot, LogSoftmax(logits)), -1)))
}

// relativeError is ‖got − want‖/‖want‖.
func relativeError(want, got *tensors.Tensor) float64 {
	w, g := tensors.MustCopyFlatData[float32](want), tensors.MustCopyFlatData[float32](got)
	var change, size float64
	for i := range w {
		change += math.Pow(float64(w[i])-float64(g[i]), 2)
		size += math.Pow(float64(w[i]), 2)
	}
	return math.Sqrt(change / size)
}

func TestWrongImages(t *testing.T) {
	b := pureGo(t)
	for _, c := range []struct {
		name   string
		net    net
		images *tensors.Tensor
		want   string
	}{
		{"no batch", network.CResNet20(10, 16), normal[float32](1, 0, 1, 32, 32, 3), "[batch, height, width, channels]"},
		{"channels first", network.CResNet20(10, 16), normal[float32](1, 0, 1, 1, 3, 32, 32), "multiples of 4, got 3×32"},
		{"odd side", network.CNN(10, 8), normal[float32](1, 0, 1, 1, 8, 9, 1), "multiples of 4, got 8×9"},
		{"side of 12", network.ResNet18(10), normal[float32](1, 0, 1, 1, 12, 16, 3), "multiples of 8, got 12×16"},
		{"side of 48", network.WideResNet50x2(10), normal[float32](1, 0, 1, 1, 48, 64, 3), "multiples of 32, got 48×64"},
		{"integers", network.MLP(10), tensors.FromShape(shapes.Make(dtypes.Uint8, 1, 8, 8, 1)), "float images"},
	} {
		exec, err := model.NewExec(b, newStore(t, 1), c.net)
		if err == nil {
			_, err = exec.Call(c.images)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one with %q", c.name, err, c.want)
		}
	}
}

func Benchmark(b *testing.B) {
	const batch = 128
	be := open(b)
	for _, n := range networks {
		if be.Name() != "xla" && n.side > 8 {
			continue // minutes a batch
		}
		images := normal[float32](1, 0, 1, batch, n.side, n.side, n.channels)
		labels := tensors.FromValue(make([]int32, batch))
		for _, pass := range []struct {
			name string
			fn   func(scope *model.Scope, images, labels *Node) []*Node
		}{
			{"forward", func(scope *model.Scope, images, _ *Node) []*Node { return []*Node{n.net(scope, images)} }},
			{"forward and backward", func(scope *model.Scope, images, labels *Node) []*Node {
				return lossAndGradients(scope, n.net, images, labels)
			}},
		} {
			b.Run(n.name+"/"+pass.name, func(b *testing.B) {
				exec, err := model.NewExec(be, newStore(b, 1), pass.fn)
				if err != nil {
					b.Fatal(err)
				}
				defer exec.Finalize()
				run := func() {
					results, err := exec.Call(images, labels)
					if err != nil {
						b.Fatal(err)
					}
					tensors.MustCopyFlatData[float32](results[0]) // waits
				}
				run() // compiles
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}
