package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// calibration draws the probabilities [n, classes] of random logits, with labels.
func calibration(seed uint64, n, classes int) (p []float64, labels []int32) {
	logits, labels := sample(rand.New(rand.NewPCG(seed, 2)), n, classes)
	return Softmax(logits, classes), labels
}

// In one bin every calibration error is |accuracy − mean confidence|.
func TestOneBin(t *testing.T) {
	const n, classes = 137, 6
	p, labels := calibration(1, n, classes)
	confidence, right := 0.0, 0.0
	for i, label := range labels {
		row := p[i*classes : (i+1)*classes]
		confidence += slices.Max(row)
		if row[label] == slices.Max(row) {
			right++
		}
	}
	want := math.Abs(right-confidence) / n
	near(t, "ECE", ECE(p, labels, classes, 1), want)
	near(t, "adaptive ECE", AdaptiveECE(p, labels, classes, 1), want)
	near(t, "MCE", MCE(p, labels, classes, 1), want)
}

// With a bin for every image, and with more, adaptive ECE is the mean of
// |right − confidence|.
func TestBinPerImage(t *testing.T) {
	const n, classes = 41, 3
	p, labels := calibration(2, n, classes)
	want := 0.0
	for i, label := range labels {
		row := p[i*classes : (i+1)*classes]
		right := 0.0
		if row[label] == slices.Max(row) {
			right = 1
		}
		want += math.Abs(right-slices.Max(row)) / n
	}
	for _, bins := range []int{n, n + 1, 3 * n} {
		near(t, "adaptive ECE", AdaptiveECE(p, labels, classes, bins), want)
	}
}

// ECE ≤ MCE, every calibration error is in [0, 1], and no binning finds less
// than one bin does.
func TestCalibrationBounds(t *testing.T) {
	for seed := range uint64(20) {
		p, labels := calibration(seed, 50, 4)
		least := ECE(p, labels, 4, 1) - 1e-12
		for bins := 1; bins < 30; bins += 4 {
			e, a, m := ECE(p, labels, 4, bins), AdaptiveECE(p, labels, 4, bins), MCE(p, labels, 4, bins)
			if e < least || a < least || a > 1 || e > m+1e-12 || m > 1 {
				t.Errorf("seed %d, %d bins: ECE %g, adaptive %g, MCE %g, ECE of one bin %g", seed, bins, e, a, m, least)
			}
		}
	}
}

// Bins of equal mass are cut in the order of confidence; five images in two bins
// are three and two.
func TestEqualMass(t *testing.T) {
	var images []prediction
	for _, c := range []float64{.9, .5, .8, .6, .7} {
		images = append(images, prediction{c, c == .8})
	}
	got := equalMass(images, 2)
	if got[0].n != 3 || got[1].n != 2 || got[0].right != 0 || got[1].right != 1 {
		t.Errorf("%+v", got)
	}
	near(t, "gap below", got[0].gap, .5+.6+.7)
	near(t, "gap above", got[1].gap, .8+.9-1)
}

// Images of equal confidence keep their order. Two confidences in turn, the first
// half of the images wrong: of each confidence the wrong images are one bin of
// four and the right ones another.
func TestEqualMassKeepsTies(t *testing.T) {
	const n = 400
	var p []float64
	labels := make([]int32, n)
	for i := range n {
		p = append(p, .75, .25)
		if i%2 == 1 {
			p[2*i], p[2*i+1] = .625, .375
		}
		if i < n/2 {
			labels[i] = 1
		}
	}
	near(t, "adaptive ECE", AdaptiveECE(p, labels, 2, 4), (.625+.375+.75+.25)/4)
}

// The diagram's bins join, hold every image where it belongs, and give ECE and
// MCE by their formulas.
func TestReliability(t *testing.T) {
	const n, classes = 500, 5
	p, labels := calibration(3, n, classes)
	for _, bins := range []int{1, 3, 10, 20} {
		diagram := Reliability(p, labels, classes, bins)
		if len(diagram) != bins || diagram[0].Low != 0 || diagram[bins-1].High != 1 {
			t.Fatalf("%d bins: %+v", bins, diagram)
		}
		count, ece, mce := 0, 0.0, 0.0
		for b, bin := range diagram {
			if b > 0 && bin.Low != diagram[b-1].High {
				t.Errorf("bin %d starts at %g, the one before ends at %g", b, bin.Low, diagram[b-1].High)
			}
			if bin.N > 0 && (bin.Confidence <= bin.Low-1e-12 || bin.Confidence > bin.High+1e-12) {
				t.Errorf("bin %d has confidence %g outside (%g, %g]", b, bin.Confidence, bin.Low, bin.High)
			}
			count += bin.N
			ece += float64(bin.N) / n * math.Abs(bin.Accuracy-bin.Confidence)
			mce = max(mce, math.Abs(bin.Accuracy-bin.Confidence))
		}
		if count != n {
			t.Errorf("%d bins hold %d images", bins, count)
		}
		near(t, "ECE", ECE(p, labels, classes, bins), ece)
		near(t, "MCE", MCE(p, labels, classes, bins), mce)
	}
}

// An empty bin reads as zeros: JSON knows no NaN.
func TestReliabilityOfEmptyBins(t *testing.T) {
	got := Reliability([]float64{.9, .1}, []int32{1}, 2, 2)
	if want := []Bin{{High: .5}, {Low: .5, High: 1, N: 1, Confidence: .9}}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestMeanLogits(t *testing.T) {
	got, err := MeanLogits([]float32{1, 2, 3, 4}, []float32{3, 2, 1, 0}, []float32{5, -1, .5, 3e38})
	if want := []float32{3, 1, 1.5, 1e38}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	huge := []float32{math.MaxFloat32, -math.MaxFloat32}
	if got, err := MeanLogits(huge, huge); err != nil || !slices.Equal(got, huge) {
		t.Errorf("%v, %v; want %v", got, err, huge)
	}
	for want, members := range map[string][][]float32{
		"no members":                            nil,
		"member 2 has 3 logits, member 0 has 2": {{1, 2}, {1, 2}, {1, 2, 3}},
	} {
		if _, err := MeanLogits(members...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// An ensemble's probabilities are the normalised geometric mean of its members'.
func TestMeanLogitsIsGeometricMean(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	const n, classes = 30, 5
	a, _ := sample(rng, n, classes)
	b, _ := sample(rng, n, classes)
	mean, err := MeanLogits(a, b)
	if err != nil {
		t.Fatal(err)
	}
	pa, pb, p := Softmax(a, classes), Softmax(b, classes), Softmax(mean, classes)
	for i := range n {
		sum := 0.0
		for c := i * classes; c < (i+1)*classes; c++ {
			sum += math.Sqrt(pa[c] * pb[c])
		}
		for c := i * classes; c < (i+1)*classes; c++ {
			within(t, "probability", p[c], math.Sqrt(pa[c]*pb[c])/sum, 1e-6)
		}
	}
}
