package subspace

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// FilterNormalised returns a random direction [P] in which a loss landscape can
// be drawn around the weights theta [P] of a network: Gaussian, and then every
// filter of it rescaled to the norm of the same filter of theta (Li et al.,
// "Visualizing the Loss Landscape of Neural Nets", 2018, section 4). A network
// with batch norm computes the same when a filter is scaled, but along a plain
// random direction its loss looks steep if its weights are small and flat if they
// are large; along this one it looks the same.
//
// A filter is what makes one output channel: a slice along the last axis of a
// weight of rank 2 or more, as the convolutions [height, width, in, out] and dense
// layers [in, out] of these networks have it. Weights of lower rank, batch norms
// and biases, get 0 and so stay as they are in theta. A filter of zeros gets zeros.
//
// The surface of two directions d1, d2 is that of a [Space] with the endpoints
// theta, d1 and d2 at the coefficients (1, x, y), in units of the weights' own
// size. It is an error if theta has another length than l.Size or a weight that is
// not finite.
func FilterNormalised(l Layout, theta []float32, rng *rand.Rand) ([]float32, error) {
	if rng == nil {
		return nil, errors.New("a random direction without random numbers: rng is nil")
	}
	if len(theta) != l.Size {
		return nil, fmt.Errorf("a direction for %d weights: the network has %d", len(theta), l.Size)
	}
	for _, w := range l.Weights {
		for i, v := range theta[w.Offset : w.Offset+w.Size] {
			if v := float64(v); math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("a direction around %s[%d] = %v: want finite weights", w.Path, i, v)
			}
		}
	}
	drawn := make([]float64, l.Size)
	for i := range drawn {
		drawn[i] = rng.NormFloat64()
	}
	return normaliseFilters(l, theta, drawn), nil
}

// normaliseFilters rescales every filter of drawn [P] to the norm of theta's.
func normaliseFilters(l Layout, theta []float32, drawn []float64) []float32 {
	direction := make([]float32, l.Size)
	for _, w := range l.Weights {
		if len(w.Dims) < 2 {
			continue
		}
		filters := w.Dims[len(w.Dims)-1] // the last axis is the fastest: filter f is every filters-th weight from f
		for f := range filters {
			want, have := 0.0, 0.0 // squared norms
			for i := w.Offset + f; i < w.Offset+w.Size; i += filters {
				want += float64(float64(theta[i]) * float64(theta[i]))
				have += float64(drawn[i] * drawn[i])
			}
			if want == 0 || have == 0 {
				continue
			}
			scale := math.Sqrt(want) / math.Sqrt(have)
			for i := w.Offset + f; i < w.Offset+w.Size; i += filters {
				direction[i] = float32(scale * drawn[i])
			}
		}
	}
	return direction
}
