package paper

import (
	"cmp"
	"fmt"
	"strings"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// corruption is figure 6: the methods of figure 3 under a corruption, by severity.
var corruption = definition{
	title: "Under corruption",
	methods: func(base experiment.Config) []Method {
		base.Corrupt = cmp.Or(base.Corrupt, snow)
		return curve.methods(base)
	},
	draw: []func(Rows) (*plots.Figure, error){Severities},
	lines: func(t *lines, m Method) {
		t.toStandard(m, accuracyClean)
		for severity := 1; severity <= 5; severity++ {
			t.toStandard(m, accuracyUnder(severity))
		}
		t.toStandard(m, underAll)
	},
	claims: func(c *claims) {
		under := "under " + firstCorruption(c.base)
		c.beyond(1, underAll, Standard, under+" the midpoint of a %s is more accurate than standard training", curves...)
		c.beyond(1, accuracyUnder(5), Standard, under+" of severity 5 the midpoint of a %s is more accurate than standard training", curves...)
	},
}

// snow is the paper's corruption.
const snow = "snow"

// firstCorruption is the one of a configuration that the figure is about.
func firstCorruption(base experiment.Config) string {
	first, _, _ := strings.Cut(cmp.Or(base.Corrupt, snow), ",")
	return strings.ReplaceAll(strings.TrimSpace(first), "_", " ")
}

var accuracyClean = accuracyOf("clean", midpoint, rightAtMidpoint)

func accuracyUnder(severity int) Quantity {
	return accuracyOf(fmt.Sprint("severity ", severity), underSeverity(severity), rightUnder(severity))
}

// rightUnder are the names of what is right under the first corruption of a run.
func rightUnder(severities ...int) func(experiment.Result) []string {
	return func(r experiment.Result) (names []string) {
		for _, severity := range severities {
			if len(r.Corrupted) > 0 {
				names = append(names, experiment.RightUnder(r.Corrupted[0].Corruption, severity))
			}
		}
		return names
	}
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
}, rightUnder(1, 2, 3, 4, 5)}

// underSeverity is the midpoint under the first corruption that a run was scored
// on; severity 0 is the clean test images.
func underSeverity(severity int) scoresOf {
	return func(r experiment.Result) (metric.Scores, bool) {
		if severity == 0 {
			return midpoint(r)
		}
		for _, c := range r.Corrupted {
			if c.Severity == severity && c.Corruption == r.Corrupted[0].Corruption {
				return c.Scores, true
			}
		}
		return metric.Scores{}, false
	}
}

// Severities draws accuracy and calibration error of the midpoints under the
// first corruption of the runs, by severity, the clean test images being 0
// (figure 6).
func Severities(all Rows) (*plots.Figure, error) {
	if err := all.Check(AtMidpoint, UnderCorruption); err != nil {
		return nil, err
	}
	name := all[0].Results[0].Corrupted[0].Corruption
	return Panels(Titled("Under "+name, all), all, func(a Axis, all Rows) (plots.Lines, error) {
		return Lines(a, "severity (0 is clean)", all, func(runs []experiment.Result, score Score) (x []float64, values [][]float64, err error) {
			values = make([][]float64, len(runs))
			for severity := range 6 {
				x = append(x, float64(severity))
				for i, v := range Under(runs, severity, score) {
					values[i] = append(values[i], v)
				}
			}
			return x, values, nil
		})
	}, AccuracyAxis, ECEAxis)
}

// Under returns a score of each run's midpoint under the first corruption that
// the run was scored on, at a severity of 1 to 5; 0 is the clean test images.
func Under(runs []experiment.Result, severity int, score Score) []float64 {
	return each(runs, ofScores(underSeverity(severity), score))
}
