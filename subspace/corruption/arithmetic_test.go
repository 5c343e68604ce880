package corruption

import (
	"math"
	"testing"
)

// The series agree with package math to rounding: exp and log relative to their
// size, sine and cosine to 1.
func TestArithmetic(t *testing.T) {
	near := func(what string, x, got, want, size float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-13*size) {
			t.Fatalf("%s(%g) = %.17g, want %.17g", what, x, got, want)
		}
	}
	for x := -30.0; x <= 0; x += .00371 {
		near("exp", x, exp(x), math.Exp(x), math.Exp(x))
	}
	for x := 1.0; x > 1e-300; x *= .993 {
		near("log", x, log(x), math.Log(x), -math.Log(x))
	}
	for x := -math.Pi; x <= math.Pi; x += .000711 {
		sin, cos := sincos(x)
		near("sin", x, sin, math.Sin(x), 1)
		near("cos", x, cos, math.Cos(x), 1)
	}
}

// Every level survives the way to [0, 1] and back, and what lies outside is
// clipped.
func TestQuantise(t *testing.T) {
	for level := range 256 {
		if got := quantise(unit[level]); int(got) != level {
			t.Errorf("level %d becomes %d", level, got)
		}
		if got := quantise((float64(level) + .999) / 255); int(got) != level {
			t.Errorf("just below level %d becomes %d", level+1, got)
		}
	}
	if quantise(-1) != 0 || quantise(1.5) != 255 {
		t.Error("values outside [0, 1] are not clipped")
	}
}
