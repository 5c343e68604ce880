package plots

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// spoil makes one thing of a value empty, nil, not a number, infinite, huge or tiny.
func spoil(v reflect.Value, rng *rand.Rand) {
	for v.CanSet() {
		switch v.Kind() {
		case reflect.Struct:
			v = v.Field(rng.IntN(v.NumField()))
			continue
		case reflect.Slice:
			switch n := v.Len(); {
			case n == 0 || rng.IntN(4) == 0:
				v.SetZero()
			case rng.IntN(4) == 0:
				v.SetLen(rng.IntN(n))
			default:
				v = v.Index(rng.IntN(n))
				continue
			}
		case reflect.Float64:
			v.SetFloat([]float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e-320, -1, 0}[rng.IntN(8)])
		case reflect.Int:
			v.SetInt([]int64{0, -1, 1, math.MaxInt64, math.MinInt64, 1 << 32}[rng.IntN(6)])
		case reflect.String:
			v.SetString([]string{"", "\n", "α", "../a/b", strings.Repeat("very ", 200) + "long"}[rng.IntN(5)])
		default:
			v.SetZero()
		}
		return
	}
}

// drawable is every kind of figure.
type drawable interface{ Draw() (*Figure, error) }

// whole are figures of every kind.
func whole() []drawable {
	line := Lines{Title: "t", XLabel: "α", YLabel: "y", Series: []Series{{Name: "a", X: []float64{0, 0.5, 1}, Y: []float64{1, 2, 3}, Low: []float64{0, 1, 2}, High: []float64{2, 3, 4}}, {Name: "b", X: []float64{0, 1}, Y: []float64{3, 2}}},
		References: []Reference{{Name: "r", Y: 1, Low: 0.5, High: 2}}, Note: "n"}
	panel := line
	panel.Note = ""
	field := Field{Title: "f", XLabel: "x", YLabel: "y", ZLabel: "z", X: []float64{0, 1, 2}, Y: []float64{0, 1, 2}, Z: [][]float64{{0, 1, 2}, {1, 2, 3}, {2, 3, 4}},
		Marks: []Mark{{Name: "m", X: 1, Y: 1}}, Paths: []Path{{Name: "p", X: []float64{0, 1}, Y: []float64{0, 2}}}}
	course := Course{Loss: []float64{2, 1}, Accuracy: []float64{20, 50}}
	return []drawable{
		&line,
		&Panels{Title: "t", Panels: []Lines{panel, panel}, Note: "n"},
		&Curves{Title: "t", Runs: []History{{Name: "a", Train: course, Test: course}}, Note: "n"},
		&Contours{Title: "t", Fields: []Field{field}, Note: "n"},
		&Surface{Title: "t", Fields: []Field{field}, Note: "n"},
		&Comparison{Title: "t", Labels: []string{"y"}, Methods: []Method{{Name: "a", Values: [][]float64{{1, 2}}}, {Name: "b", Values: [][]float64{{3}}}}, Reference: "a", Note: "n"},
		&Reliability{Title: "t", Diagrams: []Diagram{{Title: "d", Bins: []Bin{{Low: 0, High: 0.5, N: 2, Confidence: 0.3, Accuracy: 0.5}, {Low: 0.5, High: 1, N: 3, Confidence: 0.8, Accuracy: 0.6}}}}, Note: "n"},
		&Images{Title: "t", Pixels: make([]uint8, 2*2*2), Height: 2, Width: 2, Channels: 1, Labels: []string{"a", "b"}},
		&Sheet{Title: "t", Rows: []string{"a"}, Columns: []string{"b", "c"}, Pixels: make([]uint8, 2*2*2), Height: 2, Width: 2, Channels: 1},
	}
}

// Whatever a figure is filled with, drawing it ends with a picture or with an error in a
// line, in no words of Go's own.
func FuzzSpoiltFigures(f *testing.F) {
	for seed := range uint64(45) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 1))
		all := whole()
		figure := all[seed%uint64(len(all))]
		for range rng.IntN(3) {
			spoil(reflect.ValueOf(figure).Elem(), rng)
		}
		picture, err := figure.Draw()
		if err == nil && (picture == nil || len(picture.PNG) == 0 || picture.Alt == "") {
			t.Errorf("%T: neither a picture nor an error", figure)
		}
		if err != nil && (strings.Contains(err.Error(), "runtime error") || strings.Contains(strings.TrimSpace(err.Error()), "\n") && !strings.Contains(err.Error(), `\n`)) {
			t.Errorf("%T: %v", figure, err)
		}
	})
}

// What shows nothing does no harm.
func TestZeroValues(t *testing.T) {
	var p Progress
	p.Update("a", 0.5)
	p.Line("b")
	p.Done("c")
	var f *Figure
	for _, err := range []error{f.Show(), f.Write("x")} {
		if err == nil || !strings.Contains(err.Error(), "it is nil") {
			t.Errorf("of no figure: %v", err)
		}
	}
	for _, d := range []drawable{Lines{}, Panels{}, Curves{}, Contours{}, Surface{}, Comparison{}, Reliability{}, Images{}, Sheet{}} {
		if _, err := d.Draw(); err == nil {
			t.Errorf("%T: nothing is drawn of nothing", d)
		}
	}
}
