// Package metric scores a classifier: accuracy, negative log-likelihood, Brier
// score and calibration errors.
//
// Accuracy asks how often the largest logit is at the right class. The others
// ask whether the probabilities, the softmax of the logits, can be believed: NLL
// and Brier are proper scores, smallest in expectation for the true
// probabilities, and the calibration errors measure how far stated confidence
// and observed accuracy lie apart: [ECE] over bins of equal width, [AdaptiveECE]
// over bins of equal mass, [MCE] in the worst bin; [Reliability] shows the bins.
// [Temperature] corrects the confidence of a trained network with one number.
//
// Every function is pure. Logits are row-major, [n, classes]; labels are [n],
// each in [0, classes). Softmax and all sums are in float64, so the scores of a
// float32 network do not depend on the order of its images beyond rounding at
// 1e-12, but for [AdaptiveECE] where confidences are equal. [Score] checks its
// input and computes everything, [Temperature] checks its input too; the other
// functions assume input that [Check] accepts.
package metric

import (
	"errors"
	"fmt"
	"math"
)

// Scores are the scores of one classifier on n labelled images.
type Scores struct {
	Accuracy float64 `json:"accuracy"` // share of images classified right, in [0, 1]
	NLL      float64 `json:"nll"`      // mean negative log-likelihood, in nats, ≥ 0
	ECE      float64 `json:"ece"`      // expected calibration error, in [0, 1]
	Brier    float64 `json:"brier"`    // mean squared distance to the one-hot label, in [0, 2]
	N        int     `json:"n"`        // number of images

	// Records made before these two were there lack them, and read as 0.
	AdaptiveECE float64 `json:"adaptive_ece,omitempty"` // the same with bins of equal mass, in [0, 1]
	MCE         float64 `json:"mce,omitempty"`          // maximum calibration error, in [0, 1]
}

// String is the scores in a line, shares in percent, with how many images they are of.
func (s Scores) String() string {
	return fmt.Sprintf("accuracy %.2f %%, NLL %.3f, ECE %.1f %%, Brier %.3f, of %d images", 100*s.Accuracy, s.NLL, 100*s.ECE, s.Brier, s.N)
}

// Score computes all scores of logits [n, classes] against labels [n], with
// [Bins] bins. Its errors are those of [Check].
func Score(logits []float32, labels []int32, classes int) (Scores, error) {
	return ScoreBins(logits, labels, classes, Bins)
}

// ScoreBins is [Score] with another number of bins for the calibration errors
// (15 is common elsewhere). Less than one bin is an error too.
func ScoreBins(logits []float32, labels []int32, classes, bins int) (Scores, error) {
	if err := Check(logits, labels, classes); err != nil {
		return Scores{}, err
	}
	if bins < 1 {
		return Scores{}, fmt.Errorf("metric: %d bins; need at least one", bins)
	}
	p := Softmax(logits, classes)
	return Scores{
		Accuracy: Accuracy(logits, labels, classes),
		NLL:      NLL(logits, labels, classes),
		ECE:      ECE(p, labels, classes, bins),
		Brier:    Brier(p, labels, classes),
		N:        len(labels),

		AdaptiveECE: AdaptiveECE(p, labels, classes, bins),
		MCE:         MCE(p, labels, classes, bins),
	}, nil
}

// Check reports whether logits [n, classes] and labels [n] can be scored: at
// least one image, matching lengths, labels in [0, classes), finite logits.
func Check(logits []float32, labels []int32, classes int) error {
	n := len(labels)
	switch {
	case classes < 1:
		return fmt.Errorf("metric: %d classes; need at least one", classes)
	case n == 0:
		return errors.New("metric: no images to score; need at least one")
	case len(logits)/classes != n || len(logits)%classes != 0:
		return fmt.Errorf("metric: %d logits for %d labels; need %d labels × %d classes = %d",
			len(logits), n, n, classes, n*classes)
	}
	for i, label := range labels {
		if label < 0 || int(label) >= classes {
			return fmt.Errorf("metric: label %d of image %d is outside [0, %d)", label, i, classes)
		}
	}
	for i, z := range logits {
		if z64 := float64(z); math.IsNaN(z64) || math.IsInf(z64, 0) {
			return fmt.Errorf("metric: the logit of image %d, class %d is %v; the network has diverged or its input is broken",
				i/classes, i%classes, z)
		}
	}
	return nil
}

// Accuracy returns the share of images whose largest logit stands at the
// label, in [0, 1]. Among equal largest logits the first counts.
func Accuracy(logits []float32, labels []int32, classes int) float64 {
	return float64(HitsOf(logits, labels, classes).Right()) / float64(len(labels))
}

// NLL returns the mean negative log-likelihood of the labels, in nats: the
// cross-entropy loss.
func NLL(logits []float32, labels []int32, classes int) float64 {
	sum := 0.0
	for i, label := range labels {
		sum += logLoss(logits[i*classes:(i+1)*classes], label)
	}
	return sum / float64(len(labels))
}

// Brier returns the Brier score of probabilities [n, classes]: the mean over
// images of the squared distance Σ_c (p_c − onehot_c)², in [0, 2] (Brier,
// "Verification of forecasts expressed in terms of probability", 1950).
func Brier(probabilities []float64, labels []int32, classes int) float64 {
	sum := 0.0
	for i, label := range labels {
		for c, p := range probabilities[i*classes : (i+1)*classes] {
			if c == int(label) {
				p--
			}
			sum += p * p
		}
	}
	return sum / float64(len(labels))
}

// Softmax returns the probabilities [n, classes] of logits [n, classes]. It is
// exact to float64 rounding for logits of any size.
func Softmax(logits []float32, classes int) []float64 {
	p := make([]float64, len(logits))
	for start := 0; start < len(logits); start += classes {
		row, out := logits[start:start+classes], p[start:start+classes]
		largest, sum := float64(row[argmax(row)]), 0.0
		for c, z := range row {
			out[c] = math.Exp(float64(z) - largest)
			sum += out[c]
		}
		for c := range out {
			out[c] /= sum
		}
	}
	return p
}

// logLoss returns −log softmax(row)[label] without overflow. The largest term
// of the sum, one, is left to Log1p, so that the loss of a confident network
// keeps its digits (1e-20, not 0).
func logLoss(row []float32, label int32) float64 {
	top, rest := argmax(row), 0.0
	for c, z := range row {
		if c != top {
			rest += math.Exp(float64(z) - float64(row[top]))
		}
	}
	return float64(row[top]) - float64(row[label]) + math.Log1p(rest)
}

// argmax returns the index of the largest element, the first among equals.
func argmax[T float32 | float64](row []T) int {
	best := 0
	for c := range row {
		if row[c] > row[best] {
			best = c
		}
	}
	return best
}
