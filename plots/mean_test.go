package plots

import (
	"math"
	"strings"
	"testing"
)

func TestMean(t *testing.T) {
	// Sample standard deviations by hand: {2, 4, 9} has mean 5 and variance
	// (9+1+16)/2 = 13; {1, 1, 1} has 0.
	s, err := Mean("s", []float64{0, 1}, []float64{2, 1}, []float64{4, 1}, []float64{9, 1})
	if err != nil {
		t.Fatal(err)
	}
	want := Series{Y: []float64{5, 1}, Low: []float64{5 - math.Sqrt(13), 1}, High: []float64{5 + math.Sqrt(13), 1}}
	for i := range 2 {
		for _, d := range []float64{s.Y[i] - want.Y[i], s.Low[i] - want.Low[i], s.High[i] - want.High[i]} {
			if math.Abs(d) > 1e-12 {
				t.Errorf("at %d: %v (%v to %v), want %v (%v to %v)", i, s.Y[i], s.Low[i], s.High[i], want.Y[i], want.Low[i], want.High[i])
			}
		}
	}
	r, err := MeanReference("r", 2, 4, 9)
	if err != nil || math.Abs(r.Y-5) > 1e-12 || math.Abs(r.High-r.Low-2*math.Sqrt(13)) > 1e-12 {
		t.Errorf("reference is %+v, %v", r, err)
	}
}

func TestMeanOfOneRunHasNoBand(t *testing.T) {
	s, err := Mean("s", []float64{0, 1}, []float64{2, 3})
	if err != nil || len(s.Low) != 0 || len(s.High) != 0 || s.Y[1] != 3 {
		t.Errorf("series is %+v, %v", s, err)
	}
	r, err := MeanReference("r", 7)
	if err != nil || r.band() || r.Y != 7 {
		t.Errorf("reference is %+v, %v", r, err)
	}
}

func TestMeanFails(t *testing.T) {
	if _, err := Mean("s", []float64{0, 1}, []float64{1, 2}, []float64{1}); err == nil || !strings.Contains(err.Error(), "run 1 has 1 values for 2 points") {
		t.Errorf("error is %v", err)
	}
	if _, err := Mean("s", []float64{0, 1}); err == nil || !strings.Contains(err.Error(), "no runs") {
		t.Errorf("error is %v", err)
	}
	if _, err := MeanReference("r"); err == nil || !strings.Contains(err.Error(), "no runs") {
		t.Errorf("error is %v", err)
	}
}
