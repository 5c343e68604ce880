package paper

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// drawn are the functions that draw rows.
var drawn = map[string]func(Rows) (*plots.Figure, error){
	"Along": Along, "Between": Between, "CurvePlane": CurvePlane, "Surfaces": Surfaces, "Planes": Planes, "PlaneLosses": PlaneLosses,
	"ByEndpoints": ByEndpoints, "Calibrations": Calibrations, "Reliability": Reliability, "Severities": Severities, "Compared": Compared,
	"Panels": func(all Rows) (*plots.Figure, error) {
		return Panels("t", all, func(a Axis, all Rows) (plots.Lines, error) { return Lines(a, "α", all, alongEach) }, AccuracyAxis, ECEAxis)
	},
	"Panels of nothing": func(all Rows) (*plots.Figure, error) { return Panels("t", all, nil, AccuracyAxis) },
	"Figure.Draw": func(all Rows) (*plots.Figure, error) {
		_, err := Figure{Number: 7}.Draw(all)
		return nil, err
	},
	"Figure.Draw of none": func(all Rows) (*plots.Figure, error) {
		_, err := Figure{}.Draw(all)
		return nil, err
	},
}

// measures are the functions that take a number of each run.
var measures = map[string]func([]experiment.Result, Score) []float64{
	"Ends":           func(runs []experiment.Result, _ Score) []float64 { return Ends(runs) },
	"Losses":         func(runs []experiment.Result, _ Score) []float64 { return Losses(runs) },
	"Overconfidence": func(runs []experiment.Result, _ Score) []float64 { return Overconfidence(runs) },
	"Chances":        func(runs []experiment.Result, _ Score) []float64 { return Chances(runs) },
	"Temperatures":   func(runs []experiment.Result, _ Score) []float64 { return Temperatures(runs) },
	"Fit":            func(runs []experiment.Result, _ Score) []float64 { return Fit(runs) },
	"Barriers":       func(runs []experiment.Result, _ Score) []float64 { return Barriers(runs) },
	"Scaled":         Scaled, "Together": Together, "AtEndpoints": AtEndpoints,
	"Under":      func(runs []experiment.Result, score Score) []float64 { return Under(runs, 5, score) },
	"Under none": func(runs []experiment.Result, score Score) []float64 { return Under(runs, 0, score) },
	"inside": func(runs []experiment.Result, score Score) []float64 {
		inside, _ := InsideOutside(runs, score)
		return inside
	},
	"outside": func(runs []experiment.Result, score Score) []float64 {
		_, outside := InsideOutside(runs, score)
		return outside
	},
}

// oneLine reports whether an error is one line, in words that are none of Go's own.
func oneLine(err error) bool {
	text := err.Error()
	return text != "" && !strings.Contains(text, "\n") && !strings.Contains(text, "runtime error") && !strings.Contains(text, "goroutine")
}

// What is drawn of no rows, of rows without runs, of runs of two methods, and of runs that
// were not scored on it, is an error in one line that names the row.
func TestRowsAreChecked(t *testing.T) {
	line, bezier, standard := made("line", subspace.Weights{0.5, 0.5}, 0.9), made("bezier", subspace.Bezier{}.Midpoint(), 0.9), made("standard", subspace.Weights{1}, 0.8)
	longer := line
	longer.Config.Epochs = 50
	for _, c := range []struct {
		name string
		rows Rows
		says string
	}{
		{"nil", nil, "there are no rows"},
		{"none", Rows{}, "there are no rows"},
		{"no name", Rows{{Results: []experiment.Result{line}}}, "row 1 has no name"},
		{"no runs", Rows{{"standard", []experiment.Result{standard}}, {"line", nil}}, `row "line": there are no runs`},
		{"only no runs", Rows{{"line", nil}}, `row "line": there are no runs`},
		{"two shapes", Rows{{"line", []experiment.Result{line, bezier}}}, `row "line": its runs 1 and 2 are not of one method, but line and Bézier curve`},
		{"two settings", Rows{{"line", []experiment.Result{line, longer}}}, `not of one method, but line, epochs 200 and line, epochs 50`},
		{"twice", Rows{{"line", []experiment.Result{line}}, {"line", []experiment.Result{line}}}, `two rows are called "line"`},
	} {
		for name, draw := range drawn {
			_, err := draw(c.rows)
			if err == nil || !oneLine(err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s of %s: %v, want %q", name, c.name, err, c.says)
			}
		}
	}
	bare := Rows{{"standard", []experiment.Result{{Config: experiment.Quick()}}}, {"line", []experiment.Result{line}}, {"triangle", []experiment.Result{made("simplex-3", subspace.Simplex(3).Midpoint(), 0.5)}}}
	for name, draw := range drawn {
		if _, err := draw(bare); err == nil || !oneLine(err) {
			t.Errorf("%s of runs that were scored on nothing: %v", name, err)
		}
	}
	for name, want := range map[string]string{"Severities": "set Config.Corrupt", "Planes": "with Config.Plane", "Surfaces": "set Config.Surface", "Along": "no row behind the first is a curve"} {
		if _, err := drawn[name](Rows{{"standard", []experiment.Result{standard}}, {"line", []experiment.Result{line}}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

// A measure has a number for each run, unknown where the run was not scored on it: the
// others are what they would be without it.
func TestMeasuresOfMissingData(t *testing.T) {
	scored := everything(0.7)
	for name, measure := range measures {
		if got := measure(nil, Accuracy); len(got) != 0 {
			t.Errorf("%s of no runs: %v", name, got)
		}
		alone := measure([]experiment.Result{scored}, Accuracy)
		if len(alone) != 1 || math.IsNaN(alone[0]) {
			t.Errorf("%s of a run that was scored on everything: %v", name, alone)
		}
		got := measure([]experiment.Result{{}, scored, {Config: experiment.Quick()}}, Accuracy)
		if len(got) != 3 || !math.IsNaN(got[0]) || got[1] != alone[0] || !math.IsNaN(got[2]) {
			t.Errorf("%s of runs the second of which was scored: %v, want unknown, %v, unknown", name, got, alone)
		}
		if got := measure([]experiment.Result{scored}, nil); len(got) != 1 {
			t.Errorf("%s without a score: %v", name, got)
		}
	}
	if got := Under([]experiment.Result{scored}, 7, Accuracy); !math.IsNaN(got[0]) {
		t.Errorf("severity 7: %v", got)
	}
}

// Under one corruption one method is not ahead of another under a second one.
func TestOtherCorruption(t *testing.T) {
	snow, fog := everything(0.8), everything(0.7)
	fog.Config.Shape = "layerwise-line"
	if _, err := Severities(Rows{{"line", []experiment.Result{snow}}, {"layer-wise line", []experiment.Result{fog}}}); err != nil {
		t.Error(err)
	}
	for i := range fog.Corrupted {
		fog.Corrupted[i].Corruption = "fog"
	}
	_, err := Severities(Rows{{"line", []experiment.Result{snow}}, {"layer-wise line", []experiment.Result{fog}}})
	if want := `rows "line" and "layer-wise line" are not to be compared: snow and fog; want the same`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("it says %v, want %s", err, want)
	}
}

// everything is a run of a line that was scored on all there is.
func everything(accuracy float64) experiment.Result {
	r := lopsided(func(x, y float64) float64 { return accuracy })
	scores := metric.Scores{Accuracy: accuracy, NLL: 1, ECE: 0.1, N: 100}
	r.Config.Shape, r.Points = "line", nil
	for _, alpha := range []float64{0, 0.5, 1} {
		r.Points = append(r.Points, experiment.PointScore{Alpha: new(alpha), Weights: subspace.Line{}.At(alpha), Midpoint: alpha == 0.5, Scores: scores})
	}
	r.Surface = r.Plane
	r.History = []experiment.Epoch{{Epoch: 1, Loss: 1, Accuracy: 0.5}}
	r.Calibration = &experiment.Calibration{Reliability: []metric.Bin{{Low: 0, High: 1, N: 100, Confidence: 0.8, Accuracy: accuracy}}, Temperature: 1.5, Scaled: &scores}
	for severity := 1; severity <= 5; severity++ {
		r.Corrupted = append(r.Corrupted, experiment.Corrupted{Corruption: "snow", Severity: severity, Scores: scores})
	}
	r.Ensembles = []experiment.Ensemble{{Alpha: new(float64), Scores: scores}}
	return r
}

// spoil makes one thing of a value reached by reflection empty, nil, not a number,
// infinite or huge.
func spoil(v reflect.Value, rng *rand.Rand) {
	for {
		switch v.Kind() {
		case reflect.Struct:
			v = v.Field(rng.IntN(v.NumField()))
		case reflect.Pointer:
			if v.IsNil() || rng.IntN(3) == 0 {
				v.SetZero()
				return
			}
			v = v.Elem()
		case reflect.Slice:
			if v.Len() == 0 || rng.IntN(3) == 0 {
				v.Set(reflect.MakeSlice(v.Type(), 0, 0))
				return
			}
			if rng.IntN(4) == 0 {
				v.SetLen(rng.IntN(v.Len()))
				return
			}
			v = v.Index(rng.IntN(v.Len()))
		case reflect.Float64:
			v.SetFloat([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 0, 5e-324}[rng.IntN(7)])
			return
		case reflect.Int:
			v.SetInt([]int64{0, -1, math.MaxInt64, math.MinInt64}[rng.IntN(4)])
			return
		case reflect.String:
			v.SetString([]string{"", "bezier", "simplex-3", "standard", "chain"}[rng.IntN(5)])
			return
		default:
			v.SetZero()
			return
		}
	}
}

// Whatever a record has lost, nothing ends otherwise than with a figure, an error in one
// line, or numbers.
func FuzzSpoiltRuns(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 0))
		names := []string{"standard", "curve between two networks", "line"}[:1+rng.IntN(3)]
		var all Rows
		for _, name := range names {
			row := Row{Name: name}
			for range 1 + rng.IntN(2) {
				row.Results = append(row.Results, everything(0.7))
			}
			all = append(all, row)
		}
		for range rng.IntN(4) {
			row := all[rng.IntN(len(all))]
			spoil(reflect.ValueOf(&row.Results[rng.IntN(len(row.Results))]).Elem(), rng)
		}
		which := slices.Sorted(func(yield func(string) bool) {
			for name := range drawn {
				if !yield(name) {
					return
				}
			}
		})
		name := which[rng.IntN(len(which))] // drawing takes its time
		if _, err := drawn[name](all); err != nil && !oneLine(err) {
			t.Errorf("%s: %v", name, err)
		}
		for name, measure := range measures {
			if got := measure(all[0].Results, Accuracy); len(got) != len(all[0].Results) {
				t.Errorf("%s: %d numbers of %d runs", name, len(got), len(all[0].Results))
			}
		}
		Note(all[0].Results)
		all.Note()
		CheckRuns(all[0].Results, OnPlane, OnSurface)
	})
}

// What is exported and takes other things than rows.
func TestOddArguments(t *testing.T) {
	if p := Triangle(experiment.Grid{}); p != (subspace.Plane{}) {
		t.Errorf("the triangle of an empty grid: %v", p)
	}
	if in, out := Inside(experiment.Grid{X: []float64{1}, Y: []float64{1}}); in != nil || out != nil {
		t.Errorf("inside a grid without scores: %v, %v", in, out)
	}
	if Note() != "" || Note(nil, nil) != "" || (Rows{}).Note() != "" {
		t.Error("a note of no runs")
	}
	var none RecordedRuns
	if none.Table(Markdown) != "" || none.Budget() != "" || len(none.Claims()) != 0 || len(none.Findings()) != 0 || none.Figure.Rows(make([]experiment.Result, 2)) != nil {
		t.Error("what is no figure says something")
	}
	if (Finding{}).String() == "" || Plain.Write(nil) != "" {
		t.Error("an empty finding, or table")
	}
	for _, err := range []error{
		AddMean(nil, "a", nil, nil), AddMean(&plots.Lines{}, "a", []float64{1}, nil), AddMean(&plots.Lines{}, "a", []float64{1}, [][]float64{{}}),
	} {
		if err == nil || !oneLine(err) {
			t.Errorf("AddMean of nothing: %v", err)
		}
	}
	if _, err := Lines(Axis{}, "x", nil, nil); err == nil {
		t.Error("lines of no axis")
	}
	if _, _, err := Ensembled(nil, math.NaN(), nil); err == nil {
		t.Error("ensembles of no runs")
	}
}

// AlongCurve says which of its arguments is wrong.
func TestAlongCurveSays(t *testing.T) {
	line := []experiment.Result{everything(0.7)}
	standard := []experiment.Result{made("standard", subspace.Weights{1}, 0.8)}
	triangle := []experiment.Result{made("simplex-3", subspace.Simplex(3).Midpoint(), 0.5)}
	for _, c := range []struct {
		standard []experiment.Result
		curves   [][]experiment.Result
		says     string
	}{
		{nil, nil, "curves: there are none"},
		{standard, nil, "curves: there are none"},
		{nil, [][]experiment.Result{line}, ""},
		{standard, [][]experiment.Result{line}, ""},
		{standard, [][]experiment.Result{line, nil}, "curve 2: there are no runs"},
		{standard, [][]experiment.Result{triangle}, "curve 1: digits-simplex-3-cnnx8-seed1 was not scored along a curve"},
		{standard, [][]experiment.Result{standard}, "curve 1: digits-standard-cnnx8-seed1 was not scored along a curve"},
		{line, [][]experiment.Result{line}, "standard: these are runs of a line"},
		{nil, [][]experiment.Result{{line[0], triangle[0]}}, "curve 1: its runs 1 and 2 are not of one method"},
	} {
		figure, err := AlongCurve("x", c.standard, c.curves...)
		if (err == nil) != (c.says == "") || err != nil && (!oneLine(err) || !strings.Contains(err.Error(), c.says)) || err == nil && figure == nil {
			t.Errorf("%d of standard training, %d curves: %v, want %q", len(c.standard), len(c.curves), err, c.says)
		}
	}
	standard[0].Config.EMA = 0.9
	longer := everything(0.6)
	longer.Config.Epochs = 50
	figure, err := AlongCurve("x", standard, line, []experiment.Result{longer})
	if err != nil || !strings.Contains(figure.Alt, "line, epochs 200: 3 points") || !strings.Contains(figure.Alt, "line, epochs 50: 3 points") || !strings.Contains(figure.Alt, "standard, ema 0.9") {
		t.Errorf("two settings of one shape, beside an average: %v", err)
	}
}

// What is scored of a curve are its two ends, and it is called so: a Bézier curve has three
// endpoints. The points of a simplex are all of its endpoints.
func TestEndsAreCalledSo(t *testing.T) {
	for number, want := range map[int]string{2: ends.Name, 3: twoEnds.Name, 4: ends.Name} {
		f, err := NewFigure(number, experiment.Quick())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, l := range f.lines() {
			if name := l.term.Quantity.Name; strings.Contains(name, "mean of the") {
				if n++; name != want {
					t.Errorf("figure %d says %q of a %s, want %q", number, name, l.term.Method, want)
				}
			}
		}
		if n == 0 {
			t.Errorf("figure %d says nothing of ends", number)
		}
	}
}

// One printed name for each method, and one look, whatever stands beside it.
func TestNamesAndStyles(t *testing.T) {
	c := experiment.Quick()
	other := c
	other.Epochs, other.Dropout = 50, 0.3
	got := fmt.Sprint(Names(c, c.With("layerwise-line", 2), c.With("bezier", 3), other, c.With("layerwise-simplex-3", 1), c.With("my-bezier", 1)))
	if want := "[line, epochs 200 layer-wise line Bézier curve line + dropout, epochs 50 layer-wise simplex-3 my-bezier]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	free := c
	free.Beta = 0
	if got := fmt.Sprint(Names(c, free)); got != "[line, beta 1 line, beta 0]" {
		t.Errorf("with the regulariser and without: %s", got)
	}
	matched, averaged, longer := c, c.With("standard", 1), c.With("standard", 1)
	matched.Made, averaged.EMA, longer.EMA = "matched", 0.9, 0.99
	if got, want := fmt.Sprint(Names(matched, averaged, longer)), "[line, made matched standard, ema 0.9 standard, ema 0.99]"; got != want {
		t.Errorf("of the relatives %s, want %s", got, want)
	}
	if got := Styles(MethodName(matched), MethodName(averaged)); got[0] != styles["line"] || got[1] != styles[Standard] {
		t.Errorf("the relatives have the styles %v", got)
	}
	for n := 1; n <= Figures; n++ {
		f, err := NewFigure(n, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range f.Methods {
			if ShapeName(m.Config.Shape) == "Bézier curve" && !m.Config.Independent && m.Name != "Bézier curve" {
				t.Errorf("figure %d writes %q for a Bézier curve", n, m.Name)
			}
		}
	}
	alone, among := Styles("Bézier curve"), Styles("chain", "line", "Bézier curve", "polygon")
	if alone[0] != among[2] || among[0] == among[1] || among[0] == styles["layer-wise line"] || among[0] == among[3] {
		t.Errorf("a Bézier curve has style %v alone, and %v among others", alone, among)
	}
	if s := Styles("line", "chain"); s[1] == 6 {
		t.Error("beside the blue of a line stands the sky blue")
	}
	if s := Styles("line, epochs 200", "line, epochs 50"); s[0] != styles["line"] || s[1] == s[0] || s[1] == 0 {
		t.Errorf("two settings of a line have the styles %v", s)
	}
	seen := map[int]bool{}
	for range 9 {
		seen[Styles("a", "b", "c", "d", "e", "f", "g", "h")[len(seen)%8]] = true
	}
	if len(seen) != 8 {
		t.Errorf("eight methods share %d styles", len(seen))
	}
}

// A method has one name and one style in all figures, and shares the style with none beside
// it. The figures that show another side of a run have another word for it.
func TestOneNameOneStyle(t *testing.T) {
	other := map[string]string{
		"line, trained as one": "line", "triangle, trained as one": "simplex-3", "SWA": "SWA, cyclic rate",
		"ensemble of 2 networks": "straight between two networks", "ensemble of 3 networks": "three networks trained apart",
	}
	for n := 1; n <= Figures; n++ {
		f, err := NewFigure(n, experiment.Quick())
		if err != nil {
			t.Fatal(err)
		}
		taken := map[int]string{}
		for _, m := range f.Methods {
			name := m.Name
			if known := other[name]; known != "" {
				name = known
			}
			if got := MethodName(m.Config); got != name {
				t.Errorf("figure %d calls %q what is %q elsewhere", n, m.Name, got)
			}
			style := styleOf(m.Name)
			if style == 0 && !strings.HasPrefix(m.Name, "simplex-") { // of them only the midpoints are shown
				t.Errorf("figure %d: %q has no style of its own", n, m.Name)
			}
			if before := taken[style]; before != "" && style > 0 && n != 4 {
				t.Errorf("figure %d: %q looks like %q", n, m.Name, before)
			}
			taken[style] = m.Name
		}
	}
	c := experiment.Quick()
	c.Shape, c.Dropout, c.Rho = "standard", 0.1, 0.05
	weak := c
	weak.Rho = 0.01
	if got, want := fmt.Sprint(Names(c, weak, c.With("layerwise-line", 1))), "[dropout + SAM, sam rho 0.05 dropout + SAM, sam rho 0.01 layer-wise line + dropout + SAM]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Figures of two data sets have two titles.
func TestDataInTitles(t *testing.T) {
	titles := map[string]bool{}
	for _, data := range []string{"digits", "cifar10", "my-photos"} {
		for _, wrong := range []float64{0, 0.2} {
			r := everything(0.7)
			r.Config.Data, r.Config.WrongLabels = data, wrong
			standard := r
			standard.Config.Shape = Standard
			all := Rows{{Standard, []experiment.Result{standard}}, {"line", []experiment.Result{r}}}
			for name, draw := range map[string]func(Rows) (*plots.Figure, error){
				"along": Along, "compared": Compared, "calibrations": Calibrations, "reliability": Reliability, "severities": Severities,
			} {
				f, err := draw(all)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if !strings.Contains(f.Alt, "("+DataName(r.Config)+")") {
					t.Errorf("%s of %s says %s", name, data, f.Alt)
				}
				titles[f.Name] = true
			}
		}
	}
	if len(titles) != 5*6 {
		t.Errorf("%d file names of %d figures", len(titles), 5*6)
	}
}

// Two curves are drawn without anything beside them where the first row is none.
func TestAlongAlone(t *testing.T) {
	a, b := []experiment.Result{everything(0.7)}, []experiment.Result{everything(0.8)}
	figure, err := Along(Rows{{}, {"A", a}, {"B", b}})
	if err != nil || strings.Contains(figure.Alt, "horizontal line") || !strings.Contains(figure.Alt, "B: ") {
		t.Errorf("%v, %v", figure, err)
	}
	if _, err := Along(Rows{{}}); err == nil || !oneLine(err) {
		t.Errorf("of no row at all: %v", err)
	}
}

// Runs that were scored on other test images have no mean.
func TestOtherTestImages(t *testing.T) {
	run := func(seed uint64, data string) experiment.Result {
		r := everything(0.7)
		r.Config.Seed, r.TestData = seed, data
		return r
	}
	if err := CheckRuns([]experiment.Result{run(1, "a"), run(2, "a"), run(3, "")}); err != nil {
		t.Errorf("runs on the same images, and one that does not say: %v", err)
	}
	for _, runs := range [][]experiment.Result{{run(1, "a"), run(2, "b")}, {run(1, ""), run(2, "a"), run(3, "b")}} {
		if err := CheckRuns(runs); err == nil || !oneLine(err) || !strings.Contains(err.Error(), "other test images") {
			t.Errorf("runs on different images: %v", err)
		}
	}
}

// What is said of a corruption names it, and labels of any class are not called wrong.
func TestNamesOfConditions(t *testing.T) {
	base := experiment.Quick()
	for corrupt, want := range map[string]string{
		"": "under snow ", "snow": "under snow ", "fog": "under fog ", "gaussian_noise,snow": "under gaussian noise ",
	} {
		base.Corrupt = corrupt
		f, err := NewFigure(6, base)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Claims() {
			if !strings.HasPrefix(c.Says, want) {
				t.Errorf("of %q is claimed: %s", corrupt, c.Says)
			}
		}
	}
	base.WrongLabels = 0.2
	if got := DataName(base); got != "digits, 20 % wrong labels" {
		t.Error(got)
	}
	base.AnyClass = true
	if got := DataName(base); got != "digits, 20 % labels of any class" {
		t.Error(got)
	}
}
