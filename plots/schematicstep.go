package plots

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The scene of a step: a line that does not lie in the valley yet, the place on it that
// the batch drew, and what a step of standard training there would be.
const (
	firstU, firstV   = -1.45, 0.75 // endpoint 1
	secondU, secondV = 1.3, -0.75  // endpoint 2
	stepAlpha        = 0.75
	stepU, stepV     = -0.2, 0.82
)

// The line on the map, before the step and after it.
var (
	lineBefore = look{color: black, dashes: []vg.Length{5, 4}, width: 2.2}
	lineAfter  = look{color: orange, width: 3.4}
)

// stepShare is the part of a step at alpha that the point at d of the line moves by.
func stepShare(alpha, d float64) float64 { return (1-alpha)*(1-d) + alpha*d }

// SchematicStep draws what a training step on a line does: the gradient at the point that
// was drawn goes to both endpoints, to each as much as it has part in the point, and
// moves the whole line by it. The landscape is a formula over two weights.
func SchematicStep() (*Figure, error) {
	side := Lines{Title: "What arrives where", XLabel: "α of a point of the line", YLabel: "share of the step"}
	for _, s := range []struct {
		name  string
		alpha float64
		style int
	}{{"step at α = 0.75", stepAlpha, 2}, {"at the midpoint", 0.5, 1}} {
		series := Series{Name: s.name, Style: s.style}
		for i := range 11 {
			d := float64(i) / 10
			series.X, series.Y = append(series.X, d), append(series.Y, stepShare(s.alpha, d))
		}
		side.Series = append(side.Series, series)
	}
	side.cover = &extent{xHigh: 1, yHigh: 1}
	return sceneFigure{
		name: "schematic-step", title: "Schematic: a step at one point moves the whole line",
		loss: toyLoss, draw: drawStep, side: side,
		onMap: []entry{{name: "line before the step", look: lineBefore}, {name: "line after it", look: lineAfter}},
		note: "A formula of two weights, drawn to show the idea: not a measurement. The batch drew α = 0.75. With the gradient g there, " +
			"endpoint 1 moves by −(1−α)·g and endpoint 2 by −α·g, times the learning rate; the point itself by (1−α)² + α² = 0.625 of a step of standard training.",
		alt: "Schematic, drawn from a formula of two weights and not measured.\n" +
			"Left: a map of a loss landscape with a straight line, dashed, across the slopes of a wide valley. A batch has drawn the point at α = 0.75. " +
			"A long arrow there, towards the valley, is the step that standard training would take. The same direction is sent to both ends: " +
			"endpoint 1 moves by a quarter of it, endpoint 2 by three quarters. The line after the step, solid, lies nearer to the valley, above all at endpoint 2.\n" +
			"Right: the share of the step that each point of the line moves by. For the step at α = 0.75 it rises from 0.25 at α = 0 to 0.75 at α = 1, " +
			"and is 0.625 at the point drawn. For a step at the midpoint it is one half everywhere.",
	}.figure()
}

// drawStep draws the line before and after a step.
func drawStep(c draw.Canvas, at func(u, v float64) vg.Point) {
	first, second := at(firstU, firstV), at(secondU, secondV)
	moved := func(u, v, share float64) vg.Point { return at(u+share*stepU, v+share*stepV) }
	firstAfter, secondAfter := moved(firstU, firstV, 1-stepAlpha), moved(secondU, secondV, stepAlpha)
	c.StrokeLines(lineBefore.line(), []vg.Point{first, second})
	way(&c, lineAfter.color, firstAfter, secondAfter)
	pointU, pointV := (1-stepAlpha)*firstU+stepAlpha*secondU, (1-stepAlpha)*firstV+stepAlpha*secondV
	point := at(pointU, pointV)
	tip := moved(pointU, pointV, 1)
	arrow(&c, point, tip, 0)
	arrow(&c, first, firstAfter, 8*unit)
	arrow(&c, second, secondAfter, 8*unit)
	for _, p := range []vg.Point{first, second} {
		dot(&c, hollow{draw.CircleGlyph{}}, ink, 5, p)
	}
	disc(&c, draw.CircleGlyph{}, blue, firstAfter)
	disc(&c, draw.CircleGlyph{}, blue, secondAfter)
	disc(&c, draw.CircleGlyph{}, vermillion, point)
	const off = 13 * unit
	tag(&c, "endpoint 1: 0.25 of it", vg.Point{X: firstAfter.X - 20*unit, Y: firstAfter.Y + off}, draw.XLeft, draw.YBottom)
	tag(&c, "endpoint 2: 0.75 of it", vg.Point{X: second.X + 10*unit, Y: second.Y - off}, draw.XCenter, draw.YTop)
	tag(&c, "drawn, α = 0.75", vg.Point{X: point.X - off, Y: point.Y - 4*unit}, draw.XRight, draw.YTop)
	tag(&c, "a step of standard training", vg.Point{X: tip.X - 24*unit, Y: tip.Y + 22*unit}, draw.XLeft, draw.YBottom)
}

// arrow draws an arrow with a light rim that ends so far before a place.
func arrow(c *draw.Canvas, from, to vg.Point, before vg.Length) {
	dx, dy := float64(to.X-from.X), float64(to.Y-from.Y)
	length := math.Hypot(dx, dy)
	along := vg.Point{X: vg.Length(dx / length), Y: vg.Length(dy / length)}
	across := vg.Point{X: -along.Y, Y: along.X}
	const head = 9 * unit
	to = vg.Point{X: to.X - before*along.X, Y: to.Y - before*along.Y}
	neck := vg.Point{X: to.X - head*along.X, Y: to.Y - head*along.Y}
	for _, l := range []draw.LineStyle{{Color: plateInk, Width: 4.5 * unit}, {Color: ink, Width: 2 * unit}} {
		c.StrokeLine2(l, from.X, from.Y, neck.X, neck.Y)
	}
	side := func(by vg.Length) vg.Point {
		return vg.Point{X: neck.X + by*across.X, Y: neck.Y + by*across.Y}
	}
	c.FillPolygon(ink, []vg.Point{to, side(head * 0.45), side(-head * 0.45)})
}
