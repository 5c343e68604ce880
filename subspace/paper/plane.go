package paper

import (
	"math"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// The methods of figure 2.
const triangle, apart = "triangle, trained as one", "three networks trained apart"

// plane is figure 2: accuracy on the plane through a trained triangle.
var plane = definition{
	title: "The plane of a triangle",
	methods: func(base experiment.Config) []Method {
		return []Method{
			row(triangle, base, "simplex-3", onPlane),
			row(apart, base, "simplex-3", independent, onPlane),
		}
	},
	draw:  []func(Rows) (*plots.Figure, error){Planes, PlaneLosses},
	alone: true,
	lines: func(t *lines, m Method) {
		t.within(m, accuracyInside, accuracyOutside, "outside")
		t.alone(m, accuracyOutside)
		t.within(m, nllInside, nllOutside, "outside")
		t.alone(m, nllOutside)
		t.within(m, accuracyMidpoint, ends, "its endpoints")
		t.alone(m, ends)
	},
	claims: func(c *claims) {
		c.add(1, Term{triangle, accuracyInside}, Term{triangle, accuracyOutside}, "a trained triangle is more accurate inside than outside")
		c.add(1, Term{triangle, accuracyMidpoint}, Term{triangle, ends}, "the midpoint of a trained triangle is more accurate than its endpoints")
		c.add(-1, Term{apart, accuracyMidpoint}, Term{apart, ends}, "the midpoint between three networks trained apart is less accurate than they are")
	},
}

var (
	accuracyInside  = onTriangle("accuracy, inside the triangle", "%", 2, Accuracy, true)
	accuracyOutside = onTriangle("accuracy, outside the triangle", "%", 2, Accuracy, false)
	nllInside       = onTriangle("NLL, inside the triangle", "nats", 3, NLL, true)
	nllOutside      = onTriangle("NLL, outside the triangle", "nats", 3, NLL, false)
)

// onTriangle is the mean of a score over the points of a plane's grid that are in
// the triangle, or over the others.
func onTriangle(name, unit string, digits int, score Score, within bool) Quantity {
	return Quantity{name, unit, digits, func(r experiment.Result) (float64, bool) {
		value, outside := InsideOutside([]experiment.Result{r}, score)
		if !within {
			value = outside
		}
		return value[0], !math.IsNaN(value[0])
	}, nil}
}

// Planes draws the accuracy on the plane through three endpoints, of the first
// seed of each row, with the triangle between them (figure 2).
func Planes(all Rows) (*plots.Figure, error) {
	figure, err := planes("Accuracy on the plane through three endpoints", all, AccuracyAxis)
	if err != nil {
		return nil, err
	}
	return figure.Draw()
}

// PlaneLosses draws the loss on the planes of [Planes].
func PlaneLosses(all Rows) (*plots.Figure, error) {
	figure, err := planes("Loss on the plane through three endpoints", all, LossAxis)
	if err != nil {
		return nil, err
	}
	levelled(figure.Fields)
	return figure.Draw()
}

// losses are the levels of landscapes of the loss that grows by orders of magnitude.
var losses = []float64{0.1, 0.2, 0.5, 1, 2, 5, 10}

// levelled gives landscapes of the loss that stand beside each other their levels: losses
// where what these show of them spans more than an order, else round numbers between, which
// are finer.
func levelled(fields []plots.Field) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, f := range fields {
		for _, z := range slices.Concat(f.Z...) {
			if !math.IsNaN(z) {
				low, high = min(low, z), max(high, z)
			}
		}
	}
	low, high = max(low, losses[0]), min(high, losses[len(losses)-1])
	for i := range fields {
		if high > 10*low {
			fields[i].Levels = losses
		} else if low < high {
			fields[i].Low, fields[i].High = low, high
		}
	}
}

func planes(title string, all Rows, a Axis) (figure plots.Contours, err error) {
	if err := all.Check(OnPlane); err != nil {
		return figure, err
	}
	figure = plots.Contours{Title: Titled(title, all), Note: MapNote(all.first().runs()...)}
	for _, row := range all {
		g := row.Results[0].Plane
		f := Field(g, a)
		f.Title = row.Name
		f.Paths = []plots.Path{Outline("triangle", Triangle(*g))}
		figure.Fields = append(figure.Fields, f)
	}
	return figure, nil
}

// Outline returns the triangle of the three endpoints that a plane goes through, for a figure.
func Outline(name string, plane subspace.Plane) plots.Path {
	outline := plots.Path{Name: name}
	for _, i := range []int{0, 1, 2, 0} {
		x, y := plane.Place(subspace.Endpoint(i, 3))
		outline.X, outline.Y = append(outline.X, x), append(outline.Y, y)
	}
	return outline
}

// Field returns a landscape for a figure: the scores of a grid, and its marks.
func Field(g *experiment.Grid, a Axis) plots.Field {
	f := plots.Field{XLabel: "distance in weight space", YLabel: "distance", ZLabel: a.Label, X: g.X, Y: g.Y, Z: g.Values(a.Score)}
	for _, m := range g.Marks {
		f.Marks = append(f.Marks, plots.Mark(m))
	}
	return f
}

// Triangle returns the plane that a grid was scored on, with its three endpoints; the
// zero plane for a grid that is not of one.
func Triangle(g experiment.Grid) subspace.Plane {
	if len(g.Marks) < 3 {
		return subspace.Plane{}
	}
	return subspace.Plane{BX: g.Marks[1].X, CX: g.Marks[2].X, CY: g.Marks[2].Y}
}

// Depths returns the scores of a grid that was scored on a plane, with the smallest
// coefficient of each point, point by point, row by row: 1/3 at the midpoint of the
// triangle, 0 on its edges, negative outside. There are none of another grid.
func Depths(g experiment.Grid) (depths []float64, scores []metric.Scores) {
	if !spansPlane(&g) {
		return nil, nil
	}
	plane := Triangle(g)
	for i, y := range g.Y {
		for j, x := range g.X {
			depths = append(depths, slices.Min(plane.At(x, y)))
			scores = append(scores, g.Scores[i][j])
		}
	}
	return depths, scores
}

// Inside splits the scores of a plane's grid into those of points in the triangle of
// its endpoints, none of whose coefficients is negative, and the others.
func Inside(g experiment.Grid) (inside, outside []metric.Scores) {
	depths, scores := Depths(g)
	for i, s := range scores {
		if depths[i] >= 0 {
			inside = append(inside, s)
		} else {
			outside = append(outside, s)
		}
	}
	return inside, outside
}

// MeanOf returns the mean of a score over points.
func MeanOf(points []metric.Scores, score Score) float64 {
	var values []float64
	for _, s := range points {
		values = append(values, score.of(s))
	}
	return metric.Mean(values)
}

// InsideOutside returns the mean of a score inside and outside of the triangle,
// for each run.
func InsideOutside(runs []experiment.Result, score Score) (inside, outside []float64) {
	for _, r := range runs {
		var in, out []metric.Scores
		if r.Plane != nil {
			in, out = Inside(*r.Plane)
		}
		inside, outside = append(inside, MeanOf(in, score)), append(outside, MeanOf(out, score)) // NaN of none
	}
	return inside, outside
}
