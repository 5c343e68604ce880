package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// rim is the least rectangle that holds all labels.
func (s *scene) rim() vg.Rectangle {
	rim := vg.Rectangle{Min: vg.Point{X: math.MaxFloat32, Y: math.MaxFloat32}}
	for _, r := range s.wordBoxes() {
		rim.Min = vg.Point{X: min(rim.Min.X, r.Min.X), Y: min(rim.Min.Y, r.Min.Y)}
		rim.Max = vg.Point{X: max(rim.Max.X, r.Max.X), Y: max(rim.Max.Y, r.Max.Y)}
	}
	return rim
}

// wordBoxes are what ticks and labels of the axes take.
func (s *scene) wordBoxes() (boxes []vg.Rectangle) {
	for _, a := range s.axes() {
		for _, w := range a.words {
			boxes = append(boxes, w.style.Rectangle(w.text).Add(w.at))
		}
	}
	return boxes
}

// edge is a labelled edge of the box.
type edge struct {
	from, to vg.Point
	marks    [][2]vg.Point
	words    []placed
}

// placed are words at their place on the page.
type placed struct {
	text  string
	style draw.TextStyle
	at    vg.Point
}

// sides are the values of x and y at the walls that face the viewer, and at the
// walls behind.
func (s *scene) sides() (frontX, frontY, backX, backY float64) {
	f := s.field
	frontX, backX = f.X[len(f.X)-1], f.X[0]
	if s.camera.toward[0] < 0 {
		frontX, backX = backX, frontX
	}
	frontY, backY = f.Y[len(f.Y)-1], f.Y[0]
	if s.camera.toward[1] < 0 {
		frontY, backY = backY, frontY
	}
	return frontX, frontY, backX, backY
}

// axes are the two lower edges in front and the upright one on the left.
func (s *scene) axes() []edge {
	f := s.field
	frontX, frontY, backX, backY := s.sides()
	x := s.edge(f.XLabel, s.ticks(f.X, s.halfX), func(v float64) vg.Point { p, _ := s.see(v, frontY, 0); return p }, f.X[0], f.X[len(f.X)-1])
	y := s.edge(f.YLabel, s.ticks(f.Y, s.halfY), func(v float64) vg.Point { p, _ := s.see(frontX, v, 0); return p }, f.Y[0], f.Y[len(f.Y)-1])
	// The left one of the two edges where a wall behind meets one in front.
	zx, zy := frontX, backY
	a, _ := s.see(frontX, backY, 0)
	if b, _ := s.see(backX, frontY, 0); b.X < a.X {
		zx, zy = backX, frontY
	}
	z := s.edge("", s.heightTicks(), func(v float64) vg.Point { p, _ := s.see(zx, zy, v); return p }, 0, 1)
	return clearCorners(z, x, y) // where the heights begin is said in any case
}

// clearCorners takes from each edge the words of marks that would touch those of an
// edge before it, where the two meet in a corner.
func clearCorners(edges ...edge) []edge {
	var taken []vg.Rectangle
	for k := range edges {
		var words []placed
		for _, w := range edges[k].words {
			box := w.style.Rectangle(w.text).Add(w.at)
			touches := func(other vg.Rectangle) bool { return overlap(grow(box, 2*unit), other) > 0 }
			if w.style.Rotation == 0 && slices.ContainsFunc(taken, touches) {
				continue
			}
			if words = append(words, w); w.style.Rotation == 0 { // the box of slanted words is mostly empty
				taken = append(taken, box)
			}
		}
		edges[k].words = words
	}
	return edges
}

// ticks marks an axis of the plane, half of it as long as told.
func (s *scene) ticks(axis []float64, half float64) []plot.Tick {
	return ticks{most: max(2, 2*half*s.size/75)}.Ticks(axis[0], axis[len(axis)-1])
}

// heightTicks marks as many levels as find room, at their heights.
func (s *scene) heightTicks() []plot.Tick {
	labels := s.scale.labels()
	last := len(labels) - 1
	if s.scale.over {
		labels[last] = "≥ " + labels[last]
	}
	if s.scale.under {
		labels[0] = "≤ " + labels[0]
	}
	step := max(1, int(math.Ceil(17*float64(last)/max(boxHeight*s.size*s.camera.up[2], 1))))
	for step < last && last%step != 0 { // the ends are marked
		step++
	}
	var marks []plot.Tick
	for i := 0; i <= last; i += step {
		marks = append(marks, plot.Tick{Value: float64(i) / float64(last), Label: labels[i]})
	}
	return marks
}

// edge sets ticks and label along an edge of the box, on the side away from its
// middle.
func (s *scene) edge(label string, marks []plot.Tick, see func(float64) vg.Point, low, high float64) edge {
	e := edge{from: see(low), to: see(high)}
	along := vector{float64(e.to.X - e.from.X), float64(e.to.Y - e.from.Y)}.unit()
	out := vector{along[1], -along[0]}
	middle := vector{float64(s.origin.X) + s.middleX*float64(unit), float64(s.origin.Y) + s.middleY*float64(unit)}
	if (vector{float64(e.from.X), float64(e.from.Y)}).dot(out) < middle.dot(out) {
		out = vector{-out[0], -out[1]}
	}
	off := func(p vg.Point, distance float64) vg.Point {
		return vg.Point{X: p.X + vg.Length(out[0]*distance)*unit, Y: p.Y + vg.Length(out[1]*distance)*unit}
	}
	style := face(tickSize, ink)
	// Words stand on the line's outer side, as near to it as their shape allows.
	style.XAlign, style.YAlign = draw.XAlignment(out[0]/2-0.5), draw.YAlignment(out[1]/2-0.5)
	deepest := 0.0
	var boxes []vg.Rectangle
	for _, m := range marks {
		at := see(m.Value)
		e.marks = append(e.marks, [2]vg.Point{at, off(at, 4)})
		e.words = append(e.words, placed{m.Label, style, off(at, 7)})
		boxes = append(boxes, style.Rectangle(m.Label).Add(off(at, 7)))
		box := boxes[len(boxes)-1].Size()
		deepest = max(deepest, math.Abs(out[0])*float64(box.X/unit)+math.Abs(out[1])*float64(box.Y/unit))
	}
	if step := clearStep(boxes); step > 1 { // the box is seen from its narrow side
		var some []placed
		for i := 0; i < len(e.words); i += step {
			some = append(some, e.words[i])
		}
		e.words = some
	}
	if label == "" {
		return e
	}
	style = face(labelSize, ink)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	style.Rotation = math.Atan(along[1] / along[0])
	center := vg.Point{X: (e.from.X + e.to.X) / 2, Y: (e.from.Y + e.to.Y) / 2}
	e.words = append(e.words, placed{label, style, off(center, 18+deepest)})
	return e
}

// drawBox draws the ground and the walls behind, with lines at the ticks.
func (s *scene) drawBox(c draw.Canvas) {
	f := s.field
	_, _, backX, backY := s.sides()
	line := draw.LineStyle{Color: color.NRGBA{0xd8, 0xd8, 0xd8, 255}, Width: 0.8 * unit}
	polyline := func(corners ...[3]float64) (points []vg.Point) {
		for _, k := range corners {
			p, _ := s.see(k[0], k[1], k[2])
			points = append(points, p)
		}
		return points
	}
	x0, x1, y0, y1 := f.X[0], f.X[len(f.X)-1], f.Y[0], f.Y[len(f.Y)-1]
	for i, side := range [][]vg.Point{
		polyline([3]float64{x0, y0, 0}, [3]float64{x1, y0, 0}, [3]float64{x1, y1, 0}, [3]float64{x0, y1, 0}),
		polyline([3]float64{backX, y0, 0}, [3]float64{backX, y1, 0}, [3]float64{backX, y1, 1}, [3]float64{backX, y0, 1}),
		polyline([3]float64{x0, backY, 0}, [3]float64{x1, backY, 0}, [3]float64{x1, backY, 1}, [3]float64{x0, backY, 1}),
	} {
		ground := []color.NRGBA{{0xee, 0xee, 0xee, 255}, {0xf7, 0xf7, 0xf7, 255}, {0xf3, 0xf3, 0xf3, 255}}[i]
		c.FillPolygon(ground, side)
		c.StrokeLines(line, append(side, side[0]))
	}
	for _, m := range s.ticks(f.X, s.halfX) {
		c.StrokeLines(line, polyline([3]float64{m.Value, y0 + y1 - backY, 0}, [3]float64{m.Value, backY, 0}, [3]float64{m.Value, backY, 1}))
	}
	for _, m := range s.ticks(f.Y, s.halfY) {
		c.StrokeLines(line, polyline([3]float64{x0 + x1 - backX, m.Value, 0}, [3]float64{backX, m.Value, 0}, [3]float64{backX, m.Value, 1}))
	}
	for _, m := range s.heightTicks() {
		c.StrokeLines(line, polyline([3]float64{x0 + x1 - backX, backY, m.Value}, [3]float64{backX, backY, m.Value}, [3]float64{backX, y0 + y1 - backY, m.Value}))
	}
}
