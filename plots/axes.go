package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// axis is one side of a panel whose data fill a given area: from low to high,
// with marks and a label, which may have several lines.
type axis struct {
	low, high float64
	label     string
	marks     []plot.Tick
}

// at is where v stands between two ends of the page.
func (a axis) at(v float64, from, to vg.Length) vg.Length {
	return from + vg.Length((v-a.low)/(a.high-a.low))*(to-from)
}

// Spaces around an axis, in units: a mark, from there to its words, from the words
// to the label.
const markLength, wordGap, labelGap = 4, 3, 5

// below is how much room a horizontal axis takes, in units.
func (a axis) below() float64 { return a.room(a.words().Y) }

// beside is how much room an upright axis takes, in units.
func (a axis) beside() float64 { return a.room(a.words().X) }

// room is how much room an axis takes whose marks' words take so much of it.
func (a axis) room(words vg.Length) float64 {
	room := markLength + wordGap + float64(words/unit)
	if a.label != "" {
		room += labelGap + float64(face(labelSize, ink).Height(a.label)/unit)
	}
	return room
}

// words is the size of the largest of the marks' words.
func (a axis) words() (size vg.Point) {
	style := face(tickSize, ink)
	for _, m := range a.marks {
		size.X, size.Y = max(size.X, style.Width(m.Label)), max(size.Y, style.Height(m.Label))
	}
	return size
}

// drawAxes draws both axes around the area.
func drawAxes(c draw.Canvas, area vg.Rectangle, x, y axis) {
	line := draw.LineStyle{Color: axisInk, Width: unit}
	words := face(tickSize, ink)
	words.XAlign, words.YAlign = draw.XCenter, draw.YTop
	var boxes []vg.Rectangle
	for _, m := range x.marks {
		boxes = append(boxes, words.Rectangle(m.Label).Add(vg.Point{X: x.at(m.Value, area.Min.X, area.Max.X)}))
	}
	step := clearStep(boxes)
	for i, m := range x.marks {
		at := x.at(m.Value, area.Min.X, area.Max.X)
		c.StrokeLine2(line, at, area.Min.Y, at, area.Min.Y-markLength*unit)
		if i%step == 0 {
			c.FillText(words, vg.Point{X: at, Y: area.Min.Y - (markLength+wordGap-2)*unit}, m.Label)
		}
	}
	words.XAlign, words.YAlign = draw.XRight, draw.YCenter
	for _, m := range y.marks {
		at := y.at(m.Value, area.Min.Y, area.Max.Y)
		c.StrokeLine2(line, area.Min.X, at, area.Min.X-markLength*unit, at)
		c.FillText(words, vg.Point{X: area.Min.X - (markLength+wordGap)*unit, Y: at + 1.5*unit}, m.Label)
	}
	label := face(labelSize, ink)
	label.XAlign, label.YAlign = draw.XCenter, draw.YBottom
	descent := label.FontExtents().Descent
	c.FillText(label, vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: area.Min.Y - vg.Length(x.below())*unit + descent}, x.label)
	label.Rotation, label.YAlign = math.Pi/2, draw.YTop
	c.FillText(label, vg.Point{X: area.Min.X - vg.Length(y.beside())*unit - descent, Y: (area.Min.Y + area.Max.Y) / 2}, y.label)
	c.StrokeLines(line, []vg.Point{{X: area.Min.X, Y: area.Max.Y}, area.Min, {X: area.Max.X, Y: area.Min.Y}})
}

// clearStep says whether every word of a row fits, every second, third …: none of
// them may touch the next.
func clearStep(boxes []vg.Rectangle) int {
	for step := 1; ; step++ {
		clear := true
		for i := step; i < len(boxes); i += step {
			clear = clear && overlap(grow(boxes[i-step], 4*unit), boxes[i]) == 0
		}
		if clear {
			return step
		}
	}
}
