package paper

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Finding is what recorded runs say about a claim.
type Finding struct {
	Claim
	Difference Comparison // first − against, over the seeds that both have
	P          float64    // of no difference; NaN where it cannot be told
	// Corrected is P corrected by Holm's method for all claims of the paper that runs of
	// the same preset tell of, Family in number: among so many some p-values are small by
	// chance. Claims of two figures that compare the same runs by the same quantities are
	// one, see hypothesis.
	Corrected float64
	Family    int
	Command   string // makes the runs
}

// The verdicts.
const (
	Holds      = "holds"
	Opposite   = "the opposite"
	Open       = "inconclusive"
	Untested   = "not tested" // of one seed, whose networks were not compared image by image
	Unmeasured = "not recorded"
)

// level is the p-value below which a difference counts.
const level = 0.05

// Verdict follows from this claim alone: where its p-value is below 0.05 and the 95 %
// interval leaves 0 out, the side decides. The two say the same but for one seed, where
// either may be the stricter one: the interval where many images are judged otherwise by
// the two networks, the test, which is exact then, where fewer than 25 are.
func (f Finding) Verdict() string { return f.verdict(f.P) }

// CorrectedVerdict is the verdict as one of so many.
func (f Finding) CorrectedVerdict() string { return f.verdict(f.Corrected) }

func (f Finding) verdict(p float64) string {
	switch {
	case f.Difference.N == 0:
		return Unmeasured
	case math.IsNaN(p):
		return Untested
	case p >= level, f.Difference.Low <= 0 && f.Difference.High >= 0:
		return Open
	case f.Difference.Mean*float64(f.Sign) > 0:
		return Holds
	}
	return Opposite
}

// String is the finding in a sentence.
func (f Finding) String() string {
	verdict, n := f.Verdict(), f.Difference.Images
	corrected := ""
	if verdict == Holds || verdict == Opposite {
		corrected = fmt.Sprintf("; corrected for %s: %s", experiment.Count(f.Family, "claim"), f.CorrectedVerdict())
	}
	switch {
	case f.Difference.N == 0:
		return fmt.Sprintf("%s: %s", f.Says, Unmeasured)
	case n > 0:
		return fmt.Sprintf("%s: %s for these two networks (%s over the same %s images, p %s)%s", f.Says, verdict, f.measured(), experiment.Thousands(n), shortP(f.P), corrected)
	}
	return fmt.Sprintf("%s: %s (%s, n = %d)%s", f.Says, verdict, f.measured(), f.Difference.N, corrected)
}

// measured is "accuracy +0.73 [−8.07, +9.53] points".
func (f Finding) measured() string {
	q := f.First.Quantity
	kind, _, _ := strings.Cut(q.Name, ",") // without where it is taken
	unit := q.Unit
	if unit == "%" {
		unit = "points"
	}
	return kind + " " + difference(f.Difference.Difference, q.Digits) + " " + unit
}

// shortP is a p-value to two digits behind its sign: "= 0.012", "< 0.0001".
func shortP(p float64) string {
	switch {
	case math.IsNaN(p):
		return "unknown"
	case p < 0.0001:
		return "< 0.0001"
	}
	return fmt.Sprintf("= %.2g", p)
}

// Findings returns what the runs say about the paper's claims of the figure.
func (f RecordedRuns) Findings() (findings []Finding) {
	for i, c := range f.Claims() {
		x := Finding{Claim: c, Difference: f.paired(c.First, c.Against), Corrected: math.NaN(), Command: f.Command()}
		x.P = x.Difference.P()
		if i < len(f.corrected) {
			x.Corrected, x.Family = f.corrected[i], f.family
		}
		findings = append(findings, x)
	}
	return findings
}

// A hypothesis is what a claim compares, whatever the figure that it stands under: a
// quantity of the runs of one configuration, and one of another's.
type hypothesis struct{ first, against side }

type side struct {
	config   experiment.Config // with the first seed
	quantity string
}

func (f Figure) hypothesis(c Claim) hypothesis {
	of := func(t Term) side {
		i := slices.IndexFunc(f.Methods, func(m Method) bool { return m.Name == t.Method })
		return side{f.Methods[i].Config, t.Quantity.Name}
	}
	return hypothesis{of(c.First), of(c.Against)}
}

// correct corrects the p-values of all claims of the figures, which are those of one
// preset, for their number. The same hypothesis counts once, wherever it stands.
func correct(all []RecordedRuns) {
	var p []float64
	at := map[hypothesis]int{}
	for _, f := range all {
		for _, x := range f.Findings() {
			h := f.hypothesis(x.Claim)
			if _, there := at[h]; !there {
				at[h], p = len(p), append(p, x.P)
			}
		}
	}
	family := 0
	for _, v := range p {
		if !math.IsNaN(v) {
			family++
		}
	}
	corrected := metric.Holm(p)
	for i, f := range all {
		all[i].corrected, all[i].family = nil, family
		for _, c := range f.Claims() {
			all[i].corrected = append(all[i].corrected, corrected[at[f.hypothesis(c)]])
		}
	}
}
