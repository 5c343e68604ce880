package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace/dataset"
)

// part returns the part of a data set that c asks for, and the validation split
// that is held out of it, nil where there is none. Wrong labels are on the
// images that are trained on alone.
func (c Config) part(all *dataset.Data) (data *dataset.Data, held *dataset.Set, err error) {
	if err := all.Check(); err != nil {
		return nil, nil, err
	}
	if err := c.enough(all.Train.Len(), all.Test.Len()); err != nil {
		return nil, nil, err
	}
	data = &dataset.Data{Mean: all.Mean, Std: all.Std}
	if data.Train, held, err = all.Train.Split(c.TrainImages, c.HeldOut); err != nil {
		return nil, nil, err
	}
	if c.HeldOut == 0 {
		held = nil
	}
	if data.Train, err = data.Train.WrongLabels(c.WrongLabels, c.AnyClass); err != nil {
		return nil, nil, err
	}
	if c.HumanLabels != "" {
		if data.Train, err = data.Train.HumanLabels(); err != nil {
			return nil, nil, err
		}
	}
	data.Test, err = all.Test.Subset(c.TestImages, 0)
	return data, held, err
}

// read reads the data set that c names, with the labels that it asks for.
func read(ctx context.Context, c Config, o Options) (*dataset.Data, error) {
	all, err := readImages(ctx, c, o)
	if err != nil {
		return nil, err
	}
	if err := all.Check(); err != nil {
		return nil, err
	}
	data := new(*all)
	if c.Normalise != "" {
		if data.Mean, data.Std, err = c.moments(); err != nil {
			return nil, err
		}
	}
	switch {
	case c.HumanLabels == "":
		return data, data.Check()
	case c.Data != "cifar10" && o.Data == nil && o.HumanLabels == "":
		return nil, fmt.Errorf("labels that people gave are those of cifar10, and the images are of %s: take the others, or name a file of yours by Options.HumanLabels (-human-file)", c.Data)
	}
	data.Train, err = data.Train.WithHumanLabels(cmp.Or(o.HumanLabels, o.DataDir), c.HumanLabels)
	return data, err
}

// DataSets are the data sets that a configuration can name, besides those that are handed
// in as Options.Data.
func DataSets() []string { return []string{"digits", "cifar10", "tinyimagenet", "folder"} }

func readImages(ctx context.Context, c Config, o Options) (*dataset.Data, error) {
	if o.Data != nil {
		if slices.Contains(DataSets(), c.Data) {
			return nil, fmt.Errorf("data of your own under the name %q, which is one of the project's: give them another name", c.Data)
		}
		return o.Data, nil
	}
	switch c.Data {
	case "digits":
		return dataset.Digits()
	case "cifar10":
		return dataset.CIFAR10(ctx, o.DataDir, o.Fetch)
	case "tinyimagenet", "folder":
		if o.DataDir == "" {
			return nil, fmt.Errorf("the data set %s lies where you have it: %w", c.Data, ErrNoFolder)
		}
	}
	switch c.Data {
	case "tinyimagenet":
		return dataset.TinyImageNet(o.DataDir)
	case "folder":
		if c.Side < 1 {
			return nil, errors.New("data of a folder need a side: the number of pixels that images are scaled to, such as 64")
		}
		return dataset.Folders(o.DataDir, c.Side)
	}
	return nil, fmt.Errorf("unknown data set %q: want one of %s, or hand in your own as Options.Data", c.Data, strings.Join(DataSets(), ", "))
}

// ErrNoFolder says that the data of a run lie in a folder that was not named.
var ErrNoFolder = errors.New("name its folder by DataDir (-data)")

// moments reads Config.Normalise.
func (c Config) moments() (mean, std []float32, err error) {
	both := strings.Split(c.Normalise, "/")
	var read [2][]float32
	for i := range read {
		for text := range strings.SplitSeq(both[min(i, len(both)-1)], ",") {
			v, err := strconv.ParseFloat(text, 32)
			if err != nil || len(both) != 2 || math.IsNaN(v) || math.IsInf(v, 0) || i == 1 && v <= 0 {
				return nil, nil, fmt.Errorf("images are normalised by %q: want a mean and a standard deviation of pixel/255 for each channel, such as 0.49,0.48,0.45/0.25,0.24,0.26", c.Normalise)
			}
			read[i] = append(read[i], float32(v))
		}
	}
	return read[0], read[1], nil
}
