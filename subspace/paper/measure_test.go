package paper

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper/papertest"
)

// made is a result as a run would leave it.
func made(shape string, middle subspace.Weights, accuracy float64) experiment.Result {
	c := experiment.Quick()
	c.Shape = shape
	return experiment.Result{
		Config: c, Devices: []string{"XLA on CPU"}, Training: 12,
		Points: []experiment.PointScore{{Weights: middle, Scores: metric.Scores{Accuracy: accuracy, ECE: 0.02}}},
	}
}

// lopsided is a run that was scored on the plane of a triangle with three unequal
// sides: the accuracy of a point is the one that of tells.
func lopsided(of func(x, y float64) float64) experiment.Result {
	plane := subspace.Plane{BX: 4, CX: 1, CY: 3}
	g := &experiment.Grid{}
	g.X, g.Y = plane.Grid(41, 0.3)
	for i := range 3 {
		x, y := plane.Place(subspace.Endpoint(i, 3))
		g.Marks = append(g.Marks, experiment.Mark{Name: fmt.Sprint("endpoint ", i+1), X: x, Y: y})
	}
	for _, y := range g.Y {
		var row []metric.Scores
		for _, x := range g.X {
			row = append(row, metric.Scores{Accuracy: of(x, y), NLL: 1 - of(x, y)})
		}
		g.Scores = append(g.Scores, row)
	}
	r := made("simplex-3", subspace.Simplex(3).Midpoint(), 0.9)
	r.Points = append(r.Points, experiment.PointScore{Weights: subspace.Endpoint(0, 3)})
	r.Plane = g
	return r
}

func TestNote(t *testing.T) {
	line, standard := made("line", subspace.Weights{0.5, 0.5}, 0.9), made("standard", subspace.Weights{1}, 0.8)
	longer, wrong := line, line
	longer.Config.Epochs = 800
	wrong.Config.WrongLabels = 0.2
	for got, want := range map[string]string{
		// A run of each shape is one seed each, not two seeds.
		Note([]experiment.Result{standard}, []experiment.Result{line}): "cnn, width 8; digits, 200 training images, 200 epochs; 1 seed; XLA on CPU",
		Note([]experiment.Result{line, line}):                          "cnn, width 8; digits, 200 training images, 200 epochs; 2 seeds, bands ± 1 standard deviation; XLA on CPU",
		// What differs between the runs is told of each.
		Note([]experiment.Result{standard}, []experiment.Result{longer}): "cnn, width 8; digits, 200 training images, 200 and 800 epochs; 1 seed; XLA on CPU",
		Note([]experiment.Result{standard}, []experiment.Result{wrong}):  "cnn, width 8; digits, 200 training images and 200 training images (20 % wrongly labelled), 200 epochs; 1 seed; XLA on CPU",
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Under a landscape that was scored on a part of the test images, and beside what is read off
// it, it says on how many; where it was scored on all, and under other figures, it does not.
func TestNoteOfMaps(t *testing.T) {
	all := lopsided(func(x, y float64) float64 { return 0.9 - math.Hypot(x, y)/20 })
	part := all
	part.Config.GridImages = 50
	const says = "; map: 50 test images"
	for _, r := range []experiment.Result{all, part} {
		rows := Rows{{"triangle", []experiment.Result{r}}}
		for _, draw := range []func(Rows) (*plots.Figure, error){Planes, PlaneLosses} {
			f, err := draw(rows)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(f.Alt, says) != (r.Config.GridImages > 0) {
				t.Errorf("on %d images: %s", r.Config.GridImages, f.Alt)
			}
		}
		if budget := (RecordedRuns{Rows: rows}).Budget(); strings.HasSuffix(budget, says) != (r.Config.GridImages > 0) {
			t.Errorf("on %d images: %s", r.Config.GridImages, budget)
		}
	}
	if note := Note([]experiment.Result{part}); strings.Contains(note, "map") {
		t.Error(note)
	}
}

// Landscapes of the loss have the levels of orders of magnitude where they span more than
// one of those that are shown, and finer ones where they do not: the same for both.
func TestLevelsOfLosses(t *testing.T) {
	for _, c := range []struct {
		values    [2][]float64
		orders    bool
		low, high float64
	}{
		{[2][]float64{{1.84, 2.06}, {2.76, 8.89}}, false, 1.84, 8.89},
		{[2][]float64{{0.06, 0.4}, {math.NaN(), 3}}, true, 0, 0},
		{[2][]float64{{3, 5}, {4, 1e6}}, false, 3, 10}, // 10 is the last that is shown
		{[2][]float64{{12, 20}, {30, 40}}, false, 0, 0},
	} {
		fields := []plots.Field{{Z: [][]float64{c.values[0]}}, {Z: [][]float64{c.values[1]}}}
		levelled(fields)
		for _, f := range fields {
			if len(f.Levels) > 0 != c.orders || f.Low != c.low || f.High != c.high {
				t.Errorf("%v: levels %v, from %v to %v", c.values, f.Levels, f.Low, f.High)
			}
		}
	}
}

// What standard training ends with is a network, and the midpoint of nothing.
func TestSurfaceOfOneNetwork(t *testing.T) {
	var rows Rows
	for _, shape := range []string{"standard", "line"} {
		r := made(shape, nil, 0.9)
		axis := []float64{-1, 0, 1}
		scores := slices.Repeat([]metric.Scores{{NLL: 0.5}, {NLL: 0.1}, {NLL: 0.6}}, 3)
		r.Surface = &experiment.Grid{X: axis, Y: axis, Scores: [][]metric.Scores{scores[:3], scores[3:6], scores[6:]}, Marks: []experiment.Mark{{Name: "midpoint"}}}
		rows = append(rows, Row{shape, []experiment.Result{r}})
	}
	f, err := Surfaces(rows)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.Alt, "\nnetwork: 0.1 at (0, 0)") || strings.Count(f.Alt, "\nmidpoint: 0.1 at (0, 0)") != 1 || rows[0].Results[0].Surface.Marks[0].Name != "midpoint" {
		t.Error(f.Alt)
	}
}

// Rows of dots have bars, and no bands.
func TestNoteOfRows(t *testing.T) {
	f, err := Compared(Rows{{"line", []experiment.Result{everything(0.7), everything(0.8)}}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.Alt, "2 seeds, bars ± 1 standard deviation") || strings.Contains(f.Alt, "bands") {
		t.Error(f.Alt)
	}
}

// A method that a figure lacks is named, with those it has.
func TestGetSaysWhy(t *testing.T) {
	defer func() {
		if said := fmt.Sprint(recover()); said != `the figure has no method "lime": it has line` {
			t.Errorf("it says %q", said)
		}
	}()
	Rows{{"line", nil}}.Get("lime")
}

// leftOf reports on which side of the way from a to b a point is.
func leftOf(a, b [2]float64, x, y float64) bool {
	return (b[0]-a[0])*(y-a[1])-(b[1]-a[1])*(x-a[0]) > -1e-9
}

// Inside is where the point is left of all three edges, walked anticlockwise.
func TestInside(t *testing.T) {
	a, b, c := [2]float64{0, 0}, [2]float64{4, 0}, [2]float64{1, 3}
	r := lopsided(func(x, y float64) float64 {
		if leftOf(a, b, x, y) && leftOf(b, c, x, y) && leftOf(c, a, x, y) {
			return 1
		}
		return 0
	})
	inside, outside := Inside(*r.Plane)
	if in, out := MeanOf(inside, Accuracy), MeanOf(outside, Accuracy); in != 100 || out != 0 {
		t.Errorf("%v %% of the inside is left of all edges, and %v %% of the outside: want 100 and 0", in, out)
	}
	// The triangle's area, 6, as a share of the map's, 6.4 × 4.8.
	share := float64(len(inside)) / float64(len(inside)+len(outside))
	if math.Abs(share-6/(6.4*4.8)) > 0.02 {
		t.Errorf("%.3f of the points are inside, want about %.3f", share, 6/(6.4*4.8))
	}
}

func TestEnsembled(t *testing.T) {
	runs := []experiment.Result{
		papertest.Scored([]float64{0.5, 0.75, 0.875, 0.25, 0.25}, []float64{0.625, 0.9375}),
		papertest.Scored([]float64{0.25, 0.5, 0.5, 0.75, 0.75}, []float64{0.5, 0.75}),
	}
	together, alone, err := Ensembled(runs, 0.25, Accuracy)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{93.75, 75}; together[0] != want[0] || together[1] != want[1] {
		t.Errorf("ensembles %v, want %v", together, want)
	}
	if want := []float64{50, 62.5}; alone[0] != want[0] || alone[1] != want[1] {
		t.Errorf("alone %v, want %v", alone, want)
	}
	if _, _, err := Ensembled(runs, 0.3, Accuracy); err == nil {
		t.Error("an ensemble where none was scored")
	}
}

func TestOverconfidence(t *testing.T) {
	r := made("standard", nil, 0.75)
	r.Calibration = &experiment.Calibration{Reliability: []metric.Bin{
		{Low: 0, High: 0.5}, {Low: 0.5, High: 0.8, N: 1, Confidence: 0.6, Accuracy: 0}, {Low: 0.8, High: 1, N: 3, Confidence: 0.9, Accuracy: 1},
	}}
	if got := Overconfidence([]experiment.Result{r})[0]; math.Abs(got-7.5) > 1e-12 {
		t.Errorf("mean confidence 82.5 %%, accuracy 75 %%: overconfident by %v", got)
	}
}

// sloped is a run that was scored at points along a curve with the given losses.
func sloped(loss ...float64) (r experiment.Result) {
	for i, l := range loss {
		alpha := float64(i) / float64(len(loss)-1)
		r.Points = append(r.Points, experiment.PointScore{Alpha: &alpha, Scores: metric.Scores{NLL: l}})
	}
	return r
}

func TestBarrier(t *testing.T) {
	for _, c := range []struct {
		loss []float64
		want float64
	}{
		{[]float64{1, 3, 2}, 1.5},        // above the straight line from 1 to 2
		{[]float64{1, 2, 3, 4}, 0},       // a slope is no barrier
		{[]float64{2, 1, 2}, 0},          // nor is a valley
		{[]float64{0, 0, 5, 1}, 13. / 3}, // the worst place is not the middle
	} {
		if got := Barriers([]experiment.Result{sloped(c.loss...)})[0]; math.Abs(got-c.want) > 1e-12 {
			t.Errorf("barrier of %v: %v, want %v", c.loss, got, c.want)
		}
	}
	if got := Barriers([]experiment.Result{{}})[0]; !math.IsNaN(got) {
		t.Errorf("barrier of a run without a curve: %v", got)
	}
}

// Severity 0 is the clean images; of several corruptions the first counts.
func TestUnder(t *testing.T) {
	r := made("standard", nil, 0.9)
	r.Points[0].Midpoint = true
	for i, name := range []string{"fog", "snow"} {
		for severity := 1; severity <= 5; severity++ {
			r.Corrupted = append(r.Corrupted, experiment.Corrupted{Corruption: name, Severity: severity,
				Scores: metric.Scores{Accuracy: float64(8-severity-i) / 10}})
		}
	}
	for severity, want := range []float64{90, 70, 60, 50, 40, 30} {
		if got := Under([]experiment.Result{r}, severity, Accuracy)[0]; got < want-1e-9 || got > want+1e-9 {
			t.Errorf("severity %d: %v %%, want %v", severity, got, want)
		}
	}
}

// The fit is that of the last ten epochs, or of all where there are fewer.
func TestFit(t *testing.T) {
	var r experiment.Result
	for i := range 20 {
		r.History = append(r.History, experiment.Epoch{Accuracy: float64(i) / 100})
	}
	short := experiment.Result{History: r.History[:3]}
	got := Fit([]experiment.Result{r, short})
	for i, want := range []float64{14.5, 1} {
		if math.Abs(got[i]-want) > 1e-9 {
			t.Errorf("run %d: %v %%, want %v", i, got[i], want)
		}
	}
}
