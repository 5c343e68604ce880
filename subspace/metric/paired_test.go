package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// Against SciPy, whose numbers testdata/make_student.py wrote.
func TestPairedAgainstSciPy(t *testing.T) {
	raw, err := os.ReadFile("testdata/student.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Quantiles []struct {
			P       float64
			Freedom int
			T       float64
		}
		Pairs []struct {
			A, B            []float64
			Mean, Low, High float64
		}
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Quantiles) < 90 || len(want.Pairs) < 6 {
		t.Fatalf("%d quantiles and %d pairs", len(want.Quantiles), len(want.Pairs))
	}
	for _, q := range want.Quantiles {
		if got := StudentQuantile(q.P, q.Freedom); math.Abs(got-q.T) > 1e-9*max(1, math.Abs(q.T)) {
			t.Errorf("the %v-quantile with %d degrees of freedom is %v, want %v", q.P, q.Freedom, got, q.T)
		}
	}
	for _, p := range want.Pairs {
		d, err := Paired(p.A, p.B)
		if err != nil {
			t.Fatal(err)
		}
		if d.N != len(p.A) || math.Abs(d.Mean-p.Mean) > 1e-9 || math.Abs(d.Low-p.Low) > 1e-9 || math.Abs(d.High-p.High) > 1e-9 {
			t.Errorf("%d pairs: %+v, want %v [%v, %v]", len(p.A), d, p.Mean, p.Low, p.High)
		}
	}
}

func TestPairedSides(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want int
	}{
		{[]float64{2, 3.1, 4}, []float64{1, 2, 3}, 1},
		{[]float64{1, 2, 3}, []float64{2, 3.1, 4}, -1},
		{[]float64{1, 2}, []float64{0, 3}, 0},
		{[]float64{9}, []float64{1}, 0}, // one pair tells nothing of the spread
		{nil, nil, 0},
		{[]float64{1, 1}, []float64{1, 1}, 0},
		{[]float64{2, 2}, []float64{1, 1}, 1}, // no spread at all
	} {
		d, err := Paired(c.a, c.b)
		if err != nil || side(d) != c.want {
			t.Errorf("%v against %v: %+v on side %d, want %d; %v", c.a, c.b, d, side(d), c.want, err)
		}
	}
	if _, err := Paired([]float64{1}, nil); err == nil {
		t.Error("one number and none were taken as pairs")
	}
}

// side says on which side of 0 the whole interval lies: 1 above, −1 below, 0 where
// it holds 0 or is unknown.
func side(d Difference) int {
	switch {
	case d.Low > 0:
		return 1
	case d.High < 0:
		return -1
	}
	return 0
}
