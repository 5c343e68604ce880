package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gosubspace/kernel/internal/grid"
	"gosubspace/subspace/backend"
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
    go run ./kernel train -preset cifar10-small -shape standard,line,layerwise-line,bezier,simplex-3 -ship notebooks/results/endpoints
    go run ./kernel train -list kernel/examples/paper.txt

Shapes: standard, line, bezier, simplex-M (M endpoints), each but standard also
with layerwise- before it. -figure makes all runs behind a figure of the paper;
-dry-run lists the runs and says how long they will take; -choose compares
values by the accuracy on the validation split, never on the test set.

-list makes the runs of a file in its order: on each line flags as here, such as
-shape line -seed 1; what stands behind a # is left out. Flags for all of them, such
as -runs and -record, and settings, such as -precision tf32, stand beside -list.
Started again it goes on where it was; runs and doctor say how far it is.

On a GPU the images lie on the device and a call makes many steps, -together;
-precision tf32 or bf16 is faster there, and part of what a run is known by.

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
	t, err := parseTraining(ctx, args, stdout)
	if err != nil {
		return err
	}
	o := t.options
	o.Notice = watch.Notice()
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
	if t.list != "" {
		if configs, err = t.begin(ctx, configs, stdout); err != nil || len(configs) == 0 {
			return cmp.Or(err, t.campaign().End(o.Dir))
		}
	}
	o.Fetch = watch.Fetch()
	var failed error
	results, err := grid.Make(ctx, t.title, configs, o, t.way(), stdout, func(run *experiment.Run) {
		fmt.Fprintln(stdout, run.Result.Summary())
		if t.figure == 0 {
			printPoints(run.Result, run.Dir, stdout)
		}
		// The networks that others are made of are not recorded: they would count as
		// further seeds of standard training.
		if failed == nil && slices.Contains(configs, run.Config) {
			failed = t.keep(ctx, run, stdout)
		}
	})
	if err := cmp.Or(err, failed); err != nil {
		return err
	}
	switch {
	case t.list != "":
		return t.campaign().End(o.Dir)
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

// trainFlags are the flags of train. What changes the preset is applied once that is known.
func trainFlags(t *training, stdout io.Writer) (fs *flag.FlagSet, changes *[]change) {
	o := &t.options
	fs = flags("train", "go run ./kernel train [flags]", trainAbout, stdout)
	fs.StringVar(&t.preset, "preset", "quick", "quick, cifar10-small or cifar10")
	fs.StringVar(&t.shapes, "shape", "line", "shapes, separated by commas")
	fs.StringVar(&t.datasets, "dataset", "", "digits, cifar10, tinyimagenet or folder; several, separated by commas (default: the preset's)")
	fs.IntVar(&t.seeds, "seeds", 1, "number of seeds: the runs get seed, seed+1 …")
	fs.StringVar(&o.DataDir, "data", "", "folder that holds the data set; CIFAR-10 is put there (default: the cache folder)")
	fs.StringVar(&o.Dir, "runs", "", "folder of the runs (default: the cache folder)")
	fs.IntVar(&o.Devices, "devices", 1, "devices of this host that each batch is split over")
	fs.StringVar(&t.record, "record", "", "also write each result to this `folder`")
	fs.StringVar(&t.ship, "ship", "", "also write the trained subspaces of the first seed, and an image of each class, to this `folder`")
	changes = presetFlags(fs)
	fs.IntVar(&o.Together, "together", 0, fmt.Sprintf("batches that one call of the device works on, from a data set that lies there; 0: %d on a GPU, elsewhere and with several -devices none; below 0: none, the host sends each", experiment.OnGPU))
	fs.Func("preallocate", "memory of a GPU that is taken at the start: false, true for three quarters, or a part such as 0.5 (default: $"+backend.MemoryVariable+", else false)", func(text string) error {
		return os.Setenv(backend.MemoryVariable, text)
	})
	fs.StringVar(&o.CorruptedDir, "corrupted", "", "folder of the published CIFAR-10-C or TinyImageNet-C")
	fs.Uint64Var(&t.seed, "seed", 1, "the first seed")
	fs.IntVar(&t.figure, "figure", 0, "make all runs behind this figure of the paper, 1 to 7, instead of -shape")
	fs.StringVar(&t.list, "list", "", "make the runs of this `file`, on each line flags of train, in its order")
	fs.StringVar(&t.draw, "draw", "", "with -figure: also draw it, to this `folder`")
	fs.StringVar(&t.split, "shard", "", "make only part I of N of the runs: `I/N`, /N with I from Slurm or Kubernetes, or all (default: from a Slurm job array)")
	fs.IntVar(&t.parallel, "parallel", 0, "runs that are made side by side, a process each; 0: as many as pay, which is measured at the start, and memory holds; 1: one after the other")
	fs.BoolVar(&t.dry, "dry-run", false, "only list the runs, and how long they will take")
	fs.StringVar(&t.choose, "choose", "", "try several values of a field on the validation split, such as sam=0.02,0.05,0.1")
	return fs, changes
}

// parseTraining reads the command line, and finds out which runs it asks for.
func parseTraining(ctx context.Context, args []string, stdout io.Writer) (*training, error) {
	var t training
	fs, changes := trainFlags(&t, stdout)
	if err := parse(fs, args, 0); err != nil {
		return nil, err
	}
	if err := t.check(fs); err != nil {
		return nil, err
	}
	if t.list == "" {
		if err := t.plan(*changes); err != nil {
			return nil, usageError{err.Error()}
		}
		return &t, nil
	}
	if err := checkBesideList(fs, *changes); err != nil {
		return nil, err
	}
	var err error
	if t.shard, err = grid.ShardOf(t.split, os.Getenv); err != nil {
		return nil, usageError{err.Error()}
	}
	if err := t.readList(ctx, *changes); err != nil {
		return nil, err
	}
	t.whole = t.configs
	return &t, nil
}

// check refuses flags that do not go together.
func (t *training) check(fs *flag.FlagSet) error {
	shapeNamed := false
	fs.Visit(func(f *flag.Flag) { shapeNamed = shapeNamed || f.Name == "shape" })
	switch {
	case t.seeds < 1:
		return usageError{fmt.Sprintf("%d seeds: want at least 1", t.seeds)}
	case t.parallel < 0:
		return usageError{fmt.Sprintf("-parallel %d: want 0 for as many as pay, 1 for one after the other, or more", t.parallel)}
	case t.figure != 0 && shapeNamed:
		return usageError{"-figure has its shapes: leave -shape out"}
	case t.draw != "" && t.figure == 0:
		return usageError{"-draw draws a figure of the paper: name one with -figure"}
	case t.choose != "" && t.figure != 0:
		return usageError{"-choose tries values for -shape: leave -figure out"}
	case t.figure+len(t.choose) != 0 && strings.Contains(t.datasets, ","):
		return usageError{"-figure and -choose compare on one data set: name one with -dataset"}
	}
	return nil
}

// plan finds out which runs the flags ask for.
func (t *training) plan(changes []change) (err error) {
	if t.shard, err = grid.ShardOf(t.split, os.Getenv); err != nil {
		return err
	}
	base, err := experiment.Preset(t.preset)
	if err != nil {
		return err
	}
	for _, x := range changes {
		x.apply(&base)
	}
	base.Seed = t.seed
	data := strings.Split(cmp.Or(t.datasets, base.Data), ",")
	base.Data = strings.TrimSpace(data[0])
	t.title = "train"
	switch {
	case t.figure != 0:
		if t.drawn, err = paper.NewFigure(t.figure, base); err != nil {
			return err
		}
		t.title, t.configs = fmt.Sprintf("figure %d", t.figure), t.drawn.Runs(t.seeds)
	default:
		for _, base.Data = range data {
			base.Data = strings.TrimSpace(base.Data)
			for _, shape := range strings.Split(t.shapes, ",") {
				for i := range t.seeds {
					t.configs = append(t.configs, base.With(strings.TrimSpace(shape), t.seed+uint64(i)))
				}
			}
		}
	}
	if t.choose != "" {
		if t.trial, err = grid.NewChoice(t.choose, t.configs); err != nil {
			return err
		}
		t.configs = t.trial.Configs
	}
	for _, c := range t.configs {
		if err := c.Check(); err != nil {
			return err
		}
	}
	return nil
}
