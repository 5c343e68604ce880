package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// heading is what stands above a panel of a field: its title, the quantity and
// the bar of its colours.
type heading struct {
	title, label string
	scale        scale
}

// Heights of the parts of a heading, in units.
const (
	headTitle = 22
	headLabel = 17
	headBar   = 10
	headTicks = 18
)

func headings(fields []Field) []heading {
	h := make([]heading, len(fields))
	for i, s := range scales(fields) {
		h[i] = heading{fields[i].Title, fields[i].ZLabel, s}
	}
	return h
}

// lines breaks title and label to the width, in units.
func (h heading) lines(width float64) (title, label []string) {
	if h.title != "" {
		title = wrap(h.title, bold(panelSize, ink), vg.Length(width)*unit)
	}
	return title, wrap(h.label, face(labelSize, ink), vg.Length(width)*unit)
}

// height is how high the heading is at a width, both in units.
func (h heading) height(width float64) float64 {
	title, label := h.lines(width)
	return headTitle*float64(len(title)) + headLabel*float64(len(label)) + headBar + headTicks + 4
}

// draw draws the heading so that it ends at the lower edge of the canvas.
func (h heading) draw(c draw.Canvas) {
	width := float64(c.Size().X / unit)
	titles, labels := h.lines(width)
	y := c.Min.Y + vg.Length(h.height(width))*unit
	write := func(style draw.TextStyle, lines []string, size float64, step float64) {
		style.XAlign = draw.XCenter
		for _, line := range lines {
			c.FillText(style, vg.Point{X: c.Center().X, Y: y - vg.Length(size)*unit}, line)
			y -= vg.Length(step) * unit
		}
	}
	write(bold(panelSize, ink), titles, panelSize, headTitle)
	write(face(labelSize, ink), labels, labelSize-1, headLabel)
	h.scale.bar(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: y - headBar*unit}, Max: vg.Point{X: c.Max.X, Y: y}}})
}

// bar fills the canvas with the bands, the open ones pointed, and writes the
// levels below.
func (s scale) bar(c draw.Canvas) {
	n := s.bands()
	edge := func(i int) vg.Length { return c.X(float64(i) / float64(n)) }
	middle := (c.Min.Y + c.Max.Y) / 2
	box := func(left, right vg.Length) []vg.Point {
		return []vg.Point{{X: left, Y: c.Min.Y}, {X: left, Y: c.Max.Y}, {X: right, Y: c.Max.Y}, {X: right, Y: c.Min.Y}}
	}
	point := func(flat, tip vg.Length) []vg.Point {
		return []vg.Point{{X: flat, Y: c.Min.Y}, {X: flat, Y: c.Max.Y}, {X: tip, Y: middle}}
	}
	for i := range n {
		shape := box(edge(i), edge(i+1))
		switch {
		case i == 0 && s.under:
			shape = point(edge(1), edge(0))
		case i == n-1 && s.over:
			shape = point(edge(n-1), edge(n))
		}
		c.FillPolygon(s.ink(i), shape)
		rim := draw.LineStyle{Color: color.NRGBA{0, 0, 0, 0x50}, Width: 0.6 * unit}
		c.StrokeLines(rim, append(shape, shape[0]))
	}
	style := face(tickSize, ink)
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	for _, t := range s.barTicks(float64((c.Max.X - c.Min.X) / unit)) {
		x := c.Min.X + vg.Length(t.at)*unit
		c.FillText(style, vg.Point{X: x, Y: c.Min.Y - 4*unit}, t.words)
		if t.edge {
			c.StrokeLine2(draw.LineStyle{Color: axisInk, Width: unit}, x, c.Min.Y, x, c.Min.Y-3*unit)
		}
	}
}

// barTick is a label of a bar, centred so many units from its left. One of an
// open band stands below the band, any other below an edge.
type barTick struct {
	at    float64
	words string
	edge  bool
}

// barTicks are as many labels as fit on a bar of a width: what the open bands
// mean, then every first, second, third … level. Uneven levels may stand closer: one
// that is left out cannot be guessed from its neighbours.
func (s scale) barTicks(width float64) []barTick {
	n, labels, gap := s.bands(), s.labels(), 9.0
	if !s.even() {
		gap = 5
	}
	at := func(band float64) float64 { return band * width / float64(n) }
	first, end, shift := 0, len(labels), 0.0 // the level of an open band is said there
	var open []barTick
	if s.under {
		first, shift = 1, 1
		open = append(open, barTick{at: at(0.5), words: "< " + labels[0]})
	}
	if s.over {
		end--
		open = append(open, barTick{at: at(float64(n) - 0.5), words: "≥ " + labels[end]})
	}
	for step := 1; ; step++ {
		marks, crowded := open, false
		for i := first; i < end; i += step {
			t := barTick{at(float64(i) + shift), labels[i], true}
			switch {
			case t.fits(marks, gap):
				marks = append(marks[:len(marks):len(marks)], t)
			case t.fits(open, gap):
				crowded = true
			}
		}
		if !crowded || step >= len(labels) {
			return marks
		}
	}
}

// fits says whether a label stands clear of others, so many units at least.
func (t barTick) fits(others []barTick, gap float64) bool {
	style := face(tickSize, ink)
	for _, o := range others {
		room := float64((style.Width(t.words)+style.Width(o.words))/(2*unit)) + gap
		if t.at-o.at < room && o.at-t.at < room {
			return false
		}
	}
	return true
}
