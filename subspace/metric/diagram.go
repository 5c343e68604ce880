package metric

import (
	"fmt"
	"math"
)

// DiagramECE returns the [ECE] of a reliability diagram, by its bins.
func DiagramECE(bins []Bin) float64 {
	sum, n := 0.0, 0
	for _, b := range bins {
		sum += float64(b.N) * math.Abs(b.Accuracy-b.Confidence)
		n += b.N
	}
	return sum / float64(n)
}

// Coarser returns the reliability diagram of count bins of equal width, made of
// one with finer bins: count must divide their number.
func Coarser(bins []Bin, count int) ([]Bin, error) {
	if count < 1 || len(bins) == 0 || len(bins)%count != 0 {
		return nil, fmt.Errorf("%d bins cannot become %d: want a number that divides it", len(bins), count)
	}
	each := len(bins) / count
	coarse := make([]Bin, count)
	for i := range coarse {
		group := bins[i*each : (i+1)*each]
		c := Bin{Low: group[0].Low, High: group[each-1].High}
		for _, b := range group {
			c.N += b.N
			c.Confidence += float64(b.N) * b.Confidence
			c.Accuracy += float64(b.N) * b.Accuracy
		}
		if c.N > 0 {
			c.Confidence /= float64(c.N)
			c.Accuracy /= float64(c.N)
		}
		coarse[i] = c
	}
	return coarse, nil
}

// Chance returns the ECE, in [0, 1], that a perfectly calibrated network with the
// confidences of a reliability diagram shows on average. It is not 0: of n images
// with the confidence p not exactly n·p are right, but a binomial number of them.
// The sum of all bins' n_b·E|acc(b) − conf(b)|, divided by the number of images,
// each image taken to have the mean confidence of its bin.
func Chance(bins []Bin) float64 {
	sum, n := 0.0, 0
	for _, b := range bins {
		sum += deviation(b.N, b.Confidence)
		n += b.N
	}
	return sum / float64(n)
}

// deviation returns E|X − np|, the mean absolute deviation of a binomial number
// X ~ B(n, p), by De Moivre's formula 2m·C(n, m)·pᵐ·(1−p)ⁿ⁻ᵐ⁺¹ with m = ⌊np⌋ + 1.
func deviation(n int, p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	size, m := float64(n), math.Floor(float64(n)*p)+1
	return math.Exp(math.Log(2*m) + logFactorial(size) - logFactorial(m) - logFactorial(size-m) +
		m*math.Log(p) + (size-m+1)*math.Log1p(-p))
}

func logFactorial(n float64) float64 {
	log, _ := math.Lgamma(n + 1)
	return log
}
