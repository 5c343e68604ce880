package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

Shapes: standard, line, bezier, simplex-M (M endpoints), each but standard also
with layerwise- before it. -figure makes all runs behind a figure of the paper;
-dry-run lists the runs and says how long they will take; -choose compares
values by the accuracy on the validation split, never on the test set.

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
	t, err := parseTraining(args, stdout)
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
	o.Fetch = watch.Fetch()
	var failed error
	results, err := grid.Make(ctx, t.title, configs, o, t.parallel, stdout, func(run *experiment.Run) {
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

// parseTraining reads the command line.
func parseTraining(args []string, stdout io.Writer) (*training, error) {
	var t training
	o := &t.options
	fs := flags("train", "go run ./kernel train [flags]", trainAbout, stdout)
	fs.StringVar(&t.preset, "preset", "quick", "quick, cifar10-small or cifar10")
	fs.StringVar(&t.shapes, "shape", "line", "shapes, separated by commas")
	fs.StringVar(&t.datasets, "dataset", "", "digits, cifar10, tinyimagenet or folder; several, separated by commas (default: the preset's)")
	fs.IntVar(&t.seeds, "seeds", 1, "number of seeds: the runs get seed, seed+1 …")
	fs.StringVar(&o.DataDir, "data", "", "folder that holds the data set; CIFAR-10 is put there (default: the cache folder)")
	fs.StringVar(&o.Dir, "runs", "", "folder of the runs (default: the cache folder)")
	fs.IntVar(&o.Devices, "devices", 1, "devices of this host that each batch is split over")
	fs.StringVar(&t.record, "record", "", "also write each result to this `folder`")
	fs.StringVar(&t.ship, "ship", "", "also write the trained subspaces of the first seed, and an image of each class, to this `folder`")
	changes := presetFlags(fs)
	fs.IntVar(&o.Together, "together", 0, fmt.Sprintf("batches that one call of the device works on, from a data set that lies there; 0: %d on a GPU, elsewhere and with several -devices none; below 0: none, the host sends each", experiment.OnGPU))
	fs.Func("preallocate", "memory of a GPU that is taken at the start: false, true for three quarters, or a part such as 0.5 (default: $"+backend.MemoryVariable+", else false)", func(text string) error {
		return os.Setenv(backend.MemoryVariable, text)
	})
	fs.StringVar(&o.CorruptedDir, "corrupted", "", "folder of the published CIFAR-10-C or TinyImageNet-C")
	fs.Uint64Var(&t.seed, "seed", 1, "the first seed")
	fs.IntVar(&t.figure, "figure", 0, "make all runs behind this figure of the paper, 1 to 7, instead of -shape")
	fs.StringVar(&t.draw, "draw", "", "with -figure: also draw it, to this `folder`")
	fs.StringVar(&t.split, "shard", "", "make only part I of N of the runs: `I/N`, /N with I from Slurm or Kubernetes, or all (default: from a Slurm job array)")
	fs.IntVar(&t.parallel, "parallel", 0, "runs that are made side by side, a process each; 0: as many as pay, which is measured at the start, and memory holds; 1: one after the other")
	fs.BoolVar(&t.dry, "dry-run", false, "only list the runs, and how long they will take")
	fs.StringVar(&t.choose, "choose", "", "try several values of a field on the validation split, such as sam=0.02,0.05,0.1")
	if err := parse(fs, args, 0); err != nil {
		return nil, err
	}
	shapeNamed := false
	fs.Visit(func(f *flag.Flag) { shapeNamed = shapeNamed || f.Name == "shape" })
	switch {
	case t.seeds < 1:
		return nil, usageError{fmt.Sprintf("%d seeds: want at least 1", t.seeds)}
	case t.parallel < 0:
		return nil, usageError{fmt.Sprintf("-parallel %d: want 0 for as many as pay, 1 for one after the other, or more", t.parallel)}
	case t.figure != 0 && shapeNamed:
		return nil, usageError{"-figure has its shapes: leave -shape out"}
	case t.draw != "" && t.figure == 0:
		return nil, usageError{"-draw draws a figure of the paper: name one with -figure"}
	case t.choose != "" && t.figure != 0:
		return nil, usageError{"-choose tries values for -shape: leave -figure out"}
	case t.figure+len(t.choose) != 0 && strings.Contains(t.datasets, ","):
		return nil, usageError{"-figure and -choose compare on one data set: name one with -dataset"}
	}
	if err := t.plan(*changes); err != nil {
		return nil, usageError{err.Error()}
	}
	return &t, nil
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

// keep writes what is to be kept of a run beside its folder.
func (t *training) keep(ctx context.Context, run *experiment.Run, stdout io.Writer) error {
	if t.record != "" {
		if err := run.Result.Record(filepath.Join(t.record, filepath.Base(run.Dir)+".json")); err != nil {
			return err
		}
	}
	if t.ship == "" || run.Config.Seed != t.seed {
		return nil
	}
	return shipRun(ctx, run, t.ship, stdout)
}

// shipRun writes a run's subspace and the images to a folder.
func shipRun(ctx context.Context, run *experiment.Run, dir string, stdout io.Writer) error {
	path := filepath.Join(dir, run.Config.Method()+".safetensors")
	if err := cmp.Or(run.Ship(ctx, path), run.ShipSamples(dir)); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "  shipped to", path)
	return nil
}

// drawFigure draws a figure of the paper from the results of its runs: PNG files
// in a folder, with their words.
func drawFigure(f paper.Figure, results []experiment.Result, dir string, stdout io.Writer) error {
	pictures, err := f.Draw(f.Rows(results))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot draw to %s: %w; choose another folder", dir, err)
	}
	for i, picture := range pictures {
		path := filepath.Join(dir, pictureName(f.Number, i, len(pictures))+".png")
		if err := picture.Write(path); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s\n%s\n", path, picture.Alt)
	}
	return nil
}

// pictureName names picture i of n of a figure: figure-3, or figure-5a, figure-5b.
func pictureName(figure, i, n int) string {
	if n == 1 {
		return fmt.Sprintf("figure-%d", figure)
	}
	return fmt.Sprintf("figure-%d%c", figure, 'a'+i)
}
