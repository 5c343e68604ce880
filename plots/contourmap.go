package plots

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// contourMap is one panel: the field in its axes.
type contourMap struct {
	field Field
	scale scale
	looks map[string]look
	x, y  axis
	// Size of the map and the room that the last mark's words take on its right,
	// in units.
	width, height, right float64
}

// measure builds the axes for a panel of about width.
func (m *contourMap) measure(width float64) {
	f := m.field
	m.x = axis{low: f.X[0], high: f.X[len(f.X)-1]}
	m.y = axis{low: f.Y[0], high: f.Y[len(f.Y)-1]}
	m.fit(width-60, 400)
	m.x.marks = ticks{most: m.width / 60}.Ticks(m.x.low, m.x.high)
	m.y.marks = ticks{most: m.height / 45}.Ticks(m.y.low, m.y.high)
	m.x.label = strings.Join(wrap(f.XLabel, face(labelSize, ink), vg.Length(m.width)*unit), "\n")
	m.y.label = strings.Join(wrap(f.YLabel, face(labelSize, ink), vg.Length(max(m.height, 80))*unit), "\n")
	m.right = max(float64(m.x.words().X/unit)/2, 10)
}

// fit makes the map as large as fits, both directions to the same measure.
func (m *contourMap) fit(width, height float64) {
	wide, tall := m.x.high-m.x.low, m.y.high-m.y.low
	perUnit := max(wide/width, tall/height)
	m.width, m.height = wide/perUnit, tall/perUnit
}

// draw draws the panel so that its map fills area.
func (m contourMap) draw(c draw.Canvas, area vg.Rectangle) {
	c.Rectangle = area
	m.paint(c)
	drawAxes(c, area, m.x, m.y)
	c.StrokeLines(draw.LineStyle{Color: axisInk, Width: unit},
		[]vg.Point{c.Min, {X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y}, c.Min})
	at := func(x, y float64) vg.Point {
		return vg.Point{X: m.x.at(x, area.Min.X, area.Max.X), Y: m.y.at(y, area.Min.Y, area.Max.Y)}
	}
	var dots []vg.Point
	for _, path := range m.field.Paths {
		var points []vg.Point
		for i := range path.X {
			points = append(points, at(path.X[i], path.Y[i]))
		}
		strokeOnWhite(c, m.looks[path.Name], points)
		dots = append(dots, trace(points)...)
	}
	var spots []spot
	for _, mark := range m.field.Marks {
		spots = append(spots, spot{name: mark.Name, at: at(mark.X, mark.Y)})
	}
	drawSpots(c, spots, dots, nil)
}

// paint fills the canvas with the field's bands.
func (m contourMap) paint(c draw.Canvas) {
	picture, box, done := pixels(c, c.Rectangle)
	defer done()
	s := newBandImage(box.Dx(), box.Dy())
	columns, rows := s.width*fine, s.height*fine
	across := make([]cell, columns)
	for i := range across {
		across[i] = cellOf(m.field.X, lerp(m.x.low, m.x.high, (float64(i)+0.5)/float64(columns)))
	}
	for j := range rows {
		down := cellOf(m.field.Y, lerp(m.y.high, m.y.low, (float64(j)+0.5)/float64(rows)))
		for i := range across {
			s.band[j*columns+i] = m.scale.sample(m.field.mix(across[i], down))
		}
	}
	s.paint(picture, box.Min.X, box.Min.Y, m.scale)
}

// strokeOnWhite draws a path on a wider white line.
func strokeOnWhite(c draw.Canvas, l look, points []vg.Point) {
	c.StrokeLines(draw.LineStyle{Color: color.White, Width: (l.width + 2.4) * unit}, points)
	c.StrokeLines(l.line(), points)
}

// trace returns dots along a line, close enough that no plate slips between two.
func trace(points []vg.Point) []vg.Point {
	var dots []vg.Point
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		n := max(1, int(max(b.X-a.X, a.X-b.X, b.Y-a.Y, a.Y-b.Y)/(6*unit)))
		for k := range n {
			dots = append(dots, between(a, b, vg.Length(k)/vg.Length(n)))
		}
	}
	return dots
}
