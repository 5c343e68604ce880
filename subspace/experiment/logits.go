package experiment

import (
	"context"
	"fmt"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// Logits returns what the trained network at a point makes of the images of a set:
// [n, classes], row by row in the set's order. Batch norm is re-estimated at the
// point, as it was when the run was scored, and the images are normalised as those
// it was trained on; they must have the same height, width and channels.
func (r *Run) Logits(ctx context.Context, at subspace.Weights, set *dataset.Set) ([]float32, error) {
	if _, err := r.Space(); err != nil {
		return nil, err
	}
	if err := set.Check(); err != nil {
		return nil, err
	}
	if t := r.data.Train; t.Height != set.Height || t.Width != set.Width || t.Channels != set.Channels {
		return nil, fmt.Errorf("images of %d × %d × %d for a network that was trained on %d × %d × %d: want the same",
			set.Height, set.Width, set.Channels, t.Height, t.Width, t.Channels)
	}
	return r.logitsOf(ctx, at, set)
}

// logitsOf returns the logits of a set at a point, batch norm re-estimated there,
// and leaves the state of training as it is.
func (r *Run) logitsOf(ctx context.Context, at subspace.Weights, set *dataset.Set) ([]float32, error) {
	p := subspace.Uniform(at, len(r.space.Layout.Layers))
	logits, _, err := r.space.Evaluate(ctx, p, r.recalibration(), r.inOrder(set))
	return logits, err
}
