package subspace

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// geometry reads what testdata/geometry.py computed with NumPy.
func geometry(t *testing.T, into any) {
	t.Helper()
	raw, err := os.ReadFile("testdata/geometry.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// alike asks for agreement relative to a size.
func alike(t *testing.T, what string, got, want, tolerance, size float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*size) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

// Planes and the coefficients of their points against NumPy, whose planes come
// from another algorithm.
func TestPlaneParity(t *testing.T) {
	var file struct {
		Planes []struct {
			Name   string
			Points [3][]float32
			B, C   [2]float64
			At     []struct {
				X, Y    float64
				Weights Weights
			}
		}
	}
	geometry(t, &file)
	if len(file.Planes) < 5 {
		t.Fatalf("%d planes", len(file.Planes))
	}
	for _, c := range file.Planes {
		t.Run(c.Name, func(t *testing.T) {
			p, err := NewPlane(c.Points[0], c.Points[1], c.Points[2])
			if err != nil {
				t.Fatal(err)
			}
			size := math.Hypot(c.C[0], c.C[1]) + c.B[0]
			alike(t, "b's x", p.BX, c.B[0], 1e-12, size)
			alike(t, "c's x", p.CX, c.C[0], 1e-12, size)
			alike(t, "c's y", p.CY, c.C[1], 1e-12, size)
			for _, at := range c.At {
				got := p.At(at.X, at.Y)
				if len(got) != 3 || len(c.At) < 4 {
					t.Fatalf("%d coefficients at one of %d points", len(got), len(c.At))
				}
				for i := range got {
					alike(t, fmt.Sprintf("coefficient %d at (%g, %g)", i, at.X, at.Y), got[i], at.Weights[i], 1e-11, 1+math.Abs(at.Weights[i]))
				}
			}
		})
	}
}

// threePoints draws three weight vectors, of which the second and third lie at
// the given distances from the first, roughly.
func threePoints(seed uint64, n int, second, third float64) (points [3][]float32) {
	rng := rand.New(rand.NewPCG(seed, 5))
	for i := range points {
		points[i] = make([]float32, n)
	}
	for j := range n {
		at := rng.NormFloat64()
		points[0][j] = float32(at)
		points[1][j] = float32(at + second*rng.NormFloat64())
		points[2][j] = float32(at + third*rng.NormFloat64())
	}
	return points
}

func planeOf(t *testing.T, points [3][]float32) Plane {
	t.Helper()
	p, err := NewPlane(points[0], points[1], points[2])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mixed returns Σᵢ cᵢθᵢ in float64.
func mixed(points [3][]float32, c Weights) []float64 {
	out := make([]float64, len(points[0]))
	for i, v := range c {
		for j := range out {
			out[j] += v * float64(points[i][j])
		}
	}
	return out
}

// Distances in the plane are those of weight space, Place undoes At, and
// coefficients sum to 1, wherever the points are.
func TestPlaneIsIsometric(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 6))
		points := threePoints(seed, 2+rng.IntN(50), math.Exp(3*rng.NormFloat64()), math.Exp(3*rng.NormFloat64()))
		p := planeOf(t, points)
		size := p.BX + math.Abs(p.CX) + p.CY
		for range 10 {
			x1, y1, x2, y2 := size*rng.NormFloat64(), size*rng.NormFloat64(), size*rng.NormFloat64(), size*rng.NormFloat64()
			c1, c2 := p.At(x1, y1), p.At(x2, y2)
			largest := 0.0
			for i := range c1 {
				largest = max(largest, math.Abs(c1[i]), math.Abs(c2[i]))
			}
			first, second, square, span := mixed(points, c1), mixed(points, c2), 0.0, 0.0
			for j := range first {
				square += (first[j] - second[j]) * (first[j] - second[j])
				span += math.Abs(first[j])
			}
			// What the sum of coefficients times weights rounds off.
			rounding := 1e-14 * (largest*(size+span) + size)
			alike(t, "distance", math.Sqrt(square), math.Hypot(x1-x2, y1-y2), 10, rounding)
			alike(t, "sum of coefficients", c1[0]+c1[1]+c1[2], 1, 1e-15, 4*largest)
			x, y := p.Place(c1)
			alike(t, "x", x, x1, 1e-14, largest*size)
			alike(t, "y", y, y1, 1e-14, largest*size)
		}
	}
}

// Corners go to their places and back, and the midpoint is their mean.
func TestPlaneCorners(t *testing.T) {
	p := planeOf(t, threePoints(1, 30, 1, 2))
	corners := [3][2]float64{{0, 0}, {p.BX, 0}, {p.CX, p.CY}}
	var mean [2]float64
	for i, want := range corners {
		x, y := p.Place(Endpoint(i, 3))
		if x != want[0] || y != want[1] {
			t.Errorf("corner %d is at (%g, %g), want %v", i, x, y, want)
		}
		mean[0] += x / 3
		mean[1] += y / 3
		for j, v := range p.At(x, y) {
			alike(t, fmt.Sprintf("coefficient %d at corner %d", j, i), v, Endpoint(i, 3)[j], 1e-14, 1)
		}
	}
	x, y := p.Place(Simplex(3).Midpoint())
	alike(t, "the midpoint's x", x, mean[0], 1e-14, 10)
	alike(t, "the midpoint's y", y, mean[1], 1e-14, 10)
	if x, y := p.Place(Bezier{}.At(1)); x != p.BX || y != 0 {
		t.Errorf("a curve between the first two points, with its bend at the third, ends at (%g, %g), want (%g, 0)", x, y, p.BX)
	}
}

// Scaled weights scale the plane, moved ones leave it as it is.
func TestPlaneOfScaledAndMoved(t *testing.T) {
	points := threePoints(2, 20, 1, 1)
	for i := range points { // to multiples of 1/256, so that nothing is rounded
		for j := range points[i] {
			points[i][j] = float32(math.Round(float64(points[i][j]*256)) / 256)
		}
	}
	p := planeOf(t, points)
	for i := range points {
		for j := range points[i] {
			points[i][j] = 4*points[i][j] + 64
		}
	}
	q := planeOf(t, points)
	alike(t, "b's x", q.BX, 4*p.BX, 1e-14, p.BX)
	alike(t, "c's x", q.CX, 4*p.CX, 1e-14, p.BX)
	alike(t, "c's y", q.CY, 4*p.CY, 1e-14, p.CY)
}

func TestPlaneGrid(t *testing.T) {
	for _, p := range []Plane{{BX: 5, CX: 2, CY: 3}, {BX: 5, CX: 7, CY: 3}, {BX: 5, CX: -2, CY: 3}} {
		left, right := min(0, p.CX), max(p.BX, p.CX)
		xs, ys := p.Grid(21, 0.2)
		for _, axis := range []struct {
			name      string
			values    []float64
			low, high float64
		}{
			{"x", xs, left - 0.2*(right-left), right + 0.2*(right-left)},
			{"y", ys, -0.2 * p.CY, 1.2 * p.CY},
		} {
			if len(axis.values) != 21 {
				t.Fatalf("%d values of %s", len(axis.values), axis.name)
			}
			alike(t, axis.name+" at its low end", axis.values[0], axis.low, 1e-14, 10)
			alike(t, axis.name+" at its high end", axis.values[20], axis.high, 1e-14, 10)
			for i := 1; i < 21; i++ {
				alike(t, "a step of "+axis.name, axis.values[i]-axis.values[i-1], (axis.high-axis.low)/20, 1e-14, 10)
			}
		}
		xs, ys = p.Grid(2, 0)
		if !slices.Equal(xs, []float64{left, right}) || !slices.Equal(ys, []float64{0, p.CY}) {
			t.Errorf("%+v: the corners of the grid are at %v, %v", p, xs, ys)
		}
	}
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "a grid of 1 values") {
			t.Errorf("a grid of 1 panicked with %q", got)
		}
	}()
	Plane{BX: 1, CX: 1, CY: 1}.Grid(1, 0)
}

func TestNoPlane(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for want, points := range map[string][3][]float32{
		"points of 2, 3 and 2 weights":                {{0, 0}, {1, 0, 0}, {0, 1}},
		"points of 2, 2 and 1 weights":                {{0, 0}, {1, 0}, {0}},
		"points of 0, 0 and 0 weights":                {},
		"weight 1 of the plane's first point is NaN":  {{0, nan}, {1, 0}, {0, 1}},
		"weight 0 of the plane's third point is -Inf": {{0, 0}, {1, 0}, {inf, 1}},
		"first and second point are the same":         {{1, 2}, {1, 2}, {0, 1}},
		"first and third point are the same":          {{1, 2}, {1, 0}, {1, 2}},
		"first and second point are the same, 0.0001": {{1000, 0}, {1000, 1e-4}, {0, 0}},
		"second and third point are the same":         {{0, 0}, {1000, 0}, {1000, 1e-4}},
		"third point is on the line":                  {{0, 0, 0}, {1, 2, 3}, {-2, -4, -6}},
		"third point is on the line through":          {{1}, {2}, {3}},
	} {
		if p, err := NewPlane(points[0], points[1], points[2]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("plane %v, error %v, want %q", p, err, want)
		}
	}
}

// A point that float32 has rounded off the line is still on it; one that has been
// moved by more than rounding is not.
func TestLineIsNoPlane(t *testing.T) {
	points := threePoints(3, 1000, 1, 1)
	for j := range points[0] {
		points[2][j] = 0.3*points[0][j] + 0.7*points[1][j]
	}
	if p, err := NewPlane(points[0], points[1], points[2]); err == nil {
		t.Errorf("plane %+v through a line", p)
	}
	points[2][0] += 1e-2
	if _, err := NewPlane(points[0], points[1], points[2]); err != nil {
		t.Error(err)
	}
}

func FuzzPlane(f *testing.F) {
	f.Add(float32(0), float32(0), float32(1), float32(0), float32(0), float32(1), 0.5, 0.5)
	f.Add(float32(1), float32(2), float32(1e-30), float32(3), float32(3e38), float32(-3e38), -0.2, 1.2)
	f.Fuzz(func(t *testing.T, a0, a1, b0, b1, c0, c1 float32, x, y float64) {
		p, err := NewPlane([]float32{a0, a1, 1}, []float32{b0, b1, 1}, []float32{c0, c1, 1})
		if err != nil || !(math.Abs(x) < 10 && math.Abs(y) < 10) {
			return
		}
		if !(p.BX > 0 && p.CY > 0) || math.IsInf(p.BX+math.Abs(p.CX)+p.CY, 0) {
			t.Fatalf("%+v", p)
		}
		size := p.BX + math.Abs(p.CX) + p.CY
		w := p.At(x*size, y*size)
		largest := max(math.Abs(w[0]), math.Abs(w[1]), math.Abs(w[2]), 1)
		gotX, gotY := p.Place(w)
		alike(t, "x", gotX, x*size, 1e-13, largest*size)
		alike(t, "y", gotY, y*size, 1e-13, largest*size)
		alike(t, "the sum of the coefficients", w[0]+w[1]+w[2], 1, 1e-13, largest)
	})
}

// Accuracy on the plane of three networks is a grid of evaluations.
func ExamplePlane() {
	a, b, c := []float32{0, 0}, []float32{4, 0}, []float32{2, 3} // the weights of three small networks
	plane, err := NewPlane(a, b, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	xs, ys := plane.Grid(2, 0.5)
	for _, y := range ys {
		for _, x := range xs {
			fmt.Printf("(%g, %g) is %.2f\n", x, y, plane.At(x, y))
		}
	}
	x, y := plane.Place(Simplex(3).Midpoint())
	fmt.Printf("the midpoint of the triangle is at (%.0f, %.0f)\n", x, y)
	// Output:
	// (-2, -1.5) is [1.75 -0.25 -0.50]
	// (6, -1.5) is [-0.25 1.75 -0.50]
	// (-2, 4.5) is [0.75 -1.25 1.50]
	// (6, 4.5) is [-1.25 0.75 1.50]
	// the midpoint of the triangle is at (2, 1)
}
