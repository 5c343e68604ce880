package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// plateHeight and platePad are the measures of a plate with words.
const plateHeight, platePad = 17 * unit, 5 * unit

// plateInk lets a little of what is below a plate through.
var plateInk = color.NRGBA{255, 255, 255, 0xdd}

// plateWidth is how wide the plate of words is.
func plateWidth(words string) vg.Length { return face(tickSize, ink).Width(words) + 2*platePad }

// plate writes words on a light ground that fills area.
func plate(c *draw.Canvas, words string, area vg.Rectangle) {
	fillBox(*c, plateInk, area)
	c.FillText(face(tickSize, ink), vg.Point{X: area.Min.X + platePad, Y: area.Min.Y + 5*unit}, words)
}

// spot is a named point of the page. One that stands behind something is hollow.
type spot struct {
	name   string
	at     vg.Point
	behind bool
}

// drawSpots draws the points with their names on plates, clear of each other, of
// the dots and of the words that are there already.
func drawSpots(c draw.Canvas, spots []spot, dots []vg.Point, words []vg.Rectangle) {
	for i, area := range places(spots, dots, words, c.Rectangle) {
		lead(&c, spots[i].at, area)
		plate(&c, spots[i].name, area)
	}
	for _, s := range spots {
		s.draw(c)
	}
}

func (s spot) draw(c draw.Canvas) {
	dot(&c, draw.CircleGlyph{}, color.White, 5.6, s.at)
	dot(&c, draw.CircleGlyph{}, ink, 3.8, s.at)
	if s.behind {
		dot(&c, draw.CircleGlyph{}, color.White, 2.2, s.at)
	}
}

// hiddenEntry explains a spot that is hollow.
var hiddenEntry = entry{name: "behind the surface", swatch: func(c draw.Canvas, area vg.Rectangle) {
	spot{at: vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: (area.Min.Y + area.Max.Y) / 2}, behind: true}.draw(c)
}}

// places finds room for a plate beside every spot: inside of area, and as far as
// possible not over another plate, a spot, words, or the lines that dots trace.
func places(spots []spot, dots []vg.Point, words []vg.Rectangle, area vg.Rectangle) []vg.Rectangle {
	options := make([][]option, len(spots))
	for i, s := range spots {
		options[i] = around(s.at, plateWidth(s.name), area)
		for k := range options[i] {
			options[i][k].judge(spots, dots, words, area)
		}
	}
	// Who chooses first matters: let everyone begin once.
	var best []vg.Rectangle
	least := 0.0
	for first := range spots {
		chosen, cost := settle(options, first)
		if best == nil || cost < least {
			best, least = chosen, cost
		}
	}
	return best
}

// settle lets every name choose, beginning with one, and then choose again now
// that the others have a place. It returns what that costs in all.
func settle(options [][]option, first int) (chosen []vg.Rectangle, cost float64) {
	chosen = make([]vg.Rectangle, len(options))
	for range 3 {
		cost = 0
		for turn := range options {
			i := (first + turn) % len(options)
			least := math.Inf(1)
			place := vg.Rectangle{}
			for _, o := range options[i] {
				c := o.cost
				for k, other := range chosen {
					if k != i && other != (vg.Rectangle{}) {
						c += 20 * overlap(o.plate, grow(other, 2*unit))
					}
				}
				if c < least {
					least, place = c, o.plate
				}
			}
			chosen[i] = place
			cost += least
		}
	}
	return chosen, cost
}

// option is one place for a plate, and how bad it is, whatever the other plates.
type option struct {
	plate vg.Rectangle
	cost  float64
}

// judge adds what is wrong with the place to its cost.
func (o *option) judge(spots []spot, dots []vg.Point, words []vg.Rectangle, area vg.Rectangle) {
	p := o.plate
	beyond := max(area.Min.X-p.Min.X, 0) + max(p.Max.X-area.Max.X, 0) + max(area.Min.Y-p.Min.Y, 0) + max(p.Max.Y-area.Max.Y, 0)
	o.cost += 1000 * float64(beyond/unit)
	for _, s := range spots {
		o.cost += 20 * overlap(p, grow(vg.Rectangle{Min: s.at, Max: s.at}, 7*unit))
	}
	for _, w := range words {
		o.cost += 20 * overlap(p, w)
	}
	near := grow(p, 2.4*unit) // half of a line with its white rim
	for _, d := range dots {
		if d.X > near.Min.X && d.X < near.Max.X && d.Y > near.Min.Y && d.Y < near.Max.Y {
			o.cost += 40 // standing farther off is better
		}
	}
}

// around are the places of a plate beside a point, with what is wrong with them
// as such: being far away, and standing badly.
func around(p vg.Point, width vg.Length, area vg.Rectangle) []option {
	var all []option
	for far, d := range []vg.Length{9 * unit, 15 * unit, 24 * unit, 38 * unit} {
		away := []float64{0, 10, 40, 100}[far]
		add := func(left, bottom vg.Length, badly float64) {
			plate := vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: left + width, Y: bottom + plateHeight}}
			all = append(all, option{plate, away + badly})
		}
		add(p.X+d, p.Y-plateHeight/2, 0)
		add(p.X-d-width, p.Y-plateHeight/2, 0.3)
		slant := d * 0.7
		for i, bottom := range []vg.Length{p.Y + slant, p.Y - slant - plateHeight} {
			add(p.X+slant, bottom, 1+0.3*float64(i))
			add(p.X-slant-width, bottom, 1.6+0.3*float64(i))
		}
		const steps = 10
		for i := range steps + 1 { // above and below, from left to right
			left := p.X - width*vg.Length(i)/steps
			left = max(min(left, max(p.X-width, area.Max.X-width)), min(p.X, area.Min.X))
			add(left, p.Y+d, 0.6+0.3*math.Abs(float64(i)-steps/2))
			add(left, p.Y-d-plateHeight, 0.9+0.3*math.Abs(float64(i)-steps/2))
		}
	}
	return all
}

// lead draws a line from a point to its plate where that is not close.
func lead(c *draw.Canvas, p vg.Point, plate vg.Rectangle) {
	end := vg.Point{X: min(max(p.X, plate.Min.X), plate.Max.X), Y: min(max(p.Y, plate.Min.Y), plate.Max.Y)}
	if math.Hypot(float64(end.X-p.X), float64(end.Y-p.Y)) < 16*unit.Points() {
		return
	}
	for _, l := range []draw.LineStyle{{Color: color.White, Width: 3 * unit}, {Color: ink, Width: unit}} {
		c.StrokeLine2(l, p.X, p.Y, end.X, end.Y)
	}
}

// grow is a rectangle with more on every side.
func grow(r vg.Rectangle, by vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: r.Min.X - by, Y: r.Min.Y - by}, Max: vg.Point{X: r.Max.X + by, Y: r.Max.Y + by}}
}

// overlap is the area that two rectangles share, in square units.
func overlap(a, b vg.Rectangle) float64 {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	return float64(max(w, 0) / unit * max(h, 0) / unit)
}
