package subspace

import (
	"cmp"
	"context"
	"iter"

	"github.com/gomlx/gomlx/core/tensors"
)

// Recalibrate re-estimates the batch-norm statistics at a point: the running
// statistics start anew and become the mean over the batches (batch k enters
// with the share 1/k). The statistics of one point are of no use at another,
// so that every point is recalibrated before it is evaluated.
//
// The share reaches the network as [network.RateParam], which our batch norm
// reads. A batch norm of another make sees the batches in training mode and
// moves its statistics as it does in training.
//
// A batch that comes with an error ends it with that error, here and below.
func (s *Space) Recalibrate(ctx context.Context, p Point, batches iter.Seq2[Batch, error]) (err error) {
	defer catch("recalibrate batch norm", &err)
	point, err := s.points(p)
	if err != nil {
		return err
	}
	defer release(point)
	if err := s.setArrays(s.initial); err != nil {
		return err
	}
	k := 0
	for b, err := range batches {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		images, labels, err := s.tensors(b)
		if err != nil {
			return err
		}
		k++
		share := tensors.FromScalar(float32(1 / float64(k)))
		out, err := s.call(s.observe, len(b.Labels), 1, images, point, share)
		if err != nil {
			return err
		}
		release(append(out, images, labels, share)...)
	}
	return nil
}

// Logits runs the network at a point, in evaluation mode, over the batches. It
// returns the logits [n, classes], row by row, and the labels [n].
func (s *Space) Logits(ctx context.Context, p Point, batches iter.Seq2[Batch, error]) (logits []float32, labels []int32, err error) {
	defer catch("evaluate the network", &err)
	point, err := s.points(p)
	if err != nil {
		return nil, nil, err
	}
	defer release(point)
	for b, err := range batches {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return nil, nil, err
		}
		images, unused, err := s.tensors(b)
		if err != nil {
			return nil, nil, err
		}
		out, err := s.call(s.forward, len(b.Labels), 1, images, point)
		if err != nil {
			return nil, nil, err
		}
		rows, err := tensors.CopyFlatData[float32](out[0])
		if err != nil {
			return nil, nil, err
		}
		logits, labels = append(logits, rows...), append(labels, b.Labels...)
		release(append(out, images, unused)...)
	}
	return logits, labels, nil
}

// Evaluate recalibrates batch norm at a point and returns the logits there.
// The statistics that training carries along are as before when it returns.
func (s *Space) Evaluate(ctx context.Context, p Point, recalibration, test iter.Seq2[Batch, error]) (logits []float32, labels []int32, err error) {
	before, err := s.arrays()
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if restore := s.setArrays(before); err == nil {
			err = restore
		}
	}()
	if err := s.Recalibrate(ctx, p, recalibration); err != nil {
		return nil, nil, err
	}
	return s.Logits(ctx, p, test)
}
