package paper

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// RunsCSV returns runs as comma-separated values, a row a score: of every epoch of the
// training, of every point, network as it was read, ensemble, corruption and place of a
// plane or a surface that a run was scored at. Shares are in [0, 1], the nll is in nats,
// what was not measured is empty. There is a name for each run. It is an error if there
// is no run.
func RunsCSV(names []string, runs []experiment.Result) (string, error) {
	if len(runs) == 0 {
		return "", errors.New("runs: there are none: want runs that are finished")
	}
	if len(names) != len(runs) {
		return "", fmt.Errorf("%d names of %d runs: want one each", len(names), len(runs))
	}
	rows := [][]string{{"run", "preset", "differs", "method", "seed", "of", "at", "weights", "accuracy", "nll", "ece", "adaptive ece", "mce", "brier", "images"}}
	for i, r := range runs {
		preset, differ := r.Config.Nearest()
		var settings []string
		for _, s := range differ {
			settings = append(settings, s.Name+" "+s.Value)
		}
		head := []string{names[i], preset, strings.Join(settings, ", "), r.Config.Method(), fmt.Sprint(r.Config.Seed)}
		for _, s := range allScores(r) {
			rows = append(rows, append(head[:len(head):len(head)], s...))
		}
	}
	return inCSV(rows)
}

// allScores are the rows of a run, from what was scored on.
func allScores(r experiment.Result) (rows [][]string) {
	add := func(of, at, weights string, s metric.Scores) {
		cells := []string{of, at, weights, full(s.Accuracy), full(s.NLL), full(s.ECE), "", "", full(s.Brier), strconv.Itoa(s.N)}
		if s.AdaptiveECE != 0 || s.MCE != 0 { // older records have neither
			cells[6], cells[7] = full(s.AdaptiveECE), full(s.MCE)
		}
		rows = append(rows, cells)
	}
	for _, e := range r.History {
		rows = append(rows, []string{"training, epoch", strconv.Itoa(e.Epoch), "", full(e.Accuracy), full(e.Loss), "", "", "", "", ""})
		if e.Test != nil {
			add("test, epoch", strconv.Itoa(e.Epoch), "", *e.Test)
		}
	}
	for _, p := range r.Points {
		of := "point"
		if p.Midpoint {
			of = "midpoint"
		}
		add(of, alphaOf(p.Alpha), weightsOf(p.Weights), p.Scores)
	}
	for i, s := range r.AsRead {
		add("network, as it was read", strconv.Itoa(i+1), "", s)
	}
	for _, e := range r.Ensembles {
		var members []string
		for _, w := range e.Points {
			members = append(members, weightsOf(w))
		}
		add("ensemble", alphaOf(e.Alpha), strings.Join(members, " / "), e.Scores)
	}
	if c := r.Calibration; c != nil {
		if c.HeldOut != nil {
			add("validation split", "", "", *c.HeldOut)
		}
		if c.Scaled != nil {
			add("midpoint, at the temperature", full(c.Temperature), "", *c.Scaled)
		}
	}
	for _, c := range r.Corrupted {
		add("midpoint, "+c.Corruption+", severity", strconv.Itoa(c.Severity), "", c.Scores)
	}
	overGrid := func(of string, g *experiment.Grid) {
		if !isGrid(g) {
			return
		}
		for i, y := range g.Y {
			for j, x := range g.X {
				add(of, full(x)+" "+full(y), "", g.Scores[i][j])
			}
		}
	}
	overGrid("plane, at x y", r.Plane)
	overGrid("surface, at x y", r.Surface)
	return rows
}

func alphaOf(alpha *float64) string {
	if alpha == nil {
		return ""
	}
	return full(*alpha)
}

func weightsOf(w subspace.Weights) string {
	var parts []string
	for _, c := range w {
		parts = append(parts, full(c))
	}
	return strings.Join(parts, " ")
}
