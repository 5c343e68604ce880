package metric

import (
	"cmp"
	"math"
	"slices"
)

// Holm corrects the p-values of a family of tests for their number, by Holm's step-down
// method ("A simple sequentially rejective multiple test procedure", 1979): with all that
// are below 0.05 afterwards taken as shown, the chance that any of them is a mistake is at
// most 5 %, however the tests hang together. The smallest of k is multiplied by k, the
// next by k−1 and so on, and none may be below one before it, nor above 1. The result is
// in the order of p. A NaN is no test: it counts for nothing, and stays.
func Holm(p []float64) []float64 {
	corrected := slices.Clone(p)
	var order []int
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	least := 0.0
	for rank, i := range order {
		least = min(1, max(least, float64(len(order)-rank)*p[i]))
		corrected[i] = least
	}
	return corrected
}
