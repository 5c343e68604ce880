package lesson

import (
	"context"
	"fmt"

	"gosubspace/plots"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// TwoWays are the scores along a curve by where batch norm's statistics come from.
type TwoWays struct {
	Alpha                     []float64 // −0.475 to 1.475, in steps of 0.05
	Reestimated, Interpolated []metric.Scores
	note                      string
}

// AlongBothWays scores a curve and what is beyond its ends, with batch norm re-estimated
// at each point, and with its statistics interpolated between points that have some: α =
// 0, 0.05 … 1. The scores are half-way between those, where the two ways are the farthest
// apart. It takes what [Explore] takes, where the images are on this machine.
func AlongBothWays(of any) TwoWays {
	ctx, stop := Context()
	defer stop()
	ways, err := bothWays(ctx, of)
	Check(err)
	return ways
}

func bothWays(ctx context.Context, of any) (ways TwoWays, err error) {
	e, err := openExplorable(ctx, of)
	if err != nil {
		return ways, err
	}
	defer e.close()
	if e.Tests == 0 {
		return ways, fmt.Errorf("there is nothing to compare: %s", e.notice)
	}
	ways.note = fmt.Sprintf("%s, computed with %s; %d test images; re-estimated on %d training images", e.Config.Name(), e.Device, e.Tests, e.Reestimate)
	for i := range 40 {
		alpha := float64(2*i-19) / 40
		at, _, err := explore.Along(e.Shape, alpha)
		if err != nil {
			return ways, err
		}
		a, err := e.At(ctx, at, explore.Reestimated)
		if err != nil {
			return ways, err
		}
		b, err := e.At(ctx, at, explore.Interpolated)
		if err != nil {
			return ways, err
		}
		ways.Alpha = append(ways.Alpha, alpha)
		ways.Reestimated, ways.Interpolated = append(ways.Reestimated, *a.Scores), append(ways.Interpolated, *b.Scores)
	}
	return ways, nil
}

// Draw draws accuracy and loss both ways.
func (w TwoWays) Draw() (*plots.Figure, error) {
	panel := func(a paper.Axis) plots.Lines {
		series := func(name string, style int, scores []metric.Scores) plots.Series {
			s := plots.Series{Name: name, X: w.Alpha, Style: style}
			for _, score := range scores {
				s.Y = append(s.Y, a.Score(score))
			}
			return s
		}
		return plots.Lines{Title: a.Title, XLabel: "α", YLabel: a.Label, Series: []plots.Series{
			series("re-estimated at the point", 1, w.Reestimated), series("interpolated", 2, w.Interpolated)}}
	}
	return plots.Panels{Title: "Batch norm's statistics, two ways", Note: w.note,
		Panels: []plots.Lines{panel(paper.AccuracyAxis), panel(paper.LossAxis)}}.Draw()
}
