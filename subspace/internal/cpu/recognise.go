//go:build cgo && linux

package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// The operations by which [fusions] recognises a network. Each is XLA's, and is looked at
// as it goes by; those that are the end of something known are not emitted at all.

// Reshape, Mul and Add are XLA's, and remembered where they make a batch norm by given
// statistics: x·factor + offset.

func (f *function) Reshape(x compute.Value, dims ...int) (compute.Value, error) {
	v, err := f.Function.Reshape(x, dims...)
	if err != nil || len(dims) != 4 || dims[0]*dims[1]*dims[2] != 1 {
		return v, err
	}
	if shape, err := f.Function.Shape(x); err == nil && shape.Rank() == 1 && shape.DType == dtypes.Float32 {
		f.fusions.channels[v] = x
	}
	return v, nil
}

func (f *function) Mul(a, b compute.Value) (compute.Value, error) {
	u := f.fusions
	v, err := f.Function.Mul(a, b)
	if factor := u.channels[b]; err == nil && factor != nil && u.channels[a] == nil {
		u.scaled[v] = &norm{x: u.now(a), factor: factor}
	}
	return v, err
}

// Add is also remembered where a norm gets something added, or the gradient by a
// convolution's images that by what else was made of them.
func (f *function) Add(a, b compute.Value) (compute.Value, error) {
	u := f.fusions
	v, err := f.Function.Add(u.now(a), u.now(b))
	if err != nil {
		return v, err
	}
	if n, offset := u.scaled[a], u.channels[b]; n != nil && offset != nil {
		return v, f.affine(v, n, offset)
	}
	alike := f.alike(a, b)
	for range 2 {
		n := u.norms[a]
		if through := u.droppedNorms[a]; through != nil {
			n = through
		}
		if alike && u.norms[v] == nil && n != nil && n.more == nil {
			sum := &norm{x: n.x, mean: n.mean, factor: n.factor, offset: n.offset, drop: n.drop, more: u.addend(b)}
			u.norms[v], u.added[b] = sum, sum
		}
		if u.rectified[a] != nil && u.norms[b] == nil && u.droppedNorms[b] == nil {
			u.shared[a] = true
		}
		if g := u.parts[a]; alike && g != nil && g.add == b {
			u.whole[v] = g
		}
		a, b = b, a
	}
	return v, nil
}

// alike reports whether values have one shape, so that neither is broadcast.
func (f *function) alike(a, b compute.Value) bool {
	one, err := f.Function.Shape(a)
	if err != nil {
		return false
	}
	other, err := f.Function.Shape(b)
	return err == nil && one.EqualDimensions(other)
}

// affine remembers v = n.x·n.factor + offset as a norm.
func (f *function) affine(v compute.Value, n *norm, offset compute.Value) error {
	x, err := f.Function.Shape(n.x)
	if err != nil {
		return err
	}
	channels, ours := f.channels(n.x, 3)
	if factor, err := f.Function.Shape(n.factor); err != nil || !ours || x.Rank() != 4 || !factor.Equal(channels) {
		return err
	}
	if shift, err := f.Function.Shape(offset); err != nil || !shift.Equal(channels) {
		return err
	}
	e := expression{f: f.Function}
	f.fusions.norms[v] = &norm{x: n.x, mean: e.constant(0, channels), factor: n.factor, offset: offset}
	return e.err
}

// Constant, BroadcastInDim, GreaterThan, Where and Reverse are XLA's, and remembered.

func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	v, err := f.Function.Constant(flat, dims...)
	if values, is := flat.([]float32); err == nil && is && len(values) == 1 && values[0] == 0 {
		f.fusions.zeros[v] = true
	}
	return v, err
}

func (f *function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	v, err := f.Function.BroadcastInDim(x, shape, axes)
	if err != nil {
		return v, err
	}
	if f.fusions.zeros[x] {
		f.fusions.zeros[v] = true
	}
	if from, err := f.Function.Shape(x); err == nil && from.IsScalar() && from.DType == dtypes.Float32 {
		f.fusions.scalars[v] = x
	}
	return v, nil
}

func (f *function) GreaterThan(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.GreaterThan(a, b)
	if n := f.fusions.norms[a]; err == nil && n != nil && f.fusions.zeros[b] && f.alike(v, a) {
		f.fusions.positive[v] = n
	}
	return v, err
}

// Div is XLA's, and remembered where it is by a number: that may be the end of dropout.
func (f *function) Div(a, b compute.Value) (compute.Value, error) {
	u := f.fusions
	v, err := f.Function.Div(a, b)
	if err != nil || !f.alike(v, a) {
		return v, err
	}
	number := u.scalars[b]
	if shape, err := f.Function.Shape(b); err == nil && shape.IsScalar() && shape.DType == dtypes.Float32 {
		number = b
	}
	if number == nil {
		return v, nil
	}
	u.divided[v] = &drop{of: a, kept: number}
	if n := u.halfDropped[a]; n != nil {
		whole := *n
		whole.drop = &drop{mask: n.drop.mask, kept: number}
		u.droppedNorms[v] = &whole
	}
	return v, nil
}

// drop is XLA's choice between zero and a value by what dropout drops: a norm may go
// through it, or the gradient by what came of one.
func (f *function) drop(mask, zero, x compute.Value) (compute.Value, error) {
	u := f.fusions
	v, err := f.Function.Where(mask, zero, x)
	if err != nil || !f.alike(v, x) || !f.alike(v, mask) {
		return v, err
	}
	if n := u.norms[x]; n != nil && n.more == nil {
		half := *n
		half.drop = &drop{mask: mask}
		u.halfDropped[v] = &half
	}
	if q := u.divided[x]; q != nil {
		u.byDrop[v] = &drop{q.of, mask, q.kept}
	}
	return v, nil
}

// Where is a ReLU, or the gradient of one, if it chooses between a value and zero by
// the sign of a batch norm's result.
func (f *function) Where(condition, yes, no compute.Value) (compute.Value, error) {
	u := f.fusions
	if u.masks[condition] && u.zeros[yes] {
		return f.drop(condition, yes, no)
	}
	n := u.positive[condition]
	if n == nil || !u.zeros[no] {
		return f.Function.Where(condition, yes, no)
	}
	if g := u.whole[yes]; g != nil && g.mask == n {
		n.gradient = g.masked
		return g.masked, nil
	}
	v, err := f.Function.Where(condition, yes, no)
	if err != nil {
		return v, err
	}
	if u.norms[yes] == n {
		u.rectified[v] = n
	} else {
		n.gradient = v
	}
	return v, nil
}

func (f *function) Reverse(x compute.Value, axes ...int) (compute.Value, error) {
	v, err := f.Function.Reverse(x, axes...)
	if err == nil && len(axes) == 2 && axes[0] == 0 && axes[1] == 1 {
		f.fusions.reversed[v] = x
	}
	return v, err
}
