package metric

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestParity compares with scikit-learn, PyTorch and NumPy, whose numbers
// testdata/make_parity.py wrote.
func TestParity(t *testing.T) {
	raw, err := os.ReadFile("testdata/parity.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name                 string
		Classes              int
		Logits               []float32
		Labels               []int32
		Accuracy, NLL, Brier float64
		ECE, MCE             map[string]float64
		AdaptiveECE          map[string]float64 `json:"adaptive_ece"`
		Reliability          [][3]float64       // of 10 bins: number, mean confidence, accuracy
		Temperature          *float64           // nil: there is none
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			got, err := Score(c.Logits, c.Labels, c.Classes)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "accuracy", got.Accuracy, c.Accuracy)
			near(t, "NLL", got.NLL, c.NLL)
			near(t, "Brier", got.Brier, c.Brier)
			near(t, "ECE", got.ECE, c.ECE[strconv.Itoa(Bins)])
			near(t, "adaptive ECE", got.AdaptiveECE, c.AdaptiveECE[strconv.Itoa(Bins)])
			near(t, "MCE", got.MCE, c.MCE[strconv.Itoa(Bins)])
			if got.N != len(c.Labels) {
				t.Errorf("N = %d, want %d", got.N, len(c.Labels))
			}
			p := Softmax(c.Logits, c.Classes)
			for name, want := range c.ECE {
				bins, err := strconv.Atoi(name)
				if err != nil {
					t.Fatal(err)
				}
				near(t, "ECE with "+name+" bins", ECE(p, c.Labels, c.Classes, bins), want)
				near(t, "adaptive ECE with "+name+" bins", AdaptiveECE(p, c.Labels, c.Classes, bins), c.AdaptiveECE[name])
				near(t, "MCE with "+name+" bins", MCE(p, c.Labels, c.Classes, bins), c.MCE[name])
				got, err := ScoreBins(c.Logits, c.Labels, c.Classes, bins)
				if err != nil {
					t.Fatal(err)
				}
				near(t, "ECE of ScoreBins", got.ECE, want)
				near(t, "adaptive ECE of ScoreBins", got.AdaptiveECE, c.AdaptiveECE[name])
				near(t, "MCE of ScoreBins", got.MCE, c.MCE[name])
			}
			for b, bin := range Reliability(p, c.Labels, c.Classes, 10) {
				near(t, "N", float64(bin.N), c.Reliability[b][0])
				near(t, "confidence", bin.Confidence, c.Reliability[b][1])
				near(t, "accuracy", bin.Accuracy, c.Reliability[b][2])
			}
			switch best, err := Temperature(c.Logits, c.Labels, c.Classes); {
			case c.Temperature == nil && err == nil:
				t.Errorf("temperature %g, want an error", best)
			case c.Temperature != nil && err != nil:
				t.Error(err)
			case c.Temperature != nil:
				within(t, "temperature", best, *c.Temperature, 1e-7)
			}
		})
	}
}

// near asks for agreement to 1e-9 relative to 1 or the number's own size.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	within(t, what, got, want, 1e-9)
}

func within(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// sample draws logits [n, classes] and labels [n].
func sample(rng *rand.Rand, n, classes int) (logits []float32, labels []int32) {
	for range n {
		labels = append(labels, rng.Int32N(int32(classes)))
		for range classes {
			logits = append(logits, float32(3*rng.NormFloat64()))
		}
	}
	return logits, labels
}

func score(t *testing.T, logits []float32, labels []int32, classes int) Scores {
	t.Helper()
	s, err := Score(logits, labels, classes)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compare(t *testing.T, got, want Scores) {
	t.Helper()
	near(t, "accuracy", got.Accuracy, want.Accuracy)
	near(t, "NLL", got.NLL, want.NLL)
	near(t, "Brier", got.Brier, want.Brier)
	near(t, "ECE", got.ECE, want.ECE)
	near(t, "adaptive ECE", got.AdaptiveECE, want.AdaptiveECE)
	near(t, "MCE", got.MCE, want.MCE)
}

// The order of the images, the order of the classes and a constant added to the
// logits of an image change nothing.
func TestInvariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, classes = 300, 7
	logits, labels := sample(rng, n, classes)
	for i, z := range logits { // to multiples of 1/512, so that the shifts are exact
		logits[i] = float32(math.Round(float64(z)*512) / 512)
	}
	want := score(t, logits, labels, classes)

	images, columns := rng.Perm(n), rng.Perm(classes)
	var logits2 []float32
	var labels2 []int32
	for _, i := range images {
		shift := float32(rng.IntN(9)-4) * 1024
		for c := range classes {
			logits2 = append(logits2, logits[i*classes+columns[c]]+shift)
		}
		for c := range classes {
			if columns[c] == int(labels[i]) {
				labels2 = append(labels2, int32(c))
			}
		}
	}
	compare(t, score(t, logits2, labels2, classes), want)
}

// Counting every image twice changes nothing but N.
func TestRepetition(t *testing.T) {
	logits, labels := sample(rand.New(rand.NewPCG(2, 1)), 100, 5)
	want := score(t, logits, labels, 5)
	got := score(t, append(logits, logits...), append(labels, labels...), 5)
	compare(t, got, want)
	if got.N != 200 {
		t.Errorf("N = %d", got.N)
	}
}

func TestPerfectAndWorst(t *testing.T) {
	logits := []float32{1000, 0, 0, 0, 0, 1000}
	compare(t, score(t, logits, []int32{0, 2}, 3), Scores{Accuracy: 1})
	compare(t, score(t, logits, []int32{1, 1}, 3), Scores{Accuracy: 0, NLL: 1000, ECE: 1, Brier: 2, AdaptiveECE: 1, MCE: 1})
	// A network that knows nothing and says so: log 3 nats, calibrated if right once in three.
	// One image to a bin of equal mass: |1 − ⅓|, ⅓ and ⅓.
	compare(t, score(t, make([]float32, 9), []int32{0, 1, 2}, 3),
		Scores{Accuracy: 1. / 3, NLL: math.Log(3), ECE: 0, Brier: 2. / 3, AdaptiveECE: 4. / 9})
}

// The loss of a confident network is small, not zero: float64 alone would lose it.
func TestNLLKeepsSmallLosses(t *testing.T) {
	got := NLL([]float32{80, 0}, []int32{0}, 2)
	if want := math.Exp(-80); math.Abs(got-want) > 1e-9*want {
		t.Errorf("NLL = %g, want %g", got, want)
	}
}

// Labels drawn from the predicted probabilities are calibrated, and proper
// scores are best there: sharper and flatter networks score worse.
func TestProperScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	const n, classes = 20000, 4
	logits, _ := sample(rng, n, classes)
	labels := make([]int32, n)
	p := Softmax(logits, classes)
	for i := range labels {
		for u := rng.Float64(); labels[i] < classes-1 && u >= p[i*classes+int(labels[i])]; labels[i]++ {
			u -= p[i*classes+int(labels[i])]
		}
	}
	honest := score(t, logits, labels, classes)
	if honest.ECE > 0.02 {
		t.Errorf("ECE of calibrated predictions = %g", honest.ECE)
	}
	for _, factor := range []float32{0.5, 2} {
		scaled := make([]float32, len(logits))
		for i, z := range logits {
			scaled[i] = factor * z
		}
		got := score(t, scaled, labels, classes)
		if got.Accuracy != honest.Accuracy {
			t.Errorf("× %g: accuracy %g, was %g", factor, got.Accuracy, honest.Accuracy)
		}
		if got.NLL <= honest.NLL || got.Brier <= honest.Brier || got.ECE <= honest.ECE {
			t.Errorf("× %g: %+v is no worse than %+v", factor, got, honest)
		}
	}
}

// Confidence 1/2 lies on the edge between bins 10 and 11 of 20 and belongs to
// the lower one. Beside an image a little above one half it must therefore not
// share its bin: the gaps do not cancel.
func TestBinEdge(t *testing.T) {
	p := []float64{.5, .5, .5 + 1e-9, .5 - 1e-9}
	near(t, "ECE across the edge", ECE(p, []int32{0, 1}, 2, 20), .5)
	p = []float64{.5, .5, .5 - 1e-9, .5 + 1e-9} // the same, second class ahead
	near(t, "ECE across the edge", ECE(p, []int32{0, 0}, 2, 20), .5)
	p = []float64{.5, .5, .5, .5}
	near(t, "ECE in one bin", ECE(p, []int32{0, 1}, 2, 20), 0)
}

func TestSoftmaxSums(t *testing.T) {
	logits, _ := sample(rand.New(rand.NewPCG(4, 1)), 50, 9)
	p := Softmax(logits, 9)
	for i := range 50 {
		sum := 0.0
		for _, v := range p[i*9 : (i+1)*9] {
			if v < 0 || v > 1 {
				t.Fatalf("probability %g", v)
			}
			sum += v
		}
		near(t, "sum", sum, 1)
	}
}

func TestCheck(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		logits  []float32
		labels  []int32
		classes int
		want    string
	}{
		{nil, nil, 10, "no images"},
		{[]float32{1}, []int32{0}, 0, "0 classes"},
		{[]float32{1, 2, 3}, []int32{0}, 2, "3 logits for 1 labels; need 1 labels × 2 classes = 2"},
		{[]float32{1, 2, 3, 4}, []int32{0}, 2, "4 logits"},
		{[]float32{1, 2}, []int32{0, 1}, 2, "2 logits"},
		{[]float32{1, 2}, []int32{2}, 2, "label 2 of image 0 is outside [0, 2)"},
		{[]float32{1, 2, 1, 2}, []int32{1, -1}, 2, "label -1 of image 1"},
		{[]float32{1, 2, 3, nan}, []int32{0, 0}, 2, "image 1, class 1 is NaN"},
		{[]float32{inf, 2}, []int32{0}, 2, "image 0, class 0 is +Inf"},
	} {
		if _, err := Score(c.logits, c.labels, c.classes); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Score(%v, %v, %d): error %v, want %q", c.logits, c.labels, c.classes, err, c.want)
		}
	}
}

func TestMeanStd(t *testing.T) {
	for _, c := range []struct {
		sample    []float64
		mean, std float64
	}{
		{nil, math.NaN(), math.NaN()},
		{[]float64{7}, 7, math.NaN()},
		{[]float64{3, 3, 3}, 3, 0},
		{[]float64{2, 4, 4, 4, 5, 5, 7, 9}, 5, math.Sqrt(32. / 7)},
		{[]float64{1e9, 1e9 + 1}, 1e9 + .5, math.Sqrt(.5)},
	} {
		mean, std := MeanStd(c.sample)
		same := func(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-12 }
		if !same(mean, c.mean) || !same(std, c.std) {
			t.Errorf("MeanStd(%v) = %g, %g; want %g, %g", c.sample, mean, std, c.mean, c.std)
		}
	}
}

// Records without the newer scores are read, and written again as they were.
func TestScoresJSON(t *testing.T) {
	for text, scores := range map[string]Scores{
		`{"accuracy":0.5,"nll":1,"ece":0.25,"brier":0.75,"n":2}`: {Accuracy: .5, NLL: 1, ECE: .25, Brier: .75, N: 2},
		`{"accuracy":0.5,"nll":1,"ece":0.25,"brier":0.75,"n":2,"adaptive_ece":0.125,"mce":0.5}`: {
			Accuracy: .5, NLL: 1, ECE: .25, Brier: .75, N: 2, AdaptiveECE: .125, MCE: .5},
	} {
		got, err := json.Marshal(scores)
		if err != nil || string(got) != text {
			t.Errorf("%s, %v; want %s", got, err, text)
		}
		var read Scores
		if err := json.Unmarshal([]byte(text), &read); err != nil || read != scores {
			t.Errorf("%s was read as %+v, %v", text, read, err)
		}
	}
}

func TestScoreBinsWantsOne(t *testing.T) {
	for _, bins := range []int{0, -3} {
		_, err := ScoreBins([]float32{1, 2}, []int32{0}, 2, bins)
		if want := strconv.Itoa(bins) + " bins; need at least one"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func BenchmarkScore(b *testing.B) {
	logits, labels := sample(rand.New(rand.NewPCG(5, 1)), 10000, 10)
	for b.Loop() {
		if _, err := Score(logits, labels, 10); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSpread(t *testing.T) {
	for want, sample := range map[string][]float64{"2.00 ± 1.00": {1, 2, 3}, "1.00": {1}, "": nil, "−9.86": {-9.86}, "−2.00 ± 1.00": {-1, -2, -3}} {
		if got := Spread(sample, 2); got != want {
			t.Errorf("Spread(%v) = %q, want %q", sample, got, want)
		}
	}
}

// Scores are printed in words, with their units, wherever they stand in another value.
func TestScoresInWords(t *testing.T) {
	s := Scores{Accuracy: 0.912, NLL: 0.3124, ECE: 0.0214, Brier: 0.1334, N: 1000}
	const want = "accuracy 91.20 %, NLL 0.312, ECE 2.1 %, Brier 0.133, of 1000 images"
	if got := fmt.Sprint(s); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := fmt.Sprint(&s); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A spread of what is not known throughout is not that of the rest.
func TestSpreadOfUnknown(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		sample []float64
		digits int
		want   string
	}{
		{nil, 2, ""}, {[]float64{nan}, 2, ""}, {[]float64{nan, nan}, 2, ""}, {[]float64{1, nan}, 2, "unknown"},
		{[]float64{1, 2}, 1, "1.5 ± 0.7"}, {[]float64{1}, -3, "1"}, {[]float64{1}, math.MaxInt, "1.00000000000000000"},
	} {
		if got := Spread(c.sample, c.digits); got != c.want {
			t.Errorf("%v to %d digits: %q, want %q", c.sample, c.digits, got, c.want)
		}
	}
}
