package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/network"
)

// Config is everything that decides a run's numbers. Two runs of one Config
// are the same run. Begin with a preset ([Quick], [Small], [Full]) and change
// fields.
type Config struct {
	Data        string `json:"data"`                   // digits, cifar10, or the name of data of your own
	TrainImages int    `json:"train_images,omitempty"` // a class-balanced subset of this many; 0: all
	TestImages  int    `json:"test_images,omitempty"`

	Network string `json:"network"`         // cresnet20, cnn, mlp, or the name of a network of your own
	Width   int    `json:"width,omitempty"` // channels of the first stage (16 in the paper's cResNet20); units of an mlp's layer

	Shape string `json:"shape"` // standard, line, bezier, simplex-3, layerwise-line …, see subspace.ParseSampler
	Seed  uint64 `json:"seed"`  // of everything random: initial weights, order, augmentation, points

	Epochs       int             `json:"epochs"`
	Batch        int             `json:"batch"`         // images a step; the last batch of an epoch may be smaller
	LearningRate float64         `json:"learning_rate"` // the peak of subspace.Cosine
	Warmup       int             `json:"warmup"`        // its epochs of linear warm-up
	Momentum     float64         `json:"momentum"`
	WeightDecay  float64         `json:"weight_decay"`
	Beta         float64         `json:"beta"` // weight of the cos² regulariser
	Augment      dataset.Augment `json:"augment"`

	Recalibration int `json:"recalibration,omitempty"` // training images that re-estimate batch norm at a point, in whole batches; 0: all
	Points        int `json:"points,omitempty"`        // points of a curve that the run is scored at, the ends included
	TestEvery     int `json:"test_every,omitempty"`    // epochs between scores of the midpoint while training; 0: none
}

// Quick is the preset that ends in seconds on two CPU cores and needs no
// download: a small CNN on 200 of the embedded digits, 200 epochs so that it
// has the time to fit them.
func Quick() Config {
	return Config{
		Data: "digits", TrainImages: 200, Network: "cnn", Width: 8, Shape: "line", Seed: 1,
		Epochs: 200, Batch: 50, LearningRate: 0.1, Warmup: 5, Momentum: 0.9, WeightDecay: 1e-4, Beta: 1,
		Augment: dataset.Augment{Pad: 1}, Points: 21, TestEvery: 10,
	}
}

// Small is the preset for real CIFAR-10 on a CPU: a narrow cResNet20 on 2,500
// of the training images, 200 epochs so that it has the time to fit them, and
// all the test images. Minutes a run.
func Small() Config {
	c := Full()
	c.TrainImages, c.Width, c.Epochs = 2500, 8, 200
	return c
}

// Full is the preset of the paper's CIFAR-10 runs: cResNet20, all images, 160
// epochs. For a GPU, or a patient CPU.
func Full() Config {
	return Config{
		Data: "cifar10", Network: "cresnet20", Width: 16, Shape: "line", Seed: 1,
		Epochs: 160, Batch: 128, LearningRate: 0.1, Warmup: 5, Momentum: 0.9, WeightDecay: 1e-4, Beta: 1,
		Augment: dataset.Standard, Points: 21,
	}
}

// Preset returns the preset of a name: quick, cifar10-small or cifar10.
func Preset(name string) (Config, error) {
	switch name {
	case "quick":
		return Quick(), nil
	case "cifar10-small":
		return Small(), nil
	case "cifar10":
		return Full(), nil
	}
	return Config{}, fmt.Errorf("unknown preset %q: want quick, cifar10-small or cifar10", name)
}

// With returns c with another shape and seed: the two fields in which the runs
// behind a figure differ.
func (c Config) With(shape string, seed uint64) Config {
	c.Shape, c.Seed = shape, seed
	return c
}

// Check reports the first field that no run can have.
func (c Config) Check() error {
	sampler, err := subspace.ParseSampler(c.Shape)
	if err != nil {
		return err
	}
	if sampler.String() != c.Shape {
		return fmt.Errorf("shape %q: write %q, so that equal runs have equal configurations", c.Shape, sampler)
	}
	for _, f := range []struct {
		name         string
		value, least int
	}{
		{"epochs", c.Epochs, 1}, {"batch size", c.Batch, 1}, {"warm-up", c.Warmup, 0},
		{"number of training images", c.TrainImages, 0}, {"number of test images", c.TestImages, 0},
		{"number of recalibration images", c.Recalibration, 0}, {"width", c.Width, 0},
		{"padding", c.Augment.Pad, 0}, {"test interval", c.TestEvery, 0},
	} {
		if f.value < f.least {
			return fmt.Errorf("the %s is %d: want at least %d", f.name, f.value, f.least)
		}
	}
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"learning rate", c.LearningRate}, {"momentum", c.Momentum}, {"weight decay", c.WeightDecay}, {"β", c.Beta},
	} {
		if math.IsNaN(f.value) || math.IsInf(f.value, 0) || f.value < 0 {
			return fmt.Errorf("the %s is %v: want a finite number, 0 or more", f.name, f.value)
		}
	}
	if c.Warmup > c.Epochs {
		return fmt.Errorf("a warm-up of %d epochs in a run of %d: make the run longer or the warm-up shorter", c.Warmup, c.Epochs)
	}
	if c.Points < 0 || c.Points == 1 {
		return fmt.Errorf("the number of points on a curve is %d: want 0 (its ends alone) or at least 2", c.Points)
	}
	for _, name := range []string{c.Data, c.Network} {
		if !plainName.MatchString(name) {
			return fmt.Errorf("%q is no name for data or a network: want letters, digits, - and _", name)
		}
	}
	return nil
}

// plainName is what may be part of a run's folder.
var plainName = regexp.MustCompile(`^[\pL\pN_-]+$`)

// builtIn reports whether c names a network of the project's own.
func (c Config) builtIn() bool {
	return slices.Contains([]string{"cresnet20", "cnn", "mlp"}, c.Network)
}

// net returns the network that c names, for images of the given classes.
func (c Config) net(classes int) (subspace.Net, error) {
	if c.builtIn() && c.Width < 1 {
		return nil, fmt.Errorf("network %s of width %d: want at least 1", c.Network, c.Width)
	}
	switch c.Network {
	case "cresnet20":
		return network.CResNet20(classes, c.Width), nil
	case "cnn":
		return network.CNN(classes, c.Width), nil
	case "mlp":
		return network.MLP(classes, c.Width), nil
	}
	return nil, fmt.Errorf("unknown network %q: want cresnet20, cnn or mlp, or hand in your own as Options.Net", c.Network)
}

// version is part of a run's identity. Raise it when the code changes what a
// Config means, so that runs of before are not taken for runs of now.
const version = 1

// identity returns the hex SHA-256 of everything that makes a run what it is.
func (c Config) identity(data *dataset.Data) string {
	text, err := json.Marshal(struct {
		Version     int
		Config      Config
		Train, Test string
		Mean, Std   []float32
	}{version, c, data.Train.Fingerprint(), data.Test.Fingerprint(), data.Mean, data.Std})
	if err != nil {
		panic(err) // Check has refused the only values that JSON cannot say
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Name says which run it is, in a word: cifar10-line-cresnet20x8-seed1.
func (c Config) Name() string {
	return fmt.Sprintf("%s-%s-%sx%d-seed%d", c.Data, c.Shape, c.Network, c.Width, c.Seed)
}
