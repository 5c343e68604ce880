//go:build cgo && linux

package cpu

// #cgo CFLAGS: -O3
// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "heap.h"
// #include "instructions.h"
// #include "xla.h"
import "C"

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"gosubspace/subspace/internal/customcall"
)

// The names under which the plugin knows the calls, see xla.c.
const (
	forwardCall        = "gosubspace_convolution"
	kernelGradientCall = "gosubspace_convolution_kernel_gradient"
	backwardCall       = "gosubspace_convolution_backward"
	maskedCall         = "gosubspace_convolution_masked"
)

// Wrap returns b, which runs the CPU plugin of a path, with the functions of this
// package in place of XLA's. The error says why the plugin does not take them.
func Wrap(b compute.Backend, plugin string) (compute.Backend, error) {
	path := C.CString(plugin)
	defer C.free(unsafe.Pointer(path))
	if why := C.register_calls(path); why != nil {
		return nil, fmt.Errorf("%s: %s", plugin, C.GoString(why))
	}
	return &backend{Backend: b}, nil
}

// KeepMemory makes the process keep the memory that a plugin frees, for the next
// step. It is to be called before a plugin is loaded.
func KeepMemory() { C.keep_memory() }

// ConvGeneral is a convolution of this package where there is one, else XLA's.
func (f *function) ConvGeneral(x, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int,
	dilations, kernelDilations []int, channelGroups, batchGroups int) (compute.Value, error) {
	if !f.builder.sharded && channelGroups <= 1 && batchGroups <= 1 {
		out, err := f.convolution(x, kernel, geometry{axes, strides, paddings, dilations, kernelDilations})
		if out != nil || err != nil {
			return out, err
		}
	}
	return f.Function.ConvGeneral(x, kernel, axes, strides, paddings, dilations, kernelDilations, channelGroups, batchGroups)
}

// geometry is what [compute.Function].ConvGeneral is told of a convolution.
type geometry struct {
	axes                       compute.ConvolveAxesConfig
	strides                    []int
	paddings                   [][2]int
	dilations, kernelDilations []int
}

// convolution emits a call of this package's, or returns nil where it has none.
func (f *function) convolution(x, kernel compute.Value, g geometry) (compute.Value, error) {
	xShape, err := f.Function.Shape(x)
	if err != nil {
		return nil, err
	}
	kernelShape, err := f.Function.Shape(kernel)
	if err != nil {
		return nil, err
	}
	if xShape.DType != dtypes.Float32 || kernelShape.DType != dtypes.Float32 || xShape.Rank() != 4 || kernelShape.Rank() != 4 {
		return nil, nil
	}
	k, given := kernelShape.Dimensions, kernel
	if g.axes.KernelInputChannels == 3 && g.axes.KernelOutputChannels == 2 {
		// The gradient by the images goes through the kernel the other way round.
		if kernel, err = f.Function.Transpose(kernel, 0, 1, 3, 2); err != nil {
			return nil, err
		}
		g.axes.KernelInputChannels, g.axes.KernelOutputChannels = 2, 3
		k = []int{k[0], k[1], k[3], k[2]}
	}
	target, dims, more := g.plan(xShape.Dimensions, k)
	if target == "" || slices.Contains(slices.Concat(xShape.Dimensions, k, dims), 0) {
		return nil, nil // XLA knows what comes of nothing
	}
	if out := f.fusions.gradient(target, x, given, kernel, more, dims); out != nil {
		return out, nil
	}
	u := f.fusions
	sizes := [3][]int{xShape.Dimensions, k, dims}
	reverse := target == forwardCall && given == kernel && reversible(sizes, more)
	read, extra := u.source(x)
	var sum *norm
	if target == forwardCall && joinable(sizes, more) {
		sum = u.joins(x)
	}
	if sum != nil {
		read, extra = sum.x, slices.Concat(sum.coefficients(), []compute.Value{sum.more.read}, sum.more.coefficients, sum.drop.operands())
		more = append(more, 0)
		if sum.more.rectified {
			more[4] |= otherIsRectified
		}
		if sum.drop != nil {
			more[4] |= joinedDropped
		}
	}
	from := u.made[x]
	if from != nil && target == forwardCall {
		read, extra = from.operands[0], from.operands[1:]
	}
	settings, err := f.Function.Constant(more, len(more))
	if err != nil {
		return nil, err
	}
	operands := append([]compute.Value{read, kernel, settings}, extra...)
	if target == forwardCall {
		c := &conv{x, given, operands, sizes, sum != nil, reverse}
		out, _, _, err := f.convolve(c, false)
		if err == nil && from != nil && u.reversed[given] == from.of.given {
			err = f.masked(c, from.of, out, more)
		}
		return out, err
	}
	if made := u.made[kernel]; made != nil { // a gradient takes longer to write and read than to make twice
		operands[1] = made.operands[0]
		operands = append(operands, made.operands[1:]...)
	}
	out, err := customcall.Emit(f.xla, target, []shapes.Shape{shapes.Make(dtypes.Float32, dims...)}, operands...)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// plan returns the call for a convolution of x with k, the dimensions of its
// result and its settings: stride, dilation, and the padding at top and left. It
// returns no target where there is no such call.
func (g geometry) plan(x, k []int) (target string, out []int, settings []int32) {
	stride, square1 := side(g.strides)
	dilation, square2 := side(g.dilations)
	kernelDilation, square3 := side(g.kernelDilations)
	paddings := g.paddings
	if len(paddings) == 0 {
		paddings = make([][2]int, 2)
	}
	a := g.axes
	if !square1 || !square2 || !square3 || paddings[0][0] < 0 || paddings[1][0] < 0 ||
		!slices.Equal(a.InputSpatial, []int{1, 2}) || k[3]%int(C.narrowest_block()) != 0 {
		return "", nil, nil
	}
	size := func(axis, kernel int) int {
		image := (x[1+axis]-1)*dilation + 1 + paddings[axis][0] + paddings[axis][1]
		window := (kernel-1)*kernelDilation + 1
		if image < window {
			return 0
		}
		return (image-window)/stride + 1
	}
	top, left := int32(paddings[0][0]), int32(paddings[1][0])
	switch {
	case a.InputBatch == 0 && a.InputChannels == 3 &&
		slices.Equal(a.KernelSpatial, []int{0, 1}) && a.KernelInputChannels == 2 && a.KernelOutputChannels == 3 &&
		a.OutputBatch == 0 && a.OutputChannels == 3 && slices.Equal(a.OutputSpatial, []int{1, 2}) &&
		kernelDilation == 1 && (stride == 1 || dilation == 1) && x[3] == k[2]:
		return forwardCall, []int{x[0], size(0, k[0]), size(1, k[1]), k[3]},
			[]int32{int32(stride), int32(dilation), top, left}

	// The gradient by the kernel is a convolution of the images with dy, in which
	// the batch is summed over, and the stride has become a dilation of dy.
	case a.InputBatch == 3 && a.InputChannels == 0 &&
		slices.Equal(a.KernelSpatial, []int{1, 2}) && a.KernelInputChannels == 0 && a.KernelOutputChannels == 3 &&
		a.OutputBatch == 2 && a.OutputChannels == 3 && slices.Equal(a.OutputSpatial, []int{0, 1}) &&
		stride == 1 && dilation == 1 && x[0] == k[0]:
		return kernelGradientCall, []int{size(0, k[1]), size(1, k[2]), x[3], k[3]},
			[]int32{int32(kernelDilation), 1, top, left}
	}
	return "", nil, nil
}

// side returns the one value of v, 1 where v is empty, and whether it is one.
func side(v []int) (value int, square bool) {
	if len(v) == 0 {
		return 1, true
	}
	return v[0], len(v) == 2 && v[0] == v[1]
}

// Widest limits the registers that are used to so many floats: 16, those of AVX-512, are
// no limit, 8 those of AVX2, and 4 leave plain C.
func Widest(lanes int) { C.limit_lanes(C.int(lanes)) }
