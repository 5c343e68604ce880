package metric

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// leaning draws logits [n, classes] that are right more often than chance and
// wrong at times.
func leaning(seed uint64, n, classes int) (logits []float32, labels []int32) {
	logits, labels = sample(rand.New(rand.NewPCG(seed, 3)), n, classes)
	for i, label := range labels {
		logits[i*classes+int(label)] += 2
	}
	return logits, labels
}

func best(t *testing.T, logits []float32, labels []int32, classes int) float64 {
	t.Helper()
	temperature, err := Temperature(logits, labels, classes)
	if err != nil {
		t.Fatal(err)
	}
	return temperature
}

// Scaled logits are best as they are, and the accuracy has not moved.
func TestTemperatureOfScaled(t *testing.T) {
	for seed := range uint64(5) {
		logits, labels := leaning(seed, 200, 7)
		temperature := best(t, logits, labels, 7)
		scaled := Scale(logits, temperature)
		within(t, "temperature of scaled logits", best(t, scaled, labels, 7), 1, 1e-6)
		before, after := score(t, logits, labels, 7), score(t, scaled, labels, 7)
		if after.Accuracy != before.Accuracy {
			t.Errorf("accuracy %g, was %g", after.Accuracy, before.Accuracy)
		}
		if after.NLL >= before.NLL {
			t.Errorf("NLL %g, was %g", after.NLL, before.NLL)
		}
	}
}

// The temperature of s·logits is s times that of the logits, over all sizes that
// float32 has.
func TestTemperatureFollowsScale(t *testing.T) {
	logits, labels := leaning(9, 100, 4)
	want := best(t, logits, labels, 4)
	for _, exponent := range []int{-100, -20, -1, 3, 30, 120} { // powers of 2, which round nothing
		scale := math.Ldexp(1, exponent)
		near(t, "temperature / scale", best(t, Scale(logits, 1/scale), labels, 4)/scale, want)
	}
}

// Two classes, three images in four right, all with the gap g: the best
// probability is ¾, so that T = g / log 3.
func TestTemperatureByFormula(t *testing.T) {
	for _, g := range []float32{.01, 1, 250} {
		logits := []float32{g, 0, g, 0, 0, g, g, 0}
		near(t, "temperature", best(t, logits, []int32{0, 0, 1, 1}, 2), float64(g)/math.Log(3))
	}
}

// Labels drawn from the probabilities at T give back T.
func TestTemperatureIsFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 3))
	const n, classes = 20000, 4
	logits, _ := sample(rng, n, classes)
	labels := make([]int32, n)
	p := Softmax(Scale(logits, 2.5), classes)
	for i := range labels {
		for u := rng.Float64(); labels[i] < classes-1 && u >= p[i*classes+int(labels[i])]; labels[i]++ {
			u -= p[i*classes+int(labels[i])]
		}
	}
	within(t, "temperature", best(t, logits, labels, classes), 2.5, .03)
}

func TestNoTemperature(t *testing.T) {
	for _, c := range []struct {
		logits []float32
		labels []int32
		want   string
	}{
		{[]float32{1, 0, 0, 3}, []int32{0, 1}, "NLL falls until T = 0"},
		{[]float32{1, 1, 0, 3}, []int32{1, 1}, "NLL falls until T = 0"}, // a tie is no error that T could punish
		{[]float32{1, 0, 0, 3}, []int32{1, 0}, "NLL falls until T = ∞"},
		{[]float32{1, 0, 1, 0}, []int32{1, 0}, "NLL falls until T = ∞"}, // right half the time: best at T = ∞ itself
		{[]float32{.1, .2, .3, .3, .1, .2, .2, .3, .1}, []int32{0, 0, 0}, "NLL falls until T = ∞"},
		{[]float32{7, 7, -2, -2}, []int32{1, 0}, "equal logits"},
		{[]float32{1, float32(math.NaN())}, []int32{1}, "class 1 is NaN"},
		{nil, nil, "no images"},
	} {
		classes := 2
		if len(c.labels) > 0 {
			classes = len(c.logits) / len(c.labels)
		}
		got, err := Temperature(c.logits, c.labels, classes)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Temperature(%v, %v) = %g, %v; want an error with %q", c.logits, c.labels, got, err, c.want)
		}
	}
	if _, err := Temperature([]float32{4, 2}, []int32{0, 0}, 1); err == nil {
		t.Error("one class has no temperature")
	}
}

// Whatever the logits, there is an error or a temperature that no neighbour beats.
func FuzzTemperature(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0}, uint8(2), uint64(1))
	f.Add(make([]byte, 48), uint8(3), uint64(7))
	f.Fuzz(func(t *testing.T, raw []byte, classes uint8, seed uint64) {
		k := 1 + int(classes%8)
		n := min(len(raw)/4/k, 50)
		if n == 0 {
			return
		}
		logits, labels := make([]float32, n*k), make([]int32, n)
		for i := range logits {
			logits[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		for i := range labels {
			labels[i] = rng.Int32N(int32(k))
		}
		temperature, err := Temperature(logits, labels, k)
		if err != nil {
			return
		}
		if !(temperature > 0) || math.IsInf(temperature, 0) {
			t.Fatalf("temperature %g of %v, %v", temperature, logits, labels)
		}
		// The slope of a convex function changes sign where it is least.
		if nllSlope(logits, labels, k, 1.001/temperature) < 0 || nllSlope(logits, labels, k, .999/temperature) > 0 {
			t.Errorf("temperature %g of %v, %v is not the best", temperature, logits, labels)
		}
	})
}
