//go:build cgo && linux

package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"gosubspace/subspace/internal/customcall"
)

// Norms reports whether batch norm of x, [batch, height, width, channels], over
// channels had better be graph.InternalBatchNormForTraining: where this package
// computes it.
func Norms(x *graph.Node) bool {
	_, ours := x.Graph().Backend().(*backend)
	return ours && x.Graph().NumDevices() <= 1 && x.Rank() == 4 && x.DType() == dtypes.Float32
}

func (f *function) channels(x compute.Value, axis int) (shapes.Shape, bool) {
	shape, err := f.Function.Shape(x)
	if err != nil || f.builder.sharded || shape.DType != dtypes.Float32 || shape.Rank() != 4 || axis != 3 || shape.Size() == 0 {
		return shape, false
	}
	return shapes.Make(dtypes.Float32, shape.Dimensions[3]), true
}

// BatchNormForTraining has its sums from this package; the rest, arithmetic of
// each value, is XLA's to join with what comes before and after.
func (f *function) BatchNormForTraining(x, scale, offset compute.Value, epsilon float32, axis int) (normal, mean, variance compute.Value, err error) {
	channels, ours := f.channels(x, axis)
	if !ours {
		return f.Function.BatchNormForTraining(x, scale, offset, epsilon, axis)
	}
	if x, mean, variance, err = f.moments(x, channels); err != nil {
		return nil, nil, nil, err
	}
	e := expression{f: f.Function}
	factor := e.div(scale, e.deviation(variance, epsilon, channels))
	normal = e.add(e.mul(e.sub(x, e.wide(mean, x)), e.wide(factor, x)), e.wide(offset, x))
	if e.err == nil {
		f.fusions.norms[normal] = &norm{x: x, mean: mean, factor: factor, offset: offset}
	}
	return normal, mean, variance, e.err
}

// moments emits mean and variance of x: by the convolution that x comes from, if it comes
// from one, and then as what stands for x from now on, else by a call of their own.
func (f *function) moments(x compute.Value, channels shapes.Shape) (same, mean, variance compute.Value, err error) {
	u := f.fusions
	if c := u.convs[x]; c != nil && u.same[x] == nil {
		same, mean, variance, err = f.convolve(c, true)
		u.same[x] = same
		return same, mean, variance, err
	}
	out, err := customcall.Emit(f.xla, "gosubspace_moments", []shapes.Shape{channels, channels}, u.now(x))
	if err != nil {
		return nil, nil, nil, err
	}
	return u.now(x), out[0], out[1], nil
}

// BatchNormGradient is the gradient of batch norm, with d = √(variance + ε),
// n values in a channel and sums over them:
//
//	∂scale = Σ dy·(x−mean)/d,  ∂offset = Σ dy
//	∂x = scale/d · (dy − Σdy/n − (x−mean)/d² · Σ dy·(x−mean)/n)
func (f *function) BatchNormGradient(x, scale, mean, variance, dy compute.Value, epsilon float32, axis int) (dx, dscale, doffset compute.Value, err error) {
	channels, ours := f.channels(x, axis)
	if !ours {
		return f.Function.BatchNormGradient(x, scale, mean, variance, dy, epsilon, axis)
	}
	x = f.fusions.now(x)
	through, before := f.fusions.byDrop[dy], dy
	if through != nil {
		before = through.of
	}
	known := f.fusions.sums[before]
	sums := []compute.Value{known.sum, known.products}
	if of := known.of; of == nil || of.x != x || of.mean != mean || !through.like(of.drop) {
		through = nil // dy is written, to be summed: it is there to be read
		if sums, err = customcall.Emit(f.xla, "gosubspace_norm_sums", []shapes.Shape{channels, channels}, x, dy, mean); err != nil {
			return nil, nil, nil, err
		}
	}
	shape, err := f.Function.Shape(x)
	if err != nil {
		return nil, nil, nil, err
	}
	e := expression{f: f.Function}
	d := e.deviation(variance, epsilon, channels)
	n := e.constant(float32(shape.Size()/channels.Size()), channels)
	factor := e.div(scale, d)
	slope := e.div(e.mul(factor, sums[1]), e.mul(n, e.mul(d, d)))
	level := e.div(e.mul(factor, sums[0]), n)
	dx = e.sub(e.sub(e.mul(dy, e.wide(factor, x)), e.mul(e.sub(x, e.wide(mean, x)), e.wide(slope, x))), e.wide(level, x))
	dscale = e.div(sums[1], d)
	if e.err == nil {
		e.err = f.differentiate(x, dy, dx, mean, factor, slope, level, through)
	}
	return dx, dscale, sums[0], e.err
}

// expression keeps the first error of a formula.
type expression struct {
	f   compute.Function
	err error
}

func (e *expression) of(v compute.Value, err error) compute.Value {
	if e.err == nil {
		e.err = err
	}
	return v
}

func (e *expression) binary(op func(a, b compute.Value) (compute.Value, error), a, b compute.Value) compute.Value {
	if e.err != nil {
		return nil
	}
	return e.of(op(a, b))
}

func (e *expression) add(a, b compute.Value) compute.Value { return e.binary(e.f.Add, a, b) }
func (e *expression) sub(a, b compute.Value) compute.Value { return e.binary(e.f.Sub, a, b) }
func (e *expression) mul(a, b compute.Value) compute.Value { return e.binary(e.f.Mul, a, b) }
func (e *expression) div(a, b compute.Value) compute.Value { return e.binary(e.f.Div, a, b) }

// constant is value in every channel.
func (e *expression) constant(value float32, channels shapes.Shape) compute.Value {
	values := slices.Repeat([]float32{value}, channels.Size())
	if e.err != nil {
		return nil
	}
	return e.of(e.f.Constant(values, len(values)))
}

// deviation is √(variance + ε).
func (e *expression) deviation(variance compute.Value, epsilon float32, channels shapes.Shape) compute.Value {
	sum := e.add(variance, e.constant(epsilon, channels))
	if e.err != nil {
		return nil
	}
	return e.of(e.f.Sqrt(sum))
}

// wide spreads values of channels over x, [batch, height, width, channels].
func (e *expression) wide(v, x compute.Value) compute.Value {
	if e.err != nil {
		return nil
	}
	shape, err := e.f.Shape(x)
	if e.of(nil, err); err != nil {
		return nil
	}
	return e.of(e.f.BroadcastInDim(v, shape, []int{3}))
}
