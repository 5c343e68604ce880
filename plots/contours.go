package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Contours is a figure of fields seen from above, side by side: a map whose
// colours and contour lines tell the height, such as the test accuracy on the
// plane through three endpoints (Wortsman et al. 2021, figure 2), or the loss on
// one through two networks and a curve between them (Garipov et al., "Loss
// Surfaces, Mode Connectivity, and Fast Ensembling of DNNs", 2018).
//
//	plots.Contours{
//		Title: "Around a triangle of networks",
//		Fields: []plots.Field{{
//			XLabel: "distance from endpoint 1", YLabel: "distance",
//			ZLabel: "test accuracy (%)",
//			X:      x, Y: y, Z: accuracy, // accuracy[i][j] at y[i], x[j]
//			Marks: []plots.Mark{{Name: "endpoint 1"}, {Name: "centre", X: 14.2, Y: 8.3}},
//		}},
//		Note: "xla:cpu, 2 cores · CIFAR-10 · cResNet20 · 1 seed",
//	}.Draw()
//
// Values are bilinear between the grid's points. Points that could not be
// evaluated are hatched in grey, with the cells around them.
type Contours struct {
	// Title says what is to be seen. Required.
	Title string
	// Fields are the panels: one to three. Those with the same ZLabel have the
	// same colours, unless their Levels, Low or High differ.
	Fields []Field
	// Note, Alt and Name are as in Lines. Note is required.
	Note, Alt, Name string
}

// Draw draws the figure. It fails, naming the field and what is wrong with it,
// when the shapes of X, Y and Z differ, an axis does not ascend, a number is
// infinite or all of Z is NaN, or a mark or path leaves the field.
func (p Contours) Draw() (*Figure, error) {
	if err := cmp.Or(checkTitle(p.Title), checkFields(p.Fields, 3), checkNote(p.Note)); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", p.Title, err)
	}
	heads, looks := headings(p.Fields), pathLooksOf(p.Fields)
	layout := newContourLayout(p.Fields, heads, looks)
	return page{
		title:  p.Title,
		legend: fieldLegend(p.Fields, looks),
		height: layout.height(),
		draw:   layout.draw,
		note:   p.Note,
		zoom:   fieldZoom(len(p.Fields)),
	}.figure(fileName(p.Name, p.Title), orElse(p.Alt, fieldsAlt("contour map", p.Title, p.Note, p.Fields, heads, "hatched in grey")))
}

// fieldZoom shows several panels larger, as Panels does.
func fieldZoom(panels int) float64 {
	if panels > 1 {
		return 1.25
	}
	return 1
}

// fieldsAlt is the text alternative of a figure of fields.
func fieldsAlt(kind, title, note string, fields []Field, heads []heading, missing string) string {
	alt := []string{fmt.Sprintf("%s. %s.", strings.ToUpper(kind[:1])+kind[1:], strings.TrimSuffix(title, "."))}
	if len(fields) > 1 {
		alt[0] = fmt.Sprintf("%d %ss. %s.", len(fields), kind, strings.TrimSuffix(title, "."))
	}
	for i, f := range fields {
		words := f.words(heads[i].scale, missing)
		if len(fields) > 1 {
			words = fmt.Sprintf("Panel %d: %s", i+1, words)
		}
		alt = append(alt, words)
	}
	return strings.Join(append(alt, "Note: "+note), "\n")
}

// pathLooks are given out in order of appearance. All are drawn on a white line,
// which sets them off from any colour of the map.
var pathLooks = []look{
	{vermillion, nil, nil, 2.4},
	{black, []vg.Length{6, 2.5}, nil, 2.2},
	{blue, []vg.Length{2, 2}, nil, 2.4},
	{purple, []vg.Length{8, 2, 2, 2}, nil, 2.4},
}

func pathLooksOf(fields []Field) map[string]look {
	looks := map[string]look{}
	for _, f := range fields {
		for _, p := range f.Paths {
			if _, ok := looks[p.Name]; !ok {
				looks[p.Name] = pathLooks[len(looks)]
			}
		}
	}
	return looks
}

// fieldLegend lists the paths, and what grey means where there is some.
func fieldLegend(fields []Field, looks map[string]look) []entry {
	var entries []entry
	listed, missing := map[string]bool{}, 0
	for _, f := range fields {
		missing += f.missing()
		for _, p := range f.Paths {
			if !listed[p.Name] {
				listed[p.Name] = true
				entries = append(entries, entry{name: p.Name, look: looks[p.Name]})
			}
		}
	}
	if missing > 0 {
		entries = append(entries, entry{name: "not evaluated", swatch: hatchSwatch})
	}
	return entries
}

// hatchSwatch fills area with the pattern of what could not be evaluated.
func hatchSwatch(c draw.Canvas, area vg.Rectangle) {
	picture, left, bottom := raster(c, area.Min)
	_, right, top := raster(c, area.Max)
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			picture.SetRGBA(x, y, hatchInk(x, y))
		}
	}
}

// contourLayout is where the panels of a figure stand, in units.
type contourLayout struct {
	maps  []contourMap
	heads []heading
	width float64 // of a panel with its axis labels
	head  float64 // height of the headings
	// Room for axis labels around every map.
	left, right, below float64
}

// panelGap is the space between two panels.
const panelGap = 18

func newContourLayout(fields []Field, heads []heading, looks map[string]look) contourLayout {
	n := float64(len(fields))
	l := contourLayout{heads: heads, width: (pageWidth-2*margin+panelGap)/n - panelGap}
	for i, f := range fields {
		m := contourMap{field: f, scale: heads[i].scale, looks: looks}
		m.measure(l.width)
		l.maps = append(l.maps, m)
		l.left, l.right, l.below = max(l.left, m.left), max(l.right, m.right), max(l.below, m.below)
	}
	for i := range l.maps {
		l.maps[i].fit(l.width-l.left-l.right, 400-60*(n-1))
		l.head = max(l.head, heads[i].height(l.maps[i].width))
	}
	return l
}

// height is that of the whole row of panels.
func (l contourLayout) height() float64 {
	tallest := 0.0
	for _, m := range l.maps {
		tallest = max(tallest, m.height)
	}
	return l.head + tallest + l.below
}

func (l contourLayout) draw(c draw.Canvas) {
	for i, m := range l.maps {
		room := l.width - l.left - l.right - m.width // to be shared by both sides
		left := c.Min.X + vg.Length(float64(i)*(l.width+panelGap)+l.left+room/2)*unit
		top := c.Max.Y - vg.Length(l.head)*unit
		area := vg.Rectangle{Min: vg.Point{X: left, Y: top - vg.Length(m.height)*unit}, Max: vg.Point{X: left + vg.Length(m.width)*unit, Y: top}}
		m.draw(c, area)
		l.heads[i].draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: area.Min.X, Y: area.Max.Y}, Max: vg.Point{X: area.Max.X, Y: c.Max.Y}}})
	}
}

// contourMap is one panel: the field in its axes.
type contourMap struct {
	field Field
	scale scale
	looks map[string]look
	plot  *plot.Plot
	// Room for axis labels and size of the map, in units.
	left, right, below, width, height float64
}

// measure builds the axes for a panel of about width and finds out how much room
// their labels take.
func (m *contourMap) measure(width float64) {
	f := m.field
	m.plot = axes("", f.XLabel, f.YLabel)
	m.plot.X.Min, m.plot.X.Max = f.X[0], f.X[len(f.X)-1]
	m.plot.Y.Min, m.plot.Y.Max = f.Y[0], f.Y[len(f.Y)-1]
	m.fit(width-60, 400)
	m.plot.X.Label.Text = strings.Join(wrap(f.XLabel, face(labelSize, ink), vg.Length(m.width)*unit), "\n")
	m.plot.Y.Label.Text = strings.Join(wrap(f.YLabel, face(labelSize, ink), vg.Length(m.height)*unit), "\n")
	m.plot.X.Tick.Marker = ticks{most: m.width / 60}
	m.plot.Y.Tick.Marker = ticks{most: m.height / 45}
	m.plot.Add(*m)
	whole := draw.NewCanvas(nil, vg.Length(width)*unit, vg.Length(width)*unit) // measured, not drawn on
	data := m.plot.DataCanvas(whole)
	m.left, m.below = float64(data.Min.X/unit), float64(data.Min.Y/unit)
	m.right = max(float64((whole.Max.X-data.Max.X)/unit), 10)
}

// fit makes the map as large as fits, both directions to the same measure.
func (m *contourMap) fit(width, height float64) {
	wide, tall := m.plot.X.Max-m.plot.X.Min, m.plot.Y.Max-m.plot.Y.Min
	perUnit := max(wide/width, tall/height)
	m.width, m.height = wide/perUnit, tall/perUnit
}

// draw draws the panel so that its map fills area.
func (m contourMap) draw(c draw.Canvas, area vg.Rectangle) {
	// How much room the plot leaves around its data changes with its size, as a
	// label may be longer than the axis: come close in steps.
	whole := draw.Canvas{Canvas: c.Canvas, Rectangle: area}
	for range 8 {
		data := m.plot.DataCanvas(whole)
		whole.Min.X -= data.Min.X - area.Min.X
		whole.Min.Y -= data.Min.Y - area.Min.Y
		whole.Max.X += area.Max.X - data.Max.X
		whole.Max.Y += area.Max.Y - data.Max.Y
	}
	m.plot.Draw(whole)
}

// Plot implements [plot.Plotter].
func (m contourMap) Plot(c draw.Canvas, p *plot.Plot) {
	m.paint(c)
	c.StrokeLines(draw.LineStyle{Color: axisInk, Width: unit},
		[]vg.Point{c.Min, {X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y}, c.Min})
	x, y := p.Transforms(&c)
	var dots []vg.Point
	for _, path := range m.field.Paths {
		var points []vg.Point
		for i := range path.X {
			points = append(points, vg.Point{X: x(path.X[i]), Y: y(path.Y[i])})
		}
		strokeOnWhite(c, m.looks[path.Name], points)
		dots = append(dots, trace(points)...)
	}
	var spots []spot
	for _, mark := range m.field.Marks {
		spots = append(spots, spot{name: mark.Name, at: vg.Point{X: x(mark.X), Y: y(mark.Y)}})
	}
	drawSpots(c, spots, dots, nil)
}

// paint fills the canvas with the field's bands.
func (m contourMap) paint(c draw.Canvas) {
	picture, left, bottom := raster(c, c.Min)
	_, right, top := raster(c, c.Max)
	s := newBandImage(right-left, bottom-top)
	columns, rows := s.width*fine, s.height*fine
	across := make([]cell, columns)
	for i := range across {
		across[i] = cellOf(m.field.X, lerp(m.plot.X.Min, m.plot.X.Max, (float64(i)+0.5)/float64(columns)))
	}
	for j := range rows {
		down := cellOf(m.field.Y, lerp(m.plot.Y.Max, m.plot.Y.Min, (float64(j)+0.5)/float64(rows)))
		for i := range across {
			s.band[j*columns+i] = m.scale.sample(m.field.mix(across[i], down))
		}
	}
	s.paint(picture, left, top, m.scale)
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
			share := vg.Length(k) / vg.Length(n)
			dots = append(dots, vg.Point{X: a.X + share*(b.X-a.X), Y: a.Y + share*(b.Y-a.Y)})
		}
	}
	return dots
}
