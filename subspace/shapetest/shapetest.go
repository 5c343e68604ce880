// Package shapetest checks that a shape, ours or a reader's, keeps the contract
// of [subspace.Shape].
package shapetest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gosubspace/subspace"
)

// Conforms fails t where s breaks the contract: as many coefficients as
// endpoints, that sum to 1 and lie in [0, 1]; equal draws from equal seeds,
// and different ones from different seeds. A curve has its midpoint at α = ½
// and an endpoint at each end.
func Conforms(t *testing.T, s subspace.Shape) {
	t.Helper()
	m := s.Endpoints()
	if m < 1 {
		t.Fatalf("%s has %d endpoints, want at least 1", s, m)
	}
	check := func(what string, c subspace.Weights) {
		t.Helper()
		if len(c) != m {
			t.Fatalf("%s of %s has %d coefficients, want %d", what, s, len(c), m)
		}
		sum := 0.0
		for _, v := range c {
			sum += v
			if v < -1e-12 || v > 1+1e-12 || math.IsNaN(v) {
				t.Errorf("%s of %s has the coefficient %v outside [0, 1]", what, s, v)
			}
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("the coefficients of %s of %s sum to %v, want 1", what, s, sum)
		}
	}
	check("the midpoint", s.Midpoint())
	a, b, other := rand.New(rand.NewPCG(7, 1)), rand.New(rand.NewPCG(7, 1)), rand.New(rand.NewPCG(7, 2))
	differ := false
	for range 200 {
		c := s.Sample(a)
		check("a draw", c)
		if !slices.Equal(c, s.Sample(b)) {
			t.Errorf("%s: equal generators gave different draws: it keeps state or draws from elsewhere", s)
		}
		differ = differ || !slices.Equal(c, s.Sample(other))
	}
	if m > 1 && !differ {
		t.Errorf("%s: different generators gave equal draws", s)
	}
	curve, ok := s.(subspace.Curve)
	if !ok {
		return
	}
	for i := range 21 {
		check("a point", curve.At(float64(i)/20))
	}
	for _, alpha := range []float64{-0.5, 1.5} {
		c, sum := curve.At(alpha), 0.0
		for _, v := range c {
			sum += v
		}
		if len(c) != m || !(math.Abs(sum-1) <= 1e-12) { // NaN is not
			t.Errorf("%s: outside, at α = %v, there are %d coefficients with the sum %v, want %d and 1", s, alpha, len(c), sum, m)
		}
	}
	if !slices.Equal(curve.At(0.5), s.Midpoint()) {
		t.Errorf("%s: the midpoint is %v, at α = ½ the curve is at %v", s, s.Midpoint(), curve.At(0.5))
	}
	for _, end := range []float64{0, 1} {
		if c := curve.At(end); slices.Max(c) != 1 {
			t.Errorf("%s: at α = %v the curve is at %v, want an endpoint", s, end, c)
		}
	}
}
