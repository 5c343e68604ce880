package lesson

import (
	"fmt"
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

// together is what figure 4 shows of a run: the centre of a subspace, or the
// ensemble of networks that were trained apart.
func together(r experiment.Result) (metric.Scores, bool) {
	if !r.Config.Independent {
		return midpoint(r)
	}
	if len(r.Ensembles) == 0 {
		return metric.Scores{}, false
	}
	return r.Ensembles[0].Scores, true
}

func afterScaling(r experiment.Result) (metric.Scores, bool) {
	if r.Calibration == nil || r.Calibration.Scaled == nil {
		return metric.Scores{}, false
	}
	return *r.Calibration.Scaled, true
}

func underSeverity(severity int) scoresOf {
	return func(r experiment.Result) (metric.Scores, bool) {
		for _, c := range r.Corrupted {
			if c.Severity == severity && c.Corruption == r.Corrupted[0].Corruption {
				return c.Scores, true
			}
		}
		return metric.Scores{}, false
	}
}

func accuracyOf(what string, of scoresOf) Quantity {
	return Quantity{"accuracy, " + what, "%", 2, ofScores(of, Accuracy)}
}

func eceOf(what string, of scoresOf) Quantity {
	return Quantity{"ECE, " + what, "%", 2, ofScores(of, ECE)}
}

func nllOf(what string, of scoresOf) Quantity {
	return Quantity{"NLL, " + what, "nats", 3, ofScores(of, NLL)}
}

func ofScores(of scoresOf, score Percent) func(experiment.Result) (float64, bool) {
	return func(r experiment.Result) (float64, bool) {
		s, there := of(r)
		return score(s), there
	}
}

// ends is the mean accuracy of the endpoints of a subspace; one network has none.
var ends = Quantity{"accuracy, mean of the endpoints", "%", 2, func(r experiment.Result) (float64, bool) {
	several := len(r.Midpoint().Weights) > 1
	corner := slices.ContainsFunc(r.Points, func(p experiment.PointScore) bool { return slices.Contains(p.Weights, 1) })
	if !several || !corner {
		return 0, false
	}
	return Corners([]experiment.Result{r}, Accuracy)[0], true
}}

// onPlane is the mean of a score over the points of a plane's grid that are in the
// triangle, or over the others.
func onPlane(name, unit string, digits int, score Percent, within bool) Quantity {
	return Quantity{name, unit, digits, func(r experiment.Result) (float64, bool) {
		if r.Plane == nil {
			return 0, false
		}
		points, outside := Inside(*r.Plane)
		if !within {
			points = outside
		}
		return MeanOf(points, score), len(points) > 0
	}}
}

// underAll is the accuracy under a corruption, the mean of all severities.
var underAll = Quantity{"accuracy, mean of severities 1 to 5", "%", 2, func(r experiment.Result) (float64, bool) {
	sum := 0.0
	for severity := 1; severity <= 5; severity++ {
		s, there := underSeverity(severity)(r)
		if !there {
			return 0, false
		}
		sum += Accuracy(s)
	}
	return sum / 5, true
}}

var (
	accuracyInside   = onPlane("accuracy, inside the triangle", "%", 2, Accuracy, true)
	accuracyOutside  = onPlane("accuracy, outside the triangle", "%", 2, Accuracy, false)
	nllInside        = onPlane("NLL, inside the triangle", "nats", 3, NLL, true)
	nllOutside       = onPlane("NLL, outside the triangle", "nats", 3, NLL, false)
	accuracyMidpoint = accuracyOf("midpoint", midpoint)
	eceMidpoint      = eceOf("midpoint", midpoint)
	nllMidpoint      = nllOf("midpoint", midpoint)
	accuracyTogether = accuracyOf("centre or ensemble", together)
	eceTogether      = eceOf("centre or ensemble", together)
	eceScaled        = eceOf("scaled by temperature", afterScaling)
	accuracyClean    = accuracyOf("clean", midpoint)
)

func accuracyUnder(severity int) Quantity {
	return accuracyOf(fmt.Sprint("severity ", severity), underSeverity(severity))
}
