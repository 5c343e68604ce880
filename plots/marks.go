package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// outside shades the axes left of low and right of high.
type outside struct{ low, high float64 }

// Plot implements [plot.Plotter].
func (o outside) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for _, side := range [][2]vg.Length{{c.Min.X, x(o.low)}, {x(o.high), c.Max.X}} {
		left, right := max(side[0], c.Min.X), min(side[1], c.Max.X)
		if left < right {
			c.FillPolygon(shadeInk, []vg.Point{{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}})
		}
	}
}

// band fills the space between low and high.
type band struct {
	x, low, high []float64
	look         look
}

// Plot implements [plot.Plotter].
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var outline []vg.Point
	for i := range b.x {
		outline = append(outline, vg.Point{X: x(b.x[i]), Y: y(b.low[i])})
	}
	for i := len(b.x) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x(b.x[i]), Y: y(b.high[i])})
	}
	c.FillPolygon(b.look.fill(), outline)
}

// fillBox fills a rectangle.
func fillBox(c draw.Canvas, ink color.Color, area vg.Rectangle) {
	c.FillPolygon(ink, []vg.Point{area.Min, {X: area.Max.X, Y: area.Min.Y}, area.Max, {X: area.Min.X, Y: area.Max.Y}})
}

// curve draws a line through the points, and markers on them.
type curve struct {
	x, y []float64
	look look
}

// Plot implements [plot.Plotter].
func (v curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	points := make([]vg.Point, len(v.x))
	for i := range points {
		points[i] = vg.Point{X: x(v.x[i]), Y: y(v.y[i])}
	}
	c.StrokeLines(v.look.line(), points)
	step := markerStep(len(points), points[len(points)-1].X-points[0].X)
	for i := 0; i < len(points); i += step {
		c.DrawGlyphNoClip(v.look.glyph(), points[i])
	}
}

// markerStep says which points of n over width get a marker: every first, second,
// third … such that markers do not hide the dashes between them. Where a step
// near the least one has a marker on the middle point or at least on the last,
// it is taken.
func markerStep(n int, width vg.Length) int {
	const apart = 12 * unit
	least := max(1, int(math.Ceil(float64(apart*vg.Length(n-1)/max(width, unit)))))
	for _, parts := range []int{2, 1} {
		for step := least; step <= 2*least; step++ {
			if (n-1)%(parts*step) == 0 {
				return step
			}
		}
	}
	return least
}
