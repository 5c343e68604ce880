package metric

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

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

// Mean returns the mean of a sample.
func Mean(sample []float64) float64 {
	mean, _ := MeanStd(sample)
	return mean
}

// Spread writes a sample as its mean and standard deviation, 61.25 ± 0.25, with so
// many digits behind the point, 0 to 17: the mean alone where the sample is of one,
// nothing where it is of none. Where one of several is unknown, NaN, so are both, which
// is said; where all are, it is nothing, as of none.
func Spread(sample []float64, digits int) string {
	mean, std := MeanStd(sample)
	digits = min(max(digits, 0), 17)
	if math.IsNaN(mean) {
		if slices.ContainsFunc(sample, func(x float64) bool { return !math.IsNaN(x) }) {
			return "unknown"
		}
		return ""
	}
	text := fmt.Sprintf("%.*f", digits, mean)
	if len(sample) > 1 {
		text += fmt.Sprintf(" ± %.*f", digits, std)
	}
	return strings.Replace(text, "-", "−", 1) // the sign of subtraction, as in figures
}
