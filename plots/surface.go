package plots

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Surface is a figure of fields as landscapes, seen from above at an angle, such
// as the loss over two random directions (Li et al., "Visualizing the Loss
// Landscape of Neural Nets", 2018). Colours and contour lines are those of
// [Contours], which is the better figure to read numbers off.
//
//	plots.Surface{
//		Title: "The loss around a trained network",
//		Fields: []plots.Field{{
//			XLabel: "direction 1", YLabel: "direction 2", ZLabel: "cross-entropy (nats)",
//			X:      x, Y: y, Z: loss, // loss[i][j] at y[i], x[j]
//			High:   5,                // cuts what explodes
//			Marks:  []plots.Mark{{Name: "midpoint"}},
//		}},
//		Note: "xla:cpu, 2 cores · CIFAR-10 · cResNet20 · 1 seed",
//	}.Draw()
//
// A surface that leaves the range of its colours is cut off flat. Points that
// could not be evaluated are a hole, hatched in grey on the ground. Marks and
// paths lie on the surface; what it hides of a path is dotted, a mark that it hides
// is hollow, which the legend says.
type Surface struct {
	// Title says what is to be seen. Required.
	Title string
	// Fields are the panels: one or two. Those with the same ZLabel have the
	// same colours and heights, unless their Levels, Low or High differ.
	Fields []Field
	// Azimuth is the direction that the viewer stands in, in degrees from X
	// towards Y, and Elevation how far above the plane, 15 to 75. Both 0 means
	// −60 and 35.
	Azimuth, Elevation float64
	// Note, Alt and Name are as in Lines. Note is required.
	Note, Alt, Name string
}

// Draw draws the figure. It fails where [Contours] would.
func (p Surface) Draw() (*Figure, error) {
	if err := cmp.Or(checkTitle(p.Title), checkFields(p.Fields, 2), p.checkView(), checkNote(p.Note)); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", p.Title, err)
	}
	azimuth, elevation := p.Azimuth, p.Elevation
	if azimuth == 0 && elevation == 0 {
		azimuth, elevation = -60, 35
	}
	heads, looks := headings(p.Fields), pathLooksOf(p.Fields)
	n := float64(len(p.Fields))
	width := (pageWidth-2*margin+panelGap)/n - panelGap
	var scenes []*scene
	head := 0.0
	for i, f := range p.Fields {
		scenes = append(scenes, newScene(f, heads[i].scale, looks, newCamera(azimuth, elevation)))
		head = max(head, heads[i].height(width*barShare))
	}
	height := fitScenes(scenes, width)
	entries := fieldLegend(p.Fields, looks)
	if slices.ContainsFunc(scenes, func(s *scene) bool { return s.hidesMark(width, height) }) {
		entries = append(entries, hiddenEntry)
	}
	return page{
		title:  p.Title,
		legend: entries,
		height: head + height,
		draw: func(c draw.Canvas) {
			for i, s := range scenes {
				left := c.Min.X + vg.Length(float64(i)*(width+panelGap))*unit
				area := vg.Rectangle{Min: vg.Point{X: left, Y: c.Min.Y}, Max: vg.Point{X: left + vg.Length(width)*unit, Y: c.Max.Y - vg.Length(head)*unit}}
				s.draw(c, area)
				side := vg.Length(width*(1-barShare)/2) * unit
				heads[i].draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: area.Min.X + side, Y: area.Max.Y}, Max: vg.Point{X: area.Max.X - side, Y: c.Max.Y}}})
			}
		},
		note:  p.Note,
		zoom:  fieldZoom(len(p.Fields)),
		exact: true,

		numbers: fieldNumbers(p.Fields),
	}.figure(fileName(p.Name, p.Title), cmp.Or(p.Alt, fieldsAlt("surface", p.Title, p.Note, p.Fields, heads, "a hole, hatched in grey on the ground")))
}

// barShare is how much of a panel's width the bar of colours takes.
const barShare = 0.72

func (p Surface) checkView() error {
	if !finite(p.Azimuth) || !finite(p.Elevation) {
		return fmt.Errorf("its Azimuth is %v and its Elevation %v, want finite numbers of degrees", p.Azimuth, p.Elevation)
	}
	if (p.Azimuth != 0 || p.Elevation != 0) && (p.Elevation < 15 || p.Elevation > 75) {
		return errors.New("its Elevation is outside of 15 to 75 degrees; draw Contours to look straight down")
	}
	return nil
}
