package metric

import (
	"errors"
	"fmt"
)

// MeanLogits returns the logits [n, classes] of an ensemble: the mean of its
// members' logits, each [n, classes] for the same images in the same order.
// Logits, and not probabilities, because Wortsman et al. sum them (the mean
// predicts the same class as the sum, with a confidence on a member's scale):
// the ensemble's probabilities are the members' geometric mean, normalised. It is
// an error to have no member, or members of different lengths.
func MeanLogits(members ...[]float32) ([]float32, error) {
	if len(members) == 0 {
		return nil, errors.New("metric: an ensemble of no members; need the logits of at least one")
	}
	for i, m := range members {
		if len(m) != len(members[0]) {
			return nil, fmt.Errorf("metric: member %d has %d logits, member 0 has %d; need logits of the same images for every member",
				i, len(m), len(members[0]))
		}
	}
	mean := make([]float32, len(members[0]))
	for i := range mean {
		sum := 0.0
		for _, m := range members {
			sum += float64(m[i])
		}
		mean[i] = float32(sum / float64(len(members)))
	}
	return mean, nil
}
