package plots

import (
	"fmt"
	"math"
)

// Mean returns the mean of repeated runs (one slice each, a value for every x)
// as a series, with a band of one sample standard deviation (divisor n−1) to
// either side. One run has no band.
func Mean(name string, x []float64, runs ...[]float64) (Series, error) {
	s := Series{Name: name, X: x}
	for i, run := range runs {
		if len(run) != len(x) {
			return Series{}, fmt.Errorf("plots: series %q: run %d has %d values for %d points; give one for each", name, i, len(run), len(x))
		}
	}
	for i := range x {
		at := make([]float64, len(runs))
		for r := range runs {
			at[r] = runs[r][i]
		}
		mean, deviation, err := moments(name, at)
		if err != nil {
			return Series{}, err
		}
		s.Y = append(s.Y, mean)
		if len(runs) > 1 {
			s.Low = append(s.Low, mean-deviation)
			s.High = append(s.High, mean+deviation)
		}
	}
	return s, nil
}

// MeanReference is [Mean] for values that do not depend on x.
func MeanReference(name string, values ...float64) (Reference, error) {
	mean, deviation, err := moments(name, values)
	if err != nil {
		return Reference{}, err
	}
	if len(values) == 1 {
		return Reference{Name: name, Y: mean}, nil
	}
	return Reference{Name: name, Y: mean, Low: mean - deviation, High: mean + deviation}, nil
}

// moments returns the mean and the sample standard deviation.
func moments(name string, values []float64) (mean, deviation float64, err error) {
	n := float64(len(values))
	if n == 0 {
		return 0, 0, fmt.Errorf("plots: %q has no runs to take the mean of; give at least one", name)
	}
	for _, v := range values {
		mean += v / n
	}
	if n == 1 {
		return mean, 0, nil
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / (n - 1)
	}
	return mean, math.Sqrt(deviation), nil
}
