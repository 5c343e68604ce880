package metric

import (
	"fmt"
	"math"
)

// Difference is the mean of what two methods differ by under the same seeds, with
// its 95 % confidence interval by Student's t.
type Difference struct {
	N         int     // pairs
	Mean      float64 // of first − second
	Low, High float64 // NaN where there are fewer than two pairs: unknown
}

// Paired compares two samples pair by pair: a[i] and b[i] are of the same seed.
// The interval takes the differences as independent draws of a normal
// distribution, with n−1 degrees of freedom (Student, "The probable error of a
// mean", 1908). The mean of no pairs is NaN.
func Paired(a, b []float64) (Difference, error) {
	if len(a) != len(b) {
		return Difference{}, fmt.Errorf("metric: %d and %d numbers are no pairs; give one of each for every seed", len(a), len(b))
	}
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = a[i] - b[i]
	}
	mean, std := MeanStd(differences)
	d := Difference{N: len(a), Mean: mean, Low: math.NaN(), High: math.NaN()}
	if d.N > 1 {
		reach := StudentQuantile(0.975, d.N-1) * std / math.Sqrt(float64(d.N))
		d.Low, d.High = mean-reach, mean+reach
	}
	return d, nil
}

// Side says on which side of 0 the whole interval lies: 1 above, −1 below, 0 where
// it holds 0 or is unknown.
func (d Difference) Side() int {
	switch {
	case d.Low > 0:
		return 1
	case d.High < 0:
		return -1
	}
	return 0
}

// StudentQuantile returns the p-quantile of Student's t distribution with a whole
// number of degrees of freedom, at least 1; p is in (0, 1).
func StudentQuantile(p float64, freedom int) float64 {
	if p < 0.5 {
		return -StudentQuantile(1-p, freedom)
	}
	low, high := 0.0, 1.0
	for studentCDF(high, freedom) < p {
		low, high = high, 2*high
	}
	for range 200 {
		middle := (low + high) / 2
		if middle <= low || middle >= high {
			break
		}
		if studentCDF(middle, freedom) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// studentCDF returns the probability of at most t ≥ 0, by the finite sums of
// Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and
// 26.7.4: for whole degrees of freedom it needs no incomplete beta function.
func studentCDF(t float64, freedom int) float64 {
	angle := math.Atan2(t, math.Sqrt(float64(freedom)))
	sin, cos := math.Sin(angle), math.Cos(angle)
	sum, term := 0.0, 1.0
	if freedom%2 == 0 {
		for k := 0; k < freedom/2; k++ {
			if k > 0 {
				term *= float64(2*k-1) / float64(2*k) * cos * cos
			}
			sum += term
		}
		return (1 + sin*sum) / 2
	}
	term = cos
	for k := 0; k < freedom/2; k++ {
		if k > 0 {
			term *= float64(2*k) / float64(2*k+1) * cos * cos
		}
		sum += term
	}
	return 0.5 + (angle+sin*sum)/math.Pi
}
