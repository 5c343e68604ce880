//go:build cgo && linux

package cpu_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/cpu"
)

// A network is some layers that tests try, of images, two kernels, and a scale and a
// shift of their channels.
type network struct {
	name string
	net  func(x, k1, k2, scale, shift *Node) *Node
}

// layers are what a network is made of.
type layers struct {
	convolve func(x, kernel *Node, stride int) *Node
	norm     func(x, scale, shift *Node) *Node
	relu     func(x *Node) *Node
	mask     func(x *Node) *Node // what dropout drops
	drop     func(x *Node) *Node
}

// oddNetworks look like what is recognised and are something else, or are it several
// times over.
func (l layers) oddNetworks() []network {
	convolve, norm, relu, drop := l.convolve, l.norm, l.relu, l.drop
	given := func(x, scale, shift *Node) *Node {
		return Add(Mul(x, ExpandLeftToRank(scale, 4)), ExpandLeftToRank(shift, 4))
	}
	zero := func(x *Node) *Node { return ScalarZero(x.Graph(), x.DType()) }
	block := func(x, k1, k2, scale, shift *Node) *Node {
		x = relu(norm(convolve(x, k1, 1), scale, shift))
		x = relu(Add(norm(convolve(x, k2, 1), shift, scale), x))
		return relu(Add(norm(convolve(x, k1, 1), scale, shift), x))
	}
	return []network{
		{"a sum of two norms of one output", func(x, k1, k2, scale, shift *Node) *Node {
			c := convolve(x, k1, 1)
			n := norm(c, scale, shift)
			y := relu(Add(given(c, shift, scale), n))
			y = norm(convolve(y, k2, 1), scale, shift)
			z := relu(Add(norm(c, shift, scale), given(c, scale, scale)))
			return Add(y, norm(convolve(z, k1, 1), scale, shift))
		}},
		{"a norm added to itself, and a ReLU of it", func(x, k1, k2, scale, shift *Node) *Node {
			n := norm(convolve(x, k1, 1), scale, shift)
			y := norm(convolve(relu(Add(n, n)), k2, 1), scale, shift)
			y = relu(Add(y, relu(y)))
			y = norm(convolve(y, k2, 1), shift, scale)
			r := relu(y)
			return convolve(relu(Add(norm(convolve(r, k1, 1), scale, shift), Add(r, r))), k2, 1)
		}},
		{"a norm of a norm, and sums of sums", func(x, k1, k2, scale, shift *Node) *Node {
			n := norm(given(norm(convolve(x, k1, 1), scale, shift), scale, shift), shift, scale)
			y := relu(Add(Add(n, x), n))
			s := Add(norm(convolve(y, k2, 1), scale, shift), y)
			y = relu(Add(s, s))
			return Add(norm(convolve(y, k1, 1), scale, shift), relu(norm(s, scale, shift)))
		}},
		{"two sums of one value", func(x, k1, k2, scale, shift *Node) *Node {
			y := relu(norm(convolve(x, k1, 1), scale, shift))
			a := relu(Add(norm(convolve(y, k2, 1), scale, shift), y))
			b := relu(Add(y, norm(convolve(y, k1, 1), shift, scale)))
			return Add(norm(convolve(a, k2, 1), scale, shift), norm(convolve(b, k1, 1), scale, shift))
		}},
		{"a sum that several convolutions read", func(x, k1, k2, scale, shift *Node) *Node {
			y := relu(Add(norm(convolve(x, k1, 1), scale, shift), x))
			a, b := convolve(y, k1, 1), convolve(y, k2, 1)
			c := norm(convolve(y, k2, 2), scale, shift)
			d := convolve(y, SliceAxis(SliceAxis(k2, 0, AxisElem(1)), 1, AxisElem(1)), 2)
			z := Add(norm(b, shift, scale), norm(a, scale, shift))
			return Mul(relu(Add(z, y)), ReduceAllMean(Sin(Add(c, norm(d, shift, scale)))))
		}},
		{"operands that are broadcast", func(x, k1, k2, scale, shift *Node) *Node {
			n := norm(convolve(x, k1, 1), scale, shift)
			y := relu(Add(n, ExpandLeftToRank(shift, 4)))
			small := norm(convolve(ReduceAndKeep(x, ReduceMean, 0), k2, 1), shift, scale)
			z := relu(Add(small, norm(convolve(y, k2, 1), scale, shift)))
			w := relu(Add(ReduceAndKeep(z, ReduceMean, 1), small))
			return Add(convolve(z, k1, 1), given(convolve(relu(small), k1, 1), ReduceMean(w, 0, 1, 2), scale))
		}},
		{"ReLUs that are none", func(x, k1, k2, scale, shift *Node) *Node {
			n := norm(convolve(x, k1, 1), scale, shift)
			relu(n)
			relu(AddScalar(n, -0.5))
			positive := GreaterThan(n, zero(n))
			y := convolve(Where(GreaterThan(n, AddScalar(zero(n), 0.5)), n, zero(n)), k2, 1)
			y = Add(y, convolve(Where(positive, n, AddScalar(zero(n), 0.25)), k2, 1))
			y = Add(y, convolve(Where(positive, zero(n), n), k2, 1))
			y = Add(y, convolve(Where(positive, n, MulScalar(n, 0.1)), k1, 1))
			y = Add(y, norm(convolve(Max(n, zero(n)), k1, 1), scale, shift))
			y = Add(y, norm(convolve(Where(GreaterOrEqual(n, zero(n)), n, zero(n)), k2, 1), scale, shift))
			return Add(y, norm(convolve(Where(LessThan(n, zero(n)), n, zero(n)), k1, 1), scale, shift))
		}},
		{"gates", func(x, k1, k2, scale, shift *Node) *Node {
			a, b := norm(convolve(x, k1, 1), scale, shift), norm(convolve(x, k2, 1), shift, scale)
			relu(a)
			y := Where(GreaterThan(a, zero(a)), b, zero(a))
			y = norm(convolve(y, k1, 1), scale, shift)
			y = Add(y, convolve(Where(GreaterThan(a, zero(a)), x, zero(a)), k1, 1))
			return Add(y, norm(convolve(relu(Add(a, relu(b))), k2, 1), scale, shift))
		}},
		{"a value dropped between a norm and a sum", func(x, k1, k2, scale, shift *Node) *Node {
			kept := GreaterThan(Sin(IotaFull(x.Graph(), x.Shape())), zero(x))
			y := relu(norm(convolve(x, k1, 1), scale, shift))
			y = Where(kept, MulScalar(y, 2), zero(y))
			y = relu(Add(norm(convolve(y, k2, 1), scale, shift), y))
			n := Where(kept, norm(convolve(y, k1, 1), scale, shift), zero(y))
			return norm(convolve(relu(Add(n, x)), k2, 1), shift, scale)
		}},
		{"dropout with further readers", func(x, k1, k2, scale, shift *Node) *Node {
			n := norm(convolve(x, k1, 1), scale, shift)
			d := drop(n)
			y := relu(Add(d, x))
			y = norm(convolve(y, k2, 1), scale, shift)
			z := relu(Add(drop(y), Sin(d)))
			return Add(norm(convolve(z, k1, 1), shift, scale), Mul(n, d))
		}},
		{"dropout of what is no norm, and of what is rectified", func(x, k1, k2, scale, shift *Node) *Node {
			y := relu(drop(norm(convolve(x, k1, 1), scale, shift)))
			s := Add(norm(convolve(y, k2, 1), shift, scale), drop(y))
			y = norm(convolve(relu(drop(s)), k1, 1), scale, shift)
			return convolve(relu(Add(drop(convolve(relu(y), k2, 1)), y)), k1, 1)
		}},
		{"dropout twice, and on both sides", func(x, k1, k2, scale, shift *Node) *Node {
			n := norm(convolve(x, k1, 1), scale, shift)
			y := relu(Add(drop(drop(n)), x))
			m := norm(convolve(y, k2, 1), shift, scale)
			z := relu(Add(drop(m), drop(m)))
			w := relu(Add(drop(norm(convolve(z, k1, 1), scale, shift)), drop(norm(convolve(z, k2, 1), scale, shift))))
			return norm(convolve(w, k2, 1), shift, scale)
		}},
		{"a sum of one norm with dropout and without", func(x, k1, k2, scale, shift *Node) *Node {
			c := convolve(x, k1, 1)
			n := norm(c, scale, shift)
			y := norm(convolve(relu(Add(drop(n), n)), k2, 1), scale, shift)
			return norm(convolve(relu(Add(y, drop(y))), k1, 1), shift, scale)
		}},
		{"one decision for a branch, and quotients that spread", func(x, k1, k2, scale, shift *Node) *Node {
			kept := Scalar(x.Graph(), x.DType(), 0.7)
			y := x
			for range 8 { // of which some are dropped
				n := norm(convolve(y, k1, 1), scale, shift)
				y = relu(Add(Div(Where(l.mask(ReduceAllMean(x)), ZerosLike(n), n), kept), x))
			}
			small := norm(convolve(ReduceAndKeep(y, ReduceMean, 0), k2, 1), shift, scale)
			small = Where(l.mask(small), ZerosLike(small), small)
			z := relu(Add(Div(small, BroadcastToShape(kept, x.Shape())), y))
			return norm(convolve(z, k1, 1), scale, shift)
		}},
		{"other quotients and choices", func(x, k1, k2, scale, shift *Node) *Node {
			n := norm(convolve(x, k1, 1), scale, shift)
			d := drop(n)
			y := relu(Add(DivScalar(d, 3), x))
			y = relu(Add(Div(drop(DivScalar(norm(convolve(y, k2, 1), shift, scale), 2)), ExpandLeftToRank(Exp(scale), 4)), y))
			return Add(norm(convolve(y, k1, 1), scale, shift), drop(Add(d, n)))
		}},
		{"norms before convolutions", func(x, k1, k2, scale, shift *Node) *Node {
			for range 2 {
				y := convolve(relu(norm(x, scale, shift)), k1, 1)
				x = Add(convolve(relu(norm(y, shift, scale)), k2, 1), x)
			}
			return relu(norm(x, scale, shift))
		}},
		{"paddings of all kinds", func(x, k1, k2, scale, shift *Node) *Node {
			padded := func(x, kernel *Node, top, bottom, left, right int) *Node {
				return Convolve(x, kernel).PaddingPerDim([][2]int{{top, bottom}, {left, right}}).Done()
			}
			y := relu(Add(norm(padded(x, k1, 2, 0, 0, 2), scale, shift), x))
			y = relu(Add(norm(padded(y, k2, 1, 1, 2, 0), shift, scale), y))
			y = relu(norm(padded(y, k1, 1, 2, 1, 2), scale, shift))
			y = relu(norm(padded(y, k2, 1, 0, 1, 0), scale, shift))
			return norm(padded(y, k1, 2, 1, 1, 2), scale, shift)
		}},
		{"a gradient by a value in between", func(x, k1, k2, scale, shift *Node) *Node {
			h := block(x, k1, k2, scale, shift)
			n := norm(convolve(h, k2, 1), scale, shift)
			y := relu(Add(n, h))
			y = norm(convolve(y, k1, 1), scale, shift)
			by := Gradient(ReduceAllSum(Sin(y)), h, n, k1)
			again := Gradient(ReduceAllSum(Mul(y, Cos(y))), h)
			y = Add(Add(y, h), StopGradient(Add(by[0], Add(again[0], by[1]))))
			return Add(y, ReduceAllMean(StopGradient(by[2])))
		}},
		{"signs that are broadcast", func(x, k1, k2, scale, shift *Node) *Node {
			none := ZerosLike(x)
			n := norm(convolve(ReduceAndKeep(x, ReduceMean, 0), k1, 1), scale, shift)
			b := relu(n)
			c := norm(convolve(b, k2, 1), shift, scale)
			s := Add(c, b)
			other := Where(GreaterThan(s, none), x, none)
			by := StopGradient(Gradient(ReduceAllSum(Sin(c)), b)[0])
			y := Where(GreaterThan(n, none), Add(by, other), none)
			return Add(y, relu(s))
		}},
		{"a kernel whose channels have changed places", func(x, k1, k2, scale, shift *Node) *Node {
			swapped := func(x, kernel *Node) *Node {
				return Convolve(x, kernel).AxesConfig(ConvolveAxesConfig{
					InputBatch: 0, InputSpatial: []int{1, 2}, InputChannels: 3,
					KernelSpatial: []int{0, 1}, KernelInputChannels: 3, KernelOutputChannels: 2,
					OutputBatch: 0, OutputSpatial: []int{1, 2}, OutputChannels: 3,
				}).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
			}
			c := swapped(x, k1)
			n := norm(c, scale, shift)
			by := Gradient(ReduceAllSum(Sin(n)), c, x, k1)
			y := Add(Add(swapped(by[0], Reverse(k1, 0, 1)), by[1]), n)
			y = Add(StopGradient(y), ReduceAllMean(StopGradient(by[2])))
			return Add(y, relu(norm(convolve(n, k2, 1), shift, scale)))
		}},
		{"a step along the gradient before the gradient", func(x, k1, k2, scale, shift *Node) *Node {
			by := Gradient(ReduceAllMean(Sin(block(x, k1, k2, scale, shift))), k1, k2, scale)
			step := func(v, by *Node) *Node { return Add(v, StopGradient(by)) }
			return block(x, step(k1, by[0]), step(k2, by[1]), step(scale, by[2]), shift)
		}},
	}
}

// closures is a program with a value that the bodies of two loops convolve, too, each for
// itself; and bodies take gradients.
func closures(in []*Node) []*Node {
	x, k1, k2, scale, shift := in[0], in[1], in[2], in[3], in[4]
	relu := func(x *Node) *Node { return Where(GreaterThan(x, ZerosLike(x)), x, ZerosLike(x)) }
	convolve := func(x, kernel *Node) *Node { return Convolve(x, kernel).PadSame().Done() }
	norm := func(x, scale, shift *Node) *Node {
		y, _, _ := InternalBatchNormForTraining(x, scale, shift, 1e-5, 3)
		return y
	}
	h := relu(Add(norm(convolve(x, k2), scale, shift), x))
	read := func(now []*Node) []*Node {
		return []*Node{norm(convolve(h, now[1]), now[2], now[2]), now[1], now[2]}
	}
	first := loop([]*Node{x, k1, scale}, read)
	second := loop([]*Node{x, k2, shift}, read)
	trained := loop(in, func(now []*Node) []*Node {
		z := relu(Add(norm(convolve(now[0], now[1]), now[3], now[4]), now[0]))
		z = norm(convolve(relu(Add(norm(convolve(z, now[2]), now[4], now[3]), z)), now[1]), now[3], now[4])
		return Gradient(ReduceAllMean(Sin(z)), now...)
	})
	return append(trained, first[0], second[0], h, norm(convolve(h, k1), scale, shift))
}

// Results of a program with loops are what the engine says without this package.
func TestClosures(t *testing.T) {
	engine := backendtest.XLA(t)
	rng := rand.New(rand.NewPCG(7, 8))
	in := []*tensors.Tensor{normal(rng, 3, 8, 9, 16), normal(rng, 3, 3, 16, 16), normal(rng, 3, 3, 16, 16), normal(rng, 16), normal(rng, 16)}
	run := func(b compute.Backend) [][]float64 { return computed(t, b, in, closures) }
	names := []string{"trained images", "… first kernel", "… second kernel", "… scale", "… shift", "a loop", "another one", "what both read", "a norm of it"}
	compare(t, names, run(engine), run(engine), run(cpu.Plain(engine)), 1e-4)
}

// Convolutions of which nothing is left, and of nothing, and norms of that are as XLA says:
// an error, or a result of that shape.
func TestNothingToConvolve(t *testing.T) {
	engine := backendtest.XLA(t)
	for _, c := range []struct{ batch, side, channels, out, stride int }{
		{1, 2, 8, 16, 2}, {1, 1, 8, 16, 3}, {1, 2, 8, 16, 1}, {0, 8, 8, 16, 1}, {2, 8, 0, 16, 1}, {2, 8, 0, 16, 2}, {2, 8, 16, 0, 1},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			run := func(b compute.Backend) (result string) {
				defer func() {
					if recover() != nil {
						result = "an error"
					}
				}()
				out := MustExecOnce(b, func(g *Graph) *Node {
					x := IotaFull(g, shapes.Make(dtypes.Float32, c.batch, c.side, c.side, c.channels))
					kernel := IotaFull(g, shapes.Make(dtypes.Float32, 3, 3, c.channels, c.out))
					y := Convolve(x, kernel).Strides(c.stride).NoPadding().Done()
					channels := Ones(g, shapes.Make(dtypes.Float32, c.out))
					n, _, _ := InternalBatchNormForTraining(y, channels, channels, 1e-5, 3)
					return Add(y, MulScalar(Gradient(ReduceAllSum(Sin(n)), y)[0], 0))
				})
				return fmt.Sprint(out.Shape(), tensors.MustCopyFlatData[float32](out))
			}
			if got, want := run(engine), run(cpu.Plain(engine)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}
