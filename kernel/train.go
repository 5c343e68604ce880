package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gosubspace/notebooks/lesson"
	"gosubspace/subspace/experiment"
)

const trainAbout = `Makes the runs of a preset, the same as the notebooks make: every shape with
every seed. A run that has been made is loaded, one that was interrupted goes
on where it was; Ctrl-C saves a checkpoint and stops.

    go run ./kernel train -preset quick
    go run ./kernel train -preset cifar10-small -shape standard,line -seeds 2
    go run ./kernel train -preset cifar10 -shape bezier -seed 7 -data /data/cifar10

Shapes: standard, line, bezier, simplex-M (M endpoints), each but standard also
with layerwise- before it. The binary that "go build -o bin/gosubspace ./kernel" makes can be
carried to another machine; there it wants a PJRT plugin alone, named by
GOMLX_BACKEND=xla:/path/to/plugin.so, or nothing for the pure-Go backend.`

// train is the subcommand that makes runs without a notebook.
func train(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("train", "go run ./kernel train [flags]", trainAbout, stdout)
	preset := fs.String("preset", "quick", "quick, cifar10-small or cifar10")
	shapes := fs.String("shape", "line", "shapes, separated by commas")
	seeds := fs.Int("seeds", 1, "number of seeds: the runs get seed, seed+1 …")
	var o experiment.Options
	fs.StringVar(&o.DataDir, "data", "", "folder that holds CIFAR-10, or gets it (default: the cache folder)")
	fs.StringVar(&o.Dir, "runs", "", "folder of the runs (default: the cache folder)")
	record := fs.String("record", "", "also write each result to this folder")

	// Flags that change the preset are applied to it once it is known.
	var changes []func(*experiment.Config)
	number := func(name, usage string, field func(*experiment.Config) *int) {
		fs.Func(name, usage+" (default: the preset's)", func(text string) error {
			v, err := strconv.Atoi(text)
			changes = append(changes, func(c *experiment.Config) { *field(c) = v })
			return err
		})
	}
	real := func(name, usage string, field func(*experiment.Config) *float64) {
		fs.Func(name, usage+" (default: the preset's)", func(text string) error {
			v, err := strconv.ParseFloat(text, 64)
			changes = append(changes, func(c *experiment.Config) { *field(c) = v })
			return err
		})
	}
	word := func(name, usage string, field func(*experiment.Config) *string) {
		fs.Func(name, usage+" (default: the preset's)", func(text string) error {
			changes = append(changes, func(c *experiment.Config) { *field(c) = text })
			return nil
		})
	}
	word("dataset", "digits or cifar10", func(c *experiment.Config) *string { return &c.Data })
	word("network", "cresnet20, cnn or mlp", func(c *experiment.Config) *string { return &c.Network })
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
	seed := fs.Uint64("seed", 1, "the first seed")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	if *seeds < 1 {
		return usageError{fmt.Sprintf("%d seeds: want at least 1", *seeds)}
	}
	base, err := experiment.Preset(*preset)
	if err != nil {
		return usageError{err.Error()}
	}
	for _, change := range changes {
		change(&base)
	}
	var configs []experiment.Config
	for _, shape := range strings.Split(*shapes, ",") {
		for i := range *seeds {
			c := base.With(strings.TrimSpace(shape), *seed+uint64(i))
			if err := c.Check(); err != nil {
				return usageError{err.Error()}
			}
			configs = append(configs, c)
		}
	}
	if *record != "" {
		if err := os.MkdirAll(*record, 0o755); err != nil {
			return fmt.Errorf("cannot record to %s: %w; choose another folder", *record, err)
		}
	}
	o.Fetch, o.Notice = lesson.Fetch(), lesson.Notice()
	for i, c := range configs {
		fmt.Fprintf(stdout, "run %d of %d: %s\n", i+1, len(configs), c.Name())
		if err := trainOne(ctx, c, o, *record, stdout); err != nil {
			return err
		}
	}
	return nil
}

// trainOne makes one run and prints what came of it.
func trainOne(ctx context.Context, c experiment.Config, o experiment.Options, record string, stdout io.Writer) error {
	report, done := lesson.Watch()
	o.Report = report
	run, err := experiment.Train(ctx, c, o)
	if err != nil {
		done(c.Name() + ": stopped")
		return err
	}
	defer run.Close()
	r := run.Result
	done(lesson.Summary(r))
	for _, p := range r.Points {
		where := fmt.Sprintf("weights %.3v", p.Weights)
		if p.Alpha != nil {
			where = fmt.Sprintf("α = %.2f", *p.Alpha)
		}
		fmt.Fprintf(stdout, "  %-20s accuracy %6.2f %%  NLL %.4f  ECE %5.2f %%  Brier %.4f\n",
			where, 100*p.Accuracy, p.NLL, 100*p.ECE, p.Brier)
	}
	fmt.Fprintf(stdout, "  on %s, %s training, %s scoring; %s\n", strings.Join(r.Devices, " and "),
		seconds(r.Training), seconds(r.Evaluation), run.Dir)
	if record == "" {
		return nil
	}
	return r.Write(filepath.Join(record, filepath.Base(run.Dir)+".json"))
}

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(100 * time.Millisecond)
}
