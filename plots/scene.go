package plots

import (
	"math"

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

// mostHeight is how high a surface is at most, with its labels.
const mostHeight = 380

// fitScenes makes the boxes with their labels as large as fits the width of a
// panel and the greatest height. It returns the height that they take.
func fitScenes(scenes []*scene, width float64) (height float64) {
	left, right, below, above := 30.0, 10.0, 30.0, 6.0
	for range 6 { // labels move with the box: come close in steps
		moreLeft, moreRight, moreBelow, moreAbove := math.Inf(-1), math.Inf(-1), math.Inf(-1), math.Inf(-1)
		height = 0
		for _, s := range scenes {
			low, high := s.extent()
			s.size = min((width-left-right)/(high[0]-low[0]), (mostHeight-below-above)/(high[1]-low[1]))
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
	drawSpots(draw.Canvas{Canvas: c.Canvas, Rectangle: area}, s.spots(relief), dots, s.wordBoxes())
}

// spots are the marks, where they are seen.
func (s *scene) spots(r *relief) (spots []spot) {
	for _, m := range s.field.Marks {
		at, near := s.see(m.X, m.Y, s.heightAt(m.X, m.Y))
		spots = append(spots, spot{m.Name, at, r.hides(at, near)})
	}
	return spots
}

// heightAt is the surface's height, 0 to 1; the ground where there is a hole.
func (s *scene) heightAt(x, y float64) float64 {
	if z := s.field.at(x, y); !math.IsNaN(z) {
		return s.scale.height(z)
	}
	return 0
}
