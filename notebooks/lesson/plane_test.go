package lesson

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"gosubspace/plots"
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

// fieldOn reads a panel's values of a figure's numbers, by place, and its marks.
func fieldOn(t *testing.T, f *plots.Figure, panel string) (values map[[2]float64]float64, marks map[string][2]float64) {
	t.Helper()
	text, err := f.CSV()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	values, marks = map[[2]float64]float64{}, map[string][2]float64{}
	for _, row := range rows[1:] {
		x, errX := strconv.ParseFloat(row[3], 64)
		y, errY := strconv.ParseFloat(row[5], 64)
		if errX != nil || errY != nil {
			t.Fatalf("%q: %v, %v", row, errX, errY)
		}
		switch at := [2]float64{x, y}; {
		case row[0] != panel:
		case row[6] == "":
			marks[row[1]] = at
		default:
			if values[at], err = strconv.ParseFloat(row[6], 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(values) < 100 {
		t.Fatalf("%q has %d values", panel, len(values))
	}
	return values, marks
}

// The three maps of a step have at each place the value that their text says: on a plane
// that is linear, so that those at the three endpoints say it all. Where a place lies in
// the triangle of sides 1 follows here from its heights, √3/2, alone.
func TestReach(t *testing.T) {
	f, err := Reach()
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"the share is 0.9 there, falls evenly towards the opposite edge, and is 0.05 on it",
		"0.48 along that edge, 0.04 at the third endpoint", "a third everywhere", "a third in all three maps",
	} {
		if !strings.Contains(f.Alt, words) {
			t.Errorf("the text does not say %q:\n%s", words, f.Alt)
		}
	}
	coefficients := func(at [2]float64) [3]float64 {
		c := at[1] / (math.Sqrt(3) / 2)
		b := at[0] - c/2
		return [3]float64{1 - b - c, b, c}
	}
	for panel, corners := range map[string][3]float64{
		"near an endpoint": {0.9, 0.05, 0.05},
		"near an edge":     {0.48, 0.48, 0.04},
		"at the midpoint":  {1. / 3, 1. / 3, 1. / 3},
	} {
		values, marks := fieldOn(t, f, panel)
		for at, got := range values {
			want := 0.0
			for i, c := range coefficients(at) {
				want += c * corners[i]
			}
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: the share at %.3f is %v, want %v", panel, at, got, want)
				break
			}
		}
		// A step moves the endpoints by its coefficients, so that these are the shares there.
		for i, c := range coefficients(marks["step"]) {
			if math.Abs(c-corners[i]) > 1e-9 {
				t.Errorf("%s: the step is marked at %.3f, coefficient %d of it is %v, want %v", panel, marks["step"], i+1, c, corners[i])
			}
		}
	}
}

// The schedules end, and the averages grow, as the paper of SWA has it: nothing before
// the last quarter of the epochs, then a network an epoch, or one a cycle.
func TestSchedulesOfSWA(t *testing.T) {
	c := experiment.Quick()
	c.Epochs, c.Warmup, c.LearningRate = 160, 5, 0.1
	figure, err := schedules(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := figure.Draw(); err != nil {
		t.Error(err)
	}
	if len(figure.Panels) != 2 {
		t.Fatalf("%d panels", len(figure.Panels))
	}
	for _, c := range []struct {
		panel, series int
		name          string
		at            map[int]float64 // epochs from 1
	}{
		{0, 0, paper.Standard, map[int]float64{1: 0.02, 5: 0.1, 6: 0.1, 160: 0.05 * (1 - math.Cos(math.Pi/155))}},
		{0, 1, "SWA, constant rate", map[int]float64{1: 0.02, 5: 0.1, 81: 0.1, 145: 0.05, 160: 0.05}},
		{0, 2, "SWA, cyclic rate", map[int]float64{1: 0.02, 5: 0.1, 121: 0.05, 128: 0.025 * (1 - math.Cos(math.Pi/8)), 129: 0.05, 160: 0.025 * (1 - math.Cos(math.Pi/8))}},
		{1, 0, paper.Standard, map[int]float64{1: 0, 160: 0}},
		{1, 1, "SWA, constant rate", map[int]float64{1: 0, 120: 0, 121: 1, 160: 40}},
		{1, 2, "SWA, cyclic rate", map[int]float64{1: 0, 127: 0, 128: 1, 135: 1, 136: 2, 159: 4, 160: 5}},
	} {
		s := figure.Panels[c.panel].Series[c.series]
		if s.Name != c.name || len(s.X) != 160 || len(s.Y) != 160 || s.X[0] != 1 || s.X[159] != 160 {
			t.Errorf("series %d of panel %d is %q with %d and %d values, want %q over epochs 1 to 160", c.series, c.panel, s.Name, len(s.X), len(s.Y), c.name)
			continue
		}
		for epoch, want := range c.at {
			if got := s.Y[epoch-1]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%s, %s: %v at epoch %d, want %v", figure.Panels[c.panel].YLabel, s.Name, got, epoch, want)
			}
		}
		if s.Style == 0 || s.Style != paper.Styles(s.Name)[0] {
			t.Errorf("%s has the style %d, and another elsewhere", s.Name, s.Style)
		}
	}
	if _, err := Schedules(experiment.Quick(), 5); err != nil {
		t.Error(err)
	}
}

// The two maps of coefficients have what their text says: the height above the edge
// between endpoints 1 and 2, and the smallest of the three.
func TestCoordinates(t *testing.T) {
	f, err := Coordinates()
	if err != nil {
		t.Fatal(err)
	}
	for panel, want := range map[string]func(x, c float64) float64{
		"How much of endpoint 3": func(_, c float64) float64 { return c },
		"Inside or outside?":     func(x, c float64) float64 { return min(1-x-c/2, x-c/2, c) },
	} {
		values, _ := fieldOn(t, f, panel)
		for at, got := range values {
			if want := want(at[0], at[1]/(math.Sqrt(3)/2)); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s: %v at %.3f, want %v", panel, got, at, want)
				break
			}
		}
	}
}
