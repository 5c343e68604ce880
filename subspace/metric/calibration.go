package metric

import (
	"cmp"
	"slices"
	"sort"
)

// Bins is the usual number of bins of [ECE], [AdaptiveECE] and [MCE] in this
// project.
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
	return expected(equalWidth(predictions(probabilities, labels, classes), bins), len(labels))
}

// MCE returns the maximum calibration error, max_b |acc(b) − conf(b)|, over the
// bins of [ECE] that hold an image (Guo et al. 2017, equation 5). A bin of one
// image counts as much as any other, so that MCE is noisy where bins are nearly
// empty. MCE panics if bins < 1.
func MCE(probabilities []float64, labels []int32, classes, bins int) float64 {
	worst := 0.0
	for _, t := range equalWidth(predictions(probabilities, labels, classes), bins) {
		if t.n > 0 {
			worst = max(worst, t.gap/float64(t.n), -t.gap/float64(t.n))
		}
	}
	return worst
}

// AdaptiveECE returns the calibration error of [ECE] over bins of equal mass
// instead of equal width: where most confidences lie near 1, equal-width bins
// leave nearly all images in one bin (Nguyen and O'Connor, "Posterior
// calibration and exploratory analysis for natural language processing models",
// 2015; Nixon et al., "Measuring Calibration in Deep Learning", 2019, who do the
// same for the probability of every class, where this looks at the confidence
// alone).
//
// The images are sorted by confidence, equal ones in the order given, and cut
// into bins of ⌊n/bins⌋ images, the first n mod bins of them of one more, as
// numpy.array_split does; with fewer images than bins every image has its own. A
// cut can go through images of equal confidence: then, and only then, the result
// depends on the order of the images. AdaptiveECE panics if bins < 1.
func AdaptiveECE(probabilities []float64, labels []int32, classes, bins int) float64 {
	return expected(equalMass(predictions(probabilities, labels, classes), bins), len(labels))
}

// Bin is one bar of a reliability diagram: the images whose confidence is in
// (Low, High].
type Bin struct {
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	N          int     `json:"n"`          // number of images
	Confidence float64 `json:"confidence"` // their mean confidence, 0 where N is 0
	Accuracy   float64 `json:"accuracy"`   // share of them that is classified right, 0 where N is 0
}

// Reliability returns what a reliability diagram shows (Guo et al. 2017, figure
// 1): accuracy against confidence in the equal-width bins of [ECE], all of them,
// from the lowest up. In a calibrated bin the two are equal. Reliability panics
// if bins < 1.
func Reliability(probabilities []float64, labels []int32, classes, bins int) []Bin {
	out := make([]Bin, bins)
	for b, t := range equalWidth(predictions(probabilities, labels, classes), bins) {
		out[b] = Bin{Low: float64(b) / float64(bins), High: upper(b, bins), N: t.n}
		if t.n > 0 {
			out[b].Confidence = (t.gap + float64(t.right)) / float64(t.n)
			out[b].Accuracy = float64(t.right) / float64(t.n)
		}
	}
	return out
}

// prediction is all of an image that calibration looks at.
type prediction struct {
	confidence float64 // probability of the most probable class
	right      bool    // whether that class, the first among equals, is the label
}

func predictions(probabilities []float64, labels []int32, classes int) []prediction {
	out := make([]prediction, len(labels))
	for i, label := range labels {
		row := probabilities[i*classes : (i+1)*classes]
		top := argmax(row)
		out[i] = prediction{row[top], top == int(label)}
	}
	return out
}

// tally is what a bin holds. The gap is kept instead of the sum of confidences,
// because it stays small: a sum of thousands would round off its last digits.
type tally struct {
	n, right int
	gap      float64 // Σ confidence − right
}

func (t *tally) add(p prediction) {
	t.n++
	t.gap += p.confidence
	if p.right {
		t.right++
		t.gap--
	}
}

// upper is the edge above bin b of equal-width bins.
func upper(b, bins int) float64 { return float64(b+1) / float64(bins) }

func equalWidth(images []prediction, bins int) []tally {
	tallies := make([]tally, bins)
	for _, p := range images {
		b := sort.Search(bins-1, func(b int) bool { return p.confidence <= upper(b, bins) })
		tallies[b].add(p)
	}
	return tallies
}

// equalMass sorts images in place.
func equalMass(images []prediction, bins int) []tally {
	slices.SortStableFunc(images, func(a, b prediction) int { return cmp.Compare(a.confidence, b.confidence) })
	tallies := make([]tally, bins)
	size, longer := len(images)/bins, len(images)%bins
	for b := range tallies {
		n := size
		if b < longer {
			n++
		}
		for _, p := range images[:n] {
			tallies[b].add(p)
		}
		images = images[n:]
	}
	return tallies
}

// expected returns Σ_b (n_b/n)·|acc(b) − conf(b)|.
func expected(tallies []tally, n int) float64 {
	sum := 0.0
	for _, t := range tallies {
		sum += max(t.gap, -t.gap)
	}
	return sum / float64(n)
}
