package corruption

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

// random are the random numbers of one image.
type random struct {
	pcg   *rand.PCG
	spare float64 // a normal draw that was made and not yet used
	has   bool    // whether there is one
}

// newRandom returns the numbers of the image index of a set under a corruption:
// PCG(seed, FNV-1a("name severity index")).
func newRandom(seed uint64, name string, severity, index int) *random {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d %d", name, severity, index)
	return &random{pcg: rand.NewPCG(seed, h.Sum64())}
}

// uniform returns a multiple of 2⁻⁵³ in [0, 1): the upper 53 bits of a draw.
func (r *random) uniform() float64 {
	return float64(r.pcg.Uint64()>>11) / (1 << 53)
}

// normal returns a draw of N(0, 1) by Marsaglia's polar method: a point (u, v),
// uniform in the unit disk by trial, gives two independent draws, u and v times
// √(−2 log s / s) with s = u² + v². The first is returned, the second kept for the
// next call.
func (r *random) normal() float64 {
	if r.has {
		r.has = false
		return r.spare
	}
	for {
		u := float64(2*r.uniform()) - 1
		v := float64(2*r.uniform()) - 1
		if s := float64(u*u) + float64(v*v); s > 0 && s < 1 {
			scale := math.Sqrt(-2 * log(s) / s)
			r.spare, r.has = v*scale, true
			return u * scale
		}
	}
}

// poisson is the cumulative distribution of a Poisson variable: poisson[k] is the
// probability of at most k.
type poisson []float64

// newPoisson returns the distribution with a mean in [0, 500]. Its weights meanᵏ/k!
// are summed as they are and divided by their sum, e^mean up to rounding. They
// end where they no longer change the sum.
func newPoisson(mean float64) poisson {
	var p poisson
	weight, sum := 1.0, 0.0
	for k := 1.0; k <= mean || sum+weight > sum; k++ {
		sum += weight
		p = append(p, sum)
		weight = weight * mean / k
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// draw returns the smallest k with a cumulative probability above one uniform
// number: an exact draw up to the 53 bits of the number.
func (p poisson) draw(r *random) int {
	u := r.uniform()
	k, _ := slices.BinarySearchFunc(p, u, func(sum, u float64) int {
		if sum > u {
			return 1
		}
		return -1
	})
	return k
}
