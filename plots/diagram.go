package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Diagram is one panel of [Reliability].
type Diagram struct {
	// Title names the method. It may be empty where there is only one.
	Title string
	// Bins are ranges of confidence, ascending: one to fifty.
	Bins []Bin
}

// Bin is what is known of the images in a range of confidence.
type Bin struct {
	// Low and High are the range's ends, in [0, 1].
	Low, High float64
	// N is how many images there are.
	N int
	// Confidence is their mean confidence and Accuracy the share of them that
	// was classified rightly, both in [0, 1] and without meaning where N is 0.
	Confidence, Accuracy float64
}

// images is how many images the diagram is about.
func (d Diagram) images() (n int) {
	for _, b := range d.Bins {
		n += b.N
	}
	return n
}

// mean is the mean over the images of what a bin tells.
func (d Diagram) mean(of func(Bin) float64) float64 {
	sum, n := 0.0, float64(d.images())
	for _, b := range d.Bins {
		if b.N > 0 {
			sum += float64(b.N) / n * of(b)
		}
	}
	return sum
}

// ece is the expected calibration error in percent, as far as the bins tell.
func (d Diagram) ece() float64 { return 100 * d.mean(Bin.gap) }

func (b Bin) gap() float64 { return math.Abs(b.Accuracy - b.Confidence) }

// The looks of the two kinds of gaps differ in the direction of their hatching.
var (
	tooSure   = hatching{vermillion, 1}
	tooUnsure = hatching{purple, -1}
)

// accuracyLine ends the bars at the accuracy, whichever side the gap is on.
var accuracyLine = draw.LineStyle{Color: ink, Width: 1.6 * unit}

// draw draws a diagram on two areas: accuracy above, images below, whose axis ends
// at most. Only the first of a row has words on the left.
func (d Diagram) draw(c draw.Canvas, upper, lower vg.Rectangle, most float64, first bool) {
	side := float64((upper.Max.X - upper.Min.X) / unit)
	x := axis{high: 1, label: "confidence", marks: ticks{most: side / 50, halves: side < 200}.Ticks(0, 1)}
	accuracy := axis{high: 1, label: "accuracy", marks: ticks{most: side / 45, halves: side < 200}.Ticks(0, 1)}
	images := axis{high: 1.05 * most, label: "images\n(%)", marks: ticks{most: 2}.Ticks(0, 1.05*most)}
	for _, part := range []struct {
		area vg.Rectangle
		y    *axis
		bars func(draw.Canvas, axis)
	}{{lower, &images, d.drawImages}, {upper, &accuracy, d.drawAccuracy}} {
		c.Rectangle = part.area
		for _, m := range part.y.marks {
			y := part.y.at(m.Value, c.Min.Y, c.Max.Y)
			c.StrokeLine2(draw.LineStyle{Color: gridInk, Width: unit}, c.Min.X, y, c.Max.X, y)
		}
		part.bars(c, *part.y)
		if !first {
			part.y.label = ""
			for i := range part.y.marks {
				part.y.marks[i].Label = ""
			}
		}
		drawAxes(c, part.area, x, *part.y)
		x.marks, x.label = nil, "" // they stand below the lower one
	}
}

// drawAccuracy draws the upper part of a diagram.
func (d Diagram) drawAccuracy(c draw.Canvas, _ axis) {
	for _, b := range d.Bins {
		if b.N == 0 {
			continue
		}
		box := func(low, high float64) vg.Rectangle {
			return vg.Rectangle{Min: vg.Point{X: c.X(b.Low) + 0.5*unit, Y: c.Y(low)}, Max: vg.Point{X: c.X(b.High) - 0.5*unit, Y: c.Y(high)}}
		}
		fillBox(c, blue, box(0, min(b.Accuracy, b.Confidence)))
		if b.Confidence > b.Accuracy {
			tooSure.fill(c, box(b.Accuracy, b.Confidence))
		} else {
			tooUnsure.fill(c, box(b.Confidence, b.Accuracy))
		}
		edge := box(b.Accuracy, b.Accuracy)
		c.StrokeLine2(accuracyLine, edge.Min.X, edge.Min.Y, edge.Max.X, edge.Min.Y)
	}
	c.StrokeLine2(referenceLooks[0].line(), c.Min.X, c.Min.Y, c.Max.X, c.Max.Y)
}

// drawImages draws the lower part of a diagram: the share of images by bin.
func (d Diagram) drawImages(c draw.Canvas, y axis) {
	for _, b := range d.Bins {
		top := y.at(100*float64(b.N)/float64(d.images()), c.Min.Y, c.Max.Y)
		fillBox(c, grey, vg.Rectangle{Min: vg.Point{X: c.X(b.Low) + 0.5*unit, Y: c.Min.Y}, Max: vg.Point{X: c.X(b.High) - 0.5*unit, Y: top}})
	}
}

// hatching is a tinted box with slanted lines: upwards for 1, downwards for −1.
type hatching struct {
	ink   color.NRGBA
	slope vg.Length
}

func (h hatching) fill(c draw.Canvas, area vg.Rectangle) {
	pale := h.ink
	pale.A = 0x48
	fillBox(c, pale, area)
	const apart = 4.5 * unit
	high := area.Max.Y - area.Min.Y
	box := draw.Canvas{Canvas: c.Canvas, Rectangle: area}
	// Lines of all boxes lie on one pattern, so that neighbours join.
	start := apart * vg.Length(math.Floor(float64((area.Min.X-h.slope*area.Min.Y-high)/apart)))
	for x := start; x < area.Max.X-h.slope*area.Min.Y+high; x += apart {
		low := vg.Point{X: x + h.slope*area.Min.Y, Y: area.Min.Y}
		line := []vg.Point{low, {X: low.X + h.slope*high, Y: area.Max.Y}}
		c.StrokeLines(draw.LineStyle{Color: h.ink, Width: 1.1 * unit}, box.ClipLinesXY(line)...)
	}
}
