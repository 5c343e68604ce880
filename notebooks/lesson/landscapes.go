package lesson

import (
	"fmt"
	"math"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// Slice draws loss and accuracy along the first filter-normalised direction
// through the networks that the rows were scored around on a surface: the middle
// row of its grid (Li et al., "Visualizing the Loss Landscape of Neural Nets",
// 2018). Means over the seeds, with bands of a standard deviation; the direction's
// random numbers are the same for all, so that what differs is the network.
//
// It needs rows with a surface that has an odd number of points on a side: one of
// an even number has no middle row.
func Slice(all paper.Rows) (*plots.Figure, error) {
	if err := all.Check(); err != nil {
		return nil, err
	}
	scored := slices.DeleteFunc(slices.Clone(all), func(row paper.Row) bool { return paper.CheckRuns(row.Results[:1], paper.OnSurface) != nil })
	if len(scored) == 0 {
		return nil, fmt.Errorf("no row was scored on a surface: set Config.Surface")
	}
	if err := scored.Check(paper.OnSurface); err != nil {
		return nil, err
	}
	along := func(runs []experiment.Result, score paper.Score) (x []float64, values [][]float64, err error) {
		values = make([][]float64, len(runs))
		for i, r := range runs {
			if x, values[i], err = slice(r.Surface, score); err != nil {
				return nil, nil, err
			}
		}
		return x, values, nil
	}
	return paper.MapPanels(paper.Titled("Along one direction", scored), scored, func(a paper.Axis, rows paper.Rows) (plots.Lines, error) {
		return paper.Lines(a, "steps along direction 1", rows, along)
	}, paper.LossAxis, paper.AccuracyAxis)
}

// slice returns a score on the middle row of a grid, and the places on it.
func slice(g *experiment.Grid, score paper.Score) (x, values []float64, err error) {
	if len(g.Y)%2 == 0 {
		return nil, nil, fmt.Errorf("a surface of %d points on a side has no middle row: want an odd Config.Surface", len(g.Y))
	}
	return g.X, g.Values(score)[len(g.Y)/2], nil
}

// Valleys prints, for every row that is a curve, the loss barrier between its
// ends, and its accuracy at the ends, at the midpoint and where it is lowest:
// mean ± standard deviation over the seeds.
func Valleys(all paper.Rows) {
	Check(all.Check(paper.AtMidpoint))
	fmt.Printf("%-29s  %-14s  %s\n%-29s  %-14s  %-14s  %-14s  %s\n", "", "loss", "accuracy (%)",
		"", "barrier (nats)", "ends", "midpoint", "lowest")
	for _, row := range all {
		if _, along := row.Results[0].Along(paper.Accuracy); len(along) < 2 {
			continue // not a curve
		}
		fmt.Printf("%-29s  %-14s  %-14s  %-14s  %s\n", row.Name, spread(paper.Barriers(row.Results)), spread(paper.Ends(row.Results)),
			spread(experiment.Midpoints(row.Results, paper.Accuracy)), spread(lowest(row.Results)))
	}
}

// lowest returns the lowest accuracy along the curve of each run, in percent.
func lowest(results []experiment.Result) (values []float64) {
	for _, r := range results {
		if _, along := r.Along(paper.Accuracy); len(along) > 0 {
			values = append(values, slices.Min(along))
		} else {
			values = append(values, math.NaN())
		}
	}
	return values
}
