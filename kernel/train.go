package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"gosubspace/kernel/internal/grid"
	"gosubspace/plots"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/watch"
)

const trainAbout = `Makes the runs of a preset, the same as the notebooks make: every shape with
every seed. A run that has been made is loaded, one that was interrupted goes
on where it was; Ctrl-C saves a checkpoint and stops.

    go run ./kernel train -preset quick
    go run ./kernel train -preset cifar10-small -shape standard,line -seeds 2
    go run ./kernel train -preset cifar10 -shape bezier -seed 7 -data /data/cifar10
    go run ./kernel train -figure 3 -preset cifar10-small -seeds 3 -dry-run
    go run ./kernel train -figure 7 -preset quick -seeds 3 -draw figures
    go run ./kernel train -shape standard -held-out 200 -seeds 3 -choose sam=0.02,0.05,0.1
    go run ./kernel train -figure 7 -preset cifar10 -seeds 5 -shard 3/8
    go run ./kernel train -preset cifar10-small -figure 3 -seeds 3 -record notebooks/results
    go run ./kernel train -preset cifar10-small -shape standard,simplex-3 -ship notebooks/results/endpoints
    go run ./kernel train -shape bezier -networks a.safetensors,b.safetensors -network cresnet20 -width 16 -dataset cifar10
    go run ./kernel train -list kernel/examples/paper.txt

Shapes: standard, line, bezier, simplex-M (M endpoints), the last three also with
layerwise- before them, and with -independent complex-F-B (F networks and B points
between). -figure makes all runs behind a figure of the notebooks, which number them
otherwise than the paper from 3 on; -dry-run lists the runs and says how long they
will take; -choose compares values by the accuracy on the validation split, never on
the test set.

-networks takes as endpoints networks that were trained elsewhere, such as with
PyTorch: safetensors files of their state_dicts. Of a curve they are the two ends, and
what is between them is trained. subspace/torch/README.md says more.

-list makes the runs of a file in its order: on each line flags as here, such as
-shape line -seed 1; what stands behind a # is left out. Flags for all of them, such
as -runs and -record, and settings, such as -precision tf32, stand beside -list.
Started again it goes on where it was; runs and doctor say how far it is. A run that
fails stops no other: at the end it is said which have, and the exit status is 1.

On a GPU the images lie on the device and a call makes many steps, -together;
-precision tf32 or bf16 should be faster there, which nobody has measured, and is part
of what a run is known by.

Several runs are made side by side where that is faster: -parallel.

-shard I/N makes one part of N of the runs, I from 1 to N. In a Slurm job array
it is there by itself; in an indexed Job of Kubernetes say -shard /N. Runs that
build on each other stay together. The parts' run folders, copied into one folder
of runs, are the whole: with it, or on a shared one, -draw and -choose end it.
kernel/examples has a batch script and a Job.

The binary that "go build -o bin/gosubspace ./kernel" makes can be carried to
another machine; there it wants a PJRT plugin alone, named by
GOMLX_BACKEND=xla:/path/to/plugin.so, or nothing for the pure-Go backend.`

// A training is what a command line asks for: first as its flags say it, then what
// follows from them.
type training struct {
	preset, shapes, datasets, choose, split string
	networks                                string // files
	list                                    string // a file
	seeds, figure, parallel                 int
	seed                                    uint64
	record, ship, draw                      string // folders; "": none
	dry                                     bool
	options                                 experiment.Options

	title   string
	configs []experiment.Config
	drawn   paper.Figure // with -figure
	trial   grid.Choice  // with -choose
	shard   grid.Shard
	whole   []experiment.Config // with -list: configs before the shard's are taken of them
}

// train is the subcommand that makes runs without a notebook.
func train(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 1 && args[0] == "worker" { // see kernel/internal/grid
		err := grid.Work(ctx, os.Stdin, stdout)
		if errors.Is(err, grid.ErrTold) {
			return errReported
		}
		return err
	}
	// Who read what is printed may have ended with the same Ctrl-C, as tee does: the checkpoint
	// is written all the same.
	context.AfterFunc(ctx, func() { signal.Ignore(syscall.SIGPIPE) })
	stdout = plots.Aside(stdout)
	t, err := parseTraining(ctx, args, stdout)
	if err != nil {
		return err
	}
	o := t.options
	o.Notice, o.Decode = watch.Notice(), watch.Decode()
	configs, complete, err := t.shard.Of(ctx, t.configs, o, stdout)
	if err != nil || len(configs) == 0 {
		return err
	}
	if t.dry {
		return dryRun(ctx, configs, o, stdout)
	}
	for _, to := range []struct{ what, dir string }{{"record", t.record}, {"ship", t.ship}} {
		if to.dir == "" {
			continue
		}
		if err := os.MkdirAll(to.dir, 0o755); err != nil {
			return fmt.Errorf("cannot %s to %s: %w; choose another folder", to.what, to.dir, err)
		}
	}
	way := grid.Way{Parallel: t.parallel}
	failed := failures{list: t.title, stdout: stdout}
	if t.list != "" {
		way.InOrder, way.Failed = true, failed.add
		if configs, way.Plan, err = t.begin(ctx, configs, stdout); err != nil || len(configs) == 0 {
			return cmp.Or(err, t.campaign().End(o.Dir))
		}
	}
	o.Fetch = watch.Fetch()
	var unkept error
	results, err := grid.Make(ctx, t.title, configs, o, way, stdout, func(run *experiment.Run) {
		fmt.Fprintln(stdout, run.Result.Summary())
		if t.figure == 0 {
			printPoints(run.Result, run.Dir, stdout)
		}
		// The networks that others are made of are not recorded: they would count as
		// further seeds of standard training.
		if !slices.Contains(configs, run.Config) {
			return
		}
		switch err := t.keep(ctx, run, stdout); {
		case err == nil:
		case ctx.Err() != nil:
			unkept = cmp.Or(unkept, err)
		case t.list != "":
			failed.add(run.Config, err)
		default: // the others may be kept yet
			unkept = cmp.Or(unkept, err)
			fmt.Fprintf(stdout, "  made, and not kept beside its folder: %v\n", err)
		}
	})
	if err := cmp.Or(err, unkept); err != nil {
		failed.tell(stderr)
		return err
	}
	switch {
	case t.list != "":
		if err := t.campaign().End(o.Dir); err != nil || len(failed.runs) == 0 {
			return err
		}
		failed.tell(stderr)
		return errReported
	case !complete && t.choose+t.draw != "":
		fmt.Fprintln(stdout, "what compares the runs waits for all of them: run it again with -shard all once every shard is made, their run folders in one")
	case !complete:
	case t.choose != "":
		return t.trial.Report(results, stdout)
	case t.draw != "":
		return drawFigure(t.drawn, results, t.draw, stdout)
	}
	return nil
}
