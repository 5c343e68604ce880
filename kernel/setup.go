package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strconv"

	"gosubspace/kernel/internal/setup"
)

// setUp is the subcommand that sets up and does no more.
func setUp(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("setup", "go run ./kernel setup [-cuda]",
		"Sets up what is missing: a Python environment with JupyterLab, the PJRT plugin,\n"+
			"the Go kernel and its description for Jupyter, and the compiled packages.\n"+
			"What is there already is left as it is.", stdout)
	cuda := cudaFlag(fs)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	s, err := setup.Ensure(ctx, cuda.value, stdout)
	if err != nil {
		return err
	}
	defer s.Hold.Release()
	if !s.Worked {
		fmt.Fprintf(stdout, "everything is there already: %s\n", s.Environment())
	}
	return nil
}

// A triState is a flag that is true, false, or not given.
type triState struct{ value *bool }

func cudaFlag(fs *flag.FlagSet) *triState {
	t := &triState{}
	fs.Var(value{yes: true, wants: wantsBoolean, set: func(s string) error {
		v, err := strconv.ParseBool(s)
		t.value = &v
		return err
	}}, "cuda", "install what NVIDIA GPUs need, or with -cuda=false do not; without the flag, if there is one")
	return t
}
