package paper

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// A Need is something that runs must have been scored on, for a figure or a table.
type Need struct {
	met   func(experiment.Result) bool
	lacks string // what a run without it lacks, and what to do

	// What of it has to be the same in all rows, to be compared; nil: nothing.
	same func(experiment.Result) string
}

// What figures and tables want of runs.
var (
	AtMidpoint = Need{met: func(r experiment.Result) bool { return r.Midpoint().Weights != nil },
		lacks: "was not scored at a midpoint: want a run that has ended"}
	OnCurve = Need{met: func(r experiment.Result) bool { alpha, _ := r.Along(Accuracy); return len(alpha) > 1 },
		lacks: "was not scored along a curve: want runs of a line, of a Bézier curve, or of another shape with an α"}
	OnPlane = Need{met: func(r experiment.Result) bool { return spansPlane(r.Plane) },
		lacks: "was not scored on a plane: want runs of three endpoints, with Config.Plane"}
	OnSurface = Need{met: func(r experiment.Result) bool { return isGrid(r.Surface) },
		lacks: "was not scored on a surface: set Config.Surface"}
	UnderCorruption = Need{met: func(r experiment.Result) bool { _, there := underAll.of(r); return there },
		lacks: "was not scored under a corruption at all severities: set Config.Corrupt",
		same: func(r experiment.Result) string {
			if r.Config.Published {
				return "the published " + r.Corrupted[0].Corruption
			}
			return r.Corrupted[0].Corruption
		}}
	WithDiagram = Need{met: func(r experiment.Result) bool { return counted(Diagram(r)) > 0 },
		lacks: "has no reliability diagram: it was recorded before there were any; train it again"}
	WithTemperature = Need{met: func(r experiment.Result) bool { _, there := afterScaling(r); return there },
		lacks: "has no temperature: set Config.HeldOut for a validation split, or, where there is one, it has all of that right"}
	WithHistory = Need{met: func(r experiment.Result) bool { return len(r.History) > 0 },
		lacks: "has no history of a training: networks trained apart have theirs in the runs of standard training"}
)

// Check is what every figure and table asks of its rows first: that there are any, that
// each has a name of its own and runs, that a row's runs differ in their seeds alone,
// for a mean over two methods is of neither, and that every run meets the needs (under one
// corruption, for example). The
// error is one line that names the row.
func (rows Rows) Check(needs ...Need) error {
	if len(rows) == 0 {
		return errors.New("there are no rows: want at least one method with its runs")
	}
	names := map[string]bool{}
	for i, row := range rows {
		switch {
		case row.Name == "":
			return fmt.Errorf("row %d has no name: want the method's", i+1)
		case names[row.Name]:
			return fmt.Errorf("two rows are called %q: want names that tell them apart", row.Name)
		}
		names[row.Name] = true
		if err := CheckRuns(row.Results); err != nil {
			return fmt.Errorf("row %q: %w", row.Name, err)
		}
	}
	for _, row := range rows {
		if err := CheckRuns(row.Results, needs...); err != nil {
			return fmt.Errorf("row %q: %w", row.Name, err)
		}
		for _, n := range needs {
			if n.same == nil {
				continue
			}
			if first, here := n.same(rows[0].Results[0]), n.same(row.Results[0]); first != here {
				return fmt.Errorf("rows %q and %q are not to be compared: %s and %s; want the same", rows[0].Name, row.Name, first, here)
			}
		}
	}
	return nil
}

// CheckRuns is [Rows.Check] for the runs of one row.
func CheckRuns(runs []experiment.Result, needs ...Need) error {
	if len(runs) == 0 {
		return errors.New("there are no runs: want those of one method, a seed each")
	}
	first := -1 // that says on which test images it was scored, which older ones do not
	for i, r := range runs {
		if r.Config.With(r.Config.Shape, runs[0].Config.Seed) != runs[0].Config {
			return fmt.Errorf("its runs 1 and %d are not of one method, but %s: want runs that differ in their seeds alone",
				i+1, strings.Join(Names(runs[0].Config, r.Config), " and "))
		}
		switch {
		case r.TestData == "":
		case first < 0:
			first = i
		case r.TestData != runs[first].TestData:
			return fmt.Errorf("its runs %d and %d were scored on other test images: want runs on one data set", first+1, i+1)
		}
	}
	for _, r := range runs {
		for _, n := range needs {
			if !n.met(r) {
				return fmt.Errorf("%s %s", r.Config.Name(), n.lacks)
			}
		}
	}
	return nil
}

// isGrid reports whether a landscape is whole: a score for each place.
func isGrid(g *experiment.Grid) bool {
	if g == nil || len(g.X) == 0 || len(g.Y) == 0 || len(g.Scores) != len(g.Y) {
		return false
	}
	for _, row := range g.Scores {
		if len(row) != len(g.X) {
			return false
		}
	}
	return true
}

// spansPlane reports whether it lies on a plane, which its first three marks span.
func spansPlane(g *experiment.Grid) bool { return isGrid(g) && len(g.Marks) >= 3 }

// of takes the number out of scores. That of no score, nil, is unknown.
func (score Score) of(s metric.Scores) float64 {
	if score == nil {
		return math.NaN()
	}
	return score(s)
}
