package lesson

import (
	"fmt"
	"math"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// Coordinates draws what tells the inside of a triangle from its outside: over
// the plane through three points that are one apart, the coefficient of the
// third, and the smallest of the three coefficients. No network is behind it.
func Coordinates() (*plots.Figure, error) {
	panel := func(title, label string, value func(subspace.Weights) float64, levels ...float64) plots.Field {
		f := plots.Field{Title: title, ZLabel: label, Levels: levels}
		for i := range 3 {
			x, y := explore.Equilateral.Place(subspace.Endpoint(i, 3))
			f.Marks = append(f.Marks, plots.Mark{Name: fmt.Sprintf("endpoint %d", i+1), X: x, Y: y})
		}
		return overTriangle(f, "triangle", 137, 0.35, value)
	}
	return plots.Contours{
		Title: "The coefficients of a point of the plane",
		Fields: []plots.Field{
			panel("How much of endpoint 3", "its coefficient", func(c subspace.Weights) float64 { return c[2] },
				-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4),
			panel("Inside or outside?", "smallest of the three coefficients", func(c subspace.Weights) float64 { return slices.Min(c) },
				-1.2, -0.9, -0.6, -0.3, 0, 0.1, 0.2, 0.3),
		},
		Note: "Geometry of a triangle whose sides are 1: not a measurement.",
		Alt: "Two maps of the plane through three endpoints, which are the corners of a triangle with equal sides. Geometry, not a measurement.\n" +
			"Left: the coefficient of endpoint 3. It is constant along lines parallel to the edge between endpoints 1 and 2: 0 on that edge, " +
			"1 at endpoint 3, negative below the edge and above 1 beyond the endpoint.\n" +
			"Right: the smallest of the three coefficients. It is 0 on the three edges, rises to a third at the midpoint, and is negative " +
			"everywhere outside, the more the farther away.",
	}.Draw()
}

// ComparePlanes prints accuracy and loss at the endpoints, at the midpoint and on
// the grid inside and outside of the triangle, and how far apart the endpoints
// are: mean ± standard deviation over the seeds.
func ComparePlanes(all paper.Rows) {
	Check(all.Check(paper.AtMidpoint, paper.OnPlane))
	for _, row := range all {
		fmt.Printf("%s, %s%s\n", row.Name, experiment.Count(len(row.Results), "seed"), paper.MapImages(row.Results...))
		fmt.Printf("  %-16s  %-16s  %-16s  %-16s  %s\n", "", "endpoints", "midpoint", "inside", "outside")
		for _, s := range []struct {
			name  string
			score paper.Score
		}{{"accuracy (%)", paper.Accuracy}, {"loss (nats)", paper.NLL}} {
			inside, outside := paper.InsideOutside(row.Results, s.score)
			fmt.Printf("  %-16s  %-16s  %-16s  %-16s  %s\n", s.name, spread(paper.AtEndpoints(row.Results, s.score)),
				spread(experiment.Midpoints(row.Results, s.score)), spread(inside), spread(outside))
		}
		fmt.Printf("  sides of the triangle: %s\n", spread(sides(row.Results)))
	}
}

// sides returns the mean distance between two endpoints of each run.
func sides(runs []experiment.Result) (values []float64) {
	for _, r := range runs {
		p := paper.Triangle(*r.Plane)
		values = append(values, (p.BX+math.Hypot(p.CX, p.CY)+math.Hypot(p.CX-p.BX, p.CY))/3)
	}
	return values
}

// The bins of [ByDepth]: five from the edge to the midpoint, and nine of the same
// width outside. Farther out there are only the corners of the map.
const (
	depthBin          = 1.0 / 15
	binsOut, binsDeep = 9, 5
)

// ByDepth draws accuracy and loss against the smallest coefficient of the planes'
// points: means over bins, then over the seeds, with bands of a standard deviation.
func ByDepth(all paper.Rows) (*plots.Figure, error) {
	if err := all.Check(paper.OnPlane); err != nil {
		return nil, err
	}
	return paper.MapPanels(paper.Titled("Into the triangle, and out of it", all), all, func(a paper.Axis, all paper.Rows) (plots.Lines, error) {
		return paper.Lines(a, "smallest coefficient (0: edge, 1/3: midpoint)", all, byDepth)
	}, paper.AccuracyAxis, paper.LossAxis)
}

// byDepth returns the middles of the bins that every run has points in, and the
// mean score there, for each run.
func byDepth(runs []experiment.Result, score paper.Score) (at []float64, values [][]float64, err error) {
	bins := make([]map[int][]metric.Scores, len(runs))
	for i, r := range runs {
		bins[i] = map[int][]metric.Scores{}
		depths, scores := paper.Depths(*r.Plane)
		for j, d := range depths {
			k := int(math.Floor(d / depthBin))
			bins[i][k] = append(bins[i][k], scores[j])
		}
	}
	values = make([][]float64, len(runs))
	for k := -binsOut; k < binsDeep; k++ {
		if slices.ContainsFunc(bins, func(b map[int][]metric.Scores) bool { return len(b[k]) == 0 }) {
			continue
		}
		at = append(at, (float64(k)+0.5)*depthBin)
		for i, b := range bins {
			values[i] = append(values[i], paper.MeanOf(b[k], score))
		}
	}
	return at, values, nil
}
