package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestCamera(t *testing.T) {
	for _, test := range []struct {
		azimuth, elevation float64
		v                  vector
		right, up          bool // where v is seen
	}{
		{0, 30, vector{0, 1, 0}, true, true},     // from +x, y runs to the right
		{90, 30, vector{1, 0, 0}, false, true},   // from +y, x runs to the left
		{-90, 30, vector{1, 0, 0}, true, true},   // from −y, x runs to the right
		{-90, 30, vector{0, -1, 0}, true, false}, // what is near is below
		{45, 30, vector{0, 0, 1}, true, true},    // height is up
	} {
		c := newCamera(test.azimuth, test.elevation)
		x, y, _ := c.project(test.v)
		if x < -1e-9 && test.right || x > 1e-9 && !test.right || y < -1e-9 && test.up || y > 1e-9 && !test.up {
			t.Errorf("from azimuth %v %v is seen at (%.2f, %.2f)", test.azimuth, test.v, x, y)
		}
		for _, pair := range [][2]vector{{c.right, c.up}, {c.up, c.toward}, {c.toward, c.right}} {
			if math.Abs(pair[0].dot(pair[1])) > 1e-12 || math.Abs(pair[0].dot(pair[0])-1) > 1e-12 {
				t.Errorf("the camera's directions %v are not perpendicular or not 1 long", pair)
			}
		}
		_, _, near := c.project(c.toward)
		if _, _, far := c.project(vector{}); near <= far {
			t.Errorf("what is towards the viewer is not nearer")
		}
	}
}

// TestNearerHidesFarther lays two squares over each other, in either order.
func TestNearerHidesFarther(t *testing.T) {
	square := func(left, right, near, value float64) [4]corner {
		return [4]corner{{left, 0, near, value, 1}, {right, 0, near, value, 1}, {right, 30, near, value, 1}, {left, 30, near, value, 1}}
	}
	s := scale{levels: []float64{0, 1, 2}}
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		r := newRelief(vg.Rectangle{Max: vg.Point{X: 20 * unit, Y: 20 * unit}}, 10, 10)
		quads := [][4]corner{square(0, 20, 0.2, 0.5), square(10, 30, 0.7, 1.5)}
		for _, i := range order {
			r.quad(quads[i], s.sample)
		}
		for x := range 30 {
			want := int16(0)
			if x >= 10 {
				want = 1
			}
			for y := range 30 {
				if got := r.band[y*30+x]; got != want {
					t.Fatalf("order %v: sample %d, %d shows band %d, want %d", order, x, y, got, want)
				}
			}
		}
		at := vg.Point{X: 12 * unit, Y: 10 * unit}
		if r.hides(at, 0.7) || !r.hides(at, 0.2) || r.hides(vg.Point{X: 2 * unit, Y: 10 * unit}, 0.2) {
			t.Errorf("order %v: it is wrong what is hidden", order)
		}
	}
}

// TestAxesOfAnyView checks that the words of the axes stay on the panel and clear
// of each other.
func TestAxesOfAnyView(t *testing.T) {
	const width = 297
	for elevation := 15.0; elevation <= 75; elevation += 10 {
		for azimuth := -180.0; azimuth < 180; azimuth += 15 {
			view := fmt.Sprintf("azimuth %v, elevation %v", azimuth, elevation)
			f := sampleBasins()
			f.XLabel, f.YLabel = "direction 1", "direction 2"
			s := newScene(f, scales([]Field{f})[0], nil, newCamera(azimuth, elevation))
			height := fitScenes([]*scene{s}, width)
			if s.size < 90 {
				t.Errorf("%s: the box is only %.0f units long", view, s.size)
			}
			if first, want := s.axes()[0].words[0].text, s.heightTicks()[0].Label; first != want {
				t.Errorf("%s: the heights begin with %q, want %q", view, first, want)
			}
			var boxes []vg.Rectangle
			count := 0
			for _, e := range s.axes() {
				for _, w := range e.words {
					box := w.style.Rectangle(w.text).Add(w.at)
					if box.Min.X < -unit || box.Max.X > (width+1)*unit || box.Min.Y < -unit || box.Max.Y > vg.Length(height+1)*unit {
						t.Errorf("%s: %q leaves the panel: %v", view, w.text, box)
					}
					if strings.HasPrefix(w.text, "direction") {
						count++
						continue // the box of slanted words is mostly empty
					}
					for _, other := range boxes {
						if overlap(box, other) > 0 {
							t.Errorf("%s: %q touches other words", view, w.text)
						}
					}
					boxes = append(boxes, box)
				}
			}
			if count != 2 || len(boxes) < 5 {
				t.Errorf("%s: the axes have %d labels and %d marks", view, count, len(boxes))
			}
		}
	}
}

// A mark behind the surface is hollow, and the legend says so; where none is it does not.
func TestHiddenMarkIsExplained(t *testing.T) {
	x, y, z := lattice(-1, 1, 21, func(x, y float64) float64 { return math.Exp(-5 * (x*x + y*y)) })
	for _, test := range []struct {
		mark   Mark
		hidden bool
	}{{Mark{"top", 0, 0}, false}, {Mark{"in front", 0, -1}, false}, {Mark{"behind", -0.3, 0.5}, true}} {
		f := Field{XLabel: "x", YLabel: "y", ZLabel: "z", X: x, Y: y, Z: z, Marks: []Mark{test.mark}}
		figure, err := Surface{Title: "t", Fields: []Field{f}, Note: note}.Draw()
		if err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(figure.page.legend, func(e entry) bool { return e.name == "behind the surface" })
		if said != test.hidden {
			t.Errorf("%s: the legend explains a hollow mark: %v, want %v", test.mark.Name, said, test.hidden)
		}
	}
}

// TestSurfaceIsCutOff looks for the plateau of a peak that leaves the range.
func TestSurfaceIsCutOff(t *testing.T) {
	x, y, z := lattice(-1, 1, 21, func(x, y float64) float64 { return 100 * math.Exp(-5*(x*x+y*y)) })
	f := Field{XLabel: "x", YLabel: "y", ZLabel: "z", X: x, Y: y, Z: z, High: 10}
	s := newScene(f, scales([]Field{f})[0], nil, newCamera(-60, 35))
	if got := s.heightAt(0, 0); got != 1 {
		t.Errorf("the peak stands at %v of the box, want 1", got)
	}
	if got := s.heightAt(1, 1); got > 0.01 {
		t.Errorf("the foot stands at %v of the box, want almost 0", got)
	}
	figure, err := Surface{Title: "t", Fields: []Field{f}, Note: note}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(figure.Alt, "highest 100 at (0, 0)") || !strings.Contains(figure.Alt, "what is beyond has one colour") {
		t.Errorf("the words do not tell the peak and the cut: %s", figure.Alt)
	}
}
