package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

// deleteRuns removes runs.
func deleteRuns(ctx context.Context, args []string, stdout io.Writer) error {
	fs := flags("runs delete", "go run ./kernel runs delete [-yes] [-runs DIR] NAME…",
		"Removes the folders of runs, and says before what other runs build on them. What is\n"+
			"being made stays: then nothing is removed. On a terminal it asks.", stdout)
	yes := fs.Bool("yes", false, "remove without asking")
	root := runsFlag(fs)
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usageError{"runs delete: want the names of runs; go run ./kernel runs lists them"}
	}
	all, of, err := named(*root, fs.Args())
	if err != nil {
		return err
	}
	for _, f := range of {
		if f.State == experiment.Running {
			return fmt.Errorf("run %s is being made by another process: stop it first; nothing has been removed", f.Name)
		}
	}
	bytes := printDoomed(of, all, stdout)
	if !*yes {
		if !isatty.IsTerminal(os.Stdin.Fd()) {
			return usageError{"runs delete asks on a terminal: elsewhere say -yes; nothing has been removed"}
		}
		if !confirmed(ctx, fmt.Sprintf("remove %s, %s? [y/N] ", experiment.Count(len(of), "run"), watch.Size(bytes)), os.Stdin, stdout) {
			fmt.Fprintln(stdout, "nothing has been removed")
			return ctx.Err()
		}
	}
	for _, f := range of {
		_, linked := os.Readlink(f.Dir)
		to := place.Real(f.Dir)
		if err := f.Delete(); err != nil {
			return err
		}
		if linked == nil {
			fmt.Fprintf(stdout, "removed  %s, a link; the run stays in %s\n", f.Dir, to)
		} else {
			fmt.Fprintf(stdout, "removed  %s\n", f.Dir)
		}
	}
	return nil
}

// printDoomed says what would be removed, and what builds on it; it returns how much
// room that takes.
func printDoomed(of, all []experiment.Found, stdout io.Writer) (bytes int64) {
	doomed := map[string]bool{}
	for _, f := range of {
		doomed[f.Name] = true
	}
	var stay []experiment.Found
	for _, f := range all {
		if !doomed[f.Name] {
			stay = append(stay, f)
		}
	}
	for _, f := range of {
		bytes += f.Bytes
		fmt.Fprintf(stdout, "%s: %s, %s\n", f.Name, stateOf(f), watch.Size(f.Bytes))
		for _, words := range f.BuiltOn(stay) {
			fmt.Fprintf(stdout, "  %s\n", words)
		}
	}
	return bytes
}

// confirmed asks a question. Only a clear yes is one; the end of the context is none.
func confirmed(ctx context.Context, question string, in io.Reader, out io.Writer) bool {
	fmt.Fprint(out, question)
	answers := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(in).ReadString('\n') // no answer is no
		answers <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case answer := <-answers:
		return ctx.Err() == nil && (answer == "y" || answer == "yes")
	case <-ctx.Done():
		fmt.Fprintln(out)
		return false
	}
}
