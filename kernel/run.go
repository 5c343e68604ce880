package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/setup"
)

// run executes notebooks without a browser.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("run", "go run ./kernel run [-o DIR] [-timeout D] [-parallel N] [NOTEBOOK…]",
		"Executes notebooks from the top, all of notebooks/ if none is named, and writes them\n"+
			"with their outputs in place of what was there, or to the folder of -o. A folder is\n"+
			"all notebooks in it: \"run solutions\" executes the solutions of the exercises, which\n"+
			"are left out where none is named. A cell that\n"+
			"fails, a shell line (!) that fails and an unknown command (%) end the notebook and\n"+
			"fail the command; in place, the file then stays as it was. A cell tagged\n"+
			"raises-exception may fail, one tagged skip-execution is left as it is.", stdout)
	dir := fs.String("o", "", "write the executed notebooks to this `folder`")
	timeout := fs.Duration("timeout", 0, "how long one cell may take, for example 10m; 0 is as long as it wants")
	parallel := fs.Int("parallel", 1, "how many notebooks are executed side by side; training uses all cores by itself, but compiling cells does not")
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	if *parallel < 1 {
		return usageError{fmt.Sprintf("-parallel %d: want 1 for one notebook after the other, or more", *parallel)}
	}
	p, err := checkout.Here()
	if err != nil {
		return err
	}
	paths, err := jupyter.Find(p.Notebooks(), fs.Args())
	if err != nil {
		return err
	}
	for _, path := range paths {
		if _, err := jupyter.Read(path); err != nil {
			return err
		}
	}
	targets, err := targetsOf(paths, *dir)
	if err != nil {
		return err
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
	all := make([]jupyter.Outcome, len(paths))
	var next atomic.Int64
	var workers sync.WaitGroup
	lines := &oneByOne{to: stdout}
	for range min(*parallel, len(paths)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(paths)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				// A failed run never takes the place of its notebook.
				all[i] = s.Jupyter().Execute(ctx, paths[i], targets[i], *timeout, !sameFile(paths[i], targets[i]), lines)
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return summary(all, stdout)
}

// oneByOne lets several write lines to one writer.
type oneByOne struct {
	sync.Mutex
	to io.Writer
}

func (w *oneByOne) Write(line []byte) (int, error) {
	w.Lock()
	defer w.Unlock()
	return w.to.Write(line)
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

// sameFile reports whether both paths lead to one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
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
