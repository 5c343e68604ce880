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
	many := make([]Series, 9)
	for i := range many {
		many[i] = Series{Name: string(rune('a' + i)), X: x, Y: x}
	}
	digits := Images{Title: "t", Pixels: make([]uint8, 2*4), Height: 2, Width: 2, Channels: 1, Labels: []string{"a", "b"}}
	image := func(change func(*Images)) func() (*Figure, error) {
		s := digits
		change(&s)
		return s.Draw
	}
	field := func(change func(*Field)) func() (*Figure, error) {
		f := Field{XLabel: "x", YLabel: "y", ZLabel: "z", X: []float64{0, 1, 2}, Y: []float64{0, 1}, Z: [][]float64{{1, 2, 3}, {4, 5, 6}}}
		change(&f)
		return Contours{Title: "t", Fields: []Field{f}, Note: note}.Draw
	}
	surface := func(azimuth, elevation float64) func() (*Figure, error) {
		return Surface{Title: "t", Fields: []Field{sampleTriangle()}, Azimuth: azimuth, Elevation: elevation, Note: note}.Draw
	}
	rows := func(change func(*Comparison)) func() (*Figure, error) {
		c := Comparison{Title: "t", Labels: []string{"a (%)", "b (%)"}, Note: note,
			Methods: []Method{{Name: "m", Group: "g", Values: [][]float64{{1, 2}, {3}}}, {Name: "n", Group: "h", Values: [][]float64{{1}, {2, 3}}}}}
		change(&c)
		return c.Draw
	}
	bins := func(b ...Bin) func() (*Figure, error) {
		return Reliability{Title: "t", Diagrams: []Diagram{{Bins: b}}, Note: note}.Draw
	}
	sheet := func(change func(*Sheet)) func() (*Figure, error) {
		s := Sheet{Title: "t", Pixels: make([]uint8, 6*4), Height: 2, Width: 2, Channels: 1, Rows: []string{"a", "b"}, Columns: []string{"c", "d", "e"}}
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
		{"too many", with(func(l *Lines) { l.Series = many }), []string{"9 series", "at most 8"}},
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
		{"no field", Contours{Title: "t", Note: note}.Draw, []string{"0 Fields", "1 to 3"}},
		{"three surfaces", Surface{Title: "t", Fields: make([]Field, 3), Note: note}.Draw, []string{"3 Fields", "1 to 2"}},
		{"contours without note", Contours{Title: "t", Fields: []Field{sampleTriangle()}}.Draw, []string{"Note"}},
		{"panels without title", Contours{Title: "t", Fields: []Field{sampleTriangle(), sampleTriangle()}, Note: note}.Draw, []string{"field 0", "Title"}},
		{"no quantity", field(func(f *Field) { f.ZLabel = "" }), []string{"field 0", "ZLabel", "unit"}},
		{"one grid line", field(func(f *Field) { f.Y = f.Y[:1] }), []string{"1 values of Y", "at least 2"}},
		{"unsorted grid", field(func(f *Field) { f.X = []float64{0, 2, 1} }), []string{"X[2] = 1", "sort"}},
		{"infinite grid", field(func(f *Field) { f.Y = []float64{0, inf} }), []string{"Y[1] is +Inf"}},
		{"long field", field(func(f *Field) { f.X = []float64{0, 1, 5} }), []string{"5 × 1", "squarer"}},
		{"rows of Z", field(func(f *Field) { f.Z = f.Z[:1] }), []string{"1 rows of Z", "2 values of Y", "Z[i][j]"}},
		{"columns of Z", field(func(f *Field) { f.Z = [][]float64{{1, 2, 3}, {4, 5}} }), []string{"Z[1] has 2 values", "3 of X"}},
		{"infinite Z", field(func(f *Field) { f.Z = [][]float64{{1, 2, 3}, {4, inf, 6}} }), []string{"Z[1][1] is +Inf", "NaN"}},
		{"all NaN", field(func(f *Field) { f.Z = [][]float64{{nan, nan, nan}, {nan, nan, nan}} }), []string{"all of its Z are NaN"}},
		{"low above high colour", field(func(f *Field) { f.Low, f.High = 3, 1 }), []string{"Low = 3", "High = 1"}},
		{"one level", field(func(f *Field) { f.Levels = []float64{1} }), []string{"1 Levels", "2 to 20"}},
		{"levels and high", field(func(f *Field) { f.Levels, f.High = []float64{1, 2}, 3 }), []string{"both Levels and Low or High"}},
		{"unsorted levels", field(func(f *Field) { f.Levels = []float64{1, 1} }), []string{"Levels[1] is 1", "ascend"}},
		{"nine marks", field(func(f *Field) { f.Marks = make([]Mark, 9) }), []string{"9 Marks", "at most 8"}},
		{"mark without name", field(func(f *Field) { f.Marks = []Mark{{"", 1, 1}} }), []string{"mark 0", "Name"}},
		{"mark outside", field(func(f *Field) { f.Marks = []Mark{{"midpoint", 1, 2}} }), []string{`mark 0 ("midpoint")`, "(1, 2)", "outside"}},
		{"mark nowhere", field(func(f *Field) { f.Marks = []Mark{{"midpoint", nan, 1}} }), []string{`mark 0 ("midpoint")`, "NaN"}},
		{"path of one point", field(func(f *Field) { f.Paths = []Path{{"p", []float64{1}, []float64{1}}} }), []string{`path 0 ("p")`, "at least 2"}},
		{"path lengths", field(func(f *Field) { f.Paths = []Path{{"p", []float64{0, 1}, []float64{1}}} }), []string{"2 values of X and 1 of Y"}},
		{"path outside", field(func(f *Field) { f.Paths = []Path{{"p", []float64{0, 3}, []float64{0, 1}}} }), []string{`path 0 ("p"), point 1`, "(3, 1)"}},
		{"five paths", field(func(f *Field) {
			for _, name := range []string{"p", "q", "r", "s", "t"} {
				f.Paths = append(f.Paths, Path{name, []float64{0, 1}, []float64{0, 1}})
			}
		}), []string{"5 names of paths", "at most 4"}},
		{"view from above", surface(10, 90), []string{"Elevation", "15 to 75", "Contours"}},
		{"view from below", surface(30, 0), []string{"Elevation"}},
		{"view from nowhere", surface(nan, 30), []string{"Azimuth is NaN"}},
		{"no quantities", rows(func(c *Comparison) { c.Labels = nil }), []string{"0 Labels"}},
		{"quantity without name", rows(func(c *Comparison) { c.Labels[1] = " " }), []string{"Labels[1] is empty"}},
		{"no methods", rows(func(c *Comparison) { c.Methods = nil }), []string{"0 Methods"}},
		{"method twice", rows(func(c *Comparison) { c.Methods[1].Name = "m" }), []string{`method 1 is named "m"`}},
		{"quantities", rows(func(c *Comparison) { c.Methods[1].Values = c.Methods[1].Values[:1] }), []string{`method 1 ("n")`, "1 quantities for 2 Labels"}},
		{"NaN in a run", rows(func(c *Comparison) { c.Methods[0].Values[0] = []float64{1, nan} }), []string{`method 0 ("m")`, "Values[0][1] is NaN"}},
		{"nothing measured", rows(func(c *Comparison) { c.Methods[0].Values[1], c.Methods[1].Values[1] = nil, nil }), []string{"no method", "Labels[1]"}},
		{"half of groups", rows(func(c *Comparison) { c.Methods[1].Group = "" }), []string{"Group"}},
		{"unknown reference", rows(func(c *Comparison) { c.Reference = "x" }), []string{`Reference is "x"`}},
		{"no diagrams", Reliability{Title: "t", Note: note}.Draw, []string{"0 Diagrams"}},
		{"diagrams without title", Reliability{Title: "t", Note: note, Diagrams: make([]Diagram, 2)}.Draw, []string{"diagram 0", "Title"}},
		{"no bins", bins(), []string{"0 Bins"}},
		{"no images in bins", bins(Bin{Low: 0, High: 1}), []string{"no image"}},
		{"bin in percent", bins(Bin{0, 5, 3, 3, 0.5}), []string{"bin 0", "0 to 5", "percent"}},
		{"accuracy in percent", bins(Bin{0, 0.5, 3, 0.3, 50}), []string{"Accuracy of 50"}},
		{"confidence elsewhere", bins(Bin{0, 0.5, 3, 0.7, 0.5}), []string{"Confidence of 0.7", "0 to 0.5"}},
		{"accuracy NaN", bins(Bin{0, 0.5, 3, 0.3, nan}), []string{"Accuracy of NaN"}},
		{"bins overlap", bins(Bin{0, 0.5, 3, 0.3, 0.5}, Bin{0.4, 0.6, 3, 0.5, 0.5}), []string{"bin 1", "sort"}},
		{"negative bin", bins(Bin{0, 0.5, -3, 0.3, 0.5}), []string{"-3 images"}},
		{"sheet pixels", sheet(func(s *Sheet) { s.Pixels = s.Pixels[1:] }), []string{"23 values of Pixels", "want 24", "2 rows of 3 images"}},
		{"sheet rows", sheet(func(s *Sheet) { s.Rows = nil }), []string{"0 Rows and 3 Columns"}},
		{"sheet label", sheet(func(s *Sheet) { s.Columns[1] = "" }), []string{"empty"}},
		{"sheet too wide", sheet(func(s *Sheet) {
			s.Height, s.Width, s.Pixels = 1, 256, make([]uint8, 7*256)
			s.Rows, s.Columns = []string{"r"}, []string{"1", "2", "3", "4", "5", "6", "7"}
		}), []string{"7 columns of images of 256 × 1 pixels do not fit"}},
		{"sheet title", sheet(func(s *Sheet) { s.Title = "" }), []string{"Title"}},
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
