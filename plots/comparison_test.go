package plots

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestComparisonTellsMeanAndSpread checks the numbers beside the rows, and that
// one run has no spread.
func TestComparisonTellsMeanAndSpread(t *testing.T) {
	p := sampleComparison()
	accuracy, error := p.column(0), p.column(1)
	want := []string{"82.23 ± 0.35", "83.40 ± 0.50", "84.10 ± 0.30", "86.43 ± 0.42", "86.90", "87.87 ± 0.25", "88.07 ± 0.31", "89.40 ± 0.26"}
	if got := accuracy.numbers(); !slices.Equal(got, want) {
		t.Errorf("accuracies are written %q, want %q", got, want)
	}
	if got := error.numbers(); got[3] != "–" || got[4] != "5.2" {
		t.Errorf("what was not measured and what was measured once are written %q and %q", got[3], got[4])
	}
	if got, want := accuracy.reference, (81.9+82.6+82.2)/3; math.Abs(got-want) > 1e-9 {
		t.Errorf("the reference is %v, want %v", got, want)
	}
	if p.Reference = "SAM"; !strings.Contains(p.words(), "A dashed line marks the mean of SAM, of test accuracy (%).") {
		t.Errorf("the words tell of a line that is not there: %s", p.words())
	}
	p.Reference = "nothing"
	p.Methods = append(p.Methods, Method{Name: p.Reference, Group: "ours", Values: [][]float64{{}, {}}})
	if err := p.check(); err == nil || !strings.Contains(err.Error(), `Reference is "nothing", which has no value`) {
		t.Errorf("a Reference without a value: %v", err)
	}
	p = sampleComparison()
	if !strings.Contains(p.words(), "SWA (baselines): 86.9.\n") {
		t.Errorf("the words give a single run a spread: %s", p.words())
	}
	for _, c := range []*column{accuracy, error} {
		for i, m := range p.Methods {
			for _, v := range m.Values[c.quantity] {
				if v < c.low || v > c.high || c.mean[i]-c.deviation[i] < c.low || c.mean[i]+c.deviation[i] > c.high {
					t.Errorf("%s leaves the axis from %v to %v", m.Name, c.low, c.high)
				}
			}
		}
	}
}

// TestReliabilityAgainstScikitLearn compares what a diagram makes of its bins with
// what was summed over the images.
func TestReliabilityAgainstScikitLearn(t *testing.T) {
	want := readReference(t).Calibration
	d := Diagram{Bins: want.Bins}
	if err := d.check(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"ECE", d.ece(), want.ECE},
		{"accuracy", d.mean(func(b Bin) float64 { return b.Accuracy }), want.Accuracy},
		{"mean confidence", d.mean(func(b Bin) float64 { return b.Confidence }), want.Confidence},
	} {
		if math.Abs(test.got-test.want) > 1e-9 {
			t.Errorf("%s is %v, want %v", test.name, test.got, test.want)
		}
	}
}

// TestSheetIsExact finds every image of the data in its row and column.
func TestSheetIsExact(t *testing.T) {
	s := sampleSheet()
	f, err := s.Draw()
	if err != nil {
		t.Fatal(err)
	}
	images := Images{Pixels: s.Pixels, Height: s.Height, Width: s.Width, Channels: s.Channels}
	scale, left, err := s.fit(images)
	if err != nil {
		t.Fatal(err)
	}
	picture := decode(t, f.PNG)
	// The first row begins where its first pixel's colour does.
	x0, top := int(2*(margin+left)+0.5), 0
	for rgb(picture, x0, top) != [3]int{int(s.Pixels[0]), int(s.Pixels[1]), int(s.Pixels[2])} {
		top++
	}
	for row := range s.Rows {
		for column := range s.Columns {
			for y := range s.Height {
				for x := range s.Width {
					p := s.Pixels[(((row*len(s.Columns)+column)*s.Height+y)*s.Width+x)*3:]
					px, py := x0+column*(scale*s.Width+2*sheetGap)+x*scale, top+row*(scale*s.Height+2*sheetGap)+y*scale
					if got, want := rgb(picture, px, py), [3]int{int(p[0]), int(p[1]), int(p[2])}; got != want {
						t.Fatalf("row %d, column %d: pixel %d, %d is %v, want %v", row, column, x, y, got, want)
					}
				}
			}
		}
	}
}

// TestWholeNumbersAreMarked: a few of them each, whatever the width.
func TestWholeNumbersAreMarked(t *testing.T) {
	for _, width := range []float64{192, 297, 612} {
		for _, last := range []float64{5, 6} {
			l := Lines{Title: "t", XLabel: "m", YLabel: "y"}
			s := Series{Name: "s"}
			for x := 1.0; x <= last; x++ {
				s.X, s.Y = append(s.X, x), append(s.Y, x)
			}
			l.Series = []Series{s}
			p := l.plot("", assign([]Lines{l}, width), width, 260)
			if marks := p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max); len(marks) != int(last) || marks[0].Label != "1" {
				t.Errorf("on %v units 1 to %v are marked %v", width, last, marks)
			}
		}
	}
}
