//go:build cgo && linux

package cpu

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gosubspace/subspace/internal/customcall"
)

// Drops returns which of so many values dropout with a rate drops, true where it
// does, and the random state after that: what
//
//	state, uniform := graph.RandomUniform(state, a float32 of these dimensions)
//	dropped := graph.LessOrEqual(uniform, the rate as a float32)
//
// return, bit for bit, but a byte a value instead of four, and drawn by this
// package. ok is false where it does not compute them: then that is how.
func Drops(state *graph.Node, rate float64, dims ...int) (next, dropped *graph.Node, ok bool) {
	g := state.Graph()
	shape := shapes.Make(dtypes.Bool, dims...)
	if _, ours := g.Backend().(*backend); !ours || g.NumDevices() > 1 || shape.Size() == 0 {
		return nil, nil, false
	}
	asked := graph.Concatenate([]*graph.Node{state, graph.Const(g, []uint64{uint64(largest(float32(rate)))})}, 0)
	next, dropped = customcall.RandomBits(asked, shape)
	return next, dropped, true
}

// largest returns the largest random number of 32 bits from which [graph.RandomUniform]
// makes a number that is at most rate, which is at least 0. Those it makes of larger
// ones are never smaller: it rounds to single precision, which keeps order.
func largest(rate float32) uint32 {
	var most uint32
	for bit := uint32(1 << 31); bit != 0; bit >>= 1 {
		if uniform(most|bit) <= rate {
			most |= bit
		}
	}
	return most
}

// uniform is what graph.RandomUniform makes of random bits, in [0, 1).
func uniform(bits uint32) float32 {
	return min(float32(bits)*(1.0/(1<<32)), math.Nextafter32(1, 0))
}

// RNGBitGenerator draws its numbers in this package: XLA takes long to draw them. A
// fourth entry of the state asks for something that it doesn't know, see [Drops].
func (f *function) RNGBitGenerator(state compute.Value, shape shapes.Shape) (next, values compute.Value, err error) {
	from, err := f.Function.Shape(state)
	if err != nil {
		return nil, nil, err
	}
	target := ""
	switch {
	case shape.DType == dtypes.Bool && from.Size() == 4:
		target = "gosubspace_random_mask"
	case f.builder.sharded || shape.Size() == 0 || from.Size() != 3:
	case shape.DType == dtypes.Uint32 || shape.DType == dtypes.Uint64:
		target = "gosubspace_random_bits"
	}
	if target == "" {
		return f.Function.RNGBitGenerator(state, shape)
	}
	out, err := customcall.Emit(f.xla, target, []shapes.Shape{graph.RNGStateShape, shape}, state)
	if err != nil {
		return nil, nil, err
	}
	if target == "gosubspace_random_mask" {
		f.fusions.masks[out[1]] = true
	}
	return out[0], out[1], nil
}
