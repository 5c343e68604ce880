package subspace

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	gomlx "github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/network"
)

// normed is a network with a batch norm over the images' channels, one after a dense
// layer, and one whose averages stay as they are.
func normed(batchNorm func(scope *model.Scope, x *Node, frozen bool) *Node) Net {
	return func(scope *model.Scope, images *Node) *Node {
		x := batchNorm(scope.In("first"), images, false)
		x = Tanh(layers.Dense(scope.In("hidden"), Reshape(x, x.Shape().Dimensions[0], -1), true, 8))
		x = batchNorm(scope.In("second"), x, false)
		return layers.Dense(scope.In("out"), batchNorm(scope.In("frozen"), x, true), true, 10)
	}
}

// GoMLX's own batch norm is re-estimated as ours: as the equal mean over all batches,
// whatever its momentum.
func TestGoMLXBatchNorm(t *testing.T) {
	const n, batches = 8, 130
	ours := spaceOf(t, normed(func(scope *model.Scope, x *Node, frozen bool) *Node {
		if frozen {
			return x
		}
		return network.BatchNorm(scope, x)
	}), 1, 1)
	var some []Batch
	for i := range batches {
		b := batchOf(n, uint64(i)+1)
		for j := range b.Images { // no two batches alike
			b.Images[j] *= 1 + float32(i)/50
		}
		some = append(some, b)
	}
	statistics := func(s *Space) map[string][]float32 {
		if err := s.Recalibrate(t.Context(), Uniform(Weights{1}, len(s.Layout.Layers)), once(some...)); err != nil {
			t.Fatal(err)
		}
		all := map[string][]float32{}
		buffers, err := s.Buffers()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range buffers {
			all[a.Name] = backendtest.Floats(a.Bytes)
		}
		return all
	}
	want := statistics(ours)
	backendtest.XLA(t)
	for momentum, native := range map[float64]bool{0.99: true, 0.5: false} {
		s := spaceOf(t, normed(func(scope *model.Scope, x *Node, frozen bool) *Node {
			return gomlx.BatchNorm(scope, x, -1).Epsilon(1e-5).Momentum(momentum).FrozenAverages(frozen).UseBackendInference(native).Done()
		}), 1, 1)
		got := statistics(s)
		for scope, values := range map[string]float64{"first": 64 * n, "second": n} {
			for name, factor := range map[string]float64{"mean": 1, "variance": values / (values - 1)} {
				have, want := got[fmt.Sprintf("/%s/batch_normalization/%s", scope, name)], want[fmt.Sprintf("/%s/%s", scope, name)]
				if len(have) == 0 || len(have) != len(want) {
					t.Fatalf("%d values of %s, want %d", len(have), name, len(want))
				}
				for i := range have {
					if h, w := factor*float64(have[i]), float64(want[i]); math.Abs(h-w) > 2e-3*(0.1+math.Abs(w)) {
						t.Errorf("momentum %v, native %v: %s of %s[%d] is %v, ours %v", momentum, native, name, scope, i, h, w)
					}
				}
			}
			if w := got[fmt.Sprintf("/%s/batch_normalization/avg_weight", scope)]; w[0] != batches {
				t.Errorf("it counts %v batches of %d", w[0], batches)
			}
		}
		if v := got["/frozen/batch_normalization/variance"]; v[0] != 1 {
			t.Errorf("frozen averages have become %v", v)
		}
	}
}

// GoMLX's batch norm is trained with by the whole gradient, or not at all.
func TestGoMLXBatchNormsGradient(t *testing.T) {
	step := func(native bool) error {
		s := spaceOf(t, normed(func(scope *model.Scope, x *Node, frozen bool) *Node {
			return gomlx.BatchNorm(scope, x, -1).FrozenAverages(frozen).UseBackendInference(native || frozen).Done()
		}), 2, 1)
		_, _, err := s.Step(batchOf(4, 1), s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{})
		return err
	}
	const want = "the network fails on images [4 8 8 1]: /first/batch_normalization is a batch norm with UseBackendInference(false)"
	if err := step(false); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("with half a gradient: %v\nwant %s …", err, want)
	}
	backendtest.XLA(t)
	if err := step(true); err != nil {
		t.Errorf("with the whole gradient: %v", err)
	}
	// Beside one of ours, which makes the same operation, and in a scope of the reader's.
	for name, net := range map[string]Net{
		"ours before it": func(scope *model.Scope, images *Node) *Node {
			x := network.BatchNorm(scope.In("ours"), images)
			x = gomlx.BatchNorm(scope.In("theirs"), x, -1).UseBackendInference(false).Done()
			return layers.Dense(scope.In("out"), Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
		},
		"in this scope": func(scope *model.Scope, images *Node) *Node {
			x := gomlx.BatchNorm(scope.In("mine"), images, -1).CurrentScope().UseBackendInference(false).Done()
			return layers.Dense(scope.In("out"), Reshape(x, x.Shape().Dimensions[0], -1), true, 10)
		},
	} {
		s := spaceOf(t, net, 2, 1)
		_, _, err := s.Step(batchOf(4, 1), s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{})
		if err == nil || !strings.Contains(err.Error(), "is a batch norm with UseBackendInference(false)") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
