package lesson

import (
	"math"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// onTriangle is a run that was scored on the plane of a triangle with three unequal
// sides: the accuracy of a point is the one that of tells.
func onTriangle(of func(x, y float64) float64) experiment.Result {
	plane := subspace.Plane{BX: 4, CX: 1, CY: 3}
	g := &experiment.Grid{Marks: []experiment.Mark{{}, {X: plane.BX}, {X: plane.CX, Y: plane.CY}}}
	g.X, g.Y = plane.Grid(41, 0.3)
	for _, y := range g.Y {
		var row []metric.Scores
		for _, x := range g.X {
			row = append(row, metric.Scores{Accuracy: of(x, y)})
		}
		g.Scores = append(g.Scores, row)
	}
	return experiment.Result{Plane: g}
}

func TestSides(t *testing.T) {
	r := onTriangle(func(x, y float64) float64 { return 0 })
	if got, want := sides([]experiment.Result{r})[0], (4+math.Sqrt(10)+math.Sqrt(18))/3; math.Abs(got-want) > 1e-12 {
		t.Errorf("mean side %v, want %v", got, want)
	}
}

// A score that is the distance from the bottom edge, as a share of the height, is the
// third coefficient: by depth it must not fall below the depth itself.
func TestByDepth(t *testing.T) {
	r := onTriangle(func(_, y float64) float64 { return y / 3 })
	at, values, _ := byDepth([]experiment.Result{r, r}, func(s metric.Scores) float64 { return s.Accuracy })
	if len(at) < 12 || len(values) != 2 || len(values[1]) != len(at) {
		t.Fatalf("%d bins, %d runs: want 12 bins or more of 2 runs", len(at), len(values))
	}
	for i, depth := range at {
		if values[0][i] < depth-depthBin/2 {
			t.Errorf("at depth %.3f the third coefficient is %.3f, less than the smallest", depth, values[0][i])
		}
	}
	if last := values[0][len(at)-1]; math.Abs(last-1.0/3) > 0.05 {
		t.Errorf("at the midpoint the third coefficient is %.3f, want about 1/3", last)
	}
	if _, err := ByDepth(paper.Rows{{Name: "triangle", Results: []experiment.Result{r, r}}}); err != nil {
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
	figure, err := schedules(experiment.Quick(), 5)
	for _, panel := range figure.Panels {
		for _, s := range panel.Series {
			if s.Style == 0 || s.Style != paper.Styles(s.Name)[0] {
				t.Errorf("%s has the style %d, and another elsewhere; %v", s.Name, s.Style, err)
			}
		}
	}
}
