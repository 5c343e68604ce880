package paper

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
	// right is where a run keeps which images are behind it, where it is the accuracy of
	// one network, or ensemble, on one set of images, or the mean over several versions of
	// them: the names in Result.Right; nil of anything else.
	right func(experiment.Result) []string
}

// Term is one side of a comparison: a quantity of a method.
type Term struct {
	Method   string
	Quantity Quantity
}

// values returns the quantity of the runs that have it.
func (q Quantity) values(runs []experiment.Result) (values []float64) {
	for _, r := range runs {
		if v, there := q.of(r); there {
			values = append(values, v)
		}
	}
	return values
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

func accuracyOf(what string, of scoresOf, right func(experiment.Result) []string) Quantity {
	return Quantity{"accuracy, " + what, "%", 2, ofScores(of, Accuracy), right}
}

func rightAtMidpoint(experiment.Result) []string { return []string{experiment.RightMidpoint} }

func eceOf(what string, of scoresOf) Quantity {
	return Quantity{"ECE, " + what, "%", 2, ofScores(of, ECE), nil}
}

func ofScores(of scoresOf, score Score) func(experiment.Result) (float64, bool) {
	return func(r experiment.Result) (float64, bool) {
		s, there := of(r)
		return score.of(s), there && score != nil
	}
}

// The quantities of several figures.
var (
	accuracyMidpoint = accuracyOf("midpoint", midpoint, rightAtMidpoint)
	eceMidpoint      = eceOf("midpoint", midpoint)
	nllMidpoint      = Quantity{"NLL, midpoint", "nats", 3, ofScores(midpoint, NLL), nil}
)

// ends is the mean accuracy of the endpoints of a subspace; one network has none.
var ends = Quantity{"accuracy, mean of the endpoints", "%", 2, accuracyAtEnds, nil}

// twoEnds is the same of a curve. A Bézier curve has three endpoints, and its third, the
// bend, is no point of it: what is scored are its two ends.
var twoEnds = Quantity{"accuracy, mean of the two ends", "%", 2, accuracyAtEnds, nil}

func accuracyAtEnds(r experiment.Result) (float64, bool) {
	several := len(r.Midpoint().Weights) > 1
	endpoint := slices.ContainsFunc(r.Points, func(p experiment.PointScore) bool { return slices.Contains(p.Weights, 1) })
	if !several || !endpoint {
		return 0, false
	}
	return AtEndpoints([]experiment.Result{r}, Accuracy)[0], true
}

// Claim is something that the paper says, as it can be measured: that a quantity of
// one method is larger than that of another under the same seeds, or smaller. The
// paper's "subspace" is its midpoint; nothing here says whether a claim is true.
type Claim struct {
	Figure  int
	Says    string
	First   Term
	Against Term
	Sign    int // 1: the first is larger; −1: it is smaller
}

// claims are those of the figures, in their order.
type claims struct {
	figure int
	base   experiment.Config // of the figure's first method
	all    []Claim
}

// add adds that a quantity is larger than another (1), or smaller (−1).
func (c *claims) add(sign int, first, against Term, says string) {
	c.all = append(c.all, Claim{c.figure, says, first, against, sign})
}

// beyond adds one claim a method: that a quantity of it is larger than that of
// another method, or smaller. In says %s is the method.
func (c *claims) beyond(sign int, q Quantity, against, says string, methods ...string) {
	for _, m := range methods {
		c.add(sign, Term{m, q}, Term{against, q}, fmt.Sprintf(says, m))
	}
}

// Claims returns what the paper says of the figure.
func (f Figure) Claims() []Claim {
	c := claims{figure: f.Number}
	if len(f.Methods) > 0 {
		c.base = f.Methods[0].Config
	}
	if add := f.definition().claims; add != nil {
		add(&c)
	}
	return c.all
}
