package metric

import "sort"

// Bins is the usual number of bins of [ECE] in this project.
const Bins = 20

// ECE returns the expected calibration error of probabilities [n, classes],
//
//	Σ_b (n_b/n) · |acc(b) − conf(b)|
//
// over equal-width bins of the confidence, which is the probability of the most
// probable class, the first among equals (Guo et al., "On Calibration of Modern
// Neural Networks", 2017, equation 3). Bin b holds the confidences in
// (b/bins, (b+1)/bins]: one on an edge belongs to the bin below it. ECE panics
// if bins < 1.
func ECE(probabilities []float64, labels []int32, classes, bins int) float64 {
	gap := make([]float64, bins) // per bin: Σ confidence − number right
	for i, label := range labels {
		row := probabilities[i*classes : (i+1)*classes]
		top := argmax(row)
		b := sort.Search(bins-1, func(b int) bool { return row[top] <= float64(b+1)/float64(bins) })
		gap[b] += row[top]
		if top == int(label) {
			gap[b]--
		}
	}
	sum := 0.0
	for _, g := range gap {
		sum += max(g, -g)
	}
	return sum / float64(len(labels))
}
