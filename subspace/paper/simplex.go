package paper

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// simplex is figure 4: the midpoint of a simplex against m.
var simplex = definition{
	title: "The midpoint of the simplex",
	methods: func(base experiment.Config) []Method {
		methods := []Method{
			row(Standard, base, "standard"),
			row("line", base, "line"), // the simplex of two endpoints
		}
		for m := 3; m <= 6; m++ {
			name := fmt.Sprintf("simplex-%d", m)
			methods = append(methods, row(name, base, name))
		}
		return append(methods,
			row("SWA, constant rate", base, "standard", constant),
			row("SWA, cyclic rate", base, "standard", cyclic),
			row("ensemble of 2 networks", base, "line", independent),
			row("ensemble of 3 networks", base, "simplex-3", independent))
	},
	draw: []func(Rows) (*plots.Figure, error){ByEndpoints},
	lines: func(t *lines, m Method) {
		t.toStandard(m, accuracyTogether, eceTogether)
		if !m.Config.Independent {
			t.within(m, ends, accuracyTogether, "its midpoint")
		}
	},
	claims: func(c *claims) {
		for _, than := range [][2]string{{Standard, "standard training"}, {"SWA, cyclic rate", "SWA"}} {
			for i, s := range []string{"line", "simplex-3", "simplex-4", "simplex-5", "simplex-6"} {
				c.add(1, Term{s, accuracyMidpoint}, Term{than[0], accuracyMidpoint},
					fmt.Sprintf("the midpoint of a simplex of %d is more accurate than %s", i+2, than[1]))
			}
		}
		ensemble := func(of, subspace, says string) {
			c.add(1, Term{of, accuracyTogether}, Term{subspace, accuracyMidpoint}, says)
		}
		ensemble("ensemble of 2 networks", "line", "an ensemble of 2 networks is more accurate than the midpoint of a line")
		ensemble("ensemble of 3 networks", "simplex-3", "an ensemble of 3 networks is more accurate than the midpoint of a simplex of 3")
	},
}

var (
	accuracyTogether = accuracyOf("midpoint or ensemble", together, rightTogether)
	eceTogether      = eceOf("midpoint or ensemble", together)
)

// together is what figure 4 shows of a run: the midpoint of a subspace, or the
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

func rightTogether(r experiment.Result) []string {
	if r.Config.Independent {
		return []string{experiment.RightEnsemble}
	}
	return rightAtMidpoint(r)
}

// ByEndpoints draws accuracy and calibration error at the midpoint of the simplex
// against its number of endpoints m, with what weight averaging and ensembles
// reach beside it (figure 4; the paper's 5).
func ByEndpoints(all Rows) (*plots.Figure, error) {
	if err := all.Check(); err != nil {
		return nil, err
	}
	seen := map[int]string{}
	for _, row := range all {
		if c := row.Results[0].Config; c.SWA != "" || c.Independent {
			if err := CheckRuns(row.Results, scoredTogether); err != nil {
				return nil, fmt.Errorf("row %q: %w", row.Name, err)
			}
			continue
		}
		if err := CheckRuns(row.Results, AtMidpoint, scoredAtEndpoints); err != nil {
			return nil, fmt.Errorf("row %q: %w", row.Name, err)
		}
		m := len(row.Results[0].Midpoint().Weights)
		if other, twice := seen[m]; twice {
			return nil, fmt.Errorf("rows %q and %q both have %d endpoints: want one row for each number", other, row.Name, m)
		}
		seen[m] = row.Name
	}
	if len(seen) == 0 {
		return nil, errors.New("no row is a subspace: want standard training, a line and simplices")
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Row) int {
		return cmp.Compare(len(a.Results[0].Midpoint().Weights), len(b.Results[0].Midpoint().Weights))
	})
	return Panels(Titled("The midpoint of the simplex", all), all, midpoints, AccuracyAxis, ECEAxis)
}

func midpoints(a Axis, all Rows) (plots.Lines, error) {
	lines := plots.Lines{Title: a.Title, XLabel: "number of endpoints m", YLabel: a.Label}
	var ms []float64
	var midpoints, endpoints [][]float64 // by m, by seed
	var subspaces Rows
	for _, row := range all {
		if c := row.Results[0].Config; c.SWA == "" && !c.Independent {
			subspaces = append(subspaces, row)
		} else if err := refer(&lines, row.Name, Together(row.Results, a.Score)); err != nil {
			return lines, err
		}
	}
	for _, row := range underSameSeeds(subspaces) {
		ms = append(ms, float64(len(row.Results[0].Midpoint().Weights)))
		midpoints, endpoints = append(midpoints, Together(row.Results, a.Score)), append(endpoints, AtEndpoints(row.Results, a.Score))
	}
	err := cmp.Or(AddMean(&lines, "midpoint", ms, midpoints), AddMean(&lines, "mean of the endpoints", ms, endpoints))
	return lines, err
}

// underSameSeeds returns the rows with the runs of those seeds that all of them have, so
// that what changes along a line of the figure is the number of endpoints alone; as they
// are where they have no seed in common.
func underSameSeeds(all Rows) Rows {
	has := func(row Row, seed uint64) bool {
		return slices.ContainsFunc(row.Results, func(r experiment.Result) bool { return r.Config.Seed == seed })
	}
	var same Rows
	for _, row := range all {
		var results []experiment.Result
		for _, r := range row.Results {
			if !slices.ContainsFunc(all, func(other Row) bool { return !has(other, r.Config.Seed) }) {
				results = append(results, r)
			}
		}
		if len(results) == 0 {
			return all
		}
		same = append(same, Row{row.Name, results})
	}
	return same
}

// Together returns a score of what figure 4 shows of each run: of the midpoint of a
// subspace, or of the ensemble of networks that were trained apart.
func Together(runs []experiment.Result, score Score) []float64 {
	return each(runs, ofScores(together, score))
}

var scoredTogether = Need{met: func(r experiment.Result) bool { _, there := together(r); return there },
	lacks: "was scored neither at a midpoint nor as an ensemble: want a run that has ended"}

var scoredAtEndpoints = Need{met: func(r experiment.Result) bool { return !math.IsNaN(AtEndpoints([]experiment.Result{r}, Accuracy)[0]) },
	lacks: "was not scored at its endpoints: want a run that has ended"}

// AtEndpoints returns the mean of a score over the endpoints of each run; of a Bézier
// curve over its two ends, as its bend is no point of it.
func AtEndpoints(runs []experiment.Result, score Score) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		var endpoints []metric.Scores
		for _, p := range r.Points {
			if slices.Contains(p.Weights, 1) {
				endpoints = append(endpoints, p.Scores)
			}
		}
		return MeanOf(endpoints, score), len(endpoints) > 0
	})
}

// Losses returns the training loss of each run's last epoch, at the points that
// were drawn.
func Losses(runs []experiment.Result) []float64 {
	return each(runs, func(r experiment.Result) (float64, bool) {
		if len(r.History) == 0 {
			return 0, false
		}
		return r.Last().Loss, true
	})
}
