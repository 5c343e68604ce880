package plots

import (
	"cmp"
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Contours is a figure of fields seen from above, side by side: a map whose
// colours and contour lines tell the height, such as the test accuracy on the
// plane through three endpoints (Wortsman et al. 2021), or the loss on
// one through two networks and a curve between them (Garipov et al., "Loss
// Surfaces, Mode Connectivity, and Fast Ensembling of DNNs", 2018).
//
//	plots.Contours{
//		Title: "Around a triangle of networks",
//		Fields: []plots.Field{{
//			XLabel: "distance from endpoint 1", YLabel: "distance",
//			ZLabel: "test accuracy (%)",
//			X:      x, Y: y, Z: accuracy, // accuracy[i][j] at y[i], x[j]
//			Marks: []plots.Mark{{Name: "endpoint 1"}, {Name: "midpoint", X: 14.2, Y: 8.3}},
//		}},
//		Note: "xla:cpu, 2 cores · CIFAR-10 · cResNet20 · 1 seed",
//	}.Draw()
//
// Values are bilinear between the grid's points. Points that could not be
// evaluated are hatched in grey, with the cells around them.
type Contours struct {
	// Title says what is to be seen. Required.
	Title string
	// Fields are the panels: one to three. Those with the same ZLabel have the
	// same colours, unless their Levels, Low or High differ.
	Fields []Field
	// Note, Alt and Name are as in Lines. Note is required.
	Note, Alt, Name string
}

// Draw draws the figure. It fails, naming the field and what is wrong with it,
// when the shapes of X, Y and Z differ, an axis does not ascend, a number is
// infinite or all of Z is NaN, or a mark or path leaves the field.
func (p Contours) Draw() (*Figure, error) {
	if err := cmp.Or(checkTitle(p.Title), checkFields(p.Fields, 3), checkNote(p.Note)); err != nil {
		return nil, fmt.Errorf("plots: figure %q: %w", p.Title, err)
	}
	heads, looks := headings(p.Fields), pathLooksOf(p.Fields)
	layout := newContourLayout(p.Fields, heads, looks)
	return page{
		title:  p.Title,
		legend: fieldLegend(p.Fields, looks),
		height: layout.height(),
		draw:   layout.draw,
		note:   p.Note,
		zoom:   fieldZoom(len(p.Fields)),

		numbers: fieldNumbers(p.Fields),
	}.figure(fileName(p.Name, p.Title), cmp.Or(p.Alt, fieldsAlt("contour map", p.Title, p.Note, p.Fields, heads, "hatched in grey")))
}

// contourLayout is where the panels of a figure stand, in units.
type contourLayout struct {
	maps  []contourMap
	heads []heading
	width float64 // of a panel with its axis labels
	head  float64 // height of the headings
	// Room for axis labels around every map.
	left, right, below float64
}

// panelGap is the space between two panels.
const panelGap = 18

func newContourLayout(fields []Field, heads []heading, looks map[string]look) contourLayout {
	n := float64(len(fields))
	l := contourLayout{heads: heads, width: (pageWidth-2*margin+panelGap)/n - panelGap}
	for i, f := range fields {
		m := contourMap{field: f, scale: heads[i].scale, looks: looks}
		m.measure(l.width)
		l.maps = append(l.maps, m)
		l.left, l.right, l.below = max(l.left, m.y.beside()), max(l.right, m.right), max(l.below, m.x.below())
	}
	for i := range l.maps {
		l.maps[i].fit(l.width-l.left-l.right, 400-60*(n-1))
		l.head = max(l.head, heads[i].height(l.maps[i].width))
	}
	return l
}

// height is that of the whole row of panels.
func (l contourLayout) height() float64 {
	tallest := 0.0
	for _, m := range l.maps {
		tallest = max(tallest, m.height)
	}
	return l.head + tallest + l.below
}

func (l contourLayout) draw(c draw.Canvas) {
	for i, m := range l.maps {
		room := l.width - l.left - l.right - m.width // to be shared by both sides
		left := c.Min.X + vg.Length(float64(i)*(l.width+panelGap)+l.left+room/2)*unit
		top := c.Max.Y - vg.Length(l.head)*unit
		area := vg.Rectangle{Min: vg.Point{X: left, Y: top - vg.Length(m.height)*unit}, Max: vg.Point{X: left + vg.Length(m.width)*unit, Y: top}}
		m.draw(c, area)
		l.heads[i].draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: area.Min.X, Y: area.Max.Y}, Max: vg.Point{X: area.Max.X, Y: c.Max.Y}}})
	}
}
