package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"gosubspace/kernel/internal/setup"
	"gosubspace/subspace/experiment"
)

// doctor says what is there, and what to do about the rest.
func doctor(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("doctor", "go run ./kernel doctor",
		"Looks at every part, changes nothing, and says of each its version and place, or what\n"+
			"to do. The exit status is 0 if all is well.", stdout)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	s, err := setup.Left(stdout)
	if err != nil {
		return err
	}
	sick := 0
	for _, part := range s.Parts() {
		f := part.Look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		state := "ok  "
		if f.Todo != "" {
			state = "FAIL"
			sick++
		}
		line := fmt.Sprintf("%s  %-12s  %-12s  %s", state, part.Name, f.Version, f.Where)
		fmt.Fprintln(stdout, strings.TrimRight(line, " "))
		if f.Todo != "" {
			fmt.Fprintf(stdout, "      %s\n", f.Todo)
		}
		if part.Name == "runs" {
			// What is open is news and no illness: nor is that it cannot be told.
			if all, err := experiment.FindRuns(""); err == nil {
				printOpen(ctx, "", all, "      ", stdout)
			}
		}
	}
	if sick > 0 {
		fmt.Fprintf(stdout, "\n%d of the parts want something done.\n", sick)
		return errReported
	}
	fmt.Fprintln(stdout, "\nAll is well.")
	return nil
}
