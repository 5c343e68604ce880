//go:build cgo && linux

package cpu_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/cpu"
)

// A convolution, its gradient by the images and by the kernel, and batch norm
// equal what the pure-Go backend, in double precision, says: for sides, strides,
// paddings and channels of all kinds, those that a tile does not fill among them.
// Tiles of every instruction set that the machine has are tried.
func TestEqualsPureGo(t *testing.T) {
	for _, lanes := range []int{16, 8, 4} {
		t.Run(fmt.Sprint(lanes, " lanes"), func(t *testing.T) {
			cpu.Widest(lanes)
			defer cpu.Widest(16)
			equalsPureGo(t)
		})
	}
}

func equalsPureGo(t *testing.T) {
	engine := backendtest.XLA(t)
	exact, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer exact.Finalize()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ batch, height, width, channels, out, size, stride, pad int }{
		{4, 32, 32, 3, 16, 3, 1, 1}, // the layers of cResNet20
		{4, 32, 32, 16, 16, 3, 1, 1},
		{3, 32, 32, 16, 32, 3, 2, 1},
		{3, 32, 32, 16, 32, 1, 2, 0},
		{5, 8, 8, 64, 64, 3, 1, 1},
		{2, 8, 8, 1, 8, 3, 1, 1},
		{1, 7, 11, 5, 24, 3, 1, 1},   // and others
		{3, 14, 9, 8, 24, 3, 1, 0},   // Winograd's, of sizes that are no multiples of a tile
		{19, 7, 11, 24, 16, 3, 1, 1}, // … more tiles than fit a block
		{2, 4, 5, 16, 40, 3, 1, 2},   // … more zeros around than a tile's own
		{17, 5, 6, 2, 8, 3, 2, 1},
		{33, 9, 4, 7, 40, 5, 1, 2},
		{2, 12, 10, 8, 48, 3, 3, 1},
		{2, 13, 13, 4, 16, 7, 2, 3},
		{1, 100, 90, 40, 16, 3, 1, 1}, // more than one band
		{1, 61, 200, 33, 8, 3, 2, 1},
		{2, 6, 6, 3, 5, 3, 1, 1}, // left to XLA
		{2, 6, 6, 8, 8, 3, 1, 0},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			x := normal(rng, c.batch, c.height, c.width, c.channels)
			kernel := normal(rng, c.size, c.size, c.channels, c.out)
			scale, shift := normal(rng, c.out), normal(rng, c.out)
			run := func(b compute.Backend, dtype dtypes.DType) [][]float64 {
				exec, err := NewExec(b, func(in []*Node) []*Node {
					for i := range in {
						in[i] = ConvertDType(in[i], dtype)
					}
					y := Convolve(in[0], in[1]).Strides(c.stride).PaddingPerDim([][2]int{{c.pad, c.pad}, {c.pad, c.pad}}).Done()
					// A weight of its own for each value, so that none can take another's place.
					weigh := func(v *Node) *Node {
						return Mul(v, Sin(Add(IotaFull(v.Graph(), v.Shape()), ScalarOne(v.Graph(), dtype))))
					}
					results := append([]*Node{y}, Gradient(ReduceAllSum(weigh(y)), in[0], in[1])...)
					var normalised, mean, variance *Node
					if dtype == dtypes.Float32 && cpu.Norms(y) {
						normalised, mean, variance = InternalBatchNormForTraining(y, in[2], in[3], 1e-5, 3)
					} else {
						mean = ReduceMean(y, 0, 1, 2)
						centred := Sub(y, ExpandLeftToRank(mean, 4))
						variance = ReduceMean(Square(centred), 0, 1, 2)
						normalised = Add(Mul(Div(centred, Sqrt(AddScalar(ExpandLeftToRank(variance, 4), 1e-5))), ExpandLeftToRank(in[2], 4)), ExpandLeftToRank(in[3], 4))
					}
					results = append(results, normalised, mean, variance)
					results = append(results, Gradient(ReduceAllSum(weigh(normalised)), in...)...)
					for i := range results {
						results[i] = ConvertDType(results[i], dtypes.Float64)
					}
					return results
				})
				if err != nil {
					t.Fatal(err)
				}
				defer exec.Finalize()
				var flat [][]float64
				for _, r := range exec.MustCall(clone(t, x, kernel, scale, shift)...) {
					flat = append(flat, tensors.MustCopyFlatData[float64](r))
				}
				return flat
			}
			got, want := run(engine, dtypes.Float32), run(exact, dtypes.Float64)
			again := run(engine, dtypes.Float32)
			names := []string{"convolution", "gradient by the images", "gradient by the kernel", "batch norm", "mean", "variance",
				"gradient through batch norm by the images", "… by the kernel", "… by the scale", "… by the shift"}
			for i, name := range names {
				var difference, size float64
				for k := range want[i] {
					difference = max(difference, math.Abs(got[i][k]-want[i][k]))
					size = max(size, math.Abs(want[i][k]))
					if got[i][k] != again[i][k] {
						t.Fatalf("%s: not the same twice", name)
					}
				}
				t.Logf("%s: differs by %.1e of the largest", name, difference/size)
				if !(difference <= 2e-5*size) {
					t.Errorf("%s: differs by %.2g of %.2g", name, difference, size)
				}
			}
		})
	}
}

// The variance of values far from zero keeps its digits: 1000 ± 0.1, for which
// E[x²] − E[x]² in single precision has none.
func TestVarianceFarFromZero(t *testing.T) {
	engine := backendtest.XLA(t)
	exec, err := NewExec(engine, func(x, scale *Node) []*Node {
		if !cpu.Norms(x) {
			return []*Node{scale, scale}
		}
		_, mean, variance := InternalBatchNormForTraining(x, scale, scale, 1e-5, 3)
		return []*Node{mean, variance}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	values := make([]float32, 64*9*9*8)
	for i := range values {
		values[i] = float32(1000 + 0.1*float64(i/8%2*2-1))
	}
	out := exec.MustCall(tensors.FromFlatDataAndDimensions(values, 64, 9, 9, 8), []float32{1, 1, 1, 1, 1, 1, 1, 1})
	want := float64(values[8]-values[0]) / 2 // as single precision holds it
	for _, v := range tensors.MustCopyFlatData[float32](out[1]) {
		if math.Abs(float64(v)/(want*want)-1) > 1e-4 {
			t.Errorf("variance %v, expected %v", v, want*want)
		}
	}
}

func normal(rng *rand.Rand, dims ...int) *tensors.Tensor {
	size := 1
	for _, d := range dims {
		size *= d
	}
	values := make([]float32, size)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}

// clone copies tensors, since one belongs to the backend that has seen it.
func clone(t *testing.T, originals ...*tensors.Tensor) (copies []any) {
	for _, o := range originals {
		c, err := o.LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, c)
	}
	return copies
}
