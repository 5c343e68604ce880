package paper

import (
	"cmp"
	"fmt"
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
			row(standard, base, "standard"),
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
		larger := func(first, against, says string) {
			c.add(1, Term{first, accuracyTogether}, Term{against, accuracyTogether}, says)
		}
		for _, than := range [][2]string{{standard, "standard training"}, {"SWA, cyclic rate", "SWA"}} {
			for i, s := range []string{"line", "simplex-3", "simplex-4", "simplex-5", "simplex-6"} {
				larger(s, than[0], fmt.Sprintf("the midpoint of a simplex of %d is more accurate than %s", i+2, than[1]))
			}
		}
		larger("ensemble of 2 networks", "line", "an ensemble of 2 networks is more accurate than the midpoint of a line")
		larger("ensemble of 3 networks", "simplex-3", "an ensemble of 3 networks is more accurate than the midpoint of a simplex of 3")
	},
}

var (
	accuracyTogether = accuracyOf("midpoint or ensemble", together)
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

// ByEndpoints draws accuracy and calibration error at the midpoint of the simplex
// against its number of endpoints m, with what weight averaging and ensembles
// reach beside it (figure 4 of the paper).
func ByEndpoints(all Rows) (*plots.Figure, error) {
	return Panels("The midpoint of the simplex", all, midpoints, AccuracyAxis, ECEAxis)
}

func midpoints(a Axis, all Rows) (plots.Lines, error) {
	lines := plots.Lines{Title: a.Title, XLabel: "number of endpoints m", YLabel: a.Label}
	var ms []float64
	var midpoints, endpoints [][]float64 // by m, by seed
	for _, row := range all {
		c, values := row.Results[0].Config, Together(row.Results, a.Score)
		if c.SWA != "" || c.Independent {
			if err := refer(&lines, row.Name, values); err != nil {
				return lines, err
			}
			continue
		}
		ms = append(ms, float64(len(row.Results[0].Midpoint().Weights)))
		midpoints, endpoints = append(midpoints, values), append(endpoints, AtEndpoints(row.Results, a.Score))
	}
	err := cmp.Or(AddMean(&lines, "midpoint", ms, midpoints), AddMean(&lines, "mean of the endpoints", ms, endpoints))
	return lines, err
}

// Together returns a score of what figure 4 shows of each run: of the midpoint of a
// subspace, or of the ensemble of networks that were trained apart. A run that was
// not scored there is left out.
func Together(runs []experiment.Result, score Score) []float64 {
	return Quantity{of: ofScores(together, score)}.values(runs)
}

// AtEndpoints returns the mean of a score over the endpoints of each run.
func AtEndpoints(runs []experiment.Result, score Score) []float64 {
	return each(runs, func(r experiment.Result) float64 {
		var endpoints []metric.Scores
		for _, p := range r.Points {
			if slices.Contains(p.Weights, 1) {
				endpoints = append(endpoints, p.Scores)
			}
		}
		return MeanOf(endpoints, score)
	})
}

// Losses returns the training loss of each run's last epoch, at the points that
// were drawn.
func Losses(runs []experiment.Result) (values []float64) {
	for _, r := range runs {
		if len(r.History) > 0 {
			values = append(values, r.Last().Loss)
		}
	}
	return values
}
