package plots

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// errorBar draws a mean with a bar from left to right; both at the mean for none.
func errorBar(c *draw.Canvas, l look, left, mean, right, y vg.Length) {
	if left < right {
		c.StrokeLine2(l.line(), left, y, right, y)
		for _, end := range []vg.Length{left, right} {
			c.StrokeLine2(l.line(), end, y-5.5*unit, end, y+5.5*unit)
		}
	}
	c.DrawGlyphNoClip(l.glyph(), vg.Point{X: mean, Y: y})
}

func seedDot(c *draw.Canvas, ink color.NRGBA, at vg.Point) {
	ink.A = 0x88
	dot(c, draw.CircleGlyph{}, ink, 2.2, at)
}

// column is one quantity of a comparison.
type column struct {
	comparison      Comparison
	quantity        int
	mean, deviation []float64 // by method; NaN for one not measured, or run once
	low, high       float64   // of the axis
	reference       float64   // NaN for none
}

func (p Comparison) column(q int) *column {
	c := &column{comparison: p, quantity: q, low: math.Inf(1), high: math.Inf(-1), reference: math.NaN()}
	for _, m := range p.Methods {
		mean, deviation := math.NaN(), math.NaN()
		if values := m.Values[q]; len(values) > 0 {
			mean, deviation, _ = moments(m.Name, values) // fails where there are none
			c.low, c.high = min(c.low, mean-deviation), max(c.high, mean+deviation)
			for _, v := range values {
				c.low, c.high = min(c.low, v), max(c.high, v)
			}
			if len(values) == 1 {
				deviation = math.NaN()
			}
		}
		if m.Name == p.Reference {
			c.reference = mean
		}
		c.mean, c.deviation = append(c.mean, mean), append(c.deviation, deviation)
	}
	c.low, c.high = widen(c.low, c.high, 0.06)
	return c
}

// row is where method i stands, as a share of the height.
func (c *column) row(i int) float64 {
	return 1 - (float64(i)+0.5)/float64(len(c.comparison.Methods))
}

// plot builds the axis, about width units long.
func (c *column) plot(width float64) *plot.Plot {
	label := strings.Join(wrap(c.comparison.Labels[c.quantity], face(labelSize, ink), vg.Length(width)*unit), "\n")
	p := axes("", label, "")
	p.HideY()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = c.low, c.high, 0, 1
	p.X.Tick.Marker = ticks{most: width / 55}
	p.Add(c)
	return p
}

// Plot implements [plot.Plotter].
func (c *column) Plot(canvas draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&canvas)
	if !math.IsNaN(c.reference) {
		at := x(c.reference)
		canvas.StrokeLine2(referenceLooks[0].line(), at, canvas.Min.Y, at, canvas.Max.Y)
	}
	for i, m := range c.comparison.Methods {
		look, y, values := c.comparison.look(m), canvas.Y(c.row(i))+2.5*unit, m.Values[c.quantity]
		if len(values) == 0 {
			continue
		}
		spread := 0.0
		if len(values) > 1 {
			spread = c.deviation[i]
			for _, v := range values {
				seedDot(&canvas, look.color, vg.Point{X: x(v), Y: y - 9*unit})
			}
		}
		errorBar(&canvas, look, x(c.mean[i]-spread), x(c.mean[i]), x(c.mean[i]+spread), y)
	}
	canvas.StrokeLine2(draw.LineStyle{Color: axisInk, Width: unit}, canvas.Min.X, canvas.Min.Y, canvas.Max.X, canvas.Min.Y)
}

// drawRows draws what is behind the axes: lines at the marks and between the
// rows; and the numbers beside them.
func (c *column) drawRows(page, data draw.Canvas, ticker plot.Ticker) {
	thin := draw.LineStyle{Color: gridInk, Width: unit}
	for i := range c.comparison.Methods {
		y := data.Y(1 - float64(i)/float64(len(c.comparison.Methods)))
		page.StrokeLine2(thin, data.Min.X, y, data.Max.X+c.numberWidth(), y)
	}
	for _, m := range ticker.Ticks(c.low, c.high) {
		x := data.X((m.Value - c.low) / (c.high - c.low))
		page.StrokeLine2(thin, x, data.Min.Y, x, data.Max.Y)
	}
	style := face(noteSize, ink)
	style.XAlign, style.YAlign = draw.XRight, draw.YCenter
	for i, words := range c.numbers() {
		page.FillText(style, vg.Point{X: data.Max.X + c.numberWidth(), Y: data.Y(c.row(i)) + 1.5*unit}, words)
	}
}

// numbers writes every row's mean and deviation with as many decimals as can be
// told apart on the axis.
func (c *column) numbers() []string {
	digits := max(0, int(math.Ceil(-math.Log10((c.high-c.low)/99))))
	write := func(v float64) string { return minus(strconv.FormatFloat(v, 'f', digits, 64)) }
	var words []string
	for i := range c.mean {
		switch {
		case math.IsNaN(c.mean[i]):
			words = append(words, "–")
		case math.IsNaN(c.deviation[i]):
			words = append(words, write(c.mean[i]))
		default:
			words = append(words, write(c.mean[i])+" ± "+write(c.deviation[i]))
		}
	}
	return words
}

func (c *column) numberWidth() (width vg.Length) {
	for _, words := range c.numbers() {
		width = max(width, face(noteSize, ink).Width(words))
	}
	return width + 8*unit
}
