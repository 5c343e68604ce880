//go:build cgo && linux

package cpu

// #include "convolution.h"
import "C"

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"gosubspace/subspace/internal/customcall"
)

// fusions are what a function has said so far that a convolution can do on the way:
// a batch norm and a ReLU as it reads its images, also at the end of a residual block and
// with dropout there, their gradients as it reads and writes gradients, the moments of
// what it writes. Activations are too many for a cache; each operation that has not to go
// over them by itself is time saved.
//
// They are recognised as the program is built, operation by operation. What turns out
// later to do more is emitted once more, as a whole, and stands for the value of
// before. Values that nobody needs any more are still in the program; XLA drops them.
type fusions struct {
	zeros     map[compute.Value]bool
	masks     map[compute.Value]bool          // what says which values dropout drops
	scalars   map[compute.Value]compute.Value // by what is the same everywhere, that number
	channels  map[compute.Value]compute.Value // [1, 1, 1, channels], to [channels]
	scaled    map[compute.Value]*norm         // by the product of images and channels
	norms     map[compute.Value]*norm         // by its result
	positive  map[compute.Value]*norm         // by result > 0
	rectified map[compute.Value]*norm         // by max(result, 0)
	shared    map[compute.Value]bool          // what is rectified, and added to what is no norm
	added     map[compute.Value]*norm         // by what was added to a norm: that sum
	reversed  map[compute.Value]compute.Value // a kernel the other way round, to the kernel
	same      map[compute.Value]compute.Value // what stands for a value now
	convs     map[compute.Value]*conv         // by its output
	backward  map[compute.Value]*gradients    // by the gradient of its output
	made      map[compute.Value]*made         // by that gradient, what it is made of
	before    map[compute.Value]compute.Value // by what is rectified, the gradient by it that came before
	parts     map[compute.Value]*gradients    // by dx to which another gradient has to come
	whole     map[compute.Value]*gradients    // by dx, or its sum with the other one
	sums      map[compute.Value]sums          // by the gradient of the norm's result

	divided      map[compute.Value]*drop // by a quotient, what was divided, and by which number
	halfDropped  map[compute.Value]*norm // by a norm's result of which values were dropped
	droppedNorms map[compute.Value]*norm // … and the others divided by the share that is kept
	byDrop       map[compute.Value]*drop // by a gradient that went back through dropout, what it was before
}

// norm is a batch norm of x, (x − mean)·factor + offset, or its sum with something, at
// the end of a residual block.
type norm struct {
	x, mean, factor, offset compute.Value
	drop                    *drop // what the norm went through before it was added to something
	more                    *addend
	gradient                compute.Value // by the norm or the sum
}

// drop is dropout of a value: zero where the mask says so, else divided by the share that
// is kept.
type drop struct{ of, mask, kept compute.Value }

// operands are what a call is told of a drop, nothing of none.
func (d *drop) operands() []compute.Value {
	if d == nil {
		return nil
	}
	return []compute.Value{d.mask, d.kept}
}

// like reports whether two drops, of whatever, drop the same values.
func (d *drop) like(other *drop) bool { return slices.Equal(d.operands(), other.operands()) }

// addend is what is added to a norm: a value, or what a norm makes of it, or a ReLU then.
type addend struct {
	read         compute.Value
	coefficients []compute.Value
	rectified    bool
}

// conv is a convolution whose result may be normalised.
type conv struct {
	x, given       compute.Value // its images and its kernel in the program
	operands       []compute.Value
	dims           [3][]int // of the images, the kernel and the result
	joins, reverse bool     // it joins its images; its gradients can be computed together
}

// gradients are what a convolution's backward calls return: dx, and what becomes of it
// by a ReLU's gradient, once add has come to it if there is one.
type gradients struct {
	of          *conv
	dx, kernel  compute.Value
	mask        *norm // what the ReLU had
	add, masked compute.Value
}

// made is the gradient by a convolution's output, that is made on the way.
type made struct {
	of       *conv
	operands []compute.Value
}

// sums are Σdy and Σdy·(x − mean) of a batch norm.
type sums struct {
	of            *norm
	sum, products compute.Value
}

func newFusions() *fusions {
	type value = compute.Value
	return &fusions{
		zeros: map[value]bool{}, masks: map[value]bool{}, scalars: map[value]value{}, channels: map[value]value{}, scaled: map[value]*norm{}, norms: map[value]*norm{}, positive: map[value]*norm{}, rectified: map[value]*norm{}, shared: map[value]bool{}, added: map[value]*norm{},
		reversed: map[value]value{}, same: map[value]value{}, convs: map[value]*conv{},
		backward: map[value]*gradients{}, made: map[value]*made{}, before: map[value]value{}, parts: map[value]*gradients{}, whole: map[value]*gradients{}, sums: map[value]sums{},
		divided: map[value]*drop{}, halfDropped: map[value]*norm{}, droppedNorms: map[value]*norm{}, byDrop: map[value]*drop{},
	}
}

// now returns what stands for v.
func (u *fusions) now(v compute.Value) compute.Value {
	if s := u.same[v]; s != nil {
		return s
	}
	return v
}

// source returns what a convolution of x reads and, where that is not x itself, with
// which coefficients. What has been joined is read as it is.
func (u *fusions) source(x compute.Value) (read compute.Value, coefficients []compute.Value) {
	if n := u.rectified[x]; n != nil && n.more == nil {
		return n.x, n.coefficients()
	}
	return u.now(x), nil
}

func (n *norm) coefficients() []compute.Value { return []compute.Value{n.mean, n.factor, n.offset} }

// joins returns the sum of which x is the ReLU, if a convolution is to join it.
func (u *fusions) joins(x compute.Value) *norm {
	if n := u.rectified[x]; n != nil && n.more != nil && u.same[x] == nil {
		return n
	}
	return nil
}

// addend returns what x is as an addend.
func (u *fusions) addend(x compute.Value) *addend {
	if n := u.rectified[x]; n != nil && n.more == nil {
		return &addend{n.x, n.coefficients(), true}
	}
	if n := u.norms[x]; n != nil && n.more == nil {
		return &addend{n.x, n.coefficients(), false}
	}
	return &addend{read: u.now(x)}
}

// reversible reports whether a convolution is one whose gradients are computed together.
func reversible(dims [3][]int, settings []int32) bool {
	c := described(dims, settings)
	return C.convolution_backward_fits(&c) != 0
}

// joinable reports whether a convolution can join its images.
func joinable(dims [3][]int, settings []int32) bool {
	c := described(dims, settings)
	return C.convolution_joins_fits(&c) != 0
}

// maskable reports whether a convolution can mask its output.
func maskable(dims [3][]int, settings []int32) bool {
	c := described(dims, settings)
	return C.convolution_masked_fits(&c) != 0
}

// described is a convolution of dims, those of its images, kernel and result, as C has it.
func described(dims [3][]int, settings []int32) C.struct_convolution {
	x, kernel, out := dims[0], dims[1], dims[2]
	return C.struct_convolution{
		batch: C.int(x[0]), height: C.int(x[1]), width: C.int(x[2]), channels: C.int(x[3]),
		kernel_height: C.int(kernel[0]), kernel_width: C.int(kernel[1]),
		out_height: C.int(out[1]), out_width: C.int(out[2]), out_channels: C.int(out[3]),
		stride: C.int(settings[0]), dilation: C.int(settings[1]), top: C.int(settings[2]), left: C.int(settings[3]),
	}
}

// convolve emits a convolution, with the moments of its result where they are asked for.
func (f *function) convolve(c *conv, moments bool) (out, mean, variance compute.Value, err error) {
	u := f.fusions
	outputs := []shapes.Shape{shapes.Make(dtypes.Float32, c.dims[2]...)}
	if moments {
		channels := shapes.Make(dtypes.Float32, c.dims[2][3])
		outputs = append(outputs, channels, channels)
	}
	if c.joins {
		outputs = append(outputs, shapes.Make(dtypes.Float32, c.dims[0]...))
	}
	results, err := customcall.Emit(f.xla, forwardCall, outputs, c.operands...)
	if err != nil {
		return nil, nil, nil, err
	}
	u.convs[results[0]] = c
	if c.joins {
		u.same[c.x] = results[len(results)-1]
	}
	if moments {
		return results[0], results[1], results[2], nil
	}
	return results[0], nil, nil, nil
}

// gradient returns the result of a convolution that is a gradient of another one, if
// it is there already. Kernel is given as the program gives it, and as it is after
// the channels have changed places; dims are those of the result.
func (u *fusions) gradient(target string, x, given, kernel compute.Value, settings []int32, dims []int) compute.Value {
	if settings[0] != 1 || settings[1] != 1 || settings[2] != 1 || settings[3] != 1 {
		return nil
	}
	if g := u.backward[x]; g != nil && target == forwardCall && given != kernel && u.reversed[given] == g.of.given && slices.Equal(dims, g.of.dims[0]) {
		return g.dx
	}
	if g := u.backward[kernel]; g != nil && target == kernelGradientCall && x == g.of.x && slices.Equal(dims, g.of.dims[1]) {
		return g.kernel
	}
	return nil
}

// What a backward call has besides, see xla.c.
const (
	isRectified = 1 << iota
	isMasked
	isAdded
	maskDropped
	normDropped
)

// What a call that joins has besides.
const (
	otherIsRectified = 1 << iota
	joinedDropped
)

// differentiate emits the gradients of the convolution whose output a batch norm has
// normalised, where there is one: dy is the gradient by what the norm gave, and
// factor·dy − (y − mean)·slope − level, in the program as dOut, that by the output. The
// norm's result may have gone through dropout: then dy was made of another gradient, that
// by what came of it, and the call does so itself.
//
// If the convolution reads what a ReLU gave, and nothing else does, or nothing but the
// sum at the end of the block, whose gradient is there by now, then its call can do the
// ReLU's gradient, too. Whether that is so shows later. So there are two calls: one
// gives the gradient by the images, the other, with that of the kernel, what follows from
// it. The first is dropped unless somebody asks for what it gives.
//
// What a convolution of another kind reads of dOut is made on the way, see convolution.
func (f *function) differentiate(y, dy, dOut, mean, factor, slope, level compute.Value, through *drop) error {
	u := f.fusions
	c := u.convs[y]
	if c == nil {
		return nil
	}
	gradient := []compute.Value{y, dy, mean, factor, slope, level}
	if !c.reverse {
		u.made[dOut] = &made{c, gradient}
		return nil
	}
	read, extra := u.source(c.x)
	operands, bits := slices.Concat([]compute.Value{read, c.operands[1]}, gradient), int32(0)
	if len(extra) > 0 {
		bits = isRectified
	}
	if through != nil {
		bits |= normDropped
		operands[3] = through.of
	}
	channels := shapes.Make(dtypes.Float32, c.dims[0][3])
	outputs := []shapes.Shape{shapes.Make(dtypes.Float32, c.dims[0]...), shapes.Make(dtypes.Float32, c.dims[1]...), channels, channels}
	call := func() ([]compute.Value, error) {
		settings, err := f.Function.Constant([]int32{bits}, 1)
		if err != nil {
			return nil, err
		}
		return customcall.Emit(f.xla, backwardCall, outputs, slices.Concat(operands, []compute.Value{settings}, extra, through.operands())...)
	}
	out, err := call()
	if err != nil {
		return err
	}
	g := &gradients{of: c, dx: out[0], kernel: out[1], mask: u.rectified[c.x]}
	u.backward[dOut] = g
	if g.mask == nil || u.shared[c.x] {
		return nil
	}
	bits |= isMasked
	if g.mask.more != nil {
		extra = append(extra, g.mask.x, g.mask.mean)
	}
	if sum := u.added[c.x]; sum != nil && sum.gradient != nil {
		bits |= isAdded
		extra = append(extra, sum.gradient)
		g.add = sum.gradient
		u.parts[g.dx] = g
	} else {
		u.whole[g.dx] = g
	}
	if g.mask.drop != nil {
		bits |= maskDropped
		extra = append(extra, g.mask.drop.operands()...)
	}
	if out, err = call(); err != nil {
		return err
	}
	g.kernel, g.masked = out[1], out[0]
	u.sums[g.masked] = sums{g.mask, out[2], out[3]}
	return nil
}

// masked emits, beside c, whose result dx is a gradient by the images of another
// convolution, a call that makes the whole one of it where it is the second: the sum of
// both, masked as the ReLU is that the images come from.
func (f *function) masked(c, of *conv, dx compute.Value, settings []int32) error {
	u := f.fusions
	n, before := u.rectified[of.x], u.before[of.x]
	u.before[of.x] = dx
	if n == nil || n.more == nil || before == nil || u.shared[of.x] || !slices.Equal(c.dims[2], of.dims[0]) || !maskable(c.dims, settings) {
		return nil
	}
	channels := shapes.Make(dtypes.Float32, c.dims[2][3])
	outputs := []shapes.Shape{shapes.Make(dtypes.Float32, c.dims[2]...), channels, channels}
	out, err := customcall.Emit(f.xla, maskedCall, outputs, slices.Concat(c.operands, []compute.Value{n.x, n.mean, u.now(of.x), before}, n.drop.operands())...)
	if err != nil {
		return err
	}
	u.parts[dx] = &gradients{of: of, dx: dx, mask: n, add: before, masked: out[0]}
	u.sums[out[0]] = sums{n, out[1], out[2]}
	return nil
}
