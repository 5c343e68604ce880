package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
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

// train is the subcommand that makes runs without a notebook.
func train(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 1 && args[0] == "worker" { // see crew
		return work(ctx, os.Stdin, stdout)
	}
	fs := flags("train", "go run ./kernel train [flags]", trainAbout, stdout)
	preset := fs.String("preset", "quick", "quick, cifar10-small or cifar10")
	shapes := fs.String("shape", "line", "shapes, separated by commas")
	datasets := fs.String("dataset", "", "digits, cifar10, tinyimagenet or folder; several, separated by commas (default: the preset's)")
	seeds := fs.Int("seeds", 1, "number of seeds: the runs get seed, seed+1 …")
	var o experiment.Options
	fs.StringVar(&o.DataDir, "data", "", "folder that holds the data set; CIFAR-10 is put there (default: the cache folder)")
	fs.StringVar(&o.Dir, "runs", "", "folder of the runs (default: the cache folder)")
	fs.IntVar(&o.Devices, "devices", 1, "devices of this host that each batch is split over")
	record := fs.String("record", "", "also write each result to this `folder`")
	ship := fs.String("ship", "", "also write the trained subspaces of the first seed, and an image of each class, to this `folder`")

	changes := presetFlags(fs)
	fs.IntVar(&o.Together, "together", 0, fmt.Sprintf("batches that one call of the device works on, from a data set that lies there; 0: %d on a GPU, elsewhere and with several -devices none; below 0: none, the host sends each", experiment.OnGPU))
	fs.Func("preallocate", "memory of a GPU that is taken at the start: false, true for three quarters, or a part such as 0.5 (default: $"+backend.MemoryVariable+", else false)", func(text string) error {
		return os.Setenv(backend.MemoryVariable, text)
	})
	fs.StringVar(&o.CorruptedDir, "corrupted", "", "folder of the published CIFAR-10-C or TinyImageNet-C")
	seed := fs.Uint64("seed", 1, "the first seed")
	figure := fs.Int("figure", 0, "make all runs behind this figure of the paper, 1 to 7, instead of -shape")
	draw := fs.String("draw", "", "with -figure: also draw it, to this `folder`")
	split := fs.String("shard", "", "make only part I of N of the runs: `I/N`, /N with I from Slurm or Kubernetes, or all (default: from a Slurm job array)")
	parallel := fs.Int("parallel", 0, "runs that are made side by side, a process each; 0: as many as pay, which is measured at the start, and memory holds; 1: one after the other")
	dry := fs.Bool("dry-run", false, "only list the runs, and how long they will take")
	choose := fs.String("choose", "", "try several values of a field on the validation split, such as sam=0.02,0.05,0.1")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	shapeNamed := false
	fs.Visit(func(f *flag.Flag) { shapeNamed = shapeNamed || f.Name == "shape" })
	switch {
	case *seeds < 1:
		return usageError{fmt.Sprintf("%d seeds: want at least 1", *seeds)}
	case *parallel < 0:
		return usageError{fmt.Sprintf("-parallel %d: want 0 for as many as pay, 1 for one after the other, or more", *parallel)}
	case *figure != 0 && shapeNamed:
		return usageError{"-figure has its shapes: leave -shape out"}
	case *draw != "" && *figure == 0:
		return usageError{"-draw draws a figure of the paper: name one with -figure"}
	case *choose != "" && *figure != 0:
		return usageError{"-choose tries values for -shape: leave -figure out"}
	case *figure+len(*choose) != 0 && strings.Contains(*datasets, ","):
		return usageError{"-figure and -choose compare on one data set: name one with -dataset"}
	}
	mine, err := shardOf(*split, os.Getenv)
	if err != nil {
		return usageError{err.Error()}
	}
	base, err := experiment.Preset(*preset)
	if err != nil {
		return usageError{err.Error()}
	}
	for _, x := range *changes {
		x.apply(&base)
	}
	base.Seed = *seed
	data := strings.Split(cmp.Or(*datasets, base.Data), ",")
	base.Data = strings.TrimSpace(data[0])
	title := "train"
	var f paper.Figure
	var configs []experiment.Config
	switch {
	case *figure != 0:
		if f, err = paper.NewFigure(*figure, base); err != nil {
			return usageError{err.Error()}
		}
		title, configs = fmt.Sprintf("figure %d", *figure), f.Runs(*seeds)
	default:
		for _, base.Data = range data {
			base.Data = strings.TrimSpace(base.Data)
			for _, shape := range strings.Split(*shapes, ",") {
				for i := range *seeds {
					configs = append(configs, base.With(strings.TrimSpace(shape), *seed+uint64(i)))
				}
			}
		}
	}
	var trial choice
	if *choose != "" {
		if trial, err = newChoice(*choose, configs); err != nil {
			return usageError{err.Error()}
		}
		configs = trial.configs
	}
	for _, c := range configs {
		if err := c.Check(); err != nil {
			return usageError{err.Error()}
		}
	}
	o.Notice = watch.Notice()
	configs, complete, err := mine.of(ctx, configs, o, stdout)
	if err != nil || len(configs) == 0 {
		return err
	}
	if *dry {
		return dryRun(ctx, configs, o, stdout)
	}
	if *record != "" {
		if err := os.MkdirAll(*record, 0o755); err != nil {
			return fmt.Errorf("cannot record to %s: %w; choose another folder", *record, err)
		}
	}
	if *ship != "" {
		if err := os.MkdirAll(*ship, 0o755); err != nil {
			return fmt.Errorf("cannot ship to %s: %w; choose another folder", *ship, err)
		}
	}
	o.Fetch = watch.Fetch()
	var failed error
	results, err := makeRuns(ctx, title, configs, o, *parallel, stdout, func(run *experiment.Run) {
		fmt.Fprintln(stdout, run.Result.Summary())
		if *figure == 0 {
			printPoints(run, stdout)
		}
		// The networks that others are made of are not recorded: they would count as
		// further seeds of standard training.
		if failed != nil || !slices.Contains(configs, run.Config) {
			return
		}
		if *record != "" {
			failed = run.Result.Record(filepath.Join(*record, filepath.Base(run.Dir)+".json"))
		}
		if *ship != "" && failed == nil && run.Config.Seed == *seed {
			failed = shipRun(ctx, run, *ship, stdout)
		}
	})
	if err := cmp.Or(err, failed); err != nil {
		return err
	}
	if !complete {
		if *choose+*draw != "" {
			fmt.Fprintln(stdout, "what compares the runs waits for all of them: run it again with -shard all once every shard is made, their run folders in one")
		}
		return nil
	}
	if *choose != "" {
		return trial.report(results, stdout)
	}
	if *draw != "" {
		return drawFigure(f, results, *draw, stdout)
	}
	return nil
}

// change is a flag of the command line that changes a preset.
type change struct {
	words string // -epochs 4
	apply func(*experiment.Config)
}

// presetFlags adds the flags that change a preset. What they change is applied to
// it once it is known.
func presetFlags(fs *flag.FlagSet) (changes *[]change) {
	changes = new([]change)
	number := func(name, usage string, field func(*experiment.Config) *int) {
		fs.Func(name, usage+" (default: the preset's)", func(text string) error {
			v, err := strconv.Atoi(text)
			*changes = append(*changes, change{"-" + name + " " + text, func(c *experiment.Config) { *field(c) = v }})
			return err
		})
	}
	real := func(name, usage string, field func(*experiment.Config) *float64) {
		fs.Func(name, usage+" (default: the preset's)", func(text string) error {
			v, err := strconv.ParseFloat(text, 64)
			*changes = append(*changes, change{"-" + name + " " + text, func(c *experiment.Config) { *field(c) = v }})
			return err
		})
	}
	word := func(name, usage string, field func(*experiment.Config) *string) {
		fs.Func(name, usage+" (default: the preset's)", func(text string) error {
			*changes = append(*changes, change{"-" + name + " " + text, func(c *experiment.Config) { *field(c) = text }})
			return nil
		})
	}
	yes := func(name, usage string, field func(*experiment.Config) *bool) {
		fs.BoolFunc(name, usage, func(text string) error {
			v, err := strconv.ParseBool(text)
			*changes = append(*changes, change{"-" + name + "=" + text, func(c *experiment.Config) { *field(c) = v }})
			return err
		})
	}
	word("network", "cresnet20, cnn, mlp, resnet18 or wideresnet50-2", func(c *experiment.Config) *string { return &c.Network })
	number("width", "channels of the network's first stage", func(c *experiment.Config) *int { return &c.Width })
	number("epochs", "passes over the training images", func(c *experiment.Config) *int { return &c.Epochs })
	number("warmup", "epochs of linear warm-up", func(c *experiment.Config) *int { return &c.Warmup })
	number("batch", "images a step", func(c *experiment.Config) *int { return &c.Batch })
	number("train-images", "train on a balanced subset of so many images, 0: all", func(c *experiment.Config) *int { return &c.TrainImages })
	number("test-images", "test on a balanced subset of so many images, 0: all", func(c *experiment.Config) *int { return &c.TestImages })
	number("points", "points of a curve that are scored", func(c *experiment.Config) *int { return &c.Points })
	number("recalibration", "images that re-estimate batch norm, 0: all", func(c *experiment.Config) *int { return &c.Recalibration })
	real("lr", "peak of the learning rate", func(c *experiment.Config) *float64 { return &c.LearningRate })
	real("beta", "weight of the cos² regulariser", func(c *experiment.Config) *float64 { return &c.Beta })
	number("held-out", "training images that are held out as a validation split", func(c *experiment.Config) *int { return &c.HeldOut })
	number("chunks", "a batch in so many parts, each at a point of its own", func(c *experiment.Config) *int { return &c.Chunks })
	number("ghost-batches", "batch norm over so many parts of a batch, each with statistics of its own", func(c *experiment.Config) *int { return &c.GhostBatches })
	number("bins", "bins of the calibration errors", func(c *experiment.Config) *int { return &c.Bins })
	number("plane", "side of the grid over the plane through three endpoints", func(c *experiment.Config) *int { return &c.Plane })
	number("surface", "side of the grid along filter-normalised directions", func(c *experiment.Config) *int { return &c.Surface })
	number("grid-images", "test images that the grids are scored on, 0: all", func(c *experiment.Config) *int { return &c.GridImages })
	number("side", "with -dataset folder: the side of the square that images are cut to", func(c *experiment.Config) *int { return &c.Side })
	real("dropout", "dropout rate", func(c *experiment.Config) *float64 { return &c.Dropout })
	real("label-smoothing", "ε of label smoothing", func(c *experiment.Config) *float64 { return &c.Smoothing })
	real("sam", "ρ of sharpness-aware minimisation", func(c *experiment.Config) *float64 { return &c.Rho })
	real("wrong-labels", "share of the training labels that are replaced by a wrong class", func(c *experiment.Config) *float64 { return &c.WrongLabels })
	yes("any-class", "replace wrong labels by any class, which may be the right one", func(c *experiment.Config) *bool { return &c.AnyClass })
	yes("independent", "endpoints are networks trained independently; of a curve the rest is trained", func(c *experiment.Config) *bool { return &c.Independent })
	yes("published", "read corrupted test images from the published files, in -corrupted", func(c *experiment.Config) *bool { return &c.Published })
	word("swa", "stochastic weight averaging: constant, or cyclic-N", func(c *experiment.Config) *string { return &c.SWA })
	word("corrupt", "corruptions that the midpoint is scored on, separated by commas, such as snow", func(c *experiment.Config) *string { return &c.Corrupt })
	word("precision", "tf32 or bf16: how products are computed, instead of in float32", func(c *experiment.Config) *string { return &c.Precision })
	return changes
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

// printPoints prints what a run was scored at.
func printPoints(run *experiment.Run, stdout io.Writer) {
	r := run.Result
	for _, p := range r.Points {
		where := fmt.Sprintf("weights %.3v", p.Weights)
		if p.Alpha != nil {
			where = fmt.Sprintf("α = %.2f", *p.Alpha)
		}
		printScores(stdout, where, p.Scores)
	}
	for _, e := range r.Ensembles {
		where := fmt.Sprintf("ensemble of %d", len(e.Points))
		if e.Alpha != nil {
			where = fmt.Sprintf("ensemble α, 1−α = %.2f", *e.Alpha)
		}
		printScores(stdout, where, e.Scores)
	}
	for _, c := range r.Corrupted {
		printScores(stdout, fmt.Sprintf("%s, severity %d", c.Corruption, c.Severity), c.Scores)
	}
	if c := r.Calibration; c != nil && c.HeldOut != nil {
		printScores(stdout, "validation split", *c.HeldOut)
		if c.Scaled != nil { // a small split may have no best temperature
			printScores(stdout, fmt.Sprintf("at temperature %.2f", c.Temperature), *c.Scaled)
		}
	}
	speed := ""
	if r.Speed() > 0 {
		speed = fmt.Sprintf(" (%.0f images/s)", r.Speed())
	}
	fmt.Fprintf(stdout, "  on %s, %s training%s, %s scoring; %s\n", strings.Join(r.Devices, " and "),
		seconds(r.Training), speed, seconds(r.Evaluation), run.Dir)
}

func printScores(stdout io.Writer, where string, s metric.Scores) {
	fmt.Fprintf(stdout, "  %-24s accuracy %6.2f %%  NLL %.4f  ECE %5.2f %%  Brier %.4f\n", where, 100*s.Accuracy, s.NLL, 100*s.ECE, s.Brier)
}

// dryRun lists the runs that are needed, and how long they will take.
func dryRun(ctx context.Context, configs []experiment.Config, o experiment.Options, stdout io.Writer) error {
	plan, err := experiment.Plan(ctx, configs, o)
	if err != nil {
		return err
	}
	estimates, err := experiment.Estimate(ctx, plan, o)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "run\timages trained on\timages scored\ttime")
	var total time.Duration
	made := 0
	for i, p := range plan {
		when := "made"
		if p.Made {
			made++
		} else {
			when = estimates[i].Round(time.Second).String()
		}
		total += estimates[i]
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", p.Config.Name(), p.Trained, p.Scored, when)
	}
	table.Flush()
	fmt.Fprintf(stdout, "%d runs, %d of them made; about %s for the rest, one after the other on this machine\n", len(plan), made, total.Round(time.Second))
	return nil
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Millisecond)
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
