package speed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gomlx/compute"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/network"
)

// work is a job that is ready to be done.
type work struct {
	sample func(Amount) (times int, err error) // how many times it was done
	close  func()
}

// once is a sample of what is done once.
func once(do func(Amount) error) func(Amount) (int, error) {
	return func(a Amount) (int, error) { return 1, do(a) }
}

// lr is the learning rate of the steps: so small that nothing diverges.
const lr = 1e-3

var sgd = subspace.SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}

// open prepares a job. Where a run has its images on the device and works on several
// batches in a call, up to together, so does this; 0: where the host sends each batch.
func open(ctx context.Context, j Job, b compute.Backend, together int, clock *phases) (w work, err error) {
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
		s, err := subspace.New(b, net, [3]int{j.Side, j.Side, 3}, sampler.Shape.Endpoints(), seed)
		if err == nil {
			s.Together = together
		}
		return s, err
	}
	rng := rand.New(rand.NewPCG(1, 1))
	batches, tests, closeImages, err := images(b, j, together > 0, rng)
	if err != nil {
		return w, err
	}
	step := 0
	steps := func(s *subspace.Space, n int) error {
		var all []subspace.Work
		for range n {
			step++
			all = append(all, subspace.Work{Batch: batches[step%variety], Draw: s.Draw(sampler, rng), Rate: lr})
		}
		_, _, err := s.Steps(all, sgd)
		return err
	}
	if j.Work == Anew {
		clock.end("images")
		w.close = closeImages
		w.sample = once(func(Amount) error {
			s, err := fresh(uint64(step + 1))
			if err != nil {
				return err
			}
			defer s.Finalize()
			return steps(s, 1)
		})
		return w, nil
	}
	s, err := fresh(1)
	if err != nil {
		closeImages()
		return w, err
	}
	clock.end("network and its weights")
	at := func(i, n int) subspace.Point {
		return subspace.Uniform(pointOf(sampler.Shape.Endpoints(), i, n), len(s.Layout.Layers))
	}
	w.close = func() {
		s.Finalize()
		closeImages()
	}
	switch j.Work {
	case Step:
		seconds := 0.0 // that a step takes, once it has been compiled
		w.sample = func(Amount) (int, error) {
			compiled, n, start := step > 0, experiment.InCall(together, seconds), time.Now()
			err := steps(s, n)
			if compiled {
				seconds = time.Since(start).Seconds() / float64(n)
			}
			return n, err
		}
	case Evaluate:
		w.sample = once(func(a Amount) error {
			for i := range a.Points {
				if _, _, err := s.Evaluate(ctx, at(i, a.Points), cycle(batches, a.Recalibration/j.Batch), cycle(tests, a.Test/a.TestBatch)); err != nil {
					return err
				}
			}
			return nil
		})
	case Observe:
		w.sample = once(func(a Amount) error {
			return s.Recalibrate(ctx, at(0, 1), cycle(batches, a.Recalibration/j.Batch))
		})
	case Forward:
		w.sample = once(func(a Amount) error {
			_, _, err := s.Logits(ctx, at(0, 1), cycle(tests, a.Test/a.TestBatch))
			return err
		})
	default:
		w.close()
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
