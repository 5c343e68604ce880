package speed

import (
	"cmp"
	"iter"
	"math/rand/v2"

	"github.com/gomlx/compute"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// Images of random numbers: what is measured does not depend on their values.

// variety is the number of batches that are used in turn.
const variety = 4

// images returns the batches of a job, and those that are classified: of a set on the
// device, which close takes away, or of values.
func images(b compute.Backend, j Job, onDevice bool, rng *rand.Rand) (batches, tests []subspace.Batch, close func(), err error) {
	test := cmp.Or(j.TestBatch, j.Batch)
	if !onDevice {
		return noise(j.Batch, j.Side, rng), noise(test, j.Side, rng), func() {}, nil
	}
	data := noiseData(variety*max(j.Batch, test), j)
	set, err := subspace.Upload(b, [3]int{j.Side, j.Side, 3}, data.Train.Pixels, data.Train.Labels, data.Normalised(3))
	if err != nil {
		return nil, nil, nil, err
	}
	return shown(set, j.Batch), shown(set, test), set.Finalize, nil
}

// shown returns batches of a set on the device.
func shown(set *subspace.Resident, batch int) []subspace.Batch {
	batches := make([]subspace.Batch, variety)
	for k := range batches {
		for i := range batch {
			batches[k].Picks = append(batches[k].Picks, subspace.Pick{Index: int32(k*batch + i)})
		}
		batches[k].Set = set
	}
	return batches
}

// noise returns batches of random values.
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
