package network_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/network"
)

// textbook is batch norm as the paper writes it, all of it differentiated.
func textbook(x, scale, shift *Node) *Node {
	axes := []int{0, 1, 2}
	mean := ReduceAndKeep(x, ReduceMean, axes...)
	variance := ReduceAndKeep(Square(Sub(x, mean)), ReduceMean, axes...)
	normal := Div(Sub(x, mean), Sqrt(AddScalar(variance, 1e-5)))
	return Add(Mul(normal, ExpandLeftToRank(scale, 4)), ExpandLeftToRank(shift, 4))
}

// weighted is a loss whose gradient differs in every entry of y.
func weighted(y *Node) *Node {
	return ReduceAllSum(Mul(Sin(IotaFull(y.Graph(), y.Shape())), Add(y, Square(y))))
}

// Value and gradients equal autodiff of the formula, in double precision.
func TestBatchNormGradient(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		store := newStore(t, 1)
		results := call(t, b, store, func(scope *model.Scope, x, scale, shift *Node) []*Node {
			store.SetTraining(x.Graph(), true)
			scope = scope.In("norm")
			scope.VariableWithShape("scale", scale.Shape()).SetNodeValue(scale)
			scope.VariableWithShape("shift", shift.Shape()).SetNodeValue(shift)
			y, want := network.BatchNorm(scope, x), textbook(x, scale, shift)
			got := append([]*Node{y}, Gradient(weighted(y), x, scale, shift)...)
			expected := append([]*Node{want}, Gradient(weighted(want), x, scale, shift)...)
			var errors []*Node
			for i := range got {
				errors = append(errors, ReduceAllMax(Abs(Sub(got[i], expected[i]))), ReduceAllMax(Abs(expected[i])))
			}
			return errors
		}, normal[float64](1, 3, 2, 4, 5, 6, 7), normal[float64](2, 1, .5, 7), normal[float64](3, 0, .5, 7))
		for i, name := range []string{"y", "∂x", "∂scale", "∂shift"} {
			err, size := tensors.ToScalar[float64](results[2*i]), tensors.ToScalar[float64](results[2*i+1])
			if !(err < 1e-11*size) || size < .1 {
				t.Errorf("%s differs by %g of %g", name, err, size)
			}
		}
	})
}

// The gradient equals central differences of the value: a check that does not
// lean on autodiff.
func TestBatchNormFiniteDifferences(t *testing.T) {
	b, store := pureGo(t), newStore(t, 1)
	value, err := model.NewExec(b, store, func(scope *model.Scope, x *Node) []*Node {
		store.SetTraining(x.Graph(), true)
		loss := weighted(network.BatchNorm(scope.In("norm"), x))
		return []*Node{loss, Gradient(loss, x)[0]}
	})
	if err != nil {
		t.Fatal(err)
	}
	const step = 1e-5
	at := func(entry int, change float64) []*tensors.Tensor {
		x := normal[float64](1, 3, 2, 2, 3, 2, 2)
		tensors.MustMutableFlatData(x, func(flat []float64) { flat[entry] += change })
		return value.MustCall(x)
	}
	gradient := tensors.MustCopyFlatData[float64](at(0, 0)[1])
	for i, g := range gradient {
		up, down := tensors.ToScalar[float64](at(i, step)[0]), tensors.ToScalar[float64](at(i, -step)[0])
		if numeric := (up - down) / (2 * step); math.Abs(numeric-g) > 1e-6 {
			t.Errorf("entry %d: gradient %.9g, finite difference %.9g", i, g, numeric)
		}
	}
}

// statistics runs batch norm in training mode on batches of one channel, and
// returns the running mean and variance after each.
func statistics(t *testing.T, b compute.Backend, rate func(g *Graph, k *Node) any, batches ...[]float32) (means, variances []float32) {
	t.Helper()
	store := newStore(t, 1)
	exec, err := model.NewExec(b, store, func(scope *model.Scope, x, k *Node) *Node {
		store.SetTraining(x.Graph(), true)
		if rate != nil {
			scope.SetGraphParam(x.Graph(), network.RateParam, rate(x.Graph(), k))
		}
		return network.BatchNorm(scope.In("norm"), x)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, batch := range batches {
		if _, err := exec.Call(tensors.FromFlatDataAndDimensions(batch, len(batch), 1), float32(i+1)); err != nil {
			t.Fatal(err)
		}
		value := func(name string) float32 {
			return tensors.MustCopyFlatData[float32](store.GetVariable("/norm/" + name).MustValue())[0]
		}
		means, variances = append(means, value("mean")), append(variances, value("variance"))
	}
	return means, variances
}

func TestRunningStatistics(t *testing.T) {
	// Means 2 and 5; unbiased variances 4 and 1 (biased: 8/3 and 2/3).
	batches := [][]float32{{0, 2, 4}, {4, 5, 6}}
	cumulative := func(_ *Graph, k *Node) any { return Reciprocal(k) }
	backends(t, func(t *testing.T, b compute.Backend) {
		for _, c := range []struct {
			name            string
			rate            func(*Graph, *Node) any
			means, variance []float32
		}{
			{"default", nil, []float32{.2, .68}, []float32{1.3, 1.27}},
			{"half", func(*Graph, *Node) any { return 0.5 }, []float32{1, 3}, []float32{2.5, 1.75}},
			{"cumulative", cumulative, []float32{2, 3.5}, []float32{4, 2.5}},
		} {
			means, variances := statistics(t, b, c.rate, batches...)
			for i := range batches {
				if math.Abs(float64(means[i]-c.means[i])) > 1e-6 || math.Abs(float64(variances[i]-c.variance[i])) > 1e-6 {
					t.Errorf("%s rate, batch %d: mean %g, variance %g, expected %g, %g",
						c.name, i+1, means[i], variances[i], c.means[i], c.variance[i])
				}
			}
		}
	})
}

// In evaluation mode the running statistics count, and stay.
func TestBatchNormEvaluation(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		store := newStore(t, 1)
		for name, value := range map[string]float32{"scale": 3, "shift": 1, "mean": 10, "variance": 4 - 1e-5} {
			set(t, store, "/norm/"+name, []float32{value}, 1)
		}
		y := call(t, b, store, func(scope *model.Scope, x *Node) *Node {
			return network.BatchNorm(scope.In("norm"), x)
		}, [][]float32{{10}, {12}})[0]
		for i, want := range []float32{1, 4} {
			if got := tensors.MustCopyFlatData[float32](y)[i]; math.Abs(float64(got-want)) > 1e-6 {
				t.Errorf("y[%d] = %g, expected %g", i, got, want)
			}
		}
		if mean := tensors.MustCopyFlatData[float32](store.GetVariable("/norm/mean").MustValue())[0]; mean != 10 {
			t.Errorf("the running mean became %g", mean)
		}
	})
}

// A mean of many standard deviations costs no digits of the variance.
func TestBatchNormCancellation(t *testing.T) {
	backends(t, func(t *testing.T, b compute.Backend) {
		const mean = 300
		x := normal[float32](1, mean, 1, 4096, 1)
		values := tensors.MustCopyFlatData[float32](x)
		var sum, squares float64
		for _, v := range values {
			sum += float64(v)
		}
		for _, v := range values {
			squares += math.Pow(float64(v)-sum/4096, 2)
		}
		_, variances := statistics(t, b, func(*Graph, *Node) any { return 1.0 }, values)
		if want := squares / 4095; math.Abs(float64(variances[0])/want-1) > 1e-4 {
			t.Errorf("variance %g, expected %g", variances[0], want)
		}
	})
}

func TestBatchNormPanics(t *testing.T) {
	for _, c := range []struct {
		name string
		x    *tensors.Tensor
		rate any
		want string
	}{
		{"one value", normal[float32](1, 0, 1, 1, 1, 1, 3), 0.1, "two or more values per channel"},
		{"rank 1", normal[float32](1, 0, 1, 3), 0.1, "[batch, …, channels]"},
		{"rate", normal[float32](1, 0, 1, 4, 3), "fast", "scalar *Node or a float64, got string"},
	} {
		store := newStore(t, 1)
		exec, err := model.NewExec(pureGo(t), store, func(scope *model.Scope, x *Node) *Node {
			store.SetTraining(x.Graph(), true)
			scope.SetGraphParam(x.Graph(), network.RateParam, c.rate)
			return network.BatchNorm(scope, x)
		})
		if err == nil {
			_, err = exec.Call(c.x)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, expected one with %q", c.name, err, c.want)
		}
	}
}

// Ghost batches: each part of the batch is normalised alone. Value, gradients and
// running statistics are those of the formula on each part, put together.
func TestGhostBatches(t *testing.T) {
	const batch, channels = 6, 3
	for _, c := range []struct{ asked, parts int }{{1, 1}, {3, 3}, {6, 6}, {4, 2}, {5, 1}} { // the second divides both
		backends(t, func(t *testing.T, b compute.Backend) {
			store := newStore(t, 1)
			results := call(t, b, store, func(scope *model.Scope, x *Node) []*Node {
				store.SetTraining(x.Graph(), true)
				scope = scope.In("norm")
				y := network.WithGhostBatches(network.BatchNorm, c.asked)(scope, x)
				ones, zeros := Ones(x.Graph(), shapes.Make(x.DType(), channels)), Zeros(x.Graph(), shapes.Make(x.DType(), channels))
				var parts, means, variances []*Node
				for i := range c.parts {
					part := Slice(x, AxisRange(i*batch/c.parts, (i+1)*batch/c.parts))
					parts = append(parts, textbook(part, ones, zeros))
					mean := ReduceMean(part, 0, 1, 2)
					n := float64(part.Shape().Size() / channels)
					means = append(means, mean)
					variances = append(variances, MulScalar(ReduceMean(Square(Sub(part, ExpandLeftToRank(mean, 4))), 0, 1, 2), n/(n-1)))
				}
				want := Concatenate(parts, 0)
				difference := func(a, b *Node) *Node { return ReduceAllMax(Abs(Sub(a, b))) }
				statistic := func(name string) *Node { return scope.GetVariable(name).NodeValue(x) }
				mean, variance := ReduceMean(Stack(means, 0), 0), ReduceMean(Stack(variances, 0), 0)
				return []*Node{
					difference(y, want),
					difference(Gradient(weighted(y), x)[0], Gradient(weighted(want), x)[0]),
					difference(statistic("mean"), MulScalar(mean, 0.1)),
					difference(statistic("variance"), AddScalar(MulScalar(variance, 0.1), 0.9)),
				}
			}, normal[float64](1, 1, 2, batch, 4, 5, channels))
			for i, name := range []string{"y", "∂x", "running mean", "running variance"} {
				if d := tensors.ToScalar[float64](results[i]); !(d < 1e-11) {
					t.Errorf("%d ghost batches: %s differs by %g", c.asked, name, d)
				}
			}
		})
	}
}
