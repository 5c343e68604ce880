package speed

import (
	"iter"
	"math/rand/v2"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// Images of random numbers: what is measured does not depend on their values.

// variety is the number of batches that are used in turn.
const variety = 4

// noise returns batches of random images.
func noise(batch, side int, rng *rand.Rand) []subspace.Batch {
	batches := make([]subspace.Batch, variety)
	for k := range batches {
		batches[k] = subspace.Batch{Images: make([]float32, batch*side*side*3), Labels: make([]int32, batch)}
		for i := range batches[k].Images {
			batches[k].Images[i] = float32(rng.NormFloat64())
		}
		for i := range batches[k].Labels {
			batches[k].Labels[i] = int32(rng.IntN(10))
		}
	}
	return batches
}

// cycle yields n batches, in turn.
func cycle(batches []subspace.Batch, n int) iter.Seq2[subspace.Batch, error] {
	return func(yield func(subspace.Batch, error) bool) {
		for i := range n {
			if !yield(batches[i%len(batches)], nil) {
				return
			}
		}
	}
}

// noiseData is a data set of random images.
func noiseData(n int, j Job) *dataset.Data {
	image := [3]int{j.Side, j.Side, 3}
	return &dataset.Data{Train: dataset.Noise(n, image, 10), Test: dataset.Noise(10, image, 10),
		Mean: []float32{0.5, 0.5, 0.5}, Std: []float32{0.25, 0.25, 0.25}}
}
