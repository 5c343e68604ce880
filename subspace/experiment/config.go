package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace"
	"gosubspace/subspace/corruption"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/network"
)

// Config is everything that decides a run's numbers. Two runs of one Config
// are the same run. Begin with a preset ([Quick], [Small], [Full]) and change
// fields.
//
// A field that came later than the first records is left out of them where it
// is zero, and changes nothing there.
type Config struct {
	Data        string `json:"data"`                   // digits, cifar10, tinyimagenet, folder, or the name of data of your own
	Side        int    `json:"side,omitempty"`         // folder: the side of the square that images are scaled and cut to
	TrainImages int    `json:"train_images,omitempty"` // a class-balanced subset of this many; 0: all
	TestImages  int    `json:"test_images,omitempty"`
	// HeldOut is a validation split: so many training images, none of which is
	// trained on, for every choice that is made and for temperature scaling.
	HeldOut     int     `json:"held_out,omitempty"`
	WrongLabels float64 `json:"wrong_labels,omitempty"` // the share of training labels that are replaced by a wrong class
	AnyClass    bool    `json:"any_class,omitempty"`    // … by any class, which may be the right one

	Network string  `json:"network"`           // cresnet20, cnn, mlp, resnet18, wideresnet50-2, or the name of a network of your own
	Width   int     `json:"width,omitempty"`   // channels of the first stage (16 in the paper's cResNet20); units of an mlp's layer
	Dropout float64 `json:"dropout,omitempty"` // the share of values that network.Dropout drops
	// Precision is how products are computed, in training and evaluation: float32
	// where empty; tf32, which NVIDIA GPUs have; or bf16, see network.Product.
	Precision string `json:"precision,omitempty"`

	Shape string `json:"shape"` // standard, line, bezier, simplex-3, layerwise-line …, see subspace.ParseSampler; or one of your own
	Seed  uint64 `json:"seed"`  // of everything random: initial weights, order, augmentation, points
	// Independent takes as endpoints networks that were trained independently:
	// the runs of standard training with the seeds Seed, Seed+1000, …, which are
	// made first. They stay as they are. Of a curve these are its two ends, and
	// only what is between them is trained, without the regulariser (Garipov et
	// al. 2018); on a line or a simplex nothing is left to train.
	Independent bool `json:"independent,omitempty"`
	Chunks      int  `json:"chunks,omitempty"` // a batch in so many parts, each at a point of its own; 0: one
	// GhostBatches is the number of equal parts of a batch (of each of its chunks)
	// that batch norm has statistics of its own for, see network.WithGhostBatches;
	// 0: one. With as many as Options.Devices no device needs those of another.
	GhostBatches int `json:"ghost_batches,omitempty"`

	Epochs       int             `json:"epochs"`
	Batch        int             `json:"batch"`         // images a step; the last batch of an epoch may be smaller
	LearningRate float64         `json:"learning_rate"` // the peak of subspace.Cosine
	Warmup       int             `json:"warmup"`        // its epochs of linear warm-up
	Momentum     float64         `json:"momentum"`
	WeightDecay  float64         `json:"weight_decay"`
	Beta         float64         `json:"beta"` // weight of the cos² regulariser
	Augment      dataset.Augment `json:"augment"`
	Smoothing    float64         `json:"label_smoothing,omitempty"` // ε of label smoothing
	Rho          float64         `json:"sam_rho,omitempty"`         // ρ of sharpness-aware minimisation
	SWA          string          `json:"swa,omitempty"`             // stochastic weight averaging: constant, or cyclic-N with N cycles

	Recalibration int `json:"recalibration,omitempty"` // training images that re-estimate batch norm at a point, in whole batches; 0: all
	Points        int `json:"points,omitempty"`        // points of a curve that the run is scored at, the ends included
	TestEvery     int `json:"test_every,omitempty"`    // epochs between scores of the midpoint while training; 0: none
	Bins          int `json:"bins,omitempty"`          // of the calibration errors; 0: metric.Bins

	Plane      int    `json:"plane,omitempty"`       // points on a side of the grid over the plane through the first three endpoints; 0: none
	Surface    int    `json:"surface,omitempty"`     // the same for filter-normalised directions around the midpoint
	GridImages int    `json:"grid_images,omitempty"` // test images that the grids are scored on; 0: all
	Corrupt    string `json:"corrupt,omitempty"`     // corruptions whose five severities the midpoint is scored on, separated by commas
	Published  bool   `json:"published,omitempty"`   // … read from the published files, see Options.CorruptedDir
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

// Small is the preset for real CIFAR-10 on a CPU: a narrow cResNet20 on 640 of the
// training images, 1,000 others as a validation split, and all the test images. In
// the paper's 160 epochs, of batches of 32, standard training fits its images, and a
// line most of them. A minute or two a run. notebooks/results/README.md says what else
// was tried.
func Small() Config {
	c := Full()
	c.TrainImages, c.HeldOut, c.Width, c.Batch, c.Points = 640, 1000, 8, 32, 11
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

// Check reports the first field that no run can have, where the shape and the
// corruptions are the project's own.
func (c Config) Check() error {
	_, err := c.check(nil)
	return err
}

// sampler returns how the points of a step are drawn. own is a shape of the
// reader's, or nil.
func (c Config) sampler(own subspace.Shape) (s subspace.Sampler, err error) {
	if own != nil {
		name, layerwise := strings.CutPrefix(c.Shape, "layerwise-")
		if name != own.String() {
			return s, fmt.Errorf("the configuration's shape is %q, yours says %q: name the same, with layerwise- before it for a draw per layer", c.Shape, own)
		}
		if _, err := subspace.ParseSampler(name); err == nil {
			return s, fmt.Errorf("a shape of your own under the name %q, which is one of the project's: give it another name", name)
		}
		if !plainName.MatchString(name) {
			return s, fmt.Errorf("%q is no name for a shape: want letters, digits, - and _", name)
		}
		s = subspace.Sampler{Shape: own, Layerwise: layerwise}
	} else if s, err = subspace.ParseSampler(c.Shape); err != nil {
		return s, err
	} else if s.String() != c.Shape {
		return s, fmt.Errorf("shape %q: write %q, so that equal runs have equal configurations", c.Shape, s)
	}
	s.Chunks = c.Chunks
	return s, nil
}

func (c Config) check(own subspace.Shape) (subspace.Sampler, error) {
	sampler, err := c.sampler(own)
	if err != nil {
		return sampler, err
	}
	if err := c.checkNumbers(); err != nil {
		return sampler, err
	}
	if _, err := c.schedule(); err != nil {
		return sampler, err
	}
	if !slices.Contains([]string{"", tf32, bf16}, c.Precision) {
		return sampler, fmt.Errorf("unknown precision %q: want %s or %s, or none for float32", c.Precision, tf32, bf16)
	}
	m := sampler.Shape.Endpoints()
	if c.Independent && (m < 2 || sampler.Layerwise) {
		return sampler, fmt.Errorf("independent networks as %q: want a shape of at least 2 endpoints, not layer-wise", c.Shape)
	}
	if c.Plane > 0 && m < 3 {
		return sampler, fmt.Errorf("a plane through three endpoints of %q, which has %d: want simplex-3, bezier or more", c.Shape, m)
	}
	if c.Chunks > 1 && m == 1 {
		return sampler, fmt.Errorf("a batch in %d chunks of %q: one endpoint leaves nothing to draw", c.Chunks, c.Shape)
	}
	known := corruption.Names()
	if c.Published {
		known = corruption.PublishedNames()
	}
	for i, name := range c.corruptions() {
		if !slices.Contains(known, name) {
			return sampler, fmt.Errorf("unknown corruption %q: want some of %s", name, strings.Join(known, ", "))
		}
		if slices.Contains(c.corruptions()[:i], name) {
			return sampler, fmt.Errorf("the corruption %s is named twice", name)
		}
	}
	switch {
	case c.AnyClass && c.WrongLabels == 0:
		return sampler, errors.New("labels of any class without a share of wrong labels: set both or neither")
	case c.Published && c.Corrupt == "":
		return sampler, errors.New("published corrupted sets without a corruption: name some, such as snow")
	}
	for _, name := range []string{c.Data, c.Network} {
		if !plainName.MatchString(name) {
			return sampler, fmt.Errorf("%q is no name for data or a network: want letters, digits, - and _", name)
		}
	}
	return sampler, nil
}

// corruptions returns the names in Corrupt.
func (c Config) corruptions() []string {
	if c.Corrupt == "" {
		return nil
	}
	return strings.Split(c.Corrupt, ",")
}

// schedule returns the schedule of learning rates and averages.
func (c Config) schedule() (subspace.Schedule, error) {
	kind, number, cyclic := strings.Cut(c.SWA, "-")
	switch {
	case c.SWA == "":
		return subspace.Cosine{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs}, nil
	case c.SWA == "constant" && c.Epochs < 4:
		return nil, fmt.Errorf("weight averaging over the last quarter of %d epochs: want at least 4", c.Epochs)
	case c.SWA == "constant":
		return subspace.Constant{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs}, nil
	}
	n, err := strconv.Atoi(number)
	if kind != "cyclic" || !cyclic || err != nil || c.SWA != fmt.Sprintf("cyclic-%d", n) {
		return nil, fmt.Errorf("unknown weight averaging %q: want constant, or cyclic-N with N cycles", c.SWA)
	}
	if most := c.Epochs / 4; n < 1 || n > most {
		return nil, fmt.Errorf("weight averaging over %d cycles in the last quarter of %d epochs: want 1 to %d", n, c.Epochs, most)
	}
	return subspace.Cyclic{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs, Cycles: n}, nil
}

// checkNumbers reports the first number that is out of its range.
func (c Config) checkNumbers() error {
	for _, f := range []struct {
		name         string
		value, least int
	}{
		{"epochs", c.Epochs, 1}, {"batch size", c.Batch, 1}, {"warm-up", c.Warmup, 0},
		{"number of training images", c.TrainImages, 0}, {"number of test images", c.TestImages, 0},
		{"number of recalibration images", c.Recalibration, 0}, {"width", c.Width, 0},
		{"padding", c.Augment.Pad, 0}, {"test interval", c.TestEvery, 0},
		{"validation split", c.HeldOut, 0}, {"number of chunks", c.Chunks, 0}, {"number of ghost batches", c.GhostBatches, 0}, {"number of bins", c.Bins, 0},
		{"side of the plane's grid", c.Plane, 0}, {"side of the surface's grid", c.Surface, 0},
		{"number of images for grids", c.GridImages, 0}, {"side of the images", c.Side, 0},
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
		{"ρ of SAM", c.Rho}, {"ε of label smoothing", c.Smoothing}, {"dropout rate", c.Dropout}, {"share of wrong labels", c.WrongLabels},
	} {
		if math.IsNaN(f.value) || math.IsInf(f.value, 0) || f.value < 0 {
			return fmt.Errorf("the %s is %v: want a finite number, 0 or more", f.name, f.value)
		}
	}
	switch {
	case c.Smoothing > 1:
		return fmt.Errorf("the ε of label smoothing is %v: want at most 1", c.Smoothing)
	case c.Dropout >= 1:
		return fmt.Errorf("the dropout rate is %v: want less than 1", c.Dropout)
	case c.WrongLabels > 1:
		return fmt.Errorf("the share of wrong labels is %v: want at most 1", c.WrongLabels)
	case c.Chunks > c.Batch:
		return fmt.Errorf("a batch of %d images in %d chunks: want an image for each", c.Batch, c.Chunks)
	case c.GhostBatches > 1 && c.Batch%(c.GhostBatches*max(c.Chunks, 1)) != 0:
		return fmt.Errorf("a batch of %d images in %d chunks of %d ghost batches: want a batch that divides by %d",
			c.Batch, max(c.Chunks, 1), c.GhostBatches, max(c.Chunks, 1)*c.GhostBatches)
	case c.Plane == 1 || c.Surface == 1:
		return errors.New("a grid of one point on a side: want 0 (none) or at least 2")
	}
	if c.Warmup > c.Epochs {
		return fmt.Errorf("a warm-up of %d epochs in a run of %d: make the run longer or the warm-up shorter", c.Warmup, c.Epochs)
	}
	if c.Points < 0 || c.Points == 1 {
		return fmt.Errorf("the number of points on a curve is %d: want 0 (its ends alone) or at least 2", c.Points)
	}
	return nil
}

// Values of Config.Precision.
const (
	tf32 = "tf32"
	bf16 = "bf16"
)

// plainName is what may be part of a run's folder.
var plainName = regexp.MustCompile(`^[\pL\pN_-]+$`)

// builtIn reports whether c names a network of the project's own.
func (c Config) builtIn() bool {
	return slices.Contains([]string{"cresnet20", "cnn", "mlp", "resnet18", "wideresnet50-2"}, c.Network)
}

// sized reports whether the network comes in widths.
func (c Config) sized() bool { return c.Network != "resnet18" && c.Network != "wideresnet50-2" }

// net returns the network that c names, for images of the given classes.
func (c Config) net(classes int) (subspace.Net, error) {
	if c.builtIn() && c.sized() && c.Width < 1 {
		return nil, fmt.Errorf("network %s of width %d: want at least 1", c.Network, c.Width)
	}
	if c.builtIn() && !c.sized() && c.Width != 0 {
		return nil, fmt.Errorf("network %s of width %d: it comes in one width, want 0", c.Network, c.Width)
	}
	switch c.Network {
	case "cresnet20":
		return network.CResNet20(classes, c.Width), nil
	case "cnn":
		return network.CNN(classes, c.Width), nil
	case "mlp":
		return network.MLP(classes, c.Width), nil
	case "resnet18":
		return network.ResNet18(classes), nil
	case "wideresnet50-2":
		return network.WideResNet50x2(classes), nil
	}
	return nil, fmt.Errorf("unknown network %q: want cresnet20, cnn, mlp, resnet18 or wideresnet50-2, or hand in your own as Options.Net", c.Network)
}

// version is part of a run's identity. Raise it when the code changes what a
// Config means, so that runs of before are not taken for runs of now.
const version = 1

// identity returns the hex SHA-256 of everything that makes a run what it is.
func (c Config) identity(data *dataset.Data, held *dataset.Set) string {
	known := struct {
		Version     int
		Config      Config
		Train, Test string
		Mean, Std   []float32
		Held        string `json:",omitempty"`
	}{version, c, data.Train.Fingerprint(), data.Test.Fingerprint(), data.Mean, data.Std, ""}
	if held != nil {
		known.Held = held.Fingerprint()
	}
	text, err := json.Marshal(known)
	if err != nil {
		panic(err) // Check has refused the only values that JSON cannot say
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Name says which run it is, in a word: cifar10-line-cresnet20x8-seed1.
func (c Config) Name() string {
	net := c.Network
	if c.Width > 0 {
		net = fmt.Sprintf("%sx%d", net, c.Width)
	}
	data := c.Data
	if c.WrongLabels > 0 {
		data = fmt.Sprintf("%s+wrong-labels-%v", data, c.WrongLabels)
	}
	return fmt.Sprintf("%s-%s-%s-seed%d", data, c.Method(), net, c.Seed)
}

// Method says in a word how a run is trained: its shape, and what was added to
// it, such as line+label-smoothing-0.1.
func (c Config) Method() string {
	name := c.Shape
	if c.Independent {
		name = "independent-" + name
	}
	for _, part := range []struct {
		name  string
		value any
		there bool
	}{
		{"chunks", c.Chunks, c.Chunks > 1}, {"ghost-batches", c.GhostBatches, c.GhostBatches > 1}, {"dropout", c.Dropout, c.Dropout > 0},
		{"precision", c.Precision, c.Precision != ""},
		{"label-smoothing", c.Smoothing, c.Smoothing > 0}, {"sam", c.Rho, c.Rho > 0}, {"swa", c.SWA, c.SWA != ""},
	} {
		if part.there {
			name += fmt.Sprintf("+%s-%v", part.name, part.value)
		}
	}
	return name
}

// member returns the run of standard training that gives the independent
// endpoint i.
func (c Config) member(i int) Config {
	c.Shape, c.Independent, c.Seed = "standard", false, c.Seed+1000*uint64(i)
	c.Chunks, c.Plane, c.Surface, c.GridImages, c.Corrupt, c.Published = 0, 0, 0, 0, "", false
	return c
}
