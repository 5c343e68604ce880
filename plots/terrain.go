package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// relief paints the surface and returns it, to tell what it hides.
func (s *scene) relief(c draw.Canvas, area vg.Rectangle) *relief {
	picture, box, done := pixels(c, area)
	defer done()
	r := s.seen(area, box.Dx(), box.Dy())
	r.paint(picture, box.Min.X, box.Min.Y, s.scale)
	return r
}

// seen is the surface on an area of so many pixels.
func (s *scene) seen(area vg.Rectangle, width, height int) *relief {
	r := newRelief(area, width, height)
	f, lights := s.field, s.lights()
	// Cells are cut into so many parts each way that their pieces look curved.
	parts := max(1, 420/max(len(f.X), len(f.Y)))
	part := func(i, k int) cell { return cell{i, float64(k) / float64(parts)} }
	hole := func(float64) int16 { return notEvaluated }
	for i := range len(f.Y) - 1 {
		for j := range len(f.X) - 1 {
			for k := range parts * parts {
				x, y := k%parts, k/parts
				q, evaluated := s.piece(r, [2]cell{part(j, x), part(j, x+1)}, [2]cell{part(i, y), part(i, y+1)}, lights)
				if evaluated {
					r.quad(q, s.scale.sample)
				} else {
					r.quad(q, hole)
				}
			}
		}
	}
	return r
}

// hidesMark reports whether the surface, on a panel of a size in units, hides a mark.
func (s *scene) hidesMark(width, height float64) bool {
	area := vg.Rectangle{Max: vg.Point{X: vg.Length(width) * unit, Y: vg.Length(height) * unit}}
	return len(s.field.Marks) > 0 && slices.ContainsFunc(s.spots(s.seen(area, int(2*width), int(2*height))), func(m spot) bool { return m.behind })
}

// piece is a part of the surface in the picture; of the ground, where a corner of
// it was not evaluated.
func (s *scene) piece(r *relief, across, down [2]cell, lights [][]float64) (q [4]corner, evaluated bool) {
	f := s.field
	at := [4][2]cell{{across[0], down[0]}, {across[1], down[0]}, {across[1], down[1]}, {across[0], down[1]}}
	evaluated = true
	for n, c := range at {
		q[n].value = f.mix(c[0], c[1])
		evaluated = evaluated && !math.IsNaN(q[n].value)
	}
	for n, c := range at {
		height := 0.0
		if q[n].light = 1; evaluated {
			height = s.scale.height(q[n].value)
			q[n].light = Field{Z: lights}.mix(c[0], c[1])
		}
		x, y := lerp(f.X[c[0].i], f.X[c[0].i+1], c[0].share), lerp(f.Y[c[1].i], f.Y[c[1].i+1], c[1].share)
		place, near := s.see(x, y, height)
		q[n].x, q[n].y = r.sample(place)
		q[n].near = near
	}
	return q, evaluated
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
