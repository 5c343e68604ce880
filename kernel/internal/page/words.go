package page

import (
	"fmt"
	"math"
	"math/big"
	"strings"
)

// What the page says without being moved: for who does not see the map, and for a
// browser without scripts.

func (p *Page) lead() string {
	on := "on this " + p.Shape
	mixed := "the weights of its endpoints, mixed"
	if p.Grid.Flat {
		on, mixed = "in this triangle", "the weights of its three corners, mixed"
	}
	read := fmt.Sprintf("how well the network there does on %s, and what it takes %d photographs for", p.Tested, len(p.Photographs))
	if p.Scores[0].ECE == nil {
		read = fmt.Sprintf("what the network there takes %d photographs for, and how many of them it gets right", len(p.Photographs))
	}
	return fmt.Sprintf("Every point %s is a network of its own: %s. Move the point, and read %s. It may go beyond the edge, too.", on, mixed, read)
}

// A slider moves one coordinate, as far as it goes on the map.
type slider struct {
	Name     string
	Min, Max float64
}

// sliders are that of a curve, or one for the share of each corner.
func (p *Page) sliders() (all []slider) {
	low := p.Grid.lowest()
	if !p.Grid.Flat {
		return []slider{{fmt.Sprintf("%s, from one end (0) to the other (1)", p.Letter), low, 1 - low}}
	}
	for i, name := range p.Corners {
		s := slider{name, 1.5*low - 0.5, 1 - 1.5*low}
		if i == 2 { // at the top
			s.Min, s.Max = low, 1-low
		}
		all = append(all, s)
	}
	return all
}

// A spot is a measured point that has a name.
type spot struct {
	Name string
	X, Y float64
}

// jumps are the points that a button leads to.
func (p *Page) jumps() []spot {
	if !p.Grid.Flat {
		return []spot{{p.Letter + " = 0", 0, 0}, {"midpoint", 0.5, 0}, {p.Letter + " = 1", 1, 0}}
	}
	return []spot{{p.Corners[0], 0, 0}, {p.Corners[1], 1, 0}, {p.Corners[2], 0.5, 1}, {"midpoint", 0.5, 1. / 3}}
}

// A row of the table: a named point and its numbers.
type row struct{ Name, Accuracy, Loss, ECE string }

func (p *Page) rows() (rows []row) {
	for _, s := range p.jumps() {
		scores := p.Scores[p.Grid.index(s.X, s.Y)]
		r := row{Name: s.Name, Accuracy: percent(scores.Accuracy), Loss: fixed(rounded(scores.Loss, 1e4), 3)}
		if scores.ECE != nil {
			r.ECE = percent(*scores.ECE)
		}
		rows = append(rows, r)
	}
	return rows
}

func (p *Page) caption() string { return "The same numbers at some measured points, on " + p.Tested }

// words tells the map: its best point inside, and its range inside and in all.
func (p *Page) words() string {
	best, worst, low, high := -1, -1, 0, 0
	for i, s := range p.Scores {
		if p.inside(i) {
			if best < 0 || s.Accuracy > p.Scores[best].Accuracy {
				best = i
			}
			if worst < 0 || s.Accuracy < p.Scores[worst].Accuracy {
				worst = i
			}
		}
		if s.Accuracy < p.Scores[low].Accuracy {
			low = i
		}
		if s.Accuracy > p.Scores[high].Accuracy {
			high = i
		}
	}
	accuracy := func(i int) string { return percent(p.Scores[i].Accuracy) }
	text := fmt.Sprintf("Inside the %s the accuracy of the measured points goes from %s at %s to %s at %s",
		p.Shape, accuracy(worst), p.name(worst), accuracy(best), p.name(best))
	if !p.inside(low) || !p.inside(high) {
		text += fmt.Sprintf("; with the margin around it, from %s to %s", accuracy(low), accuracy(high))
	}
	return text + "."
}

// coefficients of the corners that the page shows, at point i.
func (p *Page) coefficients(i int) []float64 {
	x, y := p.Grid.Place(i)
	if !p.Grid.Flat {
		return []float64{1 - x, x}
	}
	return []float64{1 - x - y/2, x - y/2, y}
}

func (p *Page) inside(i int) bool {
	for _, c := range p.coefficients(i) {
		if c < -1e-9 {
			return false
		}
	}
	return true
}

// name says where a measured point is.
func (p *Page) name(i int) string {
	if !p.Grid.Flat {
		x, _ := p.Grid.Place(i)
		return fmt.Sprintf("%s = %.3g", p.Letter, x)
	}
	var parts []string
	for k, c := range p.coefficients(i) {
		parts = append(parts, fmt.Sprintf("%.0f %% %s", 100*math.Abs(c), p.Corners[k]))
	}
	return strings.Join(parts, ", ")
}

// percent writes a share as the page's script does, from the same digits.
func percent(share float64) string { return fixed(100*rounded(share, 1e5), 1) + " %" }

// fixed writes a number with so many decimals as JavaScript's toFixed does: what lies in
// the middle of two goes away from 0, and not to the even one.
func fixed(v float64, digits int) string {
	if exact := new(big.Rat).SetFloat64(v); exact != nil {
		return exact.FloatString(digits)
	}
	return fmt.Sprint(v) // no number
}

// rounded keeps so many parts of 1.
func rounded(v, parts float64) float64 { return math.Round(v*parts) / parts }
