package metric

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Difference is the mean of what two methods differ by under the same seeds, with
// its 95 % confidence interval by Student's t.
type Difference struct {
	N         int     // pairs
	Mean      float64 // of first − second
	Low, High float64 // NaN where there are fewer than two pairs: unknown
}

// rounded is by what share of them two numbers may differ that were computed in two ways.
const rounded = 1e-12

// Paired compares two samples pair by pair: a[i] and b[i] are of the same seed.
// The interval takes the differences as independent draws of a normal
// distribution, with n−1 degrees of freedom (Student, "The probable error of a
// mean", 1908). The mean of no pairs is NaN.
func Paired(a, b []float64) (Difference, error) {
	if len(a) != len(b) {
		return Difference{}, fmt.Errorf("metric: %d and %d numbers are no pairs; give one of each for every seed", len(a), len(b))
	}
	differences := make([]float64, len(a))
	largest := 0.0
	for i := range a {
		differences[i] = a[i] - b[i]
		largest = max(largest, math.Abs(a[i]), math.Abs(b[i]))
	}
	mean, std := MeanStd(differences)
	// Numbers that are equal but for their last digit are equal.
	if math.Abs(mean) < rounded*largest {
		mean = 0
	}
	if std < rounded*largest {
		std = 0
	}
	d := Difference{N: len(a), Mean: mean, Low: math.NaN(), High: math.NaN()}
	if d.N > 1 {
		reach := StudentQuantile(0.975, d.N-1) * std / math.Sqrt(float64(d.N))
		d.Low, d.High = mean-reach, mean+reach
	}
	return d, nil
}

// StudentQuantile returns the p-quantile of Student's t distribution with a whole
// number of degrees of freedom, at least 1; p is in (0, 1). It follows from the
// inverse of the regularised incomplete beta function. (gonum's stat/distuv has it
// ready, and needs linear algebra, which every set-up would compile for it.)
func StudentQuantile(p float64, freedom int) float64 {
	if p < 0.5 {
		return -StudentQuantile(1-p, freedom)
	}
	nu := float64(freedom)
	x := mathext.InvRegIncBeta(nu/2, 0.5, 2*(1-p)) // ν/(ν+t²)
	return math.Sqrt(nu * (1 - x) / x)
}
