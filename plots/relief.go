package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// relief is a surface as the camera sees it: a picture of bands with the depth of
// every sample, by which the nearer part hides the farther one.
type relief struct {
	*bandImage
	near []float32 // −∞ where there is nothing
	area vg.Rectangle
}

// corner is a point of the surface on its way into the picture.
type corner struct {
	x, y, near   float64 // in samples from the upper left, and how near
	value, light float64
}

func newRelief(area vg.Rectangle, width, height int) *relief {
	r := &relief{bandImage: newBandImage(width, height), area: area}
	r.near = slices.Repeat([]float32{float32(math.Inf(-1))}, len(r.band))
	r.light = make([]float32, len(r.band))
	return r
}

// sample turns a point of the page into samples from the upper left.
func (r *relief) sample(p vg.Point) (x, y float64) {
	x = float64((p.X-r.area.Min.X)/(r.area.Max.X-r.area.Min.X)) * float64(r.width*fine)
	y = float64((r.area.Max.Y-p.Y)/(r.area.Max.Y-r.area.Min.Y)) * float64(r.height*fine)
	return x, y
}

// quad sets a four-sided piece of surface, its corners in turn. band gives the
// band of a value.
func (r *relief) quad(q [4]corner, band func(float64) int16) {
	r.triangle(q[0], q[1], q[2], band)
	r.triangle(q[0], q[2], q[3], band)
}

func (r *relief) triangle(a, b, c corner, band func(float64) int16) {
	twice := (b.x-a.x)*(c.y-a.y) - (c.x-a.x)*(b.y-a.y)
	if twice == 0 {
		return
	}
	left, right := r.span(min(a.x, b.x, c.x), max(a.x, b.x, c.x), r.width)
	top, bottom := r.span(min(a.y, b.y, c.y), max(a.y, b.y, c.y), r.height)
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			px, py := float64(x)+0.5, float64(y)+0.5
			// The shares of the corners in this place; outside one is negative.
			u := ((b.x-px)*(c.y-py) - (c.x-px)*(b.y-py)) / twice
			v := ((c.x-px)*(a.y-py) - (a.x-px)*(c.y-py)) / twice
			const edge = -1e-9
			if u < edge || v < edge || u+v > 1-edge {
				continue
			}
			// Written so that three equal values give the same value.
			mix := func(a, b, c float64) float64 { return c + float64(u*(a-c)) + float64(v*(b-c)) }
			i := y*r.width*fine + x
			if near := float32(mix(a.near, b.near, c.near)); near > r.near[i] {
				r.near[i] = near
				r.band[i] = band(mix(a.value, b.value, c.value))
				r.light[i] = float32(mix(a.light, b.light, c.light))
			}
		}
	}
}

// span are the samples from low to high, inside of so many pixels.
func (r *relief) span(low, high float64, pixels int) (first, end int) {
	return max(0, int(math.Floor(low))), min(pixels*fine, int(math.Ceil(high))+1)
}

// hides says whether the surface stands before a point of the page, and all around
// it: what lies on the surface's rim is seen.
func (r *relief) hides(p vg.Point, near float64) bool {
	const around, slack = 2 * unit, 0.02 // what lies on the surface is not hidden by it
	for _, d := range []vg.Point{{}, {X: around}, {X: -around}, {Y: around}, {Y: -around}} {
		x, y := r.sample(p.Add(d))
		column, row := int(math.Floor(x)), int(math.Floor(y))
		if column < 0 || row < 0 || column >= r.width*fine || row >= r.height*fine {
			return false
		}
		if float64(r.near[row*r.width*fine+column]) <= near+slack {
			return false
		}
	}
	return true
}
