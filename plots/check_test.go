package plots

import (
	"math"
	"strings"
	"testing"
)

func TestBadInput(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x := []float64{0, 0.5, 1}
	with := func(change func(*Lines)) func() (*Figure, error) {
		l := Lines{Title: "t", XLabel: "α", YLabel: "y", Note: note,
			Series:     []Series{{Name: "s", X: x, Y: []float64{1, 2, 3}}},
			References: []Reference{{Name: "r", Y: 2}}}
		change(&l)
		return l.Draw
	}
	good := Lines{Title: "p", XLabel: "α", YLabel: "y", Series: []Series{{Name: "s", X: x, Y: x}}}
	bad := good
	bad.Series = []Series{{Name: "s", X: x, Y: []float64{1, nan, 3}}}
	many := make([]Series, 7)
	for i := range many {
		many[i] = Series{Name: string(rune('a' + i)), X: x, Y: x}
	}
	digits := Images{Title: "t", Pixels: make([]uint8, 2*4), Height: 2, Width: 2, Channels: 1, Labels: []string{"a", "b"}}
	image := func(change func(*Images)) func() (*Figure, error) {
		s := digits
		change(&s)
		return s.Draw
	}
	for _, test := range []struct {
		name string
		draw func() (*Figure, error)
		want []string // parts of the message
	}{
		{"no title", with(func(l *Lines) { l.Title = " " }), []string{"Title"}},
		{"no label", with(func(l *Lines) { l.YLabel = "" }), []string{"YLabel", "unit"}},
		{"no note", with(func(l *Lines) { l.Note = "" }), []string{"Note", "backend"}},
		{"no series", with(func(l *Lines) { l.Series = nil }), []string{"no Series"}},
		{"no name", with(func(l *Lines) { l.Series[0].Name = "" }), []string{"series 0", "Name"}},
		{"same name", with(func(l *Lines) { l.References[0].Name = "s" }), []string{"same Name"}},
		{"too many", with(func(l *Lines) { l.Series = many }), []string{"7 series", "at most 6"}},
		{"no points", with(func(l *Lines) { l.Series[0] = Series{Name: "s"} }), []string{`series 0 ("s")`, "no points"}},
		{"lengths", with(func(l *Lines) { l.Series[0].Y = x[:2] }), []string{`series 0 ("s")`, "3 values of X", "2 of Y"}},
		{"band lengths", with(func(l *Lines) { l.Series[0].Low = x }), []string{"3 values of Low", "0 of High"}},
		{"short band", with(func(l *Lines) { l.Series[0].Low, l.Series[0].High = x[:1], x[:1] }), []string{"for 3 points"}},
		{"NaN", with(func(l *Lines) { l.Series[0].Y = []float64{1, nan, 3} }), []string{`"s"`, "Y[1] is NaN", "finite"}},
		{"infinity", with(func(l *Lines) { l.Series[0].X = []float64{0, 1, inf} }), []string{`"s"`, "X[2] is +Inf"}},
		{"NaN in band", with(func(l *Lines) { l.Series[0].Low, l.Series[0].High = []float64{1, 2, nan}, x }), []string{"Low[2] is NaN"}},
		{"order", with(func(l *Lines) { l.Series[0].X = []float64{0, 1, 0.5} }), []string{"X[2] = 0.5", "sort"}},
		{"low above high", with(func(l *Lines) { l.Series[0].Low, l.Series[0].High = []float64{1, 2, 3}, []float64{1, 1.5, 3} }), []string{"Low[1] = 2", "High[1] = 1.5"}},
		{"reference NaN", with(func(l *Lines) { l.References[0].Y = nan }), []string{`reference 0 ("r")`, "NaN"}},
		{"reference low above high", with(func(l *Lines) { l.References[0].Low = 3 }), []string{`reference 0 ("r")`, "Low = 3"}},
		{"folder in name", with(func(l *Lines) { l.Name = "../figure" }), []string{`"../figure"`, FolderVariable}},
		{"one panel", Panels{Title: "t", Note: note, Panels: []Lines{good}}.Draw, []string{"1 panels", "2 to 6"}},
		{"bad panel", Panels{Title: "t", Note: note, Panels: []Lines{good, bad}}.Draw, []string{`panel 1 ("p")`, `series 0 ("s")`, "Y[1] is NaN"}},
		{"note in panel", Panels{Title: "t", Note: note, Panels: []Lines{good, {Title: "u", XLabel: "x", YLabel: "y", Series: good.Series, Note: "n"}}}.Draw, []string{"panel 1", "Note"}},
		{"panels without note", Panels{Title: "t", Panels: []Lines{good, good}}.Draw, []string{"Note"}},
		{"no runs", Curves{Title: "t", Note: note}.Draw, []string{"no Series"}},
		{"run without name", Curves{Title: "t", Note: note, Runs: make([]History, 2)}.Draw, []string{"run 0", "Name"}},
		{"four runs", Curves{Title: "t", Note: note, Runs: make([]History, 4)}.Draw, []string{"4 runs", "at most 3"}},
		{"diverged run", Curves{Title: "t", Note: note, Runs: []History{{Train: Course{Loss: []float64{2, inf}, Accuracy: []float64{1, 2}}}}}.Draw, []string{`"training"`, "Y[1] is +Inf"}},
		{"pixels", image(func(s *Images) { s.Pixels = s.Pixels[1:] }), []string{"7 values of Pixels", "want 8"}},
		{"channels", image(func(s *Images) { s.Channels = 2 }), []string{"2 channels"}},
		{"image size", image(func(s *Images) { s.Width = 0 }), []string{"0 × 2 pixels"}},
		{"no images", image(func(s *Images) { s.Labels, s.Pixels = nil, nil }), []string{"0 Labels"}},
	} {
		f, err := test.draw()
		if err == nil {
			t.Errorf("%s: no error, and a figure of %d bytes", test.name, len(f.PNG))
			continue
		}
		for _, part := range append(test.want, "plots: ") {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: error is %q, want it to mention %q", test.name, err, part)
			}
		}
	}
}
