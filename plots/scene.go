package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// scene is one panel of a [Surface]: the field in a box with axes, and how the
// camera sees it.
type scene struct {
	field  Field
	scale  scale
	looks  map[string]look
	camera camera
	// The box: half of its extent along x and y.
	halfX, halfY float64
	// The picture, in units: where the box's middle is, from the lower left of the
	// panel, and how long its longer side is.
	middleX, middleY, size float64
	origin                 vg.Point // the lower left of the panel, once it is drawn
}

// boxHeight is how high the box is, its longer side being 1.
const boxHeight = 0.55

func newScene(f Field, s scale, looks map[string]look, c camera) *scene {
	wide, tall := f.X[len(f.X)-1]-f.X[0], f.Y[len(f.Y)-1]-f.Y[0]
	longer := max(wide, tall)
	return &scene{field: f, scale: s, looks: looks, camera: c, halfX: wide / longer / 2, halfY: tall / longer / 2}
}

// vector is the place in the box of (x, y) at a height of 0 to 1.
func (s *scene) vector(x, y, height float64) vector {
	f := s.field
	return vector{
		((x-f.X[0])/(f.X[len(f.X)-1]-f.X[0])*2 - 1) * s.halfX,
		((y-f.Y[0])/(f.Y[len(f.Y)-1]-f.Y[0])*2 - 1) * s.halfY,
		(height - 0.5) * boxHeight,
	}
}

// see is the place on the page of (x, y) at a height of 0 to 1, and how near.
func (s *scene) see(x, y, height float64) (vg.Point, float64) {
	px, py, near := s.camera.project(s.vector(x, y, height))
	return vg.Point{
		X: s.origin.X + vg.Length(s.middleX+px*s.size)*unit,
		Y: s.origin.Y + vg.Length(s.middleY+py*s.size)*unit,
	}, near
}

// fitScenes makes the boxes with their labels as large as fits the width of a
// panel and the greatest height. It returns the height that they take.
func fitScenes(scenes []*scene, width, most float64) (height float64) {
	left, right, below, above := 30.0, 10.0, 30.0, 6.0
	for range 6 { // labels move with the box: come close in steps
		moreLeft, moreRight, moreBelow, moreAbove := math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1)
		height = 0
		for _, s := range scenes {
			low, high := s.extent()
			s.size = min((width-left-right)/(high[0]-low[0]), (most-below-above)/(high[1]-low[1]))
			spare := width - left - right - s.size*(high[0]-low[0]) // to be shared by both sides
			s.middleX, s.middleY = left+spare/2-low[0]*s.size, below-low[1]*s.size
			tall := below + above + s.size*(high[1]-low[1])
			height = max(height, tall)
			rim := s.rim()
			moreLeft = max(moreLeft, -float64(rim.Min.X/unit)-spare/2)
			moreRight = max(moreRight, float64(rim.Max.X/unit)-width-spare/2)
			moreBelow = max(moreBelow, -float64(rim.Min.Y/unit))
			moreAbove = max(moreAbove, float64(rim.Max.Y/unit)-tall)
		}
		left, right = max(left+moreLeft, 8), max(right+moreRight, 8)
		below, above = max(below+moreBelow, 4), max(above+moreAbove, 6)
	}
	return height
}

// extent is the range that the box takes in the picture, its longer side being 1.
func (s *scene) extent() (low, high [2]float64) {
	for i := range 8 {
		x, y, _ := s.camera.project(vector{s.halfX * float64(i&1*2-1), s.halfY * float64(i>>1&1*2-1), boxHeight * (float64(i>>2) - 0.5)})
		low, high = [2]float64{min(low[0], x), min(low[1], y)}, [2]float64{max(high[0], x), max(high[1], y)}
	}
	return low, high
}

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
	return []edge{x, y, z}
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
	for _, m := range marks {
		at := see(m.Value)
		e.marks = append(e.marks, [2]vg.Point{at, off(at, 4)})
		e.words = append(e.words, placed{m.Label, style, off(at, 7)})
		box := style.Rectangle(m.Label).Size()
		deepest = max(deepest, math.Abs(out[0])*float64(box.X/unit)+math.Abs(out[1])*float64(box.Y/unit))
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

// draw draws the scene on the area.
func (s *scene) draw(c draw.Canvas, area vg.Rectangle) {
	s.origin = area.Min
	s.drawBox(c)
	relief := s.relief(c, area)
	for _, e := range s.axes() {
		c.StrokeLine2(draw.LineStyle{Color: axisInk, Width: unit}, e.from.X, e.from.Y, e.to.X, e.to.Y)
		for _, m := range e.marks {
			c.StrokeLine2(draw.LineStyle{Color: axisInk, Width: unit}, m[0].X, m[0].Y, m[1].X, m[1].Y)
		}
		for _, w := range e.words {
			c.FillText(w.style, w.at, w.text)
		}
	}
	s.drawMesh(c, relief)
	var dots []vg.Point
	for _, p := range s.field.Paths {
		dots = append(dots, s.drawPath(c, relief, p)...)
	}
	var spots []spot
	for _, m := range s.field.Marks {
		at, near := s.see(m.X, m.Y, s.heightAt(m.X, m.Y))
		spots = append(spots, spot{m.Name, at, relief.hides(at, near)})
	}
	drawSpots(draw.Canvas{Canvas: c.Canvas, Rectangle: area}, spots, dots, s.wordBoxes())
}

// heightAt is the surface's height, 0 to 1; the ground where there is a hole.
func (s *scene) heightAt(x, y float64) float64 {
	if z := s.field.at(x, y); !math.IsNaN(z) {
		return s.scale.height(z)
	}
	return 0
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

// relief paints the surface and returns it, to tell what it hides.
func (s *scene) relief(c draw.Canvas, area vg.Rectangle) *relief {
	picture, left, bottom := raster(c, area.Min)
	_, right, top := raster(c, area.Max)
	r := newRelief(area, right-left, bottom-top)
	f, lights := s.field, s.lights()
	// Cells are cut into so many parts each way that their pieces look curved.
	parts := max(1, 420/max(len(f.X), len(f.Y)))
	for i := range len(f.Y) - 1 {
		for j := range len(f.X) - 1 {
			for k := range parts * parts {
				var q [4]corner
				hole := false
				for n, d := range [4][2]int{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
					across := cell{j, float64(k%parts+d[0]) / float64(parts)}
					down := cell{i, float64(k/parts+d[1]) / float64(parts)}
					q[n] = s.corner(r, across, down, lights)
					hole = hole || math.IsNaN(q[n].value)
				}
				band := s.scale.sample
				if hole {
					for n, d := range [4][2]int{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
						across := cell{j, float64(k%parts+d[0]) / float64(parts)}
						down := cell{i, float64(k/parts+d[1]) / float64(parts)}
						q[n] = s.onGround(r, across, down)
					}
					band = func(float64) int16 { return notEvaluated }
				}
				r.quad(q, band)
			}
		}
	}
	r.paint(picture, left, top, s.scale)
	return r
}

// corner is the surface's point in two cells, in the picture.
func (s *scene) corner(r *relief, across, down cell, lights [][]float64) corner {
	f := s.field
	value := f.mix(across, down)
	height := 0.0
	if !math.IsNaN(value) {
		height = s.scale.height(value)
	}
	at, near := s.see(lerp(f.X[across.i], f.X[across.i+1], across.share), lerp(f.Y[down.i], f.Y[down.i+1], down.share), height)
	x, y := r.sample(at)
	light := Field{Z: lights}.mix(across, down)
	return corner{x, y, near, value, light}
}

func (s *scene) onGround(r *relief, across, down cell) corner {
	f := s.field
	at, near := s.see(lerp(f.X[across.i], f.X[across.i+1], across.share), lerp(f.Y[down.i], f.Y[down.i+1], down.share), 0)
	x, y := r.sample(at)
	return corner{x: x, y: y, near: near, light: 1}
}

// lights is how bright the surface is at the grid's points, lit from the upper
// left of the viewer.
func (s *scene) lights() [][]float64 {
	f := s.field
	var lamp vector
	for k := range lamp {
		lamp[k] = -0.55*s.camera.right[k] + 0.5*s.camera.up[k] + 0.65*s.camera.toward[k]
	}
	lamp = lamp.unit()
	lights := make([][]float64, len(f.Y))
	for i := range f.Y {
		lights[i] = make([]float64, len(f.X))
		for j := range f.X {
			normal := vector{-s.slope(i, j, 0, 1), -s.slope(i, j, 1, 0), 1}.unit()
			lights[i][j] = 0.66 + 0.42*max(0, normal.dot(lamp))
		}
	}
	return lights
}

// slope is how steeply the surface rises at a point of the grid, taken from its
// two neighbours in a direction, or from those that exist.
func (s *scene) slope(i, j, down, across int) float64 {
	f := s.field
	at := func(sign int) vector {
		y, x := i+sign*down, j+sign*across
		if y < 0 || x < 0 || y >= len(f.Y) || x >= len(f.X) || math.IsNaN(f.Z[y][x]) {
			y, x = i, j
		}
		return s.vector(f.X[x], f.Y[y], s.scale.height(f.Z[y][x]))
	}
	a, b := at(-1), at(1)
	if run := b[0] - a[0] + b[1] - a[1]; run > 0 {
		return (b[2] - a[2]) / run
	}
	return 0
}

// drawMesh draws the grid's lines where the surface does not hide them, not more
// than about thirty each way.
func (s *scene) drawMesh(c draw.Canvas, r *relief) {
	f := s.field
	style := draw.LineStyle{Color: color.NRGBA{0, 0, 0, 0x38}, Width: 0.5 * unit}
	every := func(n int) int { return (n + 29) / 30 }
	x0, x1, y0, y1 := f.X[0], f.X[len(f.X)-1], f.Y[0], f.Y[len(f.Y)-1]
	for j := 0; j < len(f.X); j += every(len(f.X)) {
		shown, _ := s.runs(r, f.along(Path{X: []float64{f.X[j], f.X[j]}, Y: []float64{y0, y1}}))
		c.StrokeLines(style, shown...)
	}
	for i := 0; i < len(f.Y); i += every(len(f.Y)) {
		shown, _ := s.runs(r, f.along(Path{X: []float64{x0, x1}, Y: []float64{f.Y[i], f.Y[i]}}))
		c.StrokeLines(style, shown...)
	}
}

// drawPath draws a path and returns dots along it.
func (s *scene) drawPath(c draw.Canvas, r *relief, p Path) (dots []vg.Point) {
	shown, hidden := s.runs(r, s.field.along(p))
	l := s.looks[p.Name]
	for _, run := range shown {
		strokeOnWhite(c, l, run)
		dots = append(dots, trace(run)...)
	}
	faint := l.line()
	faint.Width, faint.Dashes = 1.4*unit, []vg.Length{1.5 * unit, 2.5 * unit}
	c.StrokeLines(faint, hidden...)
	return dots
}

// runs divides a line on the surface into what is seen and what is hidden. Holes
// interrupt it.
func (s *scene) runs(r *relief, line []place) (shown, hidden [][]vg.Point) {
	var run []vg.Point
	behind := false
	end := func() {
		if len(run) > 1 && behind {
			hidden = append(hidden, run)
		} else if len(run) > 1 {
			shown = append(shown, run)
		}
	}
	for _, p := range line {
		if math.IsNaN(p.z) {
			end()
			run = nil
			continue
		}
		at, near := s.see(p.x, p.y, s.scale.height(p.z))
		hides := r.hides(at, near)
		if len(run) > 0 && hides != behind {
			end()
			run = run[len(run)-1:]
		}
		run, behind = append(run[:len(run):len(run)], at), hides
	}
	end()
	return shown, hidden
}
