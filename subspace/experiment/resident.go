package experiment

import (
	"math/rand/v2"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// together returns how many batches a call of the device works on; 0 where the
// host sends each.
func (r *Run) together() int {
	switch n := r.options.Together; {
	case r.Config.EMA > 0:
		return 0 // the average wants the weights after every step
	case n > 0:
		return n
	case n == 0 && r.gpu && r.options.Devices < 2:
		return OnGPU
	}
	return 0
}

// resident returns a set on the device, nil where the host sends its batches. The
// run's own sets stay there, and of others the latest.
func (r *Run) resident(set *dataset.Set) (*subspace.Resident, error) {
	if r.together() == 0 || len(set.Pixels) == 0 || len(set.Pixels) > inMemory {
		return nil, nil
	}
	if on := r.sets[set]; on != nil {
		return on, nil
	}
	own := func(set *dataset.Set) bool { return set == r.data.Train || set == r.data.Test || set == r.held }
	for other := range r.sets {
		if !own(set) && !own(other) {
			r.evict(other)
		}
	}
	b, err := r.openBackend()
	if err != nil {
		return nil, err
	}
	on, err := subspace.Upload(b.Backend, [3]int{set.Height, set.Width, set.Channels}, set.Pixels, set.Labels, r.data.Normalised(set.Channels))
	if err != nil {
		return nil, err
	}
	if r.sets == nil {
		r.sets = map[*dataset.Set]*subspace.Resident{}
	}
	r.sets[set] = on
	return on, nil
}

// evict takes a set from the device.
func (r *Run) evict(set *dataset.Set) {
	r.sets[set].Finalize()
	delete(r.sets, set)
}

// fill makes a batch of the images index of s: of the set on the device, or, where
// on is nil, of values. Both are the same images, varied by the same draws.
func (r *Run) fill(s *dataset.Set, on *subspace.Resident, index []int, a dataset.Augment, rng *rand.Rand) (subspace.Batch, error) {
	if on == nil {
		b := subspace.Batch{
			Images: make([]float32, len(index)*s.Height*s.Width*s.Channels),
			Labels: make([]int32, len(index)),
		}
		return b, r.data.Fill(b.Images, b.Labels, s, index, a, rng)
	}
	picks := make([]subspace.Pick, len(index))
	for k, i := range index {
		v := a.Draw(rng)
		picks[k] = subspace.Pick{Index: int32(i), DY: int32(v.DY), DX: int32(v.DX), Flip: v.Flip}
	}
	return subspace.Batch{Set: on, Picks: picks}, nil
}
