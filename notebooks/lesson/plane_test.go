package lesson

import (
	"math"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// lopsided is a run that was scored on the plane of a triangle with three unequal
// sides: the accuracy of a point is the one that of tells.
func lopsided(of func(x, y float64) float64) experiment.Result {
	plane := subspace.Plane{BX: 4, CX: 1, CY: 3}
	g := &experiment.Grid{}
	g.X, g.Y = plane.Grid(41, 0.3)
	for i := range 3 {
		x, y := plane.Place(subspace.Corner(i, 3))
		g.Marks = append(g.Marks, experiment.Mark{X: x, Y: y})
	}
	for _, y := range g.Y {
		var row []metric.Scores
		for _, x := range g.X {
			row = append(row, metric.Scores{Accuracy: of(x, y), NLL: 1 - of(x, y)})
		}
		g.Scores = append(g.Scores, row)
	}
	r := made("simplex-3", subspace.Simplex(3).Midpoint(), 0.9)
	r.Points = append(r.Points, experiment.PointScore{Weights: subspace.Corner(0, 3)})
	r.Plane = g
	return r
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
	if got, want := sides([]experiment.Result{r})[0], (4+math.Sqrt(10)+math.Sqrt(18))/3; math.Abs(got-want) > 1e-12 {
		t.Errorf("mean side %v, want %v", got, want)
	}
}

// A score that is the distance from the bottom edge, as a share of the height, is the
// third coefficient: by depth it must not fall below the depth itself.
func TestByDepth(t *testing.T) {
	r := lopsided(func(_, y float64) float64 { return y / 3 })
	at, values := byDepth([]experiment.Result{r, r}, func(s metric.Scores) float64 { return s.Accuracy })
	if len(at) < 12 || len(values) != 2 || len(values[1]) != len(at) {
		t.Fatalf("%d bins, %d runs: want 12 bins or more of 2 runs", len(at), len(values))
	}
	for i, depth := range at {
		if values[0][i] < depth-depthBin/2 {
			t.Errorf("at depth %.3f the third coefficient is %.3f, less than the smallest", depth, values[0][i])
		}
	}
	if last := values[0][len(at)-1]; math.Abs(last-1.0/3) > 0.05 {
		t.Errorf("at the centre the third coefficient is %.3f, want about 1/3", last)
	}
	if _, err := ByDepth(Rows{{"triangle", []experiment.Result{r, r}}}); err != nil {
		t.Error(err)
	}
}

func TestSchemes(t *testing.T) {
	if _, err := Coordinates(); err != nil {
		t.Error(err)
	}
	if _, err := Reach(); err != nil {
		t.Error(err)
	}
	if _, err := Schedules(experiment.Quick(), 5); err != nil {
		t.Error(err)
	}
}

func TestExcess(t *testing.T) {
	r := made("line", subspace.Weights{0.5, 0.5}, 0.9)
	r.Calibration = &experiment.Calibration{Reliability: []metric.Bin{
		{N: 30, Confidence: 0.4, Accuracy: 0.5}, {}, {N: 10, Confidence: 0.9, Accuracy: 0.8},
	}}
	// Mean confidence 0.525, accuracy 0.575.
	if got := Excess([]experiment.Result{r})[0]; math.Abs(got+5) > 1e-9 {
		t.Errorf("confidence exceeds accuracy by %v points, want -5", got)
	}
}
