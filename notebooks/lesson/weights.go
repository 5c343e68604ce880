package lesson

import (
	"errors"
	"fmt"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
	"gosubspace/subspace/torch"
	"gosubspace/subspace/watch"
)

// Weights writes the network at a point of a trained run for PyTorch, into a folder: a
// safetensors file of its state_dict, batch norm re-estimated at the point, and for a
// network of the project's the PyTorch module. It prints the path of the file. The point is
// the midpoint, or on a curve that at α, or that of a coefficient for each endpoint. The
// run is that of c, with the network, the data or the shape of o; it is made if it is
// missing.
func Weights(c experiment.Config, o experiment.Options, dir string, at ...float64) {
	if dir == "" {
		Check(errors.New(`dir is empty: want the folder that is written to, such as "weights"`))
	}
	Check(place.NoTilde(dir, dir)) // before anything is trained
	shape := o.Shape
	if shape == nil {
		sampler, err := subspace.ParseSampler(c.Shape)
		Check(err)
		shape = sampler.Shape
	}
	point, err := subspace.PointAt(shape, at...)
	Check(err)
	One(c, o)
	ctx, stop := Context()
	defer stop()
	o.Notice, o.Decode = watch.Notice(), watch.Decode()
	run, err := experiment.Load(ctx, c, o)
	Check(err)
	defer run.Close()
	path, err := run.WriteWeights(ctx, point, dir, torch.Mapping{})
	Check(err)
	fmt.Println(path)
}
