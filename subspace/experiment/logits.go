package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
)

// Logits returns what the trained network at a point makes of the images of a set:
// [n, classes], row by row in the set's order. Batch norm is re-estimated at the
// point, as it was when the run was scored, and the images are normalised as those
// it was trained on; they must have the same height, width and channels.
func (r *Run) Logits(ctx context.Context, at subspace.Weights, set *dataset.Set) ([]float32, error) {
	if _, err := r.Space(); err != nil {
		return nil, err
	}
	if set == nil || set.Len() == 0 {
		return nil, errors.New("there are no images to run the network on: want a set with at least one")
	}
	if err := r.takes(set); err != nil {
		return nil, err
	}
	return r.logitsOf(ctx, at, set)
}

// logitsOf returns the logits of a set at a point, batch norm re-estimated there,
// and leaves the state of training as it is.
func (r *Run) logitsOf(ctx context.Context, at subspace.Weights, set *dataset.Set) ([]float32, error) {
	if err := at.Check(r.sampler.Shape.Endpoints()); err != nil {
		return nil, err
	}
	p := subspace.Uniform(at, len(r.space.Layout.Layers))
	logits, _, err := r.space.Evaluate(ctx, p, r.recalibration(), r.inOrder(set))
	return logits, err
}

// bins returns the number of bins of the calibration errors.
func (r *Run) bins() int { return cmp.Or(r.Config.Bins, metric.Bins) }

// logits returns the logits of a set at a point, batch norm re-estimated there.
// Only for a run that has been trained: the statistics stay at the point.
func (r *Run) logits(ctx context.Context, s *subspace.Space, at subspace.Weights, set *dataset.Set) ([]float32, error) {
	here := fmt.Sprintf("%p %v", s, at)
	if logits, ok := r.scored.logits[here]; ok && set == r.data.Test {
		return logits, nil
	}
	p := subspace.Uniform(at, len(s.Layout.Layers))
	if r.scored.calibrated != here {
		r.scored.calibrated = ""
		if err := s.Recalibrate(ctx, p, r.recalibration()); err != nil {
			return nil, err
		}
		r.scored.calibrated = here
	}
	logits, _, err := s.Logits(ctx, p, r.inOrder(set))
	// Those of a grid, and of ImageNet's size, are rather computed anew.
	if err == nil && set == r.data.Test && s == r.space && len(r.scored.logits) < max(r.Config.Points, len(at))+1 && len(logits) < 1<<22 {
		if r.scored.logits == nil {
			r.scored.logits = map[string][]float32{}
		}
		r.scored.logits[here] = logits
	}
	return logits, err
}

// Score scores the trained run at a point on the test images, batch norm
// re-estimated there. Coefficients, which must sum to 1, outside [0, 1] are a point outside
// the subspace.
func (r *Run) Score(ctx context.Context, at subspace.Weights) (metric.Scores, error) {
	if _, err := r.Space(); err != nil {
		return metric.Scores{}, err
	}
	return r.evaluate(ctx, at, r.data.Test)
}

// evaluate scores a point on a set, and leaves the state of training as it is.
func (r *Run) evaluate(ctx context.Context, at subspace.Weights, set *dataset.Set) (metric.Scores, error) {
	logits, err := r.logitsOf(ctx, at, set)
	if err != nil {
		return metric.Scores{}, err
	}
	return metric.ScoreBins(logits, set.Labels, len(set.Classes), r.bins())
}

// recalibration yields the batches that re-estimate batch norm: training
// images, augmented as in training, the same at every point.
func (r *Run) recalibration() iter.Seq2[subspace.Batch, error] { return r.recalibrationOf(0) }

// recalibrationOf is recalibration by the first images of those; 0 are all of them.
func (r *Run) recalibrationOf(images int) iter.Seq2[subspace.Batch, error] {
	n := r.data.Train.Len()
	order := dataset.Order(n, r.Config.Seed, r.Config.Epochs) // the order of the epoch after the last
	for _, k := range []int{r.Config.Recalibration, images} {
		if k > 0 {
			order = order[:min(k, len(order))]
		}
	}
	return func(yield func(subspace.Batch, error) bool) {
		on, err := r.resident(r.data.Train)
		if err != nil {
			yield(subspace.Batch{}, err)
			return
		}
		step := 0
		for index := range slices.Chunk(order, r.Config.Batch) {
			// A short last batch would count as much as a full one.
			if len(index) < r.Config.Batch && step > 0 {
				return
			}
			if !yield(r.fill(r.data.Train, on, index, r.Config.Augment, r.rng(recalibrateStream, step))) {
				return
			}
			step++
		}
	}
}

// testBatch divides the test sets that come with the project.
const testBatch = 250

// inOrder yields the images of a set as they are, in their order.
func (r *Run) inOrder(set *dataset.Set) iter.Seq2[subspace.Batch, error] {
	return r.inBatches(set, testBatch)
}

// inBatches is inOrder in batches of at most so many.
func (r *Run) inBatches(set *dataset.Set, most int) iter.Seq2[subspace.Batch, error] {
	order := make([]int, set.Len())
	for i := range order {
		order[i] = i
	}
	return func(yield func(subspace.Batch, error) bool) {
		on, err := r.resident(set)
		if err != nil {
			yield(subspace.Batch{}, err)
			return
		}
		for index := range slices.Chunk(order, most) {
			if !yield(r.fill(set, on, index, dataset.Augment{}, nil)) {
				return
			}
		}
	}
}
