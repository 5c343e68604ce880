package subspace

import (
	"fmt"
	"math"
)

// Plane is the plane through three points a, b, c of weight space, with
// coordinates in which distances are those of weight space: a is the origin, b
// lies on the x axis, and c above it (Garipov et al., "Loss Surfaces, Mode
// Connectivity, and Fast Ensembling of DNNs", 2018, which orthonormalises b−a and
// c−a by Gram–Schmidt; Wortsman et al. 2021).
//
// A point of the plane is a weighted sum of a, b and c, so that no weights need
// to be made for it: a [Space] that has the three as its endpoints is evaluated at
// [Plane.At], inside their triangle and out. Where they are the endpoints of a
// curve, [Plane.Place] draws it. The three numbers of a plane are all that it
// needs: a recorded plane is drawn without the weights.
type Plane struct {
	BX float64 `json:"bx"` // b = (BX, 0), BX > 0
	CX float64 `json:"cx"` // c = (CX, CY), CY > 0
	CY float64 `json:"cy"`
}

// resolution is the distance, as a share of the longest weight vector, up to
// which points are not told apart: float32 resolves 6e-8 of a weight.
const resolution = 1e-6

// NewPlane returns the plane through three points, each [P]. They must be finite
// and of equal length, no two of them equal and not all on one line, by more than
// a millionth of the longest of the three vectors: less is the rounding of float32.
func NewPlane(a, b, c []float32) (Plane, error) {
	longest, err := checkPoints(a, b, c)
	if err != nil {
		return Plane{}, err
	}
	least := resolution * longest
	ab, ac := difference(b, a), difference(c, a)
	p := Plane{BX: norm(ab)}
	for _, side := range []struct {
		points string
		length float64
	}{{"first and second", p.BX}, {"first and third", norm(ac)}, {"second and third", norm(difference(c, b))}} {
		if side.length <= least {
			return Plane{}, fmt.Errorf("the plane's %s point are the same, %.2g apart: want three different points", side.points, side.length)
		}
	}
	p.CX = dot(ab, ac) / p.BX
	for i := range ac { // leaves the part of c−a that is orthogonal to b−a
		ac[i] -= float64(p.CX / p.BX * ab[i])
	}
	if p.CY = norm(ac); p.CY <= least {
		return Plane{}, fmt.Errorf("the plane's third point is on the line through the first two, %.2g from it: want three points that span a plane", p.CY)
	}
	return p, nil
}

// checkPoints returns the largest norm of the points.
func checkPoints(a, b, c []float32) (longest float64, err error) {
	if len(a) != len(b) || len(a) != len(c) || len(a) == 0 {
		return 0, fmt.Errorf("a plane through points of %d, %d and %d weights: want the weights of one network three times", len(a), len(b), len(c))
	}
	for i, point := range [][]float32{a, b, c} {
		square := 0.0
		for j, v := range point {
			v := float64(v)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return 0, fmt.Errorf("weight %d of the plane's %s point is %v: want finite weights", j, [...]string{"first", "second", "third"}[i], v)
			}
			square += float64(v * v)
		}
		longest = max(longest, math.Sqrt(square))
	}
	return longest, nil
}

// difference returns p−q.
func difference(p, q []float32) []float64 {
	out := make([]float64, len(p))
	for i := range p {
		out[i] = float64(p[i]) - float64(q[i])
	}
	return out
}

// dot rounds products before it adds them, so that every machine gets the same sum.
func dot(p, q []float64) float64 {
	sum := 0.0
	for i := range p {
		sum += float64(p[i] * q[i])
	}
	return sum
}

func norm(p []float64) float64 { return math.Sqrt(dot(p, p)) }

// At returns the coefficients of a, b and c, which sum to 1, for the point (x, y)
// = a + x·û + y·v̂, û and v̂ being the unit vectors of the axes.
func (p Plane) At(x, y float64) Weights {
	c := y / p.CY
	b := (x - float64(c*p.CX)) / p.BX
	return Weights{1 - b - c, b, c}
}

// Place returns the coordinates of the point with the coefficients w of a, b and
// c, which must sum to 1. It is the inverse of At.
func (p Plane) Place(w Weights) (x, y float64) {
	return float64(w[1]*p.BX) + float64(w[2]*p.CX), w[2] * p.CY
}

// Grid returns n ≥ 2 equally spaced values on each axis, from one side of the
// three points to the other and beyond by a margin, which is a share of their
// extent on the axis (Garipov et al. 2018 draw 21 values with a margin of 0.2).
// The margin is at least 0. Grid panics if n < 2 or the margin is no such number.
func (p Plane) Grid(n int, margin float64) (xs, ys []float64) {
	if n < 2 {
		panic(fmt.Sprintf("subspace: a grid of %d values on each axis: want at least 2", n))
	}
	if !(margin >= 0) || math.IsInf(margin, 0) {
		panic(fmt.Sprintf("subspace: a grid with a margin of %v: want a finite number, 0 or more", margin))
	}
	between := func(low, high float64) []float64 {
		margin := float64(margin * (high - low))
		low, high = low-margin, high+margin
		out := make([]float64, n)
		for i := range out {
			t := float64(i) / float64(n-1)
			out[i] = float64((1-t)*low) + float64(t*high)
		}
		return out
	}
	return between(min(0, p.CX), max(p.BX, p.CX)), between(0, p.CY)
}
