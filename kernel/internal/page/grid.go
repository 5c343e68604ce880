package page

import (
	"errors"
	"fmt"
	"math"

	"gosubspace/subspace"
	"gosubspace/subspace/explore"
)

// A Grid are the points that are measured. Their places have a coordinate x, of a
// triangle also y: 0 and 1 are where the shape begins and ends, so that the corners of
// a triangle are (0, 0), (1, 0) and (½, 1). Side points lie along each coordinate; of
// the steps between them Margin are before 0, and as many beyond 1.
type Grid struct {
	Side, Margin int
	Flat         bool
}

// CurveGrid has a margin of a tenth of its 10·n steps on either side of a curve: its ends
// and its midpoint are measured, whatever n is. TriangleGrid has one of an eighth of
// its 8·n on each side: the corners and the midpoint are measured.
func CurveGrid(n int) Grid    { return Grid{10*n + 1, n, false} }
func TriangleGrid(n int) Grid { return Grid{8*n + 1, n, true} }

// Curve and Triangle are the grids of a page that has no reason for another: 101 points
// along a curve, 41 × 41 on the plane of a triangle.
var (
	Curve    = CurveGrid(10)
	Triangle = TriangleGrid(5)
)

// Len returns the number of points.
func (g Grid) Len() int {
	if g.Flat {
		return g.Side * g.Side
	}
	return g.Side
}

// Place returns where point i is, counted row by row from the lowest place.
func (g Grid) Place(i int) (x, y float64) {
	inner := float64(g.Side - 1 - 2*g.Margin)
	x = (float64(i%g.Side) - float64(g.Margin)) / inner
	if g.Flat {
		y = (float64(i/g.Side) - float64(g.Margin)) / inner
	}
	return x, y
}

// index returns the measured point at a place; it panics where there is none, for which
// places are asked the maker of the page chooses.
func (g Grid) index(x, y float64) int {
	inner := float64(g.Side - 1 - 2*g.Margin)
	i, j := x*inner+float64(g.Margin), y*inner+float64(g.Margin)
	if !g.Flat {
		j = 0
	}
	column, row := math.Round(i), math.Round(j)
	if math.Abs(i-column) > 1e-9 || math.Abs(j-row) > 1e-9 || column < 0 || row < 0 || int(column) >= g.Side || int(row) >= g.Side {
		panic(fmt.Sprintf("page: no point is measured at (%v, %v)", x, y))
	}
	return int(row)*g.Side + int(column)
}

// lowest is where the margin begins. It ends at 1 less that.
func (g Grid) lowest() float64 { x, _ := g.Place(0); return x }

// A way leads from a place to the coefficients of a point.
type way func(x, y float64) (at subspace.Weights, inside bool)

// ErrNoPlace is the error of a shape that has no coordinate to move along.
var ErrNoPlace = errors.New("no place to move in")

// wayOf returns the grid of a shape and the way to its points: a curve has a coordinate,
// a simplex of three endpoints or more a triangle of them.
func wayOf(shape subspace.Shape, o Options) (Grid, way, error) {
	if _, _, err := explore.Along(shape, 0); err == nil {
		if o.Corners != nil {
			return Grid{}, nil, fmt.Errorf("%q has no corners to choose from: leave them out", shape)
		}
		return o.Curve, func(x, _ float64) (subspace.Weights, bool) {
			at, inside, _ := explore.Along(shape, x) // x is a finite number
			return at, inside
		}, nil
	}
	if shape.Endpoints() < 3 {
		return Grid{}, nil, fmt.Errorf("%q is %w: want a curve, such as line or bezier, or a simplex of 3 endpoints or more", shape, ErrNoPlace)
	}
	triangle, err := explore.NewTriangle(shape, o.Corners...)
	if err != nil { // pages count endpoints from 1
		counted := make([]int, len(o.Corners))
		for i, c := range o.Corners {
			counted[i] = c + 1
		}
		return Grid{}, nil, fmt.Errorf("corners %v of %q: want three different endpoints of 1 to %d", counted, shape, shape.Endpoints())
	}
	height := math.Sqrt(3) / 2
	return o.Triangle, func(x, y float64) (subspace.Weights, bool) { return triangle.At(x, height*y) }, nil
}
