package lesson

import (
	"fmt"

	"gosubspace/subspace/metric"
)

// Claim is something that the paper says, as it can be measured: that a quantity of
// one method is larger than that of another under the same seeds, or smaller.
type Claim struct {
	Figure  int
	Says    string
	First   Term
	Against Term
	Sign    int // 1: the first is larger; −1: it is smaller
}

// Finding is what recorded runs say about a claim.
type Finding struct {
	Claim
	Difference metric.Difference // first − against, over the seeds that both have
	Command    string            // makes the runs
}

// The verdicts.
const (
	Holds      = "holds"
	Opposite   = "the opposite"
	Open       = "cannot be told"
	Unmeasured = "not recorded"
)

// Verdict follows from the 95 % interval of the difference alone.
func (f Finding) Verdict() string {
	switch {
	case f.Difference.N == 0:
		return Unmeasured
	case f.Difference.Side() == f.Sign:
		return Holds
	case f.Difference.Side() == -f.Sign:
		return Opposite
	}
	return Open
}

// String is the finding in a sentence.
func (f Finding) String() string {
	if f.Difference.N == 0 {
		return fmt.Sprintf("%s: %s", f.Says, Unmeasured)
	}
	return fmt.Sprintf("%s: %s (%s, n = %d)", f.Says, f.Verdict(), f.measured(), f.Difference.N)
}

// measured is "accuracy +0.73 [−8.07, +9.53] points".
func (f Finding) measured() string {
	q, unit := f.First.Quantity, f.First.Quantity.Unit
	if unit == "%" {
		unit = "points"
	}
	return q.kind() + " " + difference(f.Difference, q.Digits) + " " + unit
}

const standard = "standard"

// Claims are those of the paper's figures 2 to 7, in their order. The paper's
// "subspace" is its centre; nothing here says whether a claim is true.
func Claims() []Claim {
	var all []Claim
	add := func(figure, sign int, first, against Term, says string) {
		all = append(all, Claim{figure, says, first, against, sign})
	}
	const triangle, apart = "triangle, trained as one", "three networks trained apart"
	add(2, 1, Term{triangle, accuracyInside}, Term{triangle, accuracyOutside}, "a trained triangle is more accurate inside than outside")
	add(2, 1, Term{triangle, accuracyMidpoint}, Term{triangle, ends}, "the centre of a trained triangle is more accurate than its corners")
	add(2, -1, Term{apart, accuracyMidpoint}, Term{apart, ends}, "the centre between three networks trained apart is less accurate than they are")

	curves := []string{"line", "layer-wise line", "Bézier curve"}
	for _, c := range curves {
		add(3, 1, Term{c, accuracyMidpoint}, Term{standard, accuracyMidpoint}, "the midpoint of a "+c+" is more accurate than standard training")
	}
	for _, c := range curves {
		add(3, -1, Term{c, eceMidpoint}, Term{standard, eceMidpoint}, "the midpoint of a "+c+" is better calibrated than standard training")
	}
	for _, c := range curves {
		add(3, 1, Term{c, accuracyMidpoint}, Term{c, ends}, "the midpoint of a "+c+" is more accurate than its ends")
	}

	simplexes := []string{"line", "simplex-3", "simplex-4", "simplex-5", "simplex-6"}
	for i, s := range simplexes {
		add(4, 1, Term{s, accuracyTogether}, Term{standard, accuracyTogether}, fmt.Sprintf("the centre of a simplex of %d is more accurate than standard training", i+2))
	}
	for i, s := range simplexes {
		add(4, 1, Term{s, accuracyTogether}, Term{"SWA, cyclic rate", accuracyTogether}, fmt.Sprintf("the centre of a simplex of %d is more accurate than SWA", i+2))
	}
	add(4, 1, Term{"ensemble of 2 networks", accuracyTogether}, Term{"line", accuracyTogether}, "an ensemble of 2 networks is more accurate than the centre of a line")
	add(4, 1, Term{"ensemble of 3 networks", accuracyTogether}, Term{"simplex-3", accuracyTogether}, "an ensemble of 3 networks is more accurate than the centre of a simplex of 3")

	for _, m := range []string{"line", "layer-wise line", "line + label smoothing"} {
		add(5, -1, Term{m, eceMidpoint}, Term{standard, eceMidpoint}, "the midpoint of a "+m+" is better calibrated than standard training")
	}
	for _, m := range []string{"dropout", "label smoothing"} {
		add(5, -1, Term{"line", eceMidpoint}, Term{m, eceMidpoint}, "the midpoint of a line is better calibrated than "+m)
	}

	for _, c := range curves {
		add(6, 1, Term{c, underAll}, Term{standard, underAll}, "under snow the midpoint of a "+c+" is more accurate than standard training")
	}
	for _, c := range curves {
		add(6, 1, Term{c, accuracyUnder(5)}, Term{standard, accuracyUnder(5)}, "under snow of severity 5 the midpoint of a "+c+" is more accurate than standard training")
	}

	for _, c := range curves {
		add(7, 1, Term{c, accuracyMidpoint}, Term{standard, accuracyMidpoint}, "with wrong labels the midpoint of a "+c+" is more accurate than standard training")
	}
	for _, m := range []string{"dropout", "label smoothing", "SAM", "SWA"} {
		add(7, 1, Term{"line", accuracyMidpoint}, Term{m, accuracyMidpoint}, "with wrong labels the midpoint of a line is more accurate than "+m)
	}
	return all
}
