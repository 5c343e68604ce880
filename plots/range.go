package plots

import (
	"math"
	"slices"
)

// extent is the ranges of both axes.
type extent struct{ xLow, xHigh, yLow, yHigh float64 }

// with returns the ranges that hold both.
func (e extent) with(o extent) extent {
	return extent{min(e.xLow, o.xLow), max(e.xHigh, o.xHigh), min(e.yLow, o.yLow), max(e.yHigh, o.yHigh)}
}

// extent returns the ranges that all numbers lie in.
func (l Lines) extent() extent {
	first := l.Series[0]
	e := extent{first.X[0], first.X[0], first.Y[0], first.Y[0]}
	for _, s := range slices.Concat(l.Series, l.behind) {
		e.xLow, e.xHigh = min(e.xLow, s.X[0]), max(e.xHigh, s.X[len(s.X)-1])
		for _, ys := range [][]float64{s.Y, s.Low, s.High} {
			for _, y := range ys {
				e.yLow, e.yHigh = min(e.yLow, y), max(e.yHigh, y)
			}
		}
	}
	for _, r := range l.References {
		e.yLow, e.yHigh = min(e.yLow, r.Y), max(e.yHigh, r.Y)
		if r.band() {
			e.yLow, e.yHigh = min(e.yLow, r.Low), max(e.yHigh, r.High)
		}
	}
	return e
}

// shown returns the ranges that the axes show.
func (l Lines) shown() extent {
	if l.cover == nil {
		return l.extent()
	}
	return l.extent().with(*l.cover)
}

// aligned returns the panels with one range for what is one quantity over one other, by
// their labels, so that heights can be compared from panel to panel.
func aligned(panels []Lines) []Lines {
	type labels struct{ x, y string }
	ranges := map[labels]extent{}
	for _, l := range panels {
		e := l.shown()
		if other, there := ranges[labels{l.XLabel, l.YLabel}]; there {
			e.yLow, e.yHigh = min(e.yLow, other.yLow), max(e.yHigh, other.yHigh)
		}
		ranges[labels{l.XLabel, l.YLabel}] = e
	}
	panels = slices.Clone(panels)
	for i, l := range panels {
		e, of := l.shown(), ranges[labels{l.XLabel, l.YLabel}]
		e.yLow, e.yHigh = of.yLow, of.yHigh
		panels[i].cover = &e
	}
	return panels
}

// widen adds a share of the range on both sides, so that nothing lies on the
// frame; a range of one value is given some width.
func widen(low, high, share float64) (float64, float64) {
	room := (high - low) * share
	if least := 1e-6 * max(math.Abs(low), math.Abs(high)); high-low <= least {
		room = max(math.Abs(low)*0.05, 1e-3)
	}
	return low - room, high + room
}

func (l Lines) wholeX() bool {
	for _, s := range l.Series {
		if slices.ContainsFunc(s.X, func(x float64) bool { return x != math.Trunc(x) }) {
			return false
		}
	}
	return !l.overAlpha()
}
