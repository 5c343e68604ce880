package metric

import "math"

// MeanStd returns the mean of a sample, such as one score under several seeds,
// and its standard deviation with divisor n−1. The deviation of fewer than two
// numbers, and the mean of none, are NaN: unknown, not zero.
func MeanStd(sample []float64) (mean, std float64) {
	n := float64(len(sample))
	for _, x := range sample {
		mean += x
	}
	mean /= n
	squares := 0.0
	for _, x := range sample {
		squares += (x - mean) * (x - mean)
	}
	if n < 2 {
		return mean, math.NaN()
	}
	return mean, math.Sqrt(squares / (n - 1))
}
