package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/setup"
	"gosubspace/subspace/place"
)

// run executes notebooks without a browser.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("run", "go run ./kernel run [-o DIR] [-timeout D] [NOTEBOOK…]",
		"Executes notebooks from the top, all of notebooks/ if none is named, and writes them\n"+
			"with their outputs in place of what was there, or to the folder of -o. A folder is\n"+
			"all notebooks in it: \"run solutions\" executes the solutions of the exercises, which\n"+
			"are left out where none is named. A cell that\n"+
			"fails, a shell line (!) that fails and an unknown command (%) end the notebook and\n"+
			"fail the command; in place, the file then stays as it was, and -o has what was\n"+
			"executed in NAME.failed.ipynb. A cell tagged raises-exception may fail, one tagged\n"+
			"skip-execution is left as it is.\n\n"+
			"Nobody's work is replaced: -o refuses a folder with a notebook of the same name that has\n"+
			"other code, unless run wrote it and nobody has edited it since, and what is saved while\n"+
			"it runs stays, with NAME.executed.ipynb beside it.", stdout)
	dir := fs.String("o", "", "write the executed notebooks to this `folder`")
	timeout := fs.Duration("timeout", 0, "how long one cell may take, for example 10m; 0 is as long as it wants")
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	if *timeout < 0 {
		return usageError{fmt.Sprintf("-timeout %v: want a time above 0, or 0 for as long as it wants", *timeout)}
	}
	p, err := checkout.Here()
	if err != nil {
		return err
	}
	paths, err := jupyter.Find(p.Notebooks(), fs.Args())
	if err != nil {
		return err
	}
	var books []jupyter.Notebook
	for _, path := range paths {
		nb, err := jupyter.Read(path)
		if err != nil {
			return err
		}
		books = append(books, nb)
	}
	targets, err := targetsOf(paths, *dir)
	if err != nil {
		return err
	}
	targets = slices.Clone(targets) // they may be paths themselves, which stay what was named
	for i := range targets {
		targets[i] = place.Real(targets[i]) // a link stays a link
	}
	for i, nb := range books {
		if place.Same(paths[i], targets[i]) {
			continue // in place
		}
		if err := nb.MayReplace(targets[i]); err != nil {
			return fmt.Errorf("%w: it may be somebody's work, and stays; choose another folder with -o, or move it away", err)
		}
	}
	jupyter.RemoveStale(append([]string{p.Notebooks()}, targets...))
	s, err := setup.Ensure(ctx, nil, stdout)
	if err != nil {
		return err
	}
	s.CleanFlags()
	defer s.Hold.Release()
	if err := s.Hold.Say("go run ./kernel run", os.Getpid()); err != nil {
		return err
	}
	var all []jupyter.Outcome
	for i, path := range paths {
		o := s.Jupyter().Execute(ctx, path, targets[i], *timeout, stdout)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		all = append(all, o)
	}
	return summary(all, stdout)
}

// targetsOf returns where the executed notebooks go: their own places, or the
// folder, which it makes.
func targetsOf(paths []string, dir string) ([]string, error) {
	if dir == "" {
		return paths, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	from := map[string]string{}
	var targets []string
	for _, path := range paths {
		target := filepath.Join(dir, filepath.Base(path))
		if other, taken := from[target]; taken {
			return nil, fmt.Errorf("%s and %s would both be written to %s: run them one by one, to folders of their own", other, path, target)
		}
		from[target] = path
		targets = append(targets, target)
	}
	return targets, nil
}

// summary prints a table of the outcomes. It returns errReported if one failed.
func summary(all []jupyter.Outcome, stdout io.Writer) error {
	var err error
	table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "\nnotebook\ttime\tfigures\tresult")
	for _, o := range all {
		result := "pass"
		if o.Problem != "" {
			result, err = "FAIL: "+o.Problem, errReported
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", strings.TrimSuffix(o.Name, ".ipynb"), o.Took.Round(100*time.Millisecond), o.Figures, result)
	}
	table.Flush()
	return err
}
