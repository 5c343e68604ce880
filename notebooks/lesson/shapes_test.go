package lesson

import (
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

func TestCoefficients(t *testing.T) {
	f, err := Coefficients(subspace.Line{}, subspace.Bezier{})
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"endpoint 2: 21 points, 0 at α = 0, 0.5 at α = 0.5, 1 at α = 1",  // of the line
		"endpoint 2: 21 points, 0 at α = 0, 0.25 at α = 0.5, 1 at α = 1", // of the curve
		"endpoint 3: 21 points, 0 at α = 0, 0.5 at α = 0.5, 0 at α = 1",  // its bend
		"endpoint 1: 21 points, 1 at α = 0, 0.25 at α = 0.5, 0 at α = 1",
	} {
		if !strings.Contains(f.Alt, words) {
			t.Errorf("the figure does not say %q:\n%s", words, f.Alt)
		}
	}
}

// scored is a run of a line with a score at every place, and of the ensembles.
func scored(accuracy, ensembles []float64) experiment.Result {
	r := experiment.Result{Config: experiment.Quick()}
	for i, a := range accuracy {
		alpha := float64(i) / float64(len(accuracy)-1)
		r.Points = append(r.Points, experiment.PointScore{Alpha: &alpha, Weights: subspace.Line{}.At(alpha),
			Midpoint: 2*i == len(accuracy)-1, Scores: metric.Scores{Accuracy: a}})
		if i < len(ensembles) {
			r.Ensembles = append(r.Ensembles, experiment.Ensemble{Alpha: &alpha, Scores: metric.Scores{Accuracy: ensembles[i]}})
		}
	}
	return r
}

func TestEnsembles(t *testing.T) {
	runs := []experiment.Result{
		scored([]float64{0.5, 0.75, 0.875, 0.25, 0.25}, []float64{0.625, 0.9375}),
		scored([]float64{0.25, 0.5, 0.5, 0.75, 0.75}, []float64{0.5, 0.75}),
	}
	standard := paper.Row{Name: "standard", Results: []experiment.Result{{Points: []experiment.PointScore{{Weights: subspace.Weights{1}, Midpoint: true}}}}}
	f, err := Ensembles(paper.Rows{standard, {Name: "one", Results: runs}, {Name: "no curve", Results: standard.Results}, {Name: "other", Results: runs}})
	if err != nil {
		t.Fatal(err)
	}
	// Both series end at the midpoints' mean.
	if n := strings.Count(f.Alt, "68.75"); n < 4 {
		t.Errorf("the midpoints, 68.75 %%, are not where all four series end:\n%s", f.Alt)
	}
}
