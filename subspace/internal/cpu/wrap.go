//go:build cgo && linux

package cpu

import (
	"maps"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/go-xla/compute/xla"

	"gosubspace/subspace/internal/inner"
)

// A value of GoMLX's backend interface is bound to the backend that made it, and
// that must be ours throughout: so what it makes is wrapped as well. Where
// go-xla looks for its own types, they are unwrapped.

type backend struct{ compute.Backend }

// Builder gives all programs one name: it is part of a program's text, by which is
// known what has been compiled before, and GoMLX numbers programs in the order in
// which it builds them. What goes wrong in one GoMLX reports under its own name.
func (b *backend) Builder(string) compute.Builder {
	return &builder{Builder: b.Backend.Builder("program"), backend: b}
}

func (b *backend) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	return b.wrap(b.Backend.BufferFromFlatData(device, flat, shape))
}

func (b *backend) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	plain, flat, err := b.Backend.NewSharedBuffer(device, shape)
	wrapped, err := b.wrap(plain, err)
	return wrapped, flat, err
}

func (b *backend) wrap(plain compute.Buffer, err error) (compute.Buffer, error) {
	if err != nil {
		return nil, err
	}
	return &buffer{plain, b}, nil
}

type buffer struct {
	compute.Buffer
	backend *backend
}

func (b *buffer) Backend() compute.Backend { return b.backend }

func (b *buffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	return b.backend.wrap(b.Buffer.CopyToDevice(device))
}

type executable struct {
	compute.Executable
	backend *backend
}

func (e *executable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	plain := make([]compute.Buffer, len(inputs))
	for i, b := range inputs {
		plain[i] = b
		if own, is := b.(*buffer); is {
			plain[i] = own.Buffer
		}
	}
	outputs, err := e.Executable.Execute(plain, donate, device)
	for i, b := range outputs {
		outputs[i] = &buffer{b, e.backend}
	}
	return outputs, err
}

type builder struct {
	compute.Builder
	backend *backend
	sharded bool      // XLA is to split it over devices, which it can't with a call
	main    *function // once it has been asked for
}

func (b *builder) Main() compute.Function {
	if b.main == nil {
		b.main = b.wrapped(b.Builder.Main())
	}
	return b.main
}

func (b *builder) NewFunction(name string) (compute.Function, error) {
	return b.wrap(b.Builder.NewFunction(name))
}

func (b *builder) wrap(f compute.Function, err error) (compute.Function, error) {
	if err != nil {
		return nil, err
	}
	return b.wrapped(f), nil
}

func (b *builder) wrapped(f compute.Function) *function {
	return &function{inner.Function{Function: f}, b, f.(*xla.Function), newFusions()}
}

func (b *builder) DistributedAutoSharding(meshes ...compute.Mesh) error {
	b.sharded = true
	return b.Builder.DistributedAutoSharding(meshes...)
}

func (b *builder) Compile() (compute.Executable, error) {
	e, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return &executable{e, b.backend}, nil
}

type function struct {
	inner.Function
	builder *builder
	xla     *xla.Function // what Function is
	fusions *fusions      // what it has said itself: a call made in one function has no results in others
}

func (f *function) Builder() compute.Builder { return f.builder }

// Closure returns a function in which the values that f has by now can be used, too. Of
// what is known of them it inherits what leads to no calls.
func (f *function) Closure() (compute.Function, error) {
	closure, err := f.Function.Closure()
	if err != nil {
		return nil, err
	}
	own := f.builder.wrapped(closure)
	own.fusions.zeros, own.fusions.channels, own.fusions.reversed = maps.Clone(f.fusions.zeros), maps.Clone(f.fusions.channels), maps.Clone(f.fusions.reversed)
	return own, nil
}
