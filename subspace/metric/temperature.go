package metric

import (
	"errors"
	"fmt"
	"math"
)

// ErrNoTemperature is wrapped by the errors of [Temperature] where the logits have
// no best temperature.
var ErrNoTemperature = errors.New("metric: no best temperature")

// Temperature returns the T > 0 for which the probabilities softmax(logits/T)
// give the labels the smallest NLL (temperature scaling: Guo et al. 2017,
// section 4.2). A network too sure of itself has T > 1. Fit T on images held out
// of training and of the test, then score [Scale](logits, T) of the test images:
// the order of the classes stays, and with it the accuracy.
//
// NLL is convex in β = 1/T, so there is one best T, found here to 1e-12 of its
// size, or none. None is an error, as is what [Check] finds: where every image is
// classified right NLL falls all the way to T = 0, where the logits say no more
// of the labels than chance it falls all the way to T = ∞, and where the logits
// of every image are equal T changes nothing.
func Temperature(logits []float32, labels []int32, classes int) (t float64, err error) {
	if err := Check(logits, labels, classes); err != nil {
		return 0, err
	}
	spread, miss := 0.0, 0.0 // Σ max − min and Σ max − label's logit, over the images
	for i, label := range labels {
		row := logits[i*classes : (i+1)*classes]
		least, most := row[0], row[0]
		for _, z := range row {
			least, most = min(least, z), max(most, z)
		}
		spread += float64(most) - float64(least)
		miss += float64(most) - float64(row[label])
	}
	slope := func(beta float64) float64 { return nllSlope(logits, labels, classes, beta) }
	switch {
	case spread == 0:
		return 0, fmt.Errorf("%w: every image has equal logits for all classes, which T cannot change", ErrNoTemperature)
	case miss == 0:
		return 0, fmt.Errorf("%w: the label has the largest logit in every image, so that NLL falls until T = 0; "+
			"fit it on held-out images of which the network gets some wrong", ErrNoTemperature)
	case slope(0) >= -1e-12*spread: // 0 but for rounding, or above
		return 0, fmt.Errorf("%w: the logits predict the labels no better than chance, so that NLL falls until T = ∞; "+
			"check that images and labels belong together", ErrNoTemperature)
	}
	return 1 / rootOf(slope), nil
}

// nllSlope returns n times the derivative of NLL(β·logits) by β: the sum over
// images of Σ_c p_c·(z_c − z_label). Differences to the label's logit keep the
// digits of a confident image, whose term is tiny.
func nllSlope(logits []float32, labels []int32, classes int, beta float64) float64 {
	slope := 0.0
	for i, label := range labels {
		row := logits[i*classes : (i+1)*classes]
		top, at := float64(row[argmax(row)]), float64(row[label])
		sum, moment := 0.0, 0.0
		for _, z := range row {
			p := math.Exp(beta * (float64(z) - top))
			sum += p
			moment += p * (float64(z) - at)
		}
		slope += moment / sum
	}
	return slope
}

// rootOf returns where an increasing function that is negative at 0 and positive
// far out crosses zero. It doubles or halves until the root is between b and 2b,
// then bisects: 40 evaluations more, whatever the function's curvature.
func rootOf(f func(float64) float64) float64 {
	low, high := 1., 1.
	for f(high) < 0 {
		low, high = high, 2*high
	}
	for f(low) > 0 {
		low, high = low/2, low
	}
	for high-low > 1e-12*high {
		if middle := low + (high-low)/2; f(middle) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// Scale returns logits/t, for t > 0: the input of the scores at a temperature.
func Scale(logits []float32, t float64) []float32 {
	scaled := make([]float32, len(logits))
	for i, z := range logits {
		scaled[i] = float32(float64(z) / t)
	}
	return scaled
}
