package main

import (
	"flag"
	"math"
	"strconv"

	"gosubspace/subspace/experiment"
)

// A change is a flag of the command line that changes a preset.
type change struct {
	words string // -epochs 4
	apply func(*experiment.Config)
}

// presetFlags adds the flags that change a preset. What they change is applied to
// it once it is known.
func presetFlags(fs *flag.FlagSet) (changes *[]change) {
	changes = new([]change)
	number := func(name, usage string, field func(*experiment.Config) *int) {
		changeFlag(fs, changes, name, usage, wantsWhole, strconv.Atoi, field)
	}
	real := func(name, usage string, field func(*experiment.Config) *float64) {
		parse := func(text string) (float64, error) {
			v, err := strconv.ParseFloat(text, 64)
			if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
				err = strconv.ErrRange
			}
			return v, err
		}
		changeFlag(fs, changes, name, usage, wantsReal, parse, field)
	}
	word := func(name, usage string, field func(*experiment.Config) *string) {
		parse := func(text string) (string, error) { return text, nil }
		changeFlag(fs, changes, name, usage, wantsText, parse, field)
	}
	yes := func(name, usage string, field func(*experiment.Config) *bool) {
		fs.Var(value{yes: true, wants: wantsBoolean, set: func(text string) error {
			v, err := strconv.ParseBool(text)
			*changes = append(*changes, change{"-" + name + "=" + text, func(c *experiment.Config) { *field(c) = v }})
			return err
		}}, name, usage)
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
	yes("full-step", "a larger rate for subspaces, on a line 3/2 of it: the point that is drawn moves as far as a network of standard training", func(c *experiment.Config) *bool { return &c.FullStep })
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
	word("human-labels", "labels that people gave the training images of CIFAR-10: aggre, random1, random2, random3 or worst", func(c *experiment.Config) *string { return &c.HumanLabels })
	word("normalise", "mean and standard deviation of pixel/255, a channel each, such as 0.49,0.48,0.45/0.25,0.24,0.26", func(c *experiment.Config) *string { return &c.Normalise })
	yes("independent", "endpoints are networks trained independently; of a curve the rest is trained", func(c *experiment.Config) *bool { return &c.Independent })
	word("made", "endpoints made of the networks of other runs: matched, snapshots, swag-K or greedy-soup-N", func(c *experiment.Config) *string { return &c.Made })
	number("branch", "epochs that are those of the run with the seed -root, or without it, of networks that a run is made of, those of the first", func(c *experiment.Config) *int { return &c.Branch })
	changeFlag(fs, changes, "root", "the seed whose initial weights, and first -branch epochs, are shared", wantsSeed,
		func(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) }, func(c *experiment.Config) *uint64 { return &c.Root })
	yes("snapshots", "keep the networks that SWA collects in the run's folder", func(c *experiment.Config) *bool { return &c.Snapshots })
	real("ema", "share of the average so far in a moving average of the weights, renewed every step", func(c *experiment.Config) *float64 { return &c.EMA })
	real("volume", "with a complex: weight of −log of its volume", func(c *experiment.Config) *float64 { return &c.Volume })
	yes("published", "read corrupted test images from the published files, in -corrupted", func(c *experiment.Config) *bool { return &c.Published })
	word("swa", "stochastic weight averaging: constant, cyclic-N, or snapshots-N", func(c *experiment.Config) *string { return &c.SWA })
	word("corrupt", "corruptions that the midpoint is scored on, separated by commas, such as snow", func(c *experiment.Config) *string { return &c.Corrupt })
	word("precision", "tf32 or bf16: how products are computed, instead of in float32", func(c *experiment.Config) *string { return &c.Precision })
	return changes
}

// changeFlag adds a flag that sets a field.
func changeFlag[T any](fs *flag.FlagSet, changes *[]change, name, usage, wants string,
	parse func(string) (T, error), field func(*experiment.Config) *T) {
	fs.Var(value{wants: wants, set: func(text string) error {
		v, err := parse(text)
		*changes = append(*changes, change{"-" + name + " " + text, func(c *experiment.Config) { *field(c) = v }})
		return err
	}}, name, usage+" (default: the preset's)")
}

// presetGroups are the flags that change a preset, by what they are about.
var presetGroups = []group{
	{"the images and the network", []string{"train-images", "test-images", "held-out", "side", "wrong-labels", "any-class", "human-labels", "human-file", "normalise", "network", "width"}},
	{"how long, and in which steps", []string{"epochs", "warmup", "batch", "lr", "full-step"}},
	{"the method", []string{"beta", "chunks", "ghost-batches", "dropout", "label-smoothing", "sam", "swa", "ema", "snapshots", "independent", "networks", "mapping", "made", "root", "branch", "volume"}},
	{"what is scored", []string{"points", "recalibration", "bins", "plane", "surface", "grid-images", "corrupt", "published", "corrupted"}},
}
