// Package dry is a backend on which a network is built to be looked at, and never
// run: GoMLX's pure-Go backend, with shapes in place of the operations that it lacks.
// It opens in no time, on any machine, so that what a network is can be told without
// the plugin, and the device, that computes it.
package dry

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"gosubspace/subspace/internal/inner"
)

// New returns a backend that shows each constant of a graph to seen, which may be nil.
func New(seen func(flat any)) compute.Backend {
	if seen == nil {
		seen = func(any) {}
	}
	return &backend{gobackend.GetBackend(), seen}
}

// What a backend makes must be ours throughout.
type backend struct {
	compute.Backend
	seen func(flat any)
}

// Capabilities are those of the pure-Go backend and of what stands in for the rest.
func (b *backend) Capabilities() compute.Capabilities {
	c := b.Backend.Capabilities().Clone()
	for _, op := range []compute.OpType{compute.OpTypeBatchNormForTraining, compute.OpTypeBatchNormForInference,
		compute.OpTypeDynamicSlice, compute.OpTypeDynamicUpdateSlice} {
		c.Operations[op] = true
	}
	return c
}

func (b *backend) Builder(name string) compute.Builder { return &builder{b.Backend.Builder(name), b} }

type builder struct {
	compute.Builder
	backend *backend
}

func (b *builder) Main() compute.Function {
	f, _ := b.wrap(b.Builder.Main(), nil)
	return f
}

func (b *builder) NewFunction(name string) (compute.Function, error) {
	return b.wrap(b.Builder.NewFunction(name))
}

func (b *builder) wrap(f compute.Function, err error) (compute.Function, error) {
	if err != nil {
		return nil, err
	}
	return &function{inner.Function{Function: f}, b}, nil
}

type function struct {
	inner.Function
	builder *builder
}

func (f *function) Builder() compute.Builder { return f.builder }

func (f *function) Closure() (compute.Function, error) { return f.builder.wrap(f.Function.Closure()) }

func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	f.builder.backend.seen(flat)
	return f.Function.Constant(flat, dims...)
}

// BatchNormForTraining stands in with values of the right shapes. Of a single value a
// channel the variance is 0, and what is normalised by it says nothing.
func (f *function) BatchNormForTraining(x, scale, offset compute.Value, epsilon float32, axis int) (normal, mean, variance compute.Value, err error) {
	of, err := f.Function.Shape(x)
	if err != nil {
		return nil, nil, nil, err
	}
	if of.Size() < 2*of.Dimensions[axis] {
		return nil, nil, nil, fmt.Errorf("batch norm in training takes two or more values per channel, got %s", of)
	}
	if normal, err = f.Function.Identity(x); err == nil {
		if mean, err = f.Function.Identity(scale); err == nil {
			variance, err = f.Function.Identity(scale)
		}
	}
	return normal, mean, variance, err
}

func (f *function) BatchNormForInference(x, scale, offset, mean, variance compute.Value, epsilon float32, axis int) (compute.Value, error) {
	return f.Function.Identity(x)
}

func (f *function) DynamicSlice(x compute.Value, starts []compute.Value, sizes []int) (compute.Value, error) {
	return f.Function.Slice(x, make([]int, len(sizes)), sizes, slices.Repeat([]int{1}, len(sizes)))
}

func (f *function) DynamicUpdateSlice(x, update compute.Value, starts []compute.Value) (compute.Value, error) {
	return f.Function.Identity(x)
}
