package paper

import (
	"slices"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Quantity is a number that a table has of each run.
type Quantity struct {
	Name   string // such as "accuracy, midpoint"
	Unit   string // "%", or "nats"
	Digits int    // behind the point
	of     func(experiment.Result) (value float64, there bool)
}

// Term is one side of a comparison: a quantity of a method.
type Term struct {
	Method   string
	Quantity Quantity
}

// bySeed returns the quantity of every run that has it.
func (q Quantity) bySeed(results []experiment.Result) map[uint64]float64 {
	values := map[uint64]float64{}
	for _, r := range results {
		if v, there := q.of(r); there {
			values[r.Config.Seed] = v
		}
	}
	return values
}

// The scores of a run that quantities are made of.
type scoresOf func(experiment.Result) (s metric.Scores, there bool)

func midpoint(r experiment.Result) (metric.Scores, bool) {
	s := r.Midpoint().Scores
	return s, s.N > 0
}

func accuracyOf(what string, of scoresOf) Quantity {
	return Quantity{"accuracy, " + what, "%", 2, ofScores(of, Accuracy)}
}

func eceOf(what string, of scoresOf) Quantity {
	return Quantity{"ECE, " + what, "%", 2, ofScores(of, ECE)}
}

func ofScores(of scoresOf, score Score) func(experiment.Result) (float64, bool) {
	return func(r experiment.Result) (float64, bool) {
		s, there := of(r)
		return score(s), there
	}
}

// The quantities of several figures.
var (
	accuracyMidpoint = accuracyOf("midpoint", midpoint)
	eceMidpoint      = eceOf("midpoint", midpoint)
	nllMidpoint      = Quantity{"NLL, midpoint", "nats", 3, ofScores(midpoint, NLL)}
)

// ends is the mean accuracy of the endpoints of a subspace; one network has none.
var ends = Quantity{"accuracy, mean of the endpoints", "%", 2, func(r experiment.Result) (float64, bool) {
	several := len(r.Midpoint().Weights) > 1
	corner := slices.ContainsFunc(r.Points, func(p experiment.PointScore) bool { return slices.Contains(p.Weights, 1) })
	if !several || !corner {
		return 0, false
	}
	return Corners([]experiment.Result{r}, Accuracy)[0], true
}}
