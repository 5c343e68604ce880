package subspace

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// odd is a line that one mistake has been made in.
type odd struct {
	Line
	endpoints int
	sample    func(*rand.Rand) Weights
	midpoint  Weights
	at        func(float64) Weights
}

func (o odd) Endpoints() int {
	if o.endpoints != 0 {
		return o.endpoints
	}
	return 2
}

func (o odd) Sample(rng *rand.Rand) Weights {
	if o.sample != nil {
		return o.sample(rng)
	}
	return o.Line.Sample(rng)
}

func (o odd) Midpoint() Weights {
	if o.midpoint != nil {
		return o.midpoint
	}
	return o.Line.Midpoint()
}

func (o odd) At(alpha float64) Weights {
	if o.at != nil {
		return o.at(alpha)
	}
	return o.Line.At(alpha)
}

func (odd) String() string { return "odd" }

func TestCheckShape(t *testing.T) {
	drawn := 0.0
	for want, s := range map[string]Shape{
		"it is nil":              nil,
		"has -1 endpoints":       odd{endpoints: -1},
		"has 0 endpoints":        Simplex(0),
		"has -3 endpoints":       Simplex(-3),
		"Endpoints of the shape": (*odd)(nil),
		"Midpoint of the shape \"odd\" returns 3 coefficients for 2": odd{midpoint: Weights{1, 0, 0}},
		"which sum to 0.9":                                   odd{midpoint: Weights{0.5, 0.4}},
		"of which number 2 is NaN":                           odd{midpoint: Weights{1, math.NaN()}},
		"of which number 1 is +Inf":                          odd{midpoint: Weights{math.Inf(1), 0}},
		"At(0.05) of the shape":                              odd{at: func(a float64) Weights { return Weights{1 - 2*a, a} }},
		"At of the shape panics":                             odd{at: func(a float64) Weights { return Weights{1 - a, a}[:2+int(a)] }},
		"returns 0 coefficients":                             odd{sample: func(*rand.Rand) Weights { return nil }},
		"Sample of the shape \"odd\" returns 1 coefficients": odd{sample: func(*rand.Rand) Weights { return Weights{1} }},
		"from equal generators": odd{sample: func(*rand.Rand) Weights {
			drawn += 1. / 1024
			return Weights{drawn, 1 - drawn}
		}},
	} {
		err := CheckShape(s)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want one line with %q, got %v", want, err)
		}
	}
	for _, s := range []Shape{Line{}, Bezier{}, Simplex(1), Simplex(2), Simplex(7), odd{}} {
		if err := CheckShape(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestShapeFingerprint(t *testing.T) {
	names := map[string]Shape{}
	for _, s := range []Shape{Line{}, Bezier{}, Simplex(1), Simplex(3), Simplex(4),
		odd{midpoint: Weights{0.25, 0.75}},
		odd{sample: func(rng *rand.Rand) Weights { u := rng.Float64(); return Weights{1 - u*u, u * u} }},
		odd{at: func(a float64) Weights { return Weights{1 - a*a, a * a} }},
	} {
		print := ShapeFingerprint(s)
		if other := names[print]; other != nil {
			t.Errorf("%v and %v have one fingerprint", s, other)
		}
		names[print] = s
		if ShapeFingerprint(s) != print {
			t.Errorf("%v has another fingerprint the second time", s)
		}
	}
	if ShapeFingerprint(odd{}) != ShapeFingerprint(Line{}) {
		t.Error("shapes that choose the same have two fingerprints")
	}
}
