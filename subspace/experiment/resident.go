package experiment

import (
	"math/rand/v2"
	"time"

	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/dataset"
)

// together returns how many batches a call of the device works on; 0 where the
// host sends each.
func (r *Run) together() int {
	most := Most(r.backend)
	switch n := r.options.Together; {
	case r.Config.EMA > 0:
		return 0 // the average wants the weights after every step
	case n != 0:
		return max(n, 0)
	case r.options.Devices > 1:
		return 0
	case r.backend.GPU || most == 0:
		return most
	case r.options.Net != nil || r.Config.Width%8 != 0 || r.Config.Precision != "":
		return 1 // there may be convolutions of XLA's, which are slower in a loop
	case r.Config.Rho > 0:
		return 1 // in a loop XLA sums the square of its gradient in another order
	}
	return most
}

// Most is how many batches a call of a backend works on at most, 0 where the host sends
// each: of the project's networks, and unless Options.Together says otherwise.
func Most(b backend.Info) int {
	switch {
	case b.GPU:
		return OnGPU
	case b.Kernels:
		return OnCPU
	}
	return 0
}

// patience is how long a call may take where Options.Together leaves that open: a reader
// who stops a run waits for its end.
const patience = 500 * time.Millisecond

// InCall is how many of at most n batches a call works on where each takes some seconds,
// one where that is not known: no more than half a second of them.
func InCall(n int, seconds float64) int {
	if seconds <= 0 {
		return 1
	}
	return max(1, min(n, int(patience.Seconds()/seconds)))
}

// mostSteps returns how many steps a call makes at most, where each takes some seconds.
func (r *Run) mostSteps(seconds float64) int {
	if r.options.Together != 0 {
		return r.together()
	}
	return InCall(r.together(), seconds)
}

// call returns how many steps the next call makes after so many, see mostSteps: up to the
// end of the epoch, where others want the endpoints, and the short last batch alone.
func (r *Run) call(on *subspace.Resident, done int, seconds float64) int {
	if on == nil {
		return 1
	}
	full, k := r.data.Train.Len()/r.Config.Batch, done%r.perEpoch()
	return min(r.mostSteps(seconds), max(full-k, 1))
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
	on, err := subspace.Upload(b.Backend, set.Shape(), set.Pixels, set.Labels, r.data.Normalised(set.Channels))
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
