package plots

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// Field is a quantity over a plane, such as the test accuracy over the plane
// through three endpoints: one panel of [Contours] or [Surface].
type Field struct {
	// Title names the panel. It may be empty where there is only one.
	Title string
	// XLabel and YLabel name the directions with their units, ZLabel the
	// quantity with its unit, e.g. "test accuracy (%)". Required.
	XLabel, YLabel, ZLabel string
	// X and Y are the grid's places, ascending, at least two each. Both are
	// drawn to the same measure, so that distances can be compared: neither may reach more
	// than four times as far as the other.
	X, Y []float64
	// Z are the values: Z[i][j] at Y[i] and X[j]. NaN is a point that could not
	// be evaluated.
	Z [][]float64
	// Low and High cut the colours off: round numbers are chosen between them,
	// and values beyond have a colour that says so. Both 0 means the range of Z.
	Low, High float64
	// Levels are the values that the contour lines run along and the colours
	// change at, ascending, at least two, in place of Low and High. Every step
	// has the same weight, so that 0.1, 0.2, 0.5, 1, 2, 5 is a logarithmic scale.
	// Empty means round numbers.
	Levels []float64
	// Marks are points with names: none to eight.
	Marks []Mark
	// Paths are lines with names: none to four. The same name has the same look
	// in all panels.
	Paths []Path
}

// Mark is a named point of the plane, such as an endpoint.
type Mark struct {
	// Name stands beside the point.
	Name string
	// X and Y are its place, inside of the field.
	X, Y float64
}

// Path is a named line through the plane, such as a Bézier curve or the edges of
// a triangle (whose last point is its first).
type Path struct {
	// Name stands in the legend.
	Name string
	// X and Y are the places that straight pieces connect: as many of either, at
	// least two, inside of the field.
	X, Y []float64
}

// place is a point of the grid with its value.
type place struct{ x, y, z float64 }

// least and greatest are the extremes of the points that were evaluated.
func (f Field) least() place    { return f.extreme(func(a, b float64) bool { return a < b }) }
func (f Field) greatest() place { return f.extreme(func(a, b float64) bool { return a > b }) }

func (f Field) extreme(before func(a, b float64) bool) place {
	best := place{z: math.NaN()}
	for i, row := range f.Z {
		for j, z := range row {
			if !math.IsNaN(z) && (math.IsNaN(best.z) || before(z, best.z)) {
				best = place{f.X[j], f.Y[i], z}
			}
		}
	}
	return best
}

// missing is how many points could not be evaluated.
func (f Field) missing() int {
	count := 0
	for _, row := range f.Z {
		for _, z := range row {
			if math.IsNaN(z) {
				count++
			}
		}
	}
	return count
}

// at is the value at any place of the field, bilinear between the grid's points;
// NaN where one that counts is NaN.
func (f Field) at(x, y float64) float64 { return f.mix(cellOf(f.X, x), cellOf(f.Y, y)) }

// cell is a place on an axis: share of the way from point i to the next.
type cell struct {
	i     int
	share float64
}

func cellOf(axis []float64, v float64) cell {
	i := min(max(sort.SearchFloat64s(axis, v)-1, 0), len(axis)-2)
	return cell{i, min(max((v-axis[i])/(axis[i+1]-axis[i]), 0), 1)}
}

func (f Field) mix(x, y cell) float64 {
	row := func(i int) float64 { return lerp(f.Z[i][x.i], f.Z[i][x.i+1], x.share) }
	return lerp(row(y.i), row(y.i+1), y.share)
}

// lerp is a share of the way from a to b. Where it is all of the way, the
// other end does not matter, even if it is NaN.
func lerp(a, b, share float64) float64 {
	switch share {
	case 0:
		return a
	case 1:
		return b
	}
	return a + float64(share*(b-a)) // exactly a where b is a: a plateau stays flat
}

// along returns points of the path so close to each other that nothing of the
// field is missed between them.
func (f Field) along(p Path) []place {
	step := min(f.X[len(f.X)-1]-f.X[0], f.Y[len(f.Y)-1]-f.Y[0]) / 150
	var places []place
	for i := 1; i < len(p.X); i++ {
		n := max(1, int(math.Ceil(math.Hypot(p.X[i]-p.X[i-1], p.Y[i]-p.Y[i-1])/step)))
		for k := range n {
			x, y := lerp(p.X[i-1], p.X[i], float64(k)/float64(n)), lerp(p.Y[i-1], p.Y[i], float64(k)/float64(n))
			places = append(places, place{x, y, f.at(x, y)})
		}
	}
	x, y := p.X[len(p.X)-1], p.Y[len(p.Y)-1]
	return append(places, place{x, y, f.at(x, y)})
}

// words tells what the field shows: axes, extremes, then marks and paths. The
// missing are said to be shown as told.
func (f Field) words(s scale, missing string) string {
	var b strings.Builder
	if f.Title != "" {
		b.WriteString(sentence(f.Title) + " ")
	}
	low, high := f.least(), f.greatest()
	at := func(p place) string {
		return fmt.Sprintf("%s at (%s, %s)", f.told(p), number(p.x), number(p.y))
	}
	fmt.Fprintf(&b, "%d × %d points. Horizontal axis: %s, %s to %s. Vertical axis: %s, %s to %s. Colour: %s, lowest %s, highest %s. Contour lines at %s",
		len(f.X), len(f.Y), f.XLabel, number(f.X[0]), number(f.X[len(f.X)-1]), f.YLabel, number(f.Y[0]), number(f.Y[len(f.Y)-1]),
		f.ZLabel, at(low), at(high), strings.Join(s.labels(), ", "))
	if s.under || s.over {
		b.WriteString("; what is beyond has one colour")
	}
	b.WriteString(".")
	if n := f.missing(); n > 0 {
		fmt.Fprintf(&b, " %d of %d points could not be evaluated and are %s.", n, len(f.X)*len(f.Y), missing)
	}
	for _, m := range f.Marks {
		if z := f.at(m.X, m.Y); math.IsNaN(z) {
			fmt.Fprintf(&b, "\n%s: at (%s, %s), not evaluated.", m.Name, number(m.X), number(m.Y))
		} else {
			fmt.Fprintf(&b, "\n%s: %s.", m.Name, at(place{m.X, m.Y, z}))
		}
	}
	for _, p := range f.Paths {
		fmt.Fprintf(&b, "\n%s (line): %s.", p.Name, f.course(p))
	}
	return b.String()
}

// told is the value at a place: about so much between the grid's points, where nothing was
// measured.
func (f Field) told(p place) string {
	if slices.Contains(f.X, p.x) && slices.Contains(f.Y, p.y) {
		return number(p.z)
	}
	return "about " + number(p.z)
}

// course tells the values along a path.
func (f Field) course(p Path) string {
	places := f.along(p)
	seen := slices.DeleteFunc(slices.Clone(places), func(p place) bool { return math.IsNaN(p.z) })
	if len(seen) == 0 {
		return "nothing of it was evaluated"
	}
	about := "about " // said of the first, and meant of all: a path lies between the grid's points
	value := func(p place) string {
		if math.IsNaN(p.z) {
			return "not evaluated"
		}
		text := about + number(p.z)
		about = ""
		return text
	}
	least, greatest := seen[0], seen[0]
	for _, p := range seen {
		if p.z < least.z {
			least = p
		}
		if p.z > greatest.z {
			greatest = p
		}
	}
	return fmt.Sprintf("%s at its start, %s at its end; lowest %s at (%s, %s), highest %s at (%s, %s)", value(places[0]), value(places[len(places)-1]),
		value(least), number(least.x), number(least.y), value(greatest), number(greatest.x), number(greatest.y))
}
