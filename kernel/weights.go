package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/torch"
	"gosubspace/subspace/watch"
)

const weightsAbout = `Writes one network of a trained subspace for PyTorch: a safetensors file that
load_state_dict(strict=True) takes, with batch norm re-estimated at its point, and
beside it the PyTorch module, whose load(path) makes the network of the file.

    go run ./kernel weights -o DIR NAME                     the midpoint of a run
    go run ./kernel weights -at 0.25 -o DIR NAME            of a curve the point at α = 0.25
    go run ./kernel weights -at 0.2,0.3,0.5 -o DIR NAME     of any shape the point of these coefficients

A run is named as "go run ./kernel runs" lists it. Batch norm is re-estimated with its
training images, so that they have to be there. One with a network of your own is
written from Go or from a cell: lesson.Weights.`

// weights is the subcommand that writes a network for PyTorch.
func weights(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("weights", "go run ./kernel weights [-at POINT] [-mapping FILE] [-runs DIR] [-data DIR] [-human-file FILE] -o DIR NAME…", weightsAbout, stdout)
	at := fs.String("at", "", "the `point`: α on a curve, or a coefficient for each endpoint (default: the midpoint)")
	dir := fs.String("o", "", "the `folder` that is written to")
	root := runsFlag(fs)
	data := fs.String("data", "", dataFolder)
	mapping := fs.String("mapping", "", "`file` that says what tensors are called that the module beside calls otherwise")
	human := fs.String("human-file", "", humanFile)
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	switch {
	case fs.NArg() == 0:
		return usageError{"weights: want the name of a run; go run ./kernel runs lists them"}
	case *dir == "":
		return usageError{"weights: want a folder to write to, -o DIR"}
	}
	_, of, err := named(*root, fs.Args())
	if err != nil {
		return err
	}
	names, err := torch.ReadMapping(*mapping)
	if err != nil {
		return err
	}
	o := experiment.Options{Dir: *root, DataDir: *data, HumanLabels: *human, Fetch: watch.Fetch(), Decode: watch.Decode(), Notice: watch.Notice()}
	for _, f := range of {
		if err := writeWeights(ctx, f, o, *at, *dir, names, stdout); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func writeWeights(ctx context.Context, f experiment.Found, o experiment.Options, text, dir string, names torch.Mapping, stdout io.Writer) error {
	switch {
	case f.State != experiment.Finished:
		return fmt.Errorf("it is %s: want a finished run", stateOf(f))
	case f.Result.Own != nil:
		return errors.New("it is of a network or a shape of your own, which this command does not know: write it from Go or from a cell, lesson.Weights")
	}
	if why := noImages(f.Config, o.DataDir); why != "" {
		return errors.New(why)
	}
	sampler, err := subspace.ParseSampler(f.Config.Shape)
	if err != nil {
		return err
	}
	point, err := pointOf(sampler.Shape, text)
	if err != nil {
		return usageError{err.Error()}
	}
	run, err := experiment.Load(ctx, f.Config, o)
	if err != nil {
		return err
	}
	defer run.Close()
	path, err := run.WriteWeights(ctx, point, dir, names)
	if err == nil {
		fmt.Fprintln(stdout, path)
	}
	return err
}

// pointOf reads a point of a shape, see [subspace.PointAt].
func pointOf(shape subspace.Shape, text string) (subspace.Weights, error) {
	var numbers []float64
	for _, part := range parted(text) {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil && text != "" {
			return nil, fmt.Errorf("-at %s: %q is no number, want one such as 0.5", text, part)
		}
		if text != "" {
			numbers = append(numbers, v)
		}
	}
	point, err := subspace.PointAt(shape, numbers...)
	if err != nil {
		return nil, fmt.Errorf("-at %s: %w", text, err)
	}
	return point, nil
}
