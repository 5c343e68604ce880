package metric

import "gonum.org/v1/gonum/stat"

// MeanStd returns the mean of a sample, such as one score under several seeds,
// and its standard deviation with divisor n−1. The deviation of fewer than two
// numbers, and the mean of none, are NaN: unknown, not zero.
func MeanStd(sample []float64) (mean, std float64) {
	return stat.MeanStdDev(sample, nil)
}
