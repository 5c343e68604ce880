package lesson

import (
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/paper/papertest"
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

func TestEnsembles(t *testing.T) {
	runs := []experiment.Result{
		papertest.Scored([]float64{0.5, 0.75, 0.875, 0.25, 0.25}, []float64{0.625, 0.9375}),
		papertest.Scored([]float64{0.25, 0.5, 0.5, 0.75, 0.75}, []float64{0.5, 0.75}),
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
