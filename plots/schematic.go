package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The scene of the schematic: two weights (u, v), a wide valley with a line
// through it, and a narrow hollow beside it.
const (
	sceneWidth, sceneHeight = 2.2, 1.65 // the map shows ± these
	reach                   = 1.42      // distance of the endpoints from the middle
	slope                   = 0.3       // angle of the line
	hollowU, hollowV        = -0.55, 1.12
)

// toyLoss is the landscape that [Schematic] shows: 0 at the middle of the valley,
// towards 1 far away.
func toyLoss(u, v float64) float64 {
	along := u*math.Cos(slope) + v*math.Sin(slope)
	across := -u*math.Sin(slope) + v*math.Cos(slope)
	valley := math.Pow(along/1.75, 4) + math.Pow(across/0.72, 2)
	high := 1 - math.Exp(-valley)
	hills := 0.14 * high * math.Sin(2.3*u+0.8) * math.Sin(2.6*v-0.6)
	narrow := (math.Pow(u-hollowU, 2) + math.Pow(v-hollowV, 2)) / (2 * 0.15 * 0.15)
	return 0.88*high + hills - 0.62*math.Exp(-narrow)
}

// onLine returns the point at alpha: the endpoints are at 0 and 1.
func onLine(alpha float64) (u, v float64) {
	along := (2*alpha - 1) * reach
	return along * math.Cos(slope), along * math.Sin(slope)
}

// Schematic draws the idea: a line of networks through a wide valley of the loss
// landscape. The landscape is a formula over two weights, and the picture says
// so; no network is behind it.
func Schematic() (*Figure, error) {
	profile := toyProfile()
	return sceneFigure{
		name: "schematic", title: "Schematic: a line of networks through a wide valley",
		loss: toyLoss, draw: drawScene, side: profile, onSide: spots{},
		note: "A formula of two weights, drawn to show the idea: not a measurement. Dark is low loss. " +
			"Every training batch draws one point of the line (dots), and its gradient moves both endpoints.",
		alt: "Schematic, drawn from a formula of two weights and not measured.\n" +
			"Left: a map of a loss landscape. A straight line lies along a wide valley. Its ends are the endpoints, at α = 0 and α = 1; " +
			"its midpoint, at α = 0.5, lies where the valley is deepest. Small dots on the line are the points that single training batches draw. " +
			"Apart from the valley there is a narrow minimum.\n" +
			"Right: the loss along the line. It is flat and lowest around the midpoint, lower than in the narrow minimum, " +
			"higher at both endpoints, and rises steeply beyond them.",
	}.figure()
}

// sceneFigure is a figure of a map of a formula with something on it, and a panel of
// lines beside it.
type sceneFigure struct {
	name, title, note, alt string

	loss   func(u, v float64) float64                          // the landscape, from 0 to 1
	draw   func(c draw.Canvas, at func(u, v float64) vg.Point) // what is on it
	onMap  []entry                                             // of the legend
	side   Lines
	onSide plot.Plotter // over the lines; may be nil
}

func (f sceneFigure) figure() (*Figure, error) {
	const height, mapWidth, between = 268, 356, 20
	looks := assign([]Lines{f.side}, pageWidth-2*margin-mapWidth-between)
	side := f.side.plot(f.side.Title, looks, pageWidth-2*margin-mapWidth-between, height-25)
	if f.onSide != nil {
		side.Add(f.onSide)
	}
	return page{
		title:  f.title,
		legend: append(slices.Clone(f.onMap), legend([]Lines{f.side}, looks)...),
		height: height,
		draw: func(c draw.Canvas) {
			left := draw.Crop(c, 0, (mapWidth*unit)-c.Size().X, 0, 0)
			paintLandscape(left, f.loss)
			f.draw(left, func(u, v float64) vg.Point {
				return vg.Point{X: left.X((u/sceneWidth + 1) / 2), Y: left.Y((v/sceneHeight + 1) / 2)}
			})
			side.Draw(draw.Crop(c, (mapWidth+between)*unit, 0, 0, 0))
		},
		note: f.note,
		zoom: 1.25,

		numbers: lineNumbers(f.side),
	}.figure(f.name, f.alt)
}

// toyProfile is the loss along the line and beyond its ends.
func toyProfile() Lines {
	s := Series{Name: "line", look: &look{color: orange, width: 3}}
	for i := range 121 {
		alpha := float64(i-10) / 100
		s.X = append(s.X, alpha)
		s.Y = append(s.Y, toyLoss(onLine(alpha)))
	}
	return Lines{
		Title: "Loss along the line", XLabel: "α", YLabel: "loss (of the formula)",
		Series:     []Series{s},
		References: []Reference{{Name: "narrow minimum", Y: toyLoss(hollowU, hollowV)}},
	}
}

// spots marks endpoints and midpoint on the profile as on the map.
type spots struct{}

// Plot implements [plot.Plotter].
func (spots) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for alpha, ink := range map[float64]color.Color{0: blue, 0.5: vermillion, 1: blue} {
		disc(&c, draw.CircleGlyph{}, ink, vg.Point{X: x(alpha), Y: y(toyLoss(onLine(alpha)))})
	}
}

// disc is a marker with a white rim.
func disc(c *draw.Canvas, shape draw.GlyphDrawer, ink color.Color, at vg.Point) {
	dot(c, shape, color.White, 8, at)
	dot(c, shape, ink, 5.8, at)
}

// drawScene draws the line on the map.
func drawScene(c draw.Canvas, at func(u, v float64) vg.Point) {
	start, middle, end := at(onLine(0)), at(onLine(0.5)), at(onLine(1))
	way(&c, orange, start, end)
	for _, alpha := range []float64{0.08, 0.15, 0.29, 0.37, 0.42, 0.61, 0.66, 0.78, 0.86, 0.93} {
		dot(&c, draw.CircleGlyph{}, ink, 1.9, at(onLine(alpha)))
	}
	disc(&c, draw.CircleGlyph{}, blue, start)
	disc(&c, draw.CircleGlyph{}, blue, end)
	disc(&c, draw.CircleGlyph{}, vermillion, middle)
	lone := at(hollowU, hollowV)
	disc(&c, draw.BoxGlyph{}, black, lone)
	const off = 13 * unit
	tag(&c, "endpoint, α = 0", vg.Point{X: start.X, Y: start.Y - off}, draw.XCenter, draw.YTop)
	tag(&c, "midpoint, α = 0.5", vg.Point{X: middle.X - 4*unit, Y: middle.Y - off}, draw.XLeft, draw.YTop)
	tag(&c, "endpoint, α = 1", vg.Point{X: end.X, Y: end.Y + off}, draw.XCenter, draw.YBottom)
	tag(&c, "narrow minimum", vg.Point{X: lone.X + off, Y: lone.Y}, draw.XLeft, draw.YCenter)
}

// way draws a line with a white rim through points.
func way(c *draw.Canvas, ink color.Color, points ...vg.Point) {
	c.StrokeLines(draw.LineStyle{Color: color.White, Width: 6 * unit}, points)
	c.StrokeLines(draw.LineStyle{Color: ink, Width: 3.4 * unit}, points)
}

func dot(c *draw.Canvas, shape draw.GlyphDrawer, ink color.Color, radius float64, at vg.Point) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: vg.Length(radius) * unit, Shape: shape}, at)
}

// tag writes words on a light plate.
func tag(c *draw.Canvas, words string, at vg.Point, x draw.XAlignment, y draw.YAlignment) {
	w := plateWidth(words)
	left, bottom := at.X+vg.Length(x)*w, at.Y+vg.Length(y)*plateHeight
	plate(c, words, vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: left + w, Y: bottom + plateHeight}})
}

// paintLandscape fills the canvas with bands of equal loss.
func paintLandscape(c draw.Canvas, loss func(u, v float64) float64) {
	picture, box, done := pixels(c, c.Rectangle)
	defer done()
	left, top, right, bottom := box.Min.X, box.Min.Y, box.Max.X, box.Max.Y
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			var r, g, b int
			for k := range 4 { // four samples a pixel smooth the edges
				px := float64(x-left) + 0.25 + 0.5*float64(k%2)
				py := float64(y-top) + 0.25 + 0.5*float64(k/2)
				u := (2*px/float64(right-left) - 1) * sceneWidth
				v := (1 - 2*py/float64(bottom-top)) * sceneHeight
				ink := landscapeInk(loss(u, v))
				r, g, b = r+int(ink.R), g+int(ink.G), b+int(ink.B)
			}
			picture.SetRGBA(x, y, color.RGBA{uint8(r / 4), uint8(g / 4), uint8(b / 4), 255})
		}
	}
}

// landscapeInk runs from dark blue to near white in steps.
func landscapeInk(loss float64) color.RGBA {
	const steps = 14
	stops := []color.RGBA{{0x0b, 0x3c, 0x6e, 255}, {0x1f, 0x66, 0xa3, 255}, {0x5a, 0x9f, 0xcc, 255}, {0xa6, 0xcf, 0xe5, 255}, {0xd9, 0xea, 0xf3, 255}, {0xf4, 0xf8, 0xfb, 255}}
	return blend(stops, math.Floor(min(max(loss, 0), 0.999)*steps)/(steps-1))
}
