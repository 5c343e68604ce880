package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The scene of the barrier: two networks at (±apartU, apartV), and a valley that leads
// from one to the other along the parabola through (0, valleyTop). The Bézier curve with
// its bend at (0, bendV) is that parabola.
const (
	apartU, apartV = 1.4, -0.6
	valleyTop      = 0.45
	bendV          = 2*valleyTop - apartV
)

// barrierLoss is the landscape that [SchematicBarrier] shows.
func barrierLoss(u, v float64) float64 {
	fall := 2 * (valleyTop - apartV) * u / (apartU * apartU) // of the valley's floor, at u
	across := (v - valleyTop + fall*u/2) / math.Sqrt(1+fall*fall)
	high := 1 - math.Exp(-math.Pow(across/0.4, 2)-math.Pow(u/1.85, 8))
	floor := 0.07 * math.Exp(-math.Pow(u/0.8, 2))
	hills := 0.1 * high * math.Sin(2.1*u+0.5) * math.Sin(2.4*v-0.9)
	return 0.02 + floor + 0.86*high + hills
}

// betweenStraight and betweenCurved are the ways from the one network to the other.
func betweenStraight(alpha float64) (u, v float64) { return (2*alpha - 1) * apartU, apartV }

func betweenCurved(alpha float64) (u, v float64) {
	middle := 2 * alpha * (1 - alpha) // the bend's coefficient
	return (2*alpha - 1) * apartU, (1-middle)*apartV + middle*bendV
}

// SchematicBarrier draws two networks that were trained apart: the barrier on the straight
// way between them, and a curve that goes around it. The landscape is a formula over two
// weights.
func SchematicBarrier() (*Figure, error) {
	side := Lines{Title: "Loss on the way", XLabel: "α", YLabel: "loss (of the formula)"}
	for _, w := range []struct {
		name string
		at   func(float64) (u, v float64)
		look look
	}{
		{"straight", betweenStraight, look{color: vermillion, dashes: []vg.Length{7, 3}, width: 3}},
		{"curve", betweenCurved, look{color: green, width: 3}},
	} {
		s := Series{Name: w.name, look: &w.look}
		for i := range 101 {
			alpha := float64(i) / 100
			s.X, s.Y = append(s.X, alpha), append(s.Y, barrierLoss(w.at(alpha)))
		}
		side.Series = append(side.Series, s)
	}
	side.cover = &extent{xHigh: 1, yHigh: 1}
	return sceneFigure{
		name: "schematic-barrier", title: "Schematic: two networks trained apart, and a barrier between them",
		loss: barrierLoss, draw: drawBarrier, side: side, onSide: networks{},
		note: "A formula of two weights, drawn to show the idea: not a measurement. Dark is low loss. Both networks are good; " +
			"their mean, halfway on the straight line, is not. The curve is a Bézier curve; its bend draws it, and is no point of it.",
		alt: "Schematic, drawn from a formula of two weights and not measured.\n" +
			"Left: a map of a loss landscape. Two networks lie at the two ends of a valley shaped like an arch. The straight line between them crosses high ground; " +
			"a curve between them follows the valley. Above the arch lies the curve's bend, which the curve does not reach.\n" +
			"Right: the loss on both ways. It is low at both networks. On the straight way it rises between them to many times that, the barrier; on the curve it stays low.",
	}.figure()
}

// networks marks the two networks on the profile as on the map.
type networks struct{}

// Plot implements [plot.Plotter].
func (networks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, alpha := range []float64{0, 1} {
		disc(&c, draw.CircleGlyph{}, blue, vg.Point{X: x(alpha), Y: y(barrierLoss(betweenStraight(alpha)))})
	}
}

// drawBarrier draws both ways on the map.
func drawBarrier(c draw.Canvas, at func(u, v float64) vg.Point) {
	var curve []vg.Point
	for i := range 61 {
		curve = append(curve, at(betweenCurved(float64(i)/60)))
	}
	first, last, bend := curve[0], curve[60], at(0, bendV)
	way(&c, green, curve...)
	c.StrokeLine2(draw.LineStyle{Color: color.White, Width: 6 * unit}, first.X, first.Y, last.X, last.Y)
	c.StrokeLine2(draw.LineStyle{Color: vermillion, Width: 3.4 * unit, Dashes: []vg.Length{7 * unit, 4 * unit}}, first.X, first.Y, last.X, last.Y)
	disc(&c, draw.CircleGlyph{}, blue, first)
	disc(&c, draw.CircleGlyph{}, blue, last)
	disc(&c, hollow{draw.CircleGlyph{}}, green, bend)
	const off = 13 * unit
	tag(&c, "network 1", vg.Point{X: first.X, Y: first.Y - off}, draw.XCenter, draw.YTop)
	tag(&c, "network 2", vg.Point{X: last.X, Y: last.Y - off}, draw.XCenter, draw.YTop)
	tag(&c, "bend", vg.Point{X: bend.X + off, Y: bend.Y}, draw.XLeft, draw.YCenter)
	middle := at(betweenStraight(0.5))
	tag(&c, "barrier", vg.Point{X: middle.X, Y: middle.Y - off}, draw.XCenter, draw.YTop)
}
