package speed

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute"

	"gosubspace/subspace"
	"gosubspace/subspace/network"
)

// work is a job that is ready to be done.
type work struct {
	sample func(Amount) error
	close  func()
}

// lr is the learning rate of the steps: so small that nothing diverges.
const lr = 1e-3

var sgd = subspace.SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}

// open prepares a job.
func open(ctx context.Context, j Job, b compute.Backend, clock *phases) (w work, err error) {
	if j.Work == Run {
		return openRun(ctx, j)
	}
	sampler, err := subspace.ParseSampler(j.Shape)
	if err != nil {
		return w, err
	}
	net := network.CResNet20(10, j.Width)
	if j.Dropout > 0 {
		net = network.WithDropout(net, j.Dropout)
	}
	fresh := func(seed uint64) (*subspace.Space, error) {
		return subspace.New(b, net, [3]int{j.Side, j.Side, 3}, sampler.Shape.Endpoints(), seed)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	batches, step := noise(j.Batch, j.Side, rng), 0
	if j.Work == Anew {
		clock.end("images")
		w.close = func() {}
		w.sample = func(Amount) error {
			step++
			s, err := fresh(uint64(step))
			if err != nil {
				return err
			}
			defer s.Finalize()
			_, _, err = s.Step(batches[step%variety], s.Draw(sampler, rng), lr, sgd)
			return err
		}
		return w, nil
	}
	s, err := fresh(1)
	if err != nil {
		return w, err
	}
	clock.end("network and its weights")
	tests := batches
	if j.TestBatch > 0 && j.TestBatch != j.Batch {
		tests = noise(j.TestBatch, j.Side, rng)
	}
	at := func(i, n int) subspace.Point {
		return subspace.Uniform(pointOf(sampler.Shape.Endpoints(), i, n), len(s.Layout.Layers))
	}
	w.close = s.Finalize
	switch j.Work {
	case Step:
		w.sample = func(Amount) error {
			step++
			_, _, err := s.Step(batches[step%variety], s.Draw(sampler, rng), lr, sgd)
			return err
		}
	case Evaluate:
		w.sample = func(a Amount) error {
			for i := range a.Points {
				if _, _, err := s.Evaluate(ctx, at(i, a.Points), cycle(batches, a.Recalibration/j.Batch), cycle(tests, a.Test/a.TestBatch)); err != nil {
					return err
				}
			}
			return nil
		}
	case Observe:
		w.sample = func(a Amount) error {
			return s.Recalibrate(ctx, at(0, 1), cycle(batches, a.Recalibration/j.Batch))
		}
	case Forward:
		w.sample = func(a Amount) error {
			_, _, err := s.Logits(ctx, at(0, 1), cycle(tests, a.Test/a.TestBatch))
			return err
		}
	default:
		s.Finalize()
		return w, fmt.Errorf("unknown work %q: want %s, %s, %s, %s, %s or %s", j.Work, Step, Run, Evaluate, Observe, Forward, Anew)
	}
	return w, nil
}

// pointOf returns the coefficients of point i of n: on the way from the first
// endpoint to the last.
func pointOf(m, i, n int) subspace.Weights {
	w := subspace.Endpoint(0, m)
	if m > 1 && n > 1 {
		alpha := float64(i) / float64(n-1)
		w[0], w[m-1] = 1-alpha, alpha
	}
	return w
}
