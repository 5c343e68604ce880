package lesson

import (
	"fmt"
	"math"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
)

// Slice draws loss and accuracy along the first filter-normalised direction
// through the networks that the rows were scored around on a surface: the middle
// row of its grid (Li et al., "Visualizing the Loss Landscape of Neural Nets",
// 2018). Means over the seeds, with bands of a standard deviation; the direction's
// random numbers are the same for all, so that what differs is the network.
//
// It needs rows with a surface that has an odd number of points on a side: one of
// an even number has no middle row.
func Slice(all Rows) (*plots.Figure, error) {
	scored := all.withSurface()
	if len(scored) == 0 {
		return nil, fmt.Errorf("no row was scored on a surface: set Config.Surface")
	}
	figure := plots.Panels{Title: "Along one direction", Note: scored.note()}
	for _, p := range []struct {
		title, label string
		score        Percent
	}{{"Loss", "test loss (nats)", NLL}, {"Accuracy", "test accuracy (%)", Accuracy}} {
		lines := plots.Lines{Title: p.title, XLabel: "steps along direction 1", YLabel: p.label}
		for _, row := range scored {
			var x []float64
			values := make([][]float64, len(row.Results))
			for i, r := range row.Results {
				var err error
				if x, values[i], err = slice(r.Surface, p.score); err != nil {
					return nil, fmt.Errorf("%s: %w", row.Name, err)
				}
			}
			series, err := plots.Mean(row.Name, x, values...)
			if err != nil {
				return nil, err
			}
			lines.Series = append(lines.Series, series)
		}
		figure.Panels = append(figure.Panels, lines)
	}
	return figure.Draw()
}

// withSurface returns the rows that were scored on a surface.
func (rows Rows) withSurface() (scored Rows) {
	for _, row := range rows {
		if row.Results[0].Surface != nil {
			scored = append(scored, row)
		}
	}
	return scored
}

// slice returns a score on the middle row of a grid, and the places on it.
func slice(g *experiment.Grid, score Percent) (x, values []float64, err error) {
	if len(g.Y)%2 == 0 {
		return nil, nil, fmt.Errorf("a surface of %d points on a side has no middle row: want an odd Config.Surface", len(g.Y))
	}
	return g.X, g.Values(score)[len(g.Y)/2], nil
}

// Barrier returns the loss barrier between the ends of a curve, in nats: how far
// the test loss, at its worst place, rises above the straight line from the loss
// of the one end to that of the other (Frankle et al., "Linear Mode Connectivity
// and the Lottery Ticket Hypothesis", 2020, take the mean of the ends; this is
// the same where they are equal). Two networks with no barrier between them lie in
// one valley. NaN for a run without points on a curve.
func Barrier(r experiment.Result) float64 {
	alpha, loss := r.Along(NLL)
	if len(loss) < 2 {
		return math.NaN()
	}
	first, last, barrier := loss[0], loss[len(loss)-1], 0.0
	for i, a := range alpha {
		barrier = max(barrier, loss[i]-((1-a)*first+a*last))
	}
	return barrier
}

// Barriers returns the barrier of each run.
func Barriers(results []experiment.Result) (values []float64) {
	for _, r := range results {
		values = append(values, Barrier(r))
	}
	return values
}

// Valleys prints, for every row that is a curve, the loss barrier between its
// ends, and its accuracy at the ends, at the midpoint and where it is lowest:
// mean ± standard deviation over the seeds.
func Valleys(all Rows) {
	fmt.Printf("%-29s  %-14s  %s\n%-29s  %-14s  %-14s  %-14s  %s\n", "", "loss", "accuracy (%)",
		"", "barrier (nats)", "ends", "midpoint", "lowest")
	for _, row := range all {
		if _, along := row.Results[0].Along(Accuracy); len(along) < 2 {
			continue // not a curve
		}
		fmt.Printf("%-29s  %-14s  %-14s  %-14s  %s\n", row.Name, Spread(Barriers(row.Results)), Spread(Ends(row.Results)),
			Spread(experiment.Midpoints(row.Results, Accuracy)), Spread(lowest(row.Results)))
	}
}

// lowest returns the lowest accuracy along the curve of each run, in percent.
func lowest(results []experiment.Result) (values []float64) {
	for _, r := range results {
		least := math.Inf(1)
		_, along := r.Along(Accuracy)
		for _, v := range along {
			least = min(least, v)
		}
		values = append(values, least)
	}
	return values
}
