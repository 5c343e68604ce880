package subspace_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/shapetest"
)

func TestShapes(t *testing.T) {
	for _, s := range []subspace.Shape{
		subspace.Line{}, subspace.Bezier{}, subspace.Simplex(1), subspace.Simplex(2), subspace.Simplex(3), subspace.Simplex(9),
	} {
		t.Run(s.String(), func(t *testing.T) { shapetest.Conforms(t, s) })
	}
}

// The quadratic Bézier curve bends towards its third endpoint and has, at
// t = ½, half of it.
func TestBezierBends(t *testing.T) {
	if got, want := fmt.Sprint(subspace.Bezier{}.Midpoint()), "[0.25 0.25 0.5]"; got != want {
		t.Errorf("midpoint %s, want %s", got, want)
	}
	a, b := subspace.Bezier{}.At(0.3), subspace.Bezier{}.At(0.7)
	if math.Abs(a[0]-b[1]) > 1e-15 || math.Abs(a[1]-b[0]) > 1e-15 || math.Abs(a[2]-b[2]) > 1e-15 {
		t.Errorf("not symmetric about the middle: %v and %v", a, b)
	}
}

// A simplex of two endpoints is the line, draw for draw.
func TestSimplexOfTwoIsLine(t *testing.T) {
	a, b := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	for range 100 {
		line, simplex := subspace.Line{}.Sample(a), subspace.Simplex(2).Sample(b)
		if fmt.Sprint(line) != fmt.Sprint(simplex) {
			t.Fatalf("line %v, simplex %v", line, simplex)
		}
	}
}

// Uniform on the simplex of m: the mean of a coefficient is 1/m, its variance
// (m−1)/(m²(m+1)) (Dirichlet with all parameters 1).
func TestSimplexIsUniform(t *testing.T) {
	const n = 40_000
	for _, m := range []int{2, 3, 6} {
		rng := rand.New(rand.NewPCG(1, uint64(m)))
		sum, squares := make([]float64, m), make([]float64, m)
		for range n {
			for i, c := range subspace.Simplex(m).Sample(rng) {
				sum[i] += c
				squares[i] += c * c
			}
		}
		mean := 1 / float64(m)
		variance := float64(m-1) / float64(m*m*(m+1))
		for i := range m {
			got := sum[i] / n
			if math.Abs(got-mean) > 5*math.Sqrt(variance/n) {
				t.Errorf("m = %d: coefficient %d has mean %.4f, want %.4f", m, i, got, mean)
			}
			if v := squares[i]/n - got*got; math.Abs(v-variance) > 0.05*variance {
				t.Errorf("m = %d: coefficient %d has variance %.5f, want %.5f", m, i, v, variance)
			}
		}
	}
}

func TestSamplerDraws(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	p := subspace.Sampler{Shape: subspace.Line{}}.Draw(rng, 3)
	if len(p) != 3 || p[0][0] != p[1][0] || p[1][0] != p[2][0] {
		t.Errorf("a line draws one point for all layers, got %v", p)
	}
	p = subspace.Sampler{Shape: subspace.Line{}, Layerwise: true}.Draw(rng, 3)
	if p[0][0] == p[1][0] || p[1][0] == p[2][0] {
		t.Errorf("a layer-wise line draws a point per layer, got %v", p)
	}
}

func TestParseSampler(t *testing.T) {
	for _, name := range []string{"standard", "line", "bezier", "simplex-2", "simplex-12", "layerwise-line", "layerwise-bezier", "layerwise-simplex-3"} {
		s, err := subspace.ParseSampler(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if s.String() != name {
			t.Errorf("%s was read as %s", name, s)
		}
	}
	for _, name := range []string{"", "lime", "simplex", "simplex-", "simplex-0", "simplex--1", "layerwise-standard", "layerwise-", "simplex-3x"} {
		if s, err := subspace.ParseSampler(name); err == nil {
			t.Errorf("%q was read as %s, want an error", name, s)
		}
	}
}

func FuzzParseSampler(f *testing.F) {
	for _, name := range []string{"line", "layerwise-simplex-3", "simplex-00", "simplex-+2"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := subspace.ParseSampler(name)
		if err != nil {
			return
		}
		again, err := subspace.ParseSampler(s.String())
		if err != nil || again != s {
			t.Errorf("%q was read as %v, which is read as %v (%v)", name, s, again, err)
		}
	})
}

func TestCosine(t *testing.T) {
	s := subspace.Cosine{Peak: 0.1, Warmup: 5, Epochs: 160}
	for epoch, want := range map[int]float64{0: 0.02, 4: 0.1, 5: 0.1, 82: 0.05 * (1 + math.Cos(math.Pi*77/155)), 159: 0.05 * (1 + math.Cos(math.Pi*154/155))} {
		if got := s.Rate(epoch); math.Abs(got-want) > 1e-12 {
			t.Errorf("epoch %d: rate %v, want %v", epoch, got, want)
		}
	}
}

func ExampleLine_At() {
	line := subspace.Line{}
	fmt.Println(line.At(0), line.At(0.25), line.Midpoint())
	// Output: [1 0] [0.75 0.25] [0.5 0.5]
}

func ExampleParseSampler() {
	sampler, err := subspace.ParseSampler("layerwise-simplex-3")
	fmt.Println(sampler.Shape.Endpoints(), sampler.Layerwise, err)
	_, err = subspace.ParseSampler("circle")
	fmt.Println(err)
	// Output:
	// 3 true <nil>
	// unknown shape "circle": want standard, line, bezier, simplex-M (M endpoints) or complex-F-B, with layerwise- before line, bezier and simplex-M for a draw per layer
}

// curveOf is a curve of so many endpoints that a function says.
type curveOf struct {
	subspace.Simplex
	at func(alpha float64) subspace.Weights
}

func (c curveOf) At(alpha float64) subspace.Weights { return c.at(alpha) }

// chainOf is straight from each of m endpoints to the next, in steps of equal length, as
// [Chain] is for three of them.
func chainOf(m int) subspace.Curve {
	return curveOf{subspace.Simplex(m), func(alpha float64) subspace.Weights {
		steps := float64(m - 1)
		k := min(int(alpha*steps), m-2)
		c := make(subspace.Weights, m)
		c[k], c[k+1] = 1-(alpha*steps-float64(k)), alpha*steps-float64(k)
		return c
	}}
}

// cubic is the Bézier curve with two bends, which lie third and fourth.
var cubic = curveOf{subspace.Simplex(4), func(t float64) subspace.Weights {
	u := 1 - t
	return subspace.Weights{u * u * u, t * t * t, 3 * t * u * u, 3 * t * t * u}
}}

// What no point of a curve is, is not called an endpoint: a Bézier curve's bend; the
// corners of a chain are points of it, at halves of the way up to sevenths.
func TestEndpointNames(t *testing.T) {
	for _, c := range []struct {
		shape subspace.Shape
		want  string
	}{
		{subspace.Simplex(1), "[endpoint 1]"},
		{subspace.Line{}, "[endpoint 1 endpoint 2]"},
		{subspace.Bezier{}, "[endpoint 1 endpoint 2 bend]"},
		{subspace.Simplex(3), "[endpoint 1 endpoint 2 endpoint 3]"},
		{Chain{}, "[endpoint 1 endpoint 2 endpoint 3]"},
		{chainOf(4), "[endpoint 1 endpoint 2 endpoint 3 endpoint 4]"},
		{chainOf(5), "[endpoint 1 endpoint 2 endpoint 3 endpoint 4 endpoint 5]"},
		{chainOf(6), "[endpoint 1 endpoint 2 endpoint 3 endpoint 4 endpoint 5 endpoint 6]"},
		{chainOf(7), "[endpoint 1 endpoint 2 endpoint 3 endpoint 4 endpoint 5 endpoint 6 endpoint 7]"},
		{chainOf(8), "[endpoint 1 endpoint 2 endpoint 3 endpoint 4 endpoint 5 endpoint 6 endpoint 7 endpoint 8]"},
		{cubic, "[endpoint 1 endpoint 2 bend 3 bend 4]"}, // two need a number each
	} {
		if got := fmt.Sprint(subspace.EndpointNames(c.shape)); got != c.want {
			t.Errorf("%s of %d endpoints: %s, want %s", c.shape, c.shape.Endpoints(), got, c.want)
		}
	}
}

// A point is named by α on a curve, by its coefficients anywhere, and by nothing in the
// middle.
func TestPointAt(t *testing.T) {
	for _, c := range []struct {
		shape subspace.Shape
		place []float64
		want  string
	}{
		{subspace.Line{}, nil, "[0.5 0.5]"}, {subspace.Line{}, []float64{0.25}, "[0.75 0.25]"}, {subspace.Line{}, []float64{0.2, 0.8}, "[0.2 0.8]"},
		{subspace.Bezier{}, []float64{0.5}, "[0.25 0.25 0.5]"}, {subspace.Simplex(1), []float64{1}, "[1]"}, {subspace.Simplex(2), []float64{0, 1}, "[0 1]"},
		{subspace.Simplex(3), []float64{0.5}, "a point of simplex-3: "}, {subspace.Line{}, []float64{0.5, 0.6}, "a point of line: "},
		{subspace.Line{}, []float64{math.NaN()}, "a point of line: "},
	} {
		at, err := subspace.PointAt(c.shape, c.place...)
		if got := fmt.Sprint(at); err == nil && got != c.want || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s at %v: %s, %v; want %s", c.shape, c.place, got, err, c.want)
		}
	}
}
