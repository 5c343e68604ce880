package explore

import (
	"math"
	"slices"
	"testing"

	"gosubspace/subspace"
)

func TestAlong(t *testing.T) {
	if at, inside, err := Along(subspace.Bezier{}, 0.5); err != nil || !inside || !slices.Equal(at, subspace.Weights{0.25, 0.25, 0.5}) {
		t.Errorf("the middle of a Bézier curve: %v, %v, %v", at, inside, err)
	}
	if at, inside, err := Along(subspace.Line{}, -0.25); err != nil || inside || !slices.Equal(at, subspace.Weights{1.25, -0.25}) {
		t.Errorf("before a line: %v, %v, %v", at, inside, err)
	}
	for _, alpha := range []float64{math.NaN(), math.Inf(1)} {
		if _, _, err := Along(subspace.Line{}, alpha); err == nil {
			t.Errorf("no error at α = %v", alpha)
		}
	}
	if _, _, err := Along(subspace.Simplex(3), 0.5); err == nil {
		t.Error("a simplex has a coordinate")
	}
}

func TestTriangle(t *testing.T) {
	tri, err := NewTriangle(subspace.Simplex(5), 4, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		at     subspace.Weights
		inside bool
	}{{subspace.Weights{0, 0, 0, 0, 1}, true}, {subspace.Weights{0.5, 0, 0.25, 0, 0.25}, true}, {subspace.Weights{1.5, 0, -0.25, 0, -0.25}, false}} {
		x, y := tri.Place(want.at)
		at, inside := tri.At(x, y)
		for i := range at {
			if math.Abs(at[i]-want.at[i]) > 1e-12 {
				t.Errorf("%v comes back as %v", want.at, at)
			}
		}
		if inside != want.inside {
			t.Errorf("%v is inside: %v", want.at, inside)
		}
	}
	for _, bad := range [][]int{{0, 1}, {0, 0, 1}, {0, 1, 5}, {-1, 0, 1}} {
		if _, err := NewTriangle(subspace.Simplex(5), bad...); err == nil {
			t.Errorf("no error for the corners %v", bad)
		}
	}
	for _, shape := range []subspace.Shape{subspace.Line{}, subspace.Bezier{}, subspace.Simplex(2), subspace.Simplex(1)} {
		if _, err := NewTriangle(shape); err == nil {
			t.Errorf("a %s has a triangle", shape)
		}
	}
}

// Shares are those of straight lines between points that have statistics; outside they
// are those of the nearest.
func TestShares(t *testing.T) {
	line := []subspace.Weights{{1, 0}, {0.5, 0.5}, {0, 1}}
	triangle := []subspace.Weights{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1. / 3, 1. / 3, 1. / 3}}
	lopsided := []subspace.Weights{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.25, 0.25, 0.5}} // as a complex has it
	for _, c := range []struct {
		curve  bool
		points []subspace.Weights
		middle int
		w      subspace.Weights
		want   []float64
	}{
		{true, line, 1, subspace.Weights{0.75, 0.25}, []float64{0.5, 0.5, 0}},
		{true, line, 1, subspace.Weights{0.1, 0.9}, []float64{0, 0.2, 0.8}},
		{true, line, 1, subspace.Weights{1.5, -0.5}, []float64{1, 0, 0}},
		{true, line, 1, subspace.Weights{-1, 2}, []float64{0, 0, 1}},
		{true, line[:1], 0, subspace.Weights{0, 1}, []float64{1}},
		{false, triangle, 3, subspace.Weights{1. / 3, 1. / 3, 1. / 3}, []float64{0, 0, 0, 1}},
		{false, triangle, 3, subspace.Weights{0, 1, 0}, []float64{0, 1, 0, 0}},
		{false, triangle, 3, subspace.Weights{0.5, 0.3, 0.2}, []float64{0.3, 0.1, 0, 0.6}},
		{false, triangle, 3, subspace.Weights{1.2, 0.2, -0.4}, []float64{6. / 7, 1. / 7, 0, 0}},
		{false, triangle[:3], -1, subspace.Weights{0.5, 0.3, 0.2}, []float64{0.5, 0.3, 0.2}},
		{false, []subspace.Weights{{1}}, 0, subspace.Weights{1}, []float64{1}},
		{false, lopsided, 3, lopsided[3], []float64{0, 0, 0, 1}},
		{false, lopsided, 3, subspace.Weights{1. / 3, 1. / 3, 1. / 3}, []float64{1. / 6, 1. / 6, 0, 2. / 3}},
	} {
		got := shares(c.curve, c.points, c.middle, c.w)
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-12 {
				t.Errorf("%v: shares %v, want %v", c.w, got, c.want)
				break
			}
		}
	}
}

func TestLikeliest(t *testing.T) {
	got := Likeliest([]float64{0.1, 0.4, 0.1, 0.4}, 3)
	if want := []Guess{{1, 0.4}, {3, 0.4}, {0, 0.1}}; !slices.Equal(got, want) {
		t.Errorf("the likeliest are %v, want %v", got, want)
	}
	if got := Likeliest([]float64{1}, 3); len(got) != 1 {
		t.Errorf("of one class %v", got)
	}
}
