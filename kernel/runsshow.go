package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/watch"
)

// showRun shows all that there is to know of a run.
func showRun(args []string, stdout io.Writer) error {
	fs := flags("runs show", "go run ./kernel runs show [-csv] [-runs DIR] NAME",
		"Shows a run: its state, its settings, those marked that differ from its preset, its\n"+
			"history in short, and its scores. Its files are read and compared with their\n"+
			"checksums.", stdout)
	asCSV := fs.Bool("csv", false, "print all scores as comma-separated values instead, a row each; of a finished run")
	root := runsFlag(fs)
	if err := parse(fs, args, 1); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usageError{"runs show: want the name of a run; go run ./kernel runs lists them"}
	}
	_, of, err := named(*root, fs.Args())
	if err != nil {
		return err
	}
	f := of[0]
	if *asCSV {
		if f.State != experiment.Finished {
			return fmt.Errorf("%s is %s: only finished runs have scores", f.Name, stateOf(f))
		}
		return printCSV(of, stdout)
	}
	fmt.Fprintf(stdout, "%s\n%s, %s, %s\n", f.Name, stateOf(f), watch.Size(f.Bytes), f.At.Local().Format(time.DateTime))
	if f.Config == (experiment.Config{}) {
		return nil
	}
	if f.State == experiment.Finished || f.State == experiment.Interrupted {
		if err := f.Check(); err != nil {
			fmt.Fprintf(stdout, "damaged: %v\n", err)
		}
	}
	printSettings(f.Config, stdout)
	history, err := f.History()
	if err != nil {
		fmt.Fprintf(stdout, "\nits history cannot be read: %v\n", err)
	}
	printHistory(history, stdout)
	if f.State == experiment.Finished {
		fmt.Fprintln(stdout)
		printPoints(f.Result, f.Dir, stdout)
	}
	return nil
}

// printSettings prints all settings.
func printSettings(c experiment.Config, stdout io.Writer) {
	preset, differ := c.Nearest()
	fmt.Fprintf(stdout, "\nsettings; * is other than in the preset %s\n", preset)
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, s := range c.Settings() {
		mark := " "
		if slices.Contains(differ, s) {
			mark = "*"
		}
		fmt.Fprintf(table, "%s %s\t%s\n", mark, s.Name, s.Value)
	}
	table.Flush()
}

// historyLines is how many epochs of a history are shown at most: the first, the last,
// and others evenly between them.
const historyLines = 9

func printHistory(history []experiment.Epoch, stdout io.Writer) {
	if len(history) == 0 {
		return
	}
	n := min(historyLines, len(history))
	fmt.Fprintf(stdout, "\nhistory, %d of %d epochs\n", n, len(history))
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "epoch\trate\tloss\taccuracy (%)\ttest accuracy (%)\t")
	for i := range n {
		e := history[i*(len(history)-1)/max(n-1, 1)]
		test := ""
		if e.Test != nil {
			test = fmt.Sprintf("%.2f", 100*e.Test.Accuracy)
		}
		fmt.Fprintf(table, "%d\t%.4g\t%.4f\t%.2f\t%s\t\n", e.Epoch, e.Rate, e.Loss, 100*e.Accuracy, test)
	}
	table.Flush()
}
