//go:build cgo && linux

package cpu_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/cpu"
	"gosubspace/subspace/internal/customcall"
)

// states are random, and such that one or both words of the counter overflow within
// a few numbers, at the border of a part that a thread draws, or nearly.
func states() [][]uint64 {
	const most = math.MaxUint64
	rng := rand.New(rand.NewPCG(7, 7))
	all := [][]uint64{{0, 0, 0}, {most, most, most}, {1, most, 0}, {2, most - 1, 5}, {3, most - 2, most},
		{4, most - 7, 1 << 32}, {5, most - 8, most - 1}, {6, most - 16<<10, most}, {7, most - 16<<10 + 1, 0}, {8, 1<<32 - 2, 1<<32 - 1}, {9, 0, most}}
	for range 10 {
		all = append(all, []uint64{rng.Uint64(), rng.Uint64(), rng.Uint64()})
	}
	return all
}

// sizes are those that leave something over of a counter, of a register of any
// width, and of the part of a thread; the last have several parts.
var sizes = [][]int{{1}, {2}, {3}, {4}, {5}, {7}, {8}, {15}, {16}, {17}, {31}, {32}, {33}, {63}, {64}, {65}, {127}, {130},
	{3, 5, 7}, {}, {65_535}, {65_536}, {65_537}, {65_540}, {13, 17, 29, 31}, {1 << 18}}

// draws compares what a graph makes of random states on XLA alone and on XLA with
// this package, with each instruction set that the machine has.
func draws(t *testing.T, of func(state *Node) []*Node) {
	defer cpu.Widest(16)
	ours := backendtest.XLA(t)
	execs := []*Exec{MustNewExec(cpu.Plain(ours), of), MustNewExec(ours, of)}
	for _, exec := range execs {
		defer exec.Finalize()
	}
	for _, state := range states() {
		want := values(t, execs[0].MustCall(state))
		for _, lanes := range []int{16, 8, 4} {
			cpu.Widest(lanes)
			for i, got := range values(t, execs[1].MustCall(state)) {
				for k := range got {
					if got[k] != want[i][k] {
						t.Fatalf("%d lanes, state %v: byte %d of result %d is %d, XLA has %d", lanes, state, k, i, got[k], want[i][k])
					}
				}
			}
		}
	}
}

// values returns the bytes of tensors.
func values(t *testing.T, all []*tensors.Tensor) (bytes [][]byte) {
	for _, one := range all {
		if err := one.ConstBytes(func(b []byte) { bytes = append(bytes, slices.Clone(b)) }); err != nil {
			t.Fatal(err)
		}
	}
	return bytes
}

// Random bits and the state after them are XLA's.
func TestRandomBits(t *testing.T) {
	for i, dims := range sizes {
		for _, dtype := range []dtypes.DType{dtypes.Uint32, dtypes.Uint64} {
			if dtype == dtypes.Uint64 && i%2 == 1 {
				continue
			}
			shape := shapes.Make(dtype, dims...)
			t.Run(shape.String(), func(t *testing.T) {
				draws(t, func(state *Node) []*Node {
					next, bits := customcall.RandomBits(state, shape)
					return []*Node{next, bits}
				})
			})
		}
	}
}

// What GoMLX makes of random bits is the same, too.
func TestRandomNumbers(t *testing.T) {
	draws(t, func(state *Node) []*Node {
		state, uniform := RandomUniform(state, shapes.Make(dtypes.Float32, 10, 10))
		state, double := RandomUniform(state, shapes.Make(dtypes.Float64, 3, 5))
		one, two := RNGStateSplit(state)
		return []*Node{state, uniform, double, one, two}
	})
}

// What dropout drops is what XLA drops, at any rate: at usual ones, at ones that
// round to 0 or 1 in single precision, and at ones that a random number equals.
func TestDrops(t *testing.T) {
	for _, rate := range []float64{0.5, 0.1, 0.15, 0.9, 1.0 / (1 << 32), 3.0 / (1 << 20), 1e-50, 1 - 1e-7, 1 - 1e-12} {
		for i, dims := range sizes {
			if i%9 != 4 && (rate != 0.15 || i%4 != 0) {
				continue
			}
			t.Run(fmt.Sprint(rate, dims), func(t *testing.T) {
				draws(t, func(state *Node) []*Node {
					if next, dropped, ok := cpu.Drops(state, rate, dims...); ok {
						return []*Node{next, dropped}
					}
					next, uniform := RandomUniform(state, shapes.Make(dtypes.Float32, dims...))
					limit := BroadcastToDims(Scalar(state.Graph(), dtypes.Float32, rate), dims...)
					return []*Node{next, LessOrEqual(uniform, limit)}
				})
			})
		}
	}
}

// The largest number that is dropped is: XLA's comparison says yes to it and no to
// the next.
func TestLargest(t *testing.T) {
	b := cpu.Plain(backendtest.XLA(t))
	rng := rand.New(rand.NewPCG(3, 4))
	rates := []float32{0, math.SmallestNonzeroFloat32, 1.0 / (1 << 32), 1.0 / (1 << 31), 0.5, 0.15, math.Nextafter32(1, 0), 1}
	for range 2000 {
		rates = append(rates, rng.Float32(), float32(rng.Uint32N(1<<20))/(1<<32))
	}
	var bits []uint32
	var limits []float32
	for _, rate := range rates {
		most := cpu.Largest(rate)
		bits, limits = append(bits, most, most+1), append(limits, rate, rate)
	}
	exec := MustNewExec(b, func(bits, limits *Node) *Node {
		// As graph.RandomUniform has it.
		values := MulScalar(ConvertDType(bits, dtypes.Float32), 1.0/(float64(1<<32)))
		values = MinScalar(Abs(values), float64(math.Nextafter32(1, 0)))
		return LessOrEqual(values, limits)
	})
	defer exec.Finalize()
	dropped := tensors.MustCopyFlatData[bool](exec.MustCall(bits, limits)[0])
	for i, rate := range rates {
		most := bits[2*i]
		if !dropped[2*i] || most < math.MaxUint32 && dropped[2*i+1] {
			t.Errorf("rate %v: %d is said to be the largest number that is dropped; it is: %t, and the next: %t",
				rate, most, dropped[2*i], dropped[2*i+1])
		}
	}
}

// What is dropped of the first layer of cResNet20, width 16, batch 128: drawn by this
// package, and by XLA.
func BenchmarkDrops(b *testing.B) {
	ours := backendtest.XLA(b)
	dims := []int{128, 32, 32, 16}
	for name, backend := range map[string]compute.Backend{"ours": ours, "XLA": cpu.Plain(ours)} {
		b.Run(name, func(b *testing.B) {
			exec := MustNewExec(backend, func(state *Node) []*Node {
				next, dropped, ok := cpu.Drops(state, 0.15, dims...)
				if !ok {
					var uniform *Node
					next, uniform = RandomUniform(state, shapes.Make(dtypes.Float32, dims...))
					dropped = LessOrEqual(uniform, Scalar(state.Graph(), dtypes.Float32, 0.15))
				}
				return []*Node{next, dropped}
			})
			defer exec.Finalize()
			state := []uint64{1, 2, 3}
			exec.MustCall(state)
			for b.Loop() {
				exec.MustCall(state)
			}
			b.ReportMetric(float64(128*32*32*16*b.N)/b.Elapsed().Seconds()/1e6, "Mnumbers/s")
		})
	}
}
