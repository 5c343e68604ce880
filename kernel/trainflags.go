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
)

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
	if t.list != "" {
		if err := checkBesideList(fs, *changes); err != nil {
			return nil, err
		}
	}
	var err error
	if t.shard, err = grid.ShardOf(t.split, os.Getenv); err != nil {
		return nil, usageError{err.Error()}
	}
	if t.list == "" {
		if err := t.plan(*changes); err != nil {
			return nil, usageError{err.Error()}
		}
		return &t, t.checkPlaces()
	}
	if err := t.readList(ctx, *changes); err != nil {
		return nil, err
	}
	t.whole = t.configs
	return &t, t.checkPlaces()
}

// checkPlaces refuses files and folders that no run reads, and one file for two runs.
func (t *training) checkPlaces() error {
	some := func(has func(c experiment.Config) bool) bool { return slices.ContainsFunc(t.configs, has) }
	switch {
	case t.options.CorruptedDir != "" && !some(func(c experiment.Config) bool { return c.Published }):
		return usageError{"-corrupted is where the published corrupted images lie, and none of the runs reads them: say -published too, and -corrupt"}
	case t.options.HumanLabels != "" && !some(func(c experiment.Config) bool { return c.HumanLabels != "" }):
		return usageError{"-human-file is where the labels for -human-labels lie, and no run has such labels: say which ones"}
	case t.ship == "":
		return nil
	}
	shipped := map[string]experiment.Config{}
	for _, c := range t.configs {
		if c.Seed != t.seed {
			continue
		}
		if other, twice := shipped[c.Method()]; twice && other != c {
			return usageError{fmt.Sprintf("-ship names a file by shape and method, and two of these runs would be %s.safetensors: ship them one by one, to two folders", c.Method())}
		}
		shipped[c.Method()] = c
		if err := experiment.MayShip(shippedFile(t.ship, c), c); err != nil {
			return fmt.Errorf("-ship: %w", err)
		}
	}
	return nil
}

// trainGroups are the flags of train, by what they are about.
var trainGroups = slices.Concat(
	[]group{{"what is trained", []string{"preset", "shape", "seed", "seeds", "figure", "choose", "list", "dataset"}}},
	presetGroups,
	[]group{
		{"where things are, and go", []string{"data", "runs", "record", "ship", "draw"}},
		{"on which machines", []string{"dry-run", "parallel", "shard", "devices", "together", "precision", "preallocate"}},
	})

// trainFlags returns the flags of train, which t gets the values of, and the changes of the
// preset among them.
func trainFlags(t *training, stdout io.Writer) (fs *flag.FlagSet, changes *[]change) {
	o := &t.options
	fs = flags("train", "go run ./kernel train [flags]", trainAbout, stdout, trainGroups...)
	fs.StringVar(&t.preset, "preset", "quick", "quick, cifar10-small or cifar10")
	fs.StringVar(&t.shapes, "shape", "line", "shapes, separated by commas")
	fs.StringVar(&t.datasets, "dataset", "", "digits, cifar10, tinyimagenet or folder; several, separated by commas (default: the preset's)")
	fs.IntVar(&t.seeds, "seeds", 1, "number of seeds: the runs get seed, seed+1 …")
	fs.StringVar(&o.DataDir, "data", "", "folder that holds the data set; CIFAR-10 is put there (default: $GOSUBSPACE_CIFAR10, else that of $GOSUBSPACE_DATA, else the cache folder)")
	fs.StringVar(&o.Dir, "runs", "", runsFolder)
	fs.IntVar(&o.Devices, "devices", 1, "devices of this host that each batch is split over")
	fs.StringVar(&t.record, "record", "", "also write each result to this `folder`, with which test images it has right")
	fs.StringVar(&t.ship, "ship", "", "also write the trained subspaces of the first seed, and an image of each class, to this `folder`")
	changes = presetFlags(fs)
	fs.IntVar(&o.Together, "together", 0, fmt.Sprintf("batches that one call of the device works on, from a data set that lies there; 0: up to %d on a GPU and %d on a CPU, with several -devices and -ema none; below 0: none, the host sends each", experiment.OnGPU, experiment.OnCPU))
	fs.Var(value{wants: "false, true, or a part such as 0.5", set: func(text string) error { return os.Setenv(backend.MemoryVariable, text) }},
		"preallocate", "memory of a GPU that is taken at the start: false, true for three quarters, or a part such as 0.5 (default: $"+backend.MemoryVariable+", else false)")
	fs.StringVar(&o.CorruptedDir, "corrupted", "", "folder of the published CIFAR-10-C or TinyImageNet-C")
	fs.StringVar(&o.HumanLabels, "human-file", "", "`file` or folder of the labels for -human-labels (default: CIFAR-10_human.npz beside the data set)")
	fs.StringVar(&t.networks, "networks", "", "safetensors `files` of networks, such as PyTorch's, separated by commas: the ends of a curve, the endpoints of another shape")
	fs.StringVar(&o.Mapping, "mapping", "", "`file` that says what the tensors of -networks are called")
	fs.Uint64Var(&t.seed, "seed", 1, "the first seed")
	fs.IntVar(&t.figure, "figure", 0, fmt.Sprintf("make all runs behind this figure, 1 to %d as the notebooks number them, instead of -shape", paper.Figures))
	fs.StringVar(&t.draw, "draw", "", "with -figure: also draw it, to this `folder`, as PNG, SVG and PDF, and its numbers as CSV")
	fs.StringVar(&t.split, "shard", "", "make only part I of N of the runs: `I/N`, /N with I from Slurm or Kubernetes, or all (default: from a Slurm job array)")
	fs.IntVar(&t.parallel, "parallel", 0, "runs that are made side by side, a process each; 0: as many as pay, which is measured at the start, and memory holds; 1: one after the other")
	fs.BoolVar(&t.dry, "dry-run", false, "only list the runs, and how long they will take")
	fs.StringVar(&t.choose, "choose", "", "try several values of a field on the validation split, such as sam=0.02,0.05,0.1")
	fs.StringVar(&t.list, "list", "", "make the runs of this `file`, on each line flags of train, in its order")
	return fs, changes
}

// check refuses flags that do not go together.
func (t *training) check(fs *flag.FlagSet) error {
	named := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { named[f.Name] = true })
	switch {
	case named["list"] && t.list == "":
		return usageError{"-list names no file: want one with a run a line, in the flags of train"}
	case t.seeds < 1:
		return usageError{fmt.Sprintf("%d seeds: want at least 1", t.seeds)}
	case t.parallel < 0:
		return usageError{fmt.Sprintf("-parallel %d: want 0 for as many as pay, 1 for one after the other, or more", t.parallel)}
	case t.figure != 0 && named["shape"]:
		return usageError{"-figure has its shapes: leave -shape out"}
	case t.networks != "" && t.figure+len(t.choose) != 0:
		return usageError{"-networks are the endpoints of -shape: leave -figure and -choose out"}
	case t.networks == "" && t.options.Mapping != "":
		return usageError{"-mapping says what the tensors of -networks are called: name them too"}
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
	preset, err := experiment.Preset(t.preset)
	if err != nil {
		return err
	}
	data := parted(cmp.Or(t.datasets, preset.Data))
	base := t.changed(preset, data[0], changes)
	sided := slices.ContainsFunc(changes, func(x change) bool { return strings.HasPrefix(x.words, "-side ") })
	if sided && !slices.Contains(data, "folder") {
		return errors.New("-side is of images in a folder of yours: name that with -dataset folder and -data")
	}
	t.title = "train"
	if t.figure != 0 {
		if t.drawn, err = paper.NewFigure(t.figure, base); err != nil {
			return err
		}
		t.title, t.configs = fmt.Sprintf("figure %d", t.figure), t.drawn.Runs(t.seeds)
	} else {
		for _, name := range data {
			base := t.changed(preset, name, changes)
			for _, shape := range parted(t.shapes) {
				for i := range t.seeds {
					t.configs = append(t.configs, base.With(shape, t.seed+uint64(i)))
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
	if t.networks != "" {
		files := parted(t.networks)
		for i, c := range t.configs {
			if t.configs[i], t.options, err = experiment.Given(c, t.options, t.options.Mapping, files...); err != nil {
				return err
			}
		}
	}
	for _, c := range t.configs {
		if err := c.Check(); err != nil {
			return err
		}
	}
	return nil
}

// changed returns a preset with a data set and what the flags change. Of data of one's
// own all images count, unless a flag says otherwise: the numbers of a preset are for
// its own data.
func (t *training) changed(preset experiment.Config, data string, changes []change) experiment.Config {
	c := preset
	c.Seed, c.Data = t.seed, data
	if c.Data == "folder" {
		c.TrainImages, c.TestImages, c.HeldOut = 0, 0, 0
	}
	for _, x := range changes {
		x.apply(&c)
	}
	if c.Data != "folder" {
		c.Side = 0 // it is of the images of a folder, which plan sees to
	}
	return c
}
