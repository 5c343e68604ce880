package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

const runsAbout = `Lists the runs that there are, the newest first: accuracy and calibration error of
their midpoints, how far they are, what they take on the disk, and in which settings
they differ from their preset.

    go run ./kernel runs                  a table; with -json for programs
    go run ./kernel runs -csv             the scores of all finished runs, for a spreadsheet
    go run ./kernel runs show NAME        a run: settings, history, scores
    go run ./kernel runs compare A B      two of them side by side, and a figure of both
    go run ./kernel runs delete NAME…     what is being made stays

A run is named by its folder, or by a beginning of that which no other has. Each
has flags of its own, with -h.`

// runs is the subcommand that shows what runs there are.
func runs(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	of := map[string]func([]string, io.Writer) error{"show": showRun, "compare": compareRuns,
		"delete": func(args []string, stdout io.Writer) error { return deleteRuns(ctx, args, stdout) }}
	if len(args) > 0 {
		if do := of[args[0]]; do != nil {
			return do(args[1:], stdout)
		}
	}
	fs := flags("runs", "go run ./kernel runs [-json | -csv] [-runs DIR]", runsAbout, stdout)
	asJSON := fs.Bool("json", false, "print a list for programs instead of a table")
	asCSV := fs.Bool("csv", false, "print all scores of the finished runs as comma-separated values, a row each")
	root := runsFlag(fs)
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	if *asJSON && *asCSV {
		return usageError{"-json and -csv: want one of them"}
	}
	if fs.NArg() > 0 {
		if of[fs.Arg(0)] != nil {
			return usageError{fmt.Sprintf("%s goes before its flags: go run ./kernel runs %[1]s -h tells which there are", fs.Arg(0))}
		}
		return usageError{fmt.Sprintf("runs %s: want show, compare or delete, or no name for a list of all", fs.Arg(0))}
	}
	all, err := findRuns(*root)
	if err != nil {
		return err
	}
	if *asJSON {
		return listJSON(all, stdout)
	}
	if *asCSV {
		return printCSV(all, stdout)
	}
	fmt.Fprint(stdout, watch.Table(all, time.Now()))
	return printOpen(ctx, *root, all, "", stdout)
}

// printOpen says what is being made and what was interrupted, campaigns first.
func printOpen(ctx context.Context, root string, all []experiment.Found, indent string, stdout io.Writer) error {
	campaigns, err := experiment.Campaigns(root)
	if err != nil {
		return err
	}
	for _, line := range watch.Standings(ctx, campaigns, all) {
		fmt.Fprintln(stdout, indent+line)
	}
	return nil
}

// runsFlag adds the flag that names the folder of runs.
func runsFlag(fs *flag.FlagSet) *string {
	return fs.String("runs", "", runsFolder)
}

// findRuns finds the runs in a folder. One that is named has to be there.
func findRuns(root string) ([]experiment.Found, error) {
	if root != "" && !place.IsFolder(root) {
		return nil, fmt.Errorf("there is no folder %s: -runs names one with runs in it", root)
	}
	return experiment.FindRuns(root)
}

// named finds the runs of names; the first that is none's is an error.
func named(root string, names []string) (all, of []experiment.Found, err error) {
	if all, err = findRuns(root); err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		f, err := experiment.Find(all, name)
		if err != nil {
			return nil, nil, err
		}
		if !slices.ContainsFunc(of, func(g experiment.Found) bool { return g.Name == f.Name }) {
			of = append(of, f)
		}
	}
	return all, of, nil
}

// listed is a run in the list for programs.
type listed struct {
	Name     string             `json:"name"`
	Folder   string             `json:"folder"`
	State    experiment.State   `json:"state"`
	Scoring  bool               `json:"scoring,omitempty"` // what is counted: scores, else steps
	Done     int                `json:"done,omitempty"`
	Total    int                `json:"total,omitempty"`
	Why      string             `json:"why,omitempty"` // of a damaged run
	Preset   string             `json:"preset,omitempty"`
	Differs  []string           `json:"differs,omitempty"` // settings, by their names in config
	Seed     uint64             `json:"seed"`
	Accuracy *float64           `json:"accuracy,omitempty"` // of the midpoint of a finished run, in [0, 1]
	ECE      *float64           `json:"ece,omitempty"`
	Bytes    int64              `json:"bytes"`
	At       time.Time          `json:"at"` // when it was finished, or else last written
	Config   *experiment.Config `json:"config,omitempty"`
}

// listJSON prints the list for programs.
func listJSON(all []experiment.Found, stdout io.Writer) error {
	list := []listed{}
	for _, f := range all {
		l := listed{Name: f.Name, Folder: f.Dir, State: f.State, Scoring: f.Scoring, Done: f.Done, Total: f.Total, Why: f.Why,
			Seed: f.Config.Seed, Bytes: f.Bytes, At: f.At.UTC()}
		if f.Config != (experiment.Config{}) {
			preset, differ := f.Config.Nearest()
			l.Preset, l.Config = preset, &f.Config
			for _, s := range differ {
				l.Differs = append(l.Differs, s.Name)
			}
		}
		if f.State == experiment.Finished {
			m := f.Result.Midpoint()
			l.Accuracy, l.ECE = &m.Accuracy, &m.ECE
		}
		list = append(list, l)
	}
	text, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, string(text))
	return err
}

// printCSV prints all scores of the runs that are finished.
func printCSV(all []experiment.Found, stdout io.Writer) error {
	var names []string
	var results []experiment.Result
	for _, f := range all {
		if f.State == experiment.Finished {
			names, results = append(names, f.Name), append(results, f.Result)
		}
	}
	text, err := paper.RunsCSV(names, results)
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, text)
	return err
}

// stateOf is the state of a run in words.
func stateOf(f experiment.Found) string {
	if standing := f.Standing(); standing != "" {
		return fmt.Sprintf("%s: %s", f.State, standing)
	}
	return string(f.State)
}
