package plots

import (
	"image/color"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// unit is the length that a figure is laid out in: pageWidth of them side by
// side. At zoom 1 it is one CSS pixel.
const (
	unit      = vg.Inch / 96
	pageWidth = 640
	margin    = 14
)

// Text sizes in units.
const (
	titleSize = 16
	panelSize = 14
	labelSize = 13
	tickSize  = 12
	noteSize  = 11.5
)

var (
	ink      = color.NRGBA{0x1a, 0x1a, 0x1a, 0xff}
	softInk  = color.NRGBA{0x55, 0x55, 0x55, 0xff}
	axisInk  = color.NRGBA{0x80, 0x80, 0x80, 0xff}
	gridInk  = color.NRGBA{0xe6, 0xe6, 0xe6, 0xff}
	shadeInk = color.NRGBA{0xf3, 0xf3, 0xf3, 0xff}
)

// The palette of Okabe and Ito, less its yellow, which is too light on white.
var (
	blue       = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	vermillion = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}
	green      = color.NRGBA{0x00, 0x9e, 0x73, 0xff}
	purple     = color.NRGBA{0xcc, 0x79, 0xa7, 0xff}
	orange     = color.NRGBA{0xe6, 0x9f, 0x00, 0xff}
	sky        = color.NRGBA{0x56, 0xb4, 0xe9, 0xff}
	black      = color.NRGBA{0x33, 0x33, 0x33, 0xff}
	grey       = color.NRGBA{0x8a, 0x8a, 0x8a, 0xff}
)

// brown is in the yellow's place: as far from the others as they are from each
// other, to colour-blind readers too.
var brown = color.NRGBA{0x7a, 0x4a, 0x10, 0xff}

// look is how one name is drawn: colour, dashes (lengths in units), marker (nil
// for none) and line width in units.
type look struct {
	color  color.NRGBA
	dashes []vg.Length
	marker draw.GlyphDrawer
	width  vg.Length
}

// seriesLooks and referenceLooks are given out in order of appearance. Up to
// three series and five references share no colour; beyond that dashes and
// markers still tell them apart.
var seriesLooks = []look{
	{blue, nil, draw.CircleGlyph{}, 2},
	{vermillion, []vg.Length{7, 3}, draw.BoxGlyph{}, 2},
	{green, []vg.Length{7, 2.5, 1.5, 2.5}, draw.PyramidGlyph{}, 2},
	{purple, []vg.Length{2, 2}, hollow{draw.CircleGlyph{}}, 2},
	{orange, []vg.Length{10, 2.5}, hollow{draw.BoxGlyph{}}, 2},
	{sky, []vg.Length{5, 2, 1.5, 2, 1.5, 2}, hollow{draw.PyramidGlyph{}}, 2},
	{black, []vg.Length{14, 2, 2, 2}, diamond{}, 2},
	{brown, []vg.Length{4, 1.5}, hollow{diamond{}}, 2},
}

var referenceLooks = []look{
	{black, []vg.Length{5, 3}, nil, 1.6},
	{purple, []vg.Length{2, 2.5}, nil, 1.6},
	{orange, []vg.Length{9, 3}, nil, 1.6},
	{sky, []vg.Length{8, 2.5, 2, 2.5}, nil, 1.6},
	{grey, []vg.Length{3.5, 1.5}, nil, 1.6},
	{green, []vg.Length{1.5, 4}, nil, 1.6},
}

// line returns the look's line, and glyph its marker, for gonum/plot.
func (l look) line() draw.LineStyle {
	dashes := make([]vg.Length, len(l.dashes))
	for i, d := range l.dashes {
		dashes[i] = d * unit
	}
	return draw.LineStyle{Color: l.color, Width: l.width * unit, Dashes: dashes}
}

func (l look) glyph() draw.GlyphStyle {
	return draw.GlyphStyle{Color: l.color, Radius: 3.2 * unit, Shape: l.marker}
}

// lone is the marker of a single point: larger than those on lines, among which it would
// not be found, with a white rim.
type lone struct{ shape draw.GlyphDrawer }

// DrawGlyph implements [draw.GlyphDrawer].
func (l lone) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	c.SetColor(color.White)
	rim := style
	rim.Radius *= 2.2
	l.shape.DrawGlyph(c, rim, at)
	c.SetColor(style.Color)
	style.Radius *= 1.6
	l.shape.DrawGlyph(c, style, at)
}

// hollow is a marker with a white middle.
type hollow struct{ outline draw.GlyphDrawer }

// DrawGlyph implements [draw.GlyphDrawer].
func (h hollow) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	h.outline.DrawGlyph(c, style, at)
	c.SetColor(color.White)
	style.Radius *= 0.55
	h.outline.DrawGlyph(c, style, at)
}

// diamond is a square on its corner.
type diamond struct{}

// DrawGlyph implements [draw.GlyphDrawer].
func (diamond) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	r := style.Radius * 1.25 // looks as large as the other markers
	var p vg.Path
	p.Move(vg.Point{X: at.X - r, Y: at.Y})
	p.Line(vg.Point{X: at.X, Y: at.Y + r})
	p.Line(vg.Point{X: at.X + r, Y: at.Y})
	p.Line(vg.Point{X: at.X, Y: at.Y - r})
	p.Close()
	c.Fill(p)
}

// fill is the colour of the look's band: light enough for bands to overlap.
func (l look) fill() color.NRGBA {
	c := l.color
	c.A = 0x30
	return c
}

// face returns a text style of the one typeface, size in units.
func face(size float64, ink color.Color) text.Style {
	return text.Style{
		Color:   ink,
		Font:    plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: plotfont.Length(size) * unit},
		Handler: typesetter{plot.DefaultTextHandler},
	}
}

func bold(size float64, ink color.Color) text.Style {
	s := face(size, ink)
	s.Font.Weight = font.WeightBold
	return s
}

// axes returns an empty plot in the project's style, less its frame.
func axes(title, xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil // the page is white already
	p.Title.Text = title
	p.Title.TextStyle = bold(panelSize, ink)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = draw.XCenter, draw.YTop
	p.Title.Padding = 7 * unit
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		label := face(labelSize, ink)
		label.XAlign, label.YAlign = draw.XCenter, draw.YBottom
		a.Label.TextStyle = label
		a.Label.Padding = 3 * unit
		tick := face(tickSize, ink)
		tick.XAlign, tick.YAlign = a.Tick.Label.XAlign, a.Tick.Label.YAlign
		a.Tick.Label = tick
		a.LineStyle.Width = 0 // frame draws both, joined at the corner
		a.Tick.LineStyle = draw.LineStyle{Color: axisInk, Width: unit}
		a.Tick.Length = 4 * unit
		a.Padding = 0
	}
	return p
}

// frame draws the two axis lines, after what is filled.
type frame struct{}

// Plot implements [plot.Plotter].
func (frame) Plot(c draw.Canvas, _ *plot.Plot) {
	c.StrokeLines(draw.LineStyle{Color: axisInk, Width: unit},
		[]vg.Point{{X: c.Min.X, Y: c.Max.Y}, c.Min, {X: c.Max.X, Y: c.Min.Y}})
}
