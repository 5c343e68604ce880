package plots

import (
	"image/color"

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

// band fills the space between low and high. With edges it has thin ones, where several
// lie on each other.
type band struct {
	x, low, high []float64
	look         look
	edges        bool
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
	if b.edges {
		thin := draw.LineStyle{Color: b.look.color, Width: 0.6 * unit}
		c.StrokeLines(thin, outline[:len(b.x)], outline[len(b.x):])
	}
}

// fillBox fills a rectangle.
func fillBox(c draw.Canvas, ink color.Color, area vg.Rectangle) {
	c.FillPolygon(ink, []vg.Point{area.Min, {X: area.Max.X, Y: area.Min.Y}, area.Max, {X: area.Min.X, Y: area.Max.Y}})
}

// curve draws a line through the points, and markers on all of them where its look has
// one.
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
	if v.look.marker == nil {
		return
	}
	for _, p := range points {
		c.DrawGlyphNoClip(v.look.glyph(), p)
	}
}

// crowded reports whether n points over a width in units are too many for a marker
// each, which would hide the dashes between them. Then none has one: markers on some of
// the points look as if those were all.
func crowded(n int, width float64) bool {
	const apart = 10
	return float64(n-1)*apart > width
}
