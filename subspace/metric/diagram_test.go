package metric

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// confident draws probabilities [n, 2] of confidences in [0.5, 1], most of them
// high, and labels that are right as often as right says.
func confident(rng *rand.Rand, n int, right func(confidence float64) float64) (p []float64, labels []int32) {
	labels = make([]int32, n)
	for i := range n {
		c := 1 - 0.5*math.Pow(rng.Float64(), 3)
		p = append(p, c, 1-c)
		if rng.Float64() >= right(c) {
			labels[i] = 1
		}
	}
	return p, labels
}

// Neighbouring bins taken together are the bins of a coarser diagram, whose ECE
// is the metric's.
func TestCoarser(t *testing.T) {
	p, labels := confident(rand.New(rand.NewPCG(1, 1)), 500, func(c float64) float64 { return c - 0.1 })
	fine := Reliability(p, labels, 2, 60)
	for _, count := range []int{1, 2, 5, 12, 20, 60} {
		bins, err := Coarser(fine, count)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := DiagramECE(bins), ECE(p, labels, 2, count); math.Abs(got-want) > 1e-12 {
			t.Errorf("%d bins: ECE %.15f, the metric says %.15f", count, got, want)
		}
		for i, want := range Reliability(p, labels, 2, count) {
			if got := bins[i]; got.N != want.N || got.Low != want.Low || got.High != want.High || math.Abs(got.Accuracy-want.Accuracy) > 1e-12 {
				t.Errorf("%d bins, bin %d: %+v, want %+v", count, i, got, want)
			}
		}
	}
	for _, count := range []int{-1, 0, 7, 120} {
		if _, err := Coarser(fine, count); err == nil {
			t.Errorf("%d bins of 60: no error", count)
		}
	}
}

// The mean absolute deviation of a binomial number is SciPy's.
func TestDeviation(t *testing.T) {
	text, err := os.ReadFile("testdata/binomial.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		N            int
		P, Deviation float64
	}
	if err := json.Unmarshal(text, &rows); err != nil || len(rows) == 0 {
		t.Fatal(len(rows), err)
	}
	for _, r := range rows {
		if got := deviation(r.N, r.P); math.Abs(got-r.Deviation) > 1e-9*r.Deviation {
			t.Errorf("n = %d, p = %v: %v, SciPy says %v", r.N, r.P, got, r.Deviation)
		}
	}
	if got := deviation(5, 1) + deviation(5, 0); got != 0 {
		t.Errorf("certain numbers deviate by %v", got)
	}
}

// Networks that are right as often as they say have the ECE that Chance says, on
// average over many drawings of the labels; one that says too much has more.
func TestChance(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	var measured, chance, tooSure []float64
	for range 400 {
		p, labels := confident(rng, 500, func(c float64) float64 { return c })
		measured = append(measured, ECE(p, labels, 2, Bins))
		chance = append(chance, Chance(Reliability(p, labels, 2, Bins)))
		p, labels = confident(rng, 500, func(c float64) float64 { return c - 0.1 })
		tooSure = append(tooSure, ECE(p, labels, 2, Bins))
	}
	mean, std := MeanStd(measured)
	expected, _ := MeanStd(chance)
	sure, _ := MeanStd(tooSure)
	if math.Abs(mean-expected) > 4*std/math.Sqrt(400) {
		t.Errorf("ECE %.5f ± %.5f by simulation, %.5f by the formula", mean, std, expected)
	}
	if sure < 2*expected {
		t.Errorf("10 %% too sure: ECE %.5f, by chance %.5f", sure, expected)
	}
}
