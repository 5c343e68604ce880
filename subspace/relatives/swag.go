package relatives

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// SWAG is a Gaussian over the weights of a network, fitted to where training with a
// constant rate went: the mean and variance of its snapshots, and the last of their
// deviations from the running mean, which span a covariance of low rank (Maddox et
// al., "A Simple Baseline for Bayesian Uncertainty in Deep Learning", 2019, algorithm
// 1).
type SWAG struct {
	Mean       []float64   // [P], which is what SWA ends with
	Variance   []float64   // [P], E[θ²] − E[θ]², no less than 0
	Deviations [][]float64 // [K][P], θᵢ − the mean of the first i snapshots
}

// CheckSWAG reports a rank that [NewSWAG] cannot have of so many snapshots.
func CheckSWAG(snapshots, rank int) error {
	switch {
	case snapshots < 2:
		return fmt.Errorf("a Gaussian around %d snapshots: want at least 2", snapshots)
	case rank != 0 && (rank < 2 || rank > snapshots):
		return fmt.Errorf("a covariance of rank %d from %d snapshots: want 2 to %d, or 0 for the diagonal alone", rank, snapshots, snapshots)
	}
	return nil
}

// NewSWAG fits a SWAG to snapshots [n][P] in the order of training; the last rank of
// them are its deviations. Rank 0 is the diagonal alone (SWAG-Diagonal); otherwise it
// is 2 to n. A covariance of a single snapshot is none: n is at least 2.
func NewSWAG(snapshots [][]float32, rank int) (*SWAG, error) {
	n := len(snapshots)
	if err := CheckSWAG(n, rank); err != nil {
		return nil, err
	}
	size := len(snapshots[0])
	s := &SWAG{Mean: make([]float64, size), Variance: make([]float64, size)}
	for i, theta := range snapshots {
		if len(theta) != size {
			return nil, fmt.Errorf("a snapshot of %d weights after one of %d", len(theta), size)
		}
		deviation := make([]float64, size)
		for j, w := range theta {
			w := float64(w)
			s.Mean[j] += (w - s.Mean[j]) / float64(i+1)
			s.Variance[j] += (float64(w*w) - s.Variance[j]) / float64(i+1) // the second moment, at first
			deviation[j] = w - s.Mean[j]
		}
		if i >= n-rank {
			s.Deviations = append(s.Deviations, deviation)
		}
	}
	for j, mean := range s.Mean {
		s.Variance[j] = max(s.Variance[j]-float64(mean*mean), 0)
	}
	return s, nil
}

// Sample draws a network [P]:
//
//	θ̄ + z₁·√(variance/2) + D·z₂/√(2(K−1)),  z₁ ~ N(0, I) [P], z₂ ~ N(0, I) [K]
//
// and with the diagonal alone θ̄ + z₁·√variance (Maddox et al. 2019, equation 1 and
// section 3.2).
func (s *SWAG) Sample(rng *rand.Rand) []float32 {
	k := len(s.Deviations)
	share := 1.0
	if k > 0 {
		share = 0.5
	}
	theta := make([]float64, len(s.Mean))
	for j, mean := range s.Mean {
		theta[j] = mean + float64(math.Sqrt(share*s.Variance[j])*rng.NormFloat64())
	}
	for _, deviation := range s.Deviations {
		z := rng.NormFloat64() / math.Sqrt(2*float64(k-1))
		for j, d := range deviation {
			theta[j] += float64(z * d)
		}
	}
	sample := make([]float32, len(theta))
	for j, w := range theta {
		sample[j] = float32(w)
	}
	return sample
}
