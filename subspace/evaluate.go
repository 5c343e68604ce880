package subspace

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Recalibrate re-estimates the batch-norm statistics at a point: the running
// statistics, which are what training changes beside the weights, start anew and become
// the mean over the batches (batch k enters with the share 1/k). The statistics of one
// point are of no use at another, so that every point is recalibrated before it is
// evaluated. What dropout draws in training goes on where it was.
//
// The share reaches the network as [network.RateParam], which our batch norm
// reads, and GoMLX's is given it. A batch norm of another make sees the batches in
// training mode and moves its statistics as it does in training.
//
// A batch that comes with an error ends it with that error, here and below.
func (s *Space) Recalibrate(ctx context.Context, p Point, batches iter.Seq2[Batch, error]) (err error) {
	defer catch("recalibrate batch norm", &err)
	point, err := s.points(p)
	if err != nil {
		return err
	}
	defer release(point)
	drawn, err := s.startAnew()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, drawn()) }()
	if batches == nil {
		return errors.New("there are no batches to re-estimate batch norm with: they are nil")
	}
	k := 0
	for group, err := range s.calls(batches) {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		var rates []float32
		for range group {
			k++
			rates = append(rates, float32(1/float64(k)))
		}
		exec, in, own, err := s.inputs(s.observe, s.observes, group)
		if err != nil {
			return err
		}
		rate := tensors.FromScalar(rates[0])
		if exec == s.observes {
			rate = rows(rates, s.room())
		}
		out, err := s.call(exec, group[0].Len(), 1, append(in, point, rate)...)
		if err != nil {
			return err
		}
		release(append(append(out, rate), own...)...)
	}
	if k == 0 && slices.ContainsFunc(s.state, func(v *model.Variable) bool { return v.Name() != model.RNGStateVariableName }) {
		return errors.New("batch norm is to be re-estimated with no batch: want at least one")
	}
	return nil
}

// startAnew gives the variables that training changes the values that they had at first,
// and returns what gives the random state back the one that it has now.
func (s *Space) startAnew() (drawn func() error, err error) {
	drawn = func() error { return nil }
	for i, v := range s.state {
		if !s.moves[i] {
			continue
		}
		if v.Name() == model.RNGStateVariableName {
			now, err := v.Value()
			if err != nil {
				return nil, err
			}
			if now, err = now.LocalClone(); err != nil {
				return nil, err
			}
			drawn = func() error { return v.SetValue(now) }
		}
		if err := s.setArray(i, s.initial[i]); err != nil {
			return nil, err
		}
	}
	return drawn, nil
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
	if batches == nil {
		return nil, nil, errors.New("there are no batches to evaluate: they are nil")
	}
	for group, err := range s.calls(batches) {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return nil, nil, err
		}
		exec, in, own, err := s.inputs(s.forward, s.forwards, group)
		if err != nil {
			return nil, nil, err
		}
		out, err := s.call(exec, group[0].Len(), 1, append(in, point)...)
		if err != nil {
			return nil, nil, err
		}
		rows, err := tensors.CopyFlatData[float32](out[0])
		if err != nil {
			return nil, nil, err
		}
		for _, b := range group {
			logits, labels = append(logits, rows[:b.Len()*s.classes]...), append(labels, b.answers()...)
			rows = rows[b.Len()*s.classes:]
		}
		release(append(out, own...)...)
	}
	return logits, labels, nil
}

// inputs returns the graph that evaluates a group of [Space.calls], the inputs that
// show it the images, and those of them that are to be released: a resident set
// stays.
func (s *Space) inputs(ofValues, ofResident *model.Exec, group []Batch) (exec *model.Exec, in, own []*tensors.Tensor, err error) {
	if group[0].Set == nil {
		images, labels, err := s.tensors(group[0])
		return ofValues, []*tensors.Tensor{images}, []*tensors.Tensor{images, labels}, err
	}
	if in, err = s.resident(group); err != nil {
		return nil, nil, nil, err
	}
	return ofResident, in, in[setInputs:], nil
}

// Evaluate recalibrates batch norm at a point and returns the logits there.
// The statistics that training carries along are as before when it returns.
func (s *Space) Evaluate(ctx context.Context, p Point, recalibration, test iter.Seq2[Batch, error]) (logits []float32, labels []int32, err error) {
	before, err := s.arrays()
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = cmp.Or(err, s.setArrays(before)) }()
	if err := s.Recalibrate(ctx, p, recalibration); err != nil {
		return nil, nil, err
	}
	return s.Logits(ctx, p, test)
}
