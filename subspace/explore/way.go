package explore

import (
	"fmt"
	"math"
	"slices"

	"gosubspace/subspace"
)

// Along returns the coefficients at α of a shape with one coordinate, and whether the
// point is on it: α in [0, 1]. A shape without one is an error, and so is an α that is
// no number.
func Along(shape subspace.Shape, alpha float64) (at subspace.Weights, inside bool, err error) {
	curve, ok := shape.(subspace.Curve)
	switch {
	case !ok:
		return nil, false, fmt.Errorf("a %s has no coordinate α: want a curve, such as a line or a bezier", shape)
	case math.IsNaN(alpha) || math.IsInf(alpha, 0):
		return nil, false, fmt.Errorf("α is %v: want a finite number, 0 to 1 on the curve", alpha)
	}
	return curve.At(alpha), alpha >= 0 && alpha <= 1, nil
}

// Triangle is the plane through three endpoints of a simplex, its corners.
type Triangle struct {
	Corners [3]int         // the endpoints, counted from 0
	Plane   subspace.Plane // through them; of sides of 1 unless the distances are known
	m       int
}

// Equilateral is the plane through three points that are one apart.
var Equilateral = subspace.Plane{BX: 1, CX: 0.5, CY: math.Sqrt(3) / 2}

// NewTriangle returns the triangle of three endpoints of a shape, counted from 0; of the
// first three where none is named. A curve has no triangle to move in, and a shape of
// one or two endpoints none at all.
func NewTriangle(shape subspace.Shape, corners ...int) (Triangle, error) {
	m := shape.Endpoints()
	if _, curve := shape.(subspace.Curve); curve || m < 3 {
		return Triangle{}, fmt.Errorf("a %s has no triangle: want a simplex of 3 endpoints or more", shape)
	}
	if len(corners) == 0 {
		corners = []int{0, 1, 2}
	}
	if len(corners) != 3 || corners[0] == corners[1] || corners[0] == corners[2] || corners[1] == corners[2] ||
		slices.Min(corners) < 0 || slices.Max(corners) >= m {
		return Triangle{}, fmt.Errorf("corners %v: want three different endpoints of 0 to %d", corners, m-1)
	}
	return Triangle{Corners: [3]int(corners), Plane: Equilateral, m: m}, nil
}

// At returns the coefficients of the point (x, y) of the plane, of all the shape's
// endpoints, and whether it is in the triangle.
func (t Triangle) At(x, y float64) (at subspace.Weights, inside bool) {
	at = make(subspace.Weights, t.m)
	for i, c := range t.Plane.At(x, y) {
		at[t.Corners[i]] = c
	}
	return at, within(at)
}

// Place returns where the point with coefficients of the corners lies. The others must
// be zero, or it is the place of the point's share in the corners.
func (t Triangle) Place(at subspace.Weights) (x, y float64) {
	return t.Plane.Place(subspace.Weights{at[t.Corners[0]], at[t.Corners[1]], at[t.Corners[2]]})
}

// within reports whether no coefficient is below 0, but for rounding.
func within(at subspace.Weights) bool { return slices.Min(at) >= -1e-9 }
