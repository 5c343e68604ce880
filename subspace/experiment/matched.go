package experiment

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"

	"gosubspace/subspace"
	"gosubspace/subspace/relatives"
)

// matchMembers brings the networks as close to the first as their symmetries allow.
func matchMembers(ctx context.Context, r *Run, _, _ int) ([][]float32, error) {
	networks, err := r.ofMembers()
	if err != nil {
		return nil, err
	}
	r.given = nil // the statistics of channels in another order
	for i := 1; i < len(networks); i++ {
		rng := rand.New(rand.NewPCG(r.Config.Seed, makeStream+uint64(i)))
		before := networks[i]
		if networks[i], err = relatives.Match(ctx, r.space.Layout, networks[0], before, rng); err != nil {
			return nil, err
		}
		if r.options.Net == nil {
			continue // it is the project's, whose layers matching knows
		}
		if err := r.checkMatched(ctx, before, networks[i]); err != nil {
			return nil, err
		}
	}
	return networks, nil
}

// checkMatched reports a network of the reader's own that computes something else once its
// channels are permuted: which layers share theirs does not show in the weights alone.
func (r *Run) checkMatched(ctx context.Context, before, after []float32) error {
	var logits [2][]float32
	for i, network := range [][]float32{before, after} {
		m := r.sampler.Shape.Endpoints()
		if err := r.space.SetEndpoints(slices.Repeat([][]float32{network}, m)); err != nil {
			return err
		}
		at := subspace.Uniform(subspace.Endpoint(0, m), len(r.space.Layout.Layers))
		var err error
		if logits[i], _, err = r.space.Evaluate(ctx, at, r.recalibrationOf(r.Config.Batch), first(r.inOrder(r.data.Test))); err != nil {
			return err
		}
	}
	most := 1e-3 // of the size of the logits, for rounding
	if r.Config.Precision != "" {
		most = 0.1
	}
	var off, size float64
	for i, v := range logits[0] {
		off, size = math.Hypot(off, float64(v)-float64(logits[1][i])), math.Hypot(size, float64(v))
	}
	if off <= most*size {
		return nil
	}
	return fmt.Errorf("the network %q computes something else once its channels are matched, which is known of layers that follow each other and of residual blocks as the project's: "+
		"take its networks independent, not %s", r.Config.Network, matched)
}

// first yields the first of a sequence alone.
func first[A, B any](all iter.Seq2[A, B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		for a, b := range all {
			yield(a, b)
			return
		}
	}
}
