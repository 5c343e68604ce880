package experiment

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gosubspace/subspace"
)

// spreadOut moves apart what lies between the networks of a complex, rows [m][P], which are
// at the networks' mean, in random directions: simplexes with two equal corners have no
// volume but that of rounding, whose logarithm has a gradient that throws the corners far
// away. One between is apart from the networks as it is.
func (r *Run) spreadOut(rows, networks [][]float32) error {
	c := r.sampler.Shape.(subspace.Simplexes) // Check has seen to it
	mean, squares := rows[c.Fixed], 0.0
	for _, network := range networks {
		for j, w := range network {
			d := float64(w) - float64(mean[j])
			squares += d * d
		}
	}
	if squares == 0 {
		return errors.New("a complex between networks that are equal has no volume to be large: leave the volume out, or take others")
	}
	if c.Between == 1 {
		return nil
	}
	far := 0.1 * math.Sqrt(squares/float64(len(networks)*len(mean))) // a tenth of the way to a network
	for i := c.Fixed; i < len(rows); i++ {
		rng := rand.New(rand.NewPCG(r.Config.Seed, makeStream+uint64(i)))
		rows[i] = slices.Clone(rows[i])
		for j := range rows[i] {
			rows[i][j] += float32(far * rng.NormFloat64())
		}
	}
	return nil
}
