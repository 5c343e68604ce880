package main

import (
	"fmt"
	"io"
	"math"

	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// compareRuns shows two runs side by side.
func compareRuns(args []string, stdout io.Writer) error {
	fs := flags("runs compare", "go run ./kernel runs compare [-o FILE] [-runs DIR] A B",
		"Shows in which settings two finished runs differ, and their scores side by side, and\n"+
			"draws both along their curves. A run without a curve is drawn as a line of reference.", stdout)
	path := fs.String("o", "", "write the figure to this `file`, which ends in "+plots.Formats+" (default: a PNG, to the folder of GOSUBSPACE_FIGURES, else the current one)")
	root := runsFlag(fs)
	if err := parse(fs, args, 2); err != nil {
		return err
	}
	if *path != "" && !plots.Writes(*path) {
		return usageError{fmt.Sprintf("-o %s: want a name that ends in %s", *path, plots.Formats)}
	}
	if fs.NArg() != 2 {
		return usageError{"runs compare: want the names of two runs; go run ./kernel runs lists them"}
	}
	_, of, err := named(*root, fs.Args())
	if err != nil {
		return err
	}
	if len(of) != 2 {
		return usageError{fmt.Sprintf("%s and %s are the same run: want two", fs.Arg(0), fs.Arg(1))}
	}
	for _, f := range of {
		if f.State != experiment.Finished {
			return fmt.Errorf("%s is %s: only finished runs have scores to compare", f.Name, stateOf(f))
		}
	}
	a, b := of[0].Result, of[1].Result
	fmt.Fprintf(stdout, "A  %s\nB  %s\n\n%s\n%s", of[0].Name, of[1].Name, settingsTable(a.Config, b.Config), scoresTable(a, b))
	return compareFigure(a, b, *path, stdout)
}

// settingsTable has the settings in which two runs differ.
func settingsTable(a, b experiment.Config) string {
	rows := [][]string{{"setting", "A", "B"}}
	others := b.Differs(a)
	for i, s := range a.Differs(b) { // the same settings, in the same order
		rows = append(rows, []string{s.Name, s.Value, others[i].Value})
	}
	if len(rows) == 1 {
		return "no setting differs: they are of different data\n"
	}
	return paper.Plain.Write(rows)
}

// scoresTable has the scores of two runs that both have, side by side.
func scoresTable(a, b experiment.Result) string {
	rows := [][]string{{"score", "A", "B", "B − A"}}
	add := func(name string, digits int, x, y float64) {
		rows = append(rows, []string{name, fmt.Sprintf("%.*f", digits, x), fmt.Sprintf("%.*f", digits, y), fmt.Sprintf("%+.*f", digits, y-x)})
	}
	both := func(where string, x, y metric.Scores) {
		add(where+" accuracy (%)", 2, paper.Accuracy(x), paper.Accuracy(y))
		add(where+" ECE (%)", 2, paper.ECE(x), paper.ECE(y))
		add(where+" NLL", 4, x.NLL, y.NLL)
		add(where+" Brier", 4, x.Brier, y.Brier)
	}
	both("midpoint", a.Midpoint().Scores, b.Midpoint().Scores)
	p, q := paper.Ends([]experiment.Result{a})[0], paper.Ends([]experiment.Result{b})[0]
	if !math.IsNaN(p) && !math.IsNaN(q) { // both are curves
		add("ends accuracy (%)", 2, p, q)
	}
	if p, q := a.Calibration, b.Calibration; p.Scaled != nil && q.Scaled != nil {
		both("scaled", *p.Scaled, *q.Scaled)
	}
	for _, p := range a.Corrupted {
		for _, q := range b.Corrupted {
			if p.Corruption == q.Corruption && p.Severity == q.Severity {
				add(fmt.Sprintf("%s %d accuracy (%%)", p.Corruption, p.Severity), 2, paper.Accuracy(p.Scores), paper.Accuracy(q.Scores))
			}
		}
	}
	add("training (s)", 1, a.Training, b.Training)
	return paper.Plain.Write(rows)
}

// compareFigure draws two runs along their curves, and prints where the figure is.
func compareFigure(a, b experiment.Result, path string, stdout io.Writer) error {
	rows := paper.Rows{{}, {Name: figureName("A", a), Results: []experiment.Result{a}}, {Name: figureName("B", b), Results: []experiment.Result{b}}}
	for i, r := range []experiment.Result{a, b} {
		if _, along := r.Along(paper.Accuracy); len(along) > 0 {
			continue
		}
		if len(rows) == 2 {
			fmt.Fprintln(stdout, "\nneither is a curve: there is no figure")
			return nil
		}
		rows = paper.Rows{rows[i+1], rows[2-i]} // a line of reference, and the other's curve
	}
	figure, err := paper.Along(rows)
	if err != nil {
		return err
	}
	if path == "" {
		fmt.Fprintln(stdout)
		return figure.Show()
	}
	return writeFigure(figure, path, stdout)
}

// figureName is what a run is called in the figure.
func figureName(letter string, r experiment.Result) string {
	return fmt.Sprintf("%s: %s, seed %d", letter, r.Config.Method(), r.Config.Seed)
}

// writeFigure writes a figure, and prints its path and its words.
func writeFigure(figure *plots.Figure, path string, stdout io.Writer) error {
	if err := figure.Write(path); err != nil {
		return err
	}
	_, err := fmt.Fprintf(stdout, "\n%s\n%s\n", path, figure.Alt)
	return err
}
