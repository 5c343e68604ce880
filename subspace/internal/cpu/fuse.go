//go:build cgo && linux

package cpu

// #include "convolution.h"
import "C"

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"gosubspace/subspace/internal/customcall"
)

// fusions are what a program has said so far that a convolution can do on the way:
// a batch norm and a ReLU as it reads its images, their gradients as it reads and
// writes gradients. Activations are too many for a cache; each operation that has
// not to go over them by itself is time saved.
//
// They are recognised as the program is built, operation by operation. Values that
// nobody needs any more are still in the program; XLA drops them.
type fusions struct {
	zeros     map[compute.Value]bool
	norms     map[compute.Value]*norm         // by its result
	positive  map[compute.Value]*norm         // by result > 0
	rectified map[compute.Value]*norm         // by max(result, 0)
	reversed  map[compute.Value]compute.Value // a kernel the other way round, to the kernel
	convs     map[compute.Value]*conv         // by its output
	backward  map[compute.Value]*gradients    // by the gradient of its output
	masked    map[compute.Value]*norm         // gradients that are zero where rectified is
	sums      map[compute.Value]sums          // by the gradient of the norm's result
}

// norm is a batch norm of x: (x − mean)·factor + offset.
type norm struct{ x, mean, factor, offset compute.Value }

// conv is a convolution whose gradients are computed together.
type conv struct {
	x, kernel   compute.Value
	dims, kDims []int // of x and the kernel
}

// gradients are what a convolution's backward call returns.
type gradients struct {
	of         *conv
	dx, kernel compute.Value
}

// sums are Σdy and Σdy·(x − mean) of a batch norm.
type sums struct {
	of            *norm
	sum, products compute.Value
}

func newFusions() *fusions {
	return &fusions{map[compute.Value]bool{}, map[compute.Value]*norm{}, map[compute.Value]*norm{}, map[compute.Value]*norm{},
		map[compute.Value]compute.Value{}, map[compute.Value]*conv{}, map[compute.Value]*gradients{}, map[compute.Value]*norm{}, map[compute.Value]sums{}}
}

// source returns what a convolution of x reads and, where that is not x itself, with
// which coefficients.
func (u *fusions) source(x compute.Value) (read compute.Value, coefficients []compute.Value) {
	if n := u.rectified[x]; n != nil {
		return n.x, []compute.Value{n.mean, n.factor, n.offset}
	}
	return x, nil
}

// convolved remembers a convolution, if its gradients can be computed together.
func (u *fusions) convolved(out, x, kernel compute.Value, xDims, kDims, outDims []int, settings []int32) {
	c := C.struct_convolution{
		batch: C.int(xDims[0]), height: C.int(xDims[1]), width: C.int(xDims[2]), channels: C.int(xDims[3]),
		kernel_height: C.int(kDims[0]), kernel_width: C.int(kDims[1]),
		out_height: C.int(outDims[1]), out_width: C.int(outDims[2]), out_channels: C.int(outDims[3]),
		stride: C.int(settings[0]), dilation: C.int(settings[1]), top: C.int(settings[2]), left: C.int(settings[3]),
	}
	if C.convolution_backward_fits(&c) != 0 {
		u.convs[out] = &conv{x, kernel, xDims, kDims}
	}
}

// gradient returns the result of a convolution that is a gradient of another one, if
// it is there already. Kernel is given as the program gives it, and as it is after
// the channels have changed places.
func (u *fusions) gradient(target string, x, given, kernel compute.Value, settings []int32) compute.Value {
	if settings[0] != 1 || settings[1] != 1 || settings[2] != 1 || settings[3] != 1 {
		return nil
	}
	if g := u.backward[x]; g != nil && target == forwardCall && given != kernel && u.reversed[given] == g.of.kernel {
		return g.dx
	}
	if g := u.backward[kernel]; g != nil && target == kernelGradientCall && x == g.of.x {
		return g.kernel
	}
	return nil
}

// differentiate emits the gradients of the convolution whose output a batch norm has
// normalised, where there is one: dy is the gradient by what the norm gave, and
// factor·dy − (y − mean)·slope − level, in the program as dOut, that by the output.
func (f *function) differentiate(y, dy, dOut, mean, factor, slope, level compute.Value) error {
	u := f.builder.fusions
	c := u.convs[y]
	if c == nil {
		return nil
	}
	read, coefficients := u.source(c.x)
	channels := shapes.Make(dtypes.Float32, c.dims[3])
	outputs := []shapes.Shape{shapes.Make(dtypes.Float32, c.dims...), shapes.Make(dtypes.Float32, c.kDims...), channels, channels}
	out, err := customcall.Emit(f.xla, backwardCall, outputs, append([]compute.Value{read, c.kernel, y, dy, mean, factor, slope, level}, coefficients...)...)
	if err != nil {
		return err
	}
	u.backward[dOut] = &gradients{c, out[0], out[1]}
	if n := u.rectified[c.x]; n != nil {
		u.masked[out[0]] = n
		u.sums[out[0]] = sums{n, out[2], out[3]}
	}
	return nil
}

// Constant, BroadcastInDim, GreaterThan, Where and Reverse are XLA's, and remembered.

func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	v, err := f.Function.Constant(flat, dims...)
	if values, is := flat.([]float32); err == nil && is && len(values) == 1 && values[0] == 0 {
		f.builder.fusions.zeros[v] = true
	}
	return v, err
}

func (f *function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	v, err := f.Function.BroadcastInDim(x, shape, axes)
	if err == nil && f.builder.fusions.zeros[x] {
		f.builder.fusions.zeros[v] = true
	}
	return v, err
}

func (f *function) GreaterThan(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.GreaterThan(a, b)
	if n := f.builder.fusions.norms[a]; err == nil && n != nil && f.builder.fusions.zeros[b] {
		f.builder.fusions.positive[v] = n
	}
	return v, err
}

// Where is a ReLU, or the gradient of one, if it chooses between a value and zero by
// the sign of a batch norm's result.
func (f *function) Where(condition, yes, no compute.Value) (compute.Value, error) {
	u := f.builder.fusions
	n := u.positive[condition]
	if n == nil || !u.zeros[no] {
		return f.Function.Where(condition, yes, no)
	}
	if u.masked[yes] == n {
		return yes, nil
	}
	v, err := f.Function.Where(condition, yes, no)
	if err == nil && u.norms[yes] == n {
		u.rectified[v] = n
	}
	return v, err
}

func (f *function) Reverse(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.Reverse(x, axes...)
	if err == nil && len(axes) == 2 && axes[0] == 0 && axes[1] == 1 {
		f.builder.fusions.reversed[v] = x
	}
	return v, err
}
