package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gosubspace/subspace/dataset"
)

// Config is everything that decides a run's numbers. Two runs of one Config
// are the same run. Begin with a preset ([Quick], [Small], [Full]) and change
// fields.
//
// A field that came later than the first records is left out of them where it
// is zero, and changes nothing there. A new one is read by Config.Name or training, by
// the flags of train (kernel/preset.go) and, where it is of some methods alone, by the rows
// of package paper's figures.
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
	// HumanLabels are training labels that people gave, right or wrong: those of
	// CIFAR-10N, aggre, random1, random2, random3 or worst, see
	// dataset.Set.WithHumanLabels and Options.HumanLabels.
	HumanLabels string `json:"human_labels,omitempty"`

	// Normalise is the mean and the standard deviation of pixel/255 that images are
	// normalised by, a channel each, where they are not the data set's: those that a network
	// from elsewhere was trained with, such as 0.49,0.48,0.45/0.25,0.24,0.26.
	Normalise string `json:"normalise,omitempty"`

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
	// Networks are instead the networks of so many files, such as PyTorch has trained: of
	// each the first 16 hex digits of the SHA-256 over the file and the file that names its
	// tensors, separated by commas. [Given] fills it in.
	Networks string `json:"networks,omitempty"`
	// Made is how the endpoints are made of the networks of other runs, which are made
	// first: matched, snapshots, swag-K or greedy-soup-N, see package relatives.
	//
	//   - matched: as Independent, and the channels of every network are permuted so
	//     that it comes closest to the first (Git Re-Basin); with Independent and Networks
	//     it is the networks of files that are
	//   - snapshots: the last networks that the run of standard training with this SWA
	//     collected, as many as there are endpoints (snapshot ensembles, Huang et al.
	//     2017; with SWA cyclic-N fast geometric ensembles, Garipov et al. 2018)
	//   - swag-K: networks drawn from the Gaussian around what the run of standard
	//     training with this SWA collected, of rank K; K = 0 is its diagonal
	//   - greedy-soup-N: one network, the mean of those of N runs of standard training
	//     that help on the validation split
	Made string `json:"made,omitempty"`
	// Root is the seed of a run whose first Branch epochs, and initial weights, are also
	// this one's; 0: none (Frankle et al. 2020). The networks that a run is made of then
	// share them; where such a run names a Branch and no Root, the first of the networks
	// is the root. Masks of dropout go on as the root's.
	Root      uint64 `json:"root,omitempty"`
	Branch    int    `json:"branch,omitempty"`
	Snapshots bool   `json:"snapshots,omitempty"` // the networks that SWA collects are kept in the run's folder
	Chunks    int    `json:"chunks,omitempty"`    // a batch in so many parts, each at a point of its own; 0: one
	// GhostBatches is the number of equal parts of a batch (of each of its chunks)
	// that batch norm has statistics of its own for, see network.WithGhostBatches;
	// 0: one. With as many as Options.Devices no device needs those of another.
	GhostBatches int `json:"ghost_batches,omitempty"`

	Epochs       int     `json:"epochs"`
	Batch        int     `json:"batch"`         // images a step; the last batch of an epoch may be smaller
	LearningRate float64 `json:"learning_rate"` // the peak of subspace.Cosine
	// FullStep divides the learning rate of every step by subspace.StepShare of the shape,
	// 3/2 of it on a line: the point that was drawn then moves, in the mean, as far as a
	// network of standard training. It is the rate that is scaled, and with it all that a
	// step is made of: momentum's velocity stays as it is, weight decay and the regulariser
	// pull by so much more.
	FullStep    bool            `json:"full_step,omitempty"`
	Warmup      int             `json:"warmup"` // its epochs of linear warm-up; with SWA snapshots-N there is none
	Momentum    float64         `json:"momentum"`
	WeightDecay float64         `json:"weight_decay"`
	Beta        float64         `json:"beta"` // weight of the cos² regulariser
	Augment     dataset.Augment `json:"augment"`
	Smoothing   float64         `json:"label_smoothing,omitempty"` // ε of label smoothing
	Rho         float64         `json:"sam_rho,omitempty"`         // ρ of sharpness-aware minimisation
	SWA         string          `json:"swa,omitempty"`             // stochastic weight averaging: constant, cyclic-N with N cycles in the last quarter, or snapshots-N with N over the whole training
	EMA         float64         `json:"ema,omitempty"`             // the share of the average so far in the exponential moving average of the weights, renewed every step, that a run ends with; 0: none
	Volume      float64         `json:"volume,omitempty"`          // weight of −log of the volume of a complex, see subspace.Simplexes; several points between then start a little apart

	Recalibration int `json:"recalibration,omitempty"` // training images that re-estimate batch norm at a point, in whole batches; 0: all
	Points        int `json:"points,omitempty"`        // points of a curve that the run is scored at, the ends included
	TestEvery     int `json:"test_every,omitempty"`    // epochs between scores of the midpoint while training, before averaging where SWA or EMA average; 0: none
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
// epochs. Two to six hours a run on two CPU cores.
func Full() Config {
	return Config{
		Data: "cifar10", Network: "cresnet20", Width: 16, Shape: "line", Seed: 1,
		Epochs: 160, Batch: 128, LearningRate: 0.1, Warmup: 5, Momentum: 0.9, WeightDecay: 1e-4, Beta: 1,
		Augment: dataset.Standard, Points: 21,
	}
}

// presets are all there are, the smallest first, the paper's setting last.
var presets = []struct {
	name string
	make func() Config
}{{"quick", Quick}, {"cifar10-small", Small}, {"cifar10", Full}}

// Preset returns the preset of a name: quick, cifar10-small or cifar10.
func Preset(name string) (Config, error) {
	for _, p := range presets {
		if p.name == name {
			return p.make(), nil
		}
	}
	return Config{}, fmt.Errorf("unknown preset %q: want quick, cifar10-small or cifar10", name)
}

// With returns c with another shape and seed: the two fields in which the runs
// behind a figure differ.
func (c Config) With(shape string, seed uint64) Config {
	c.Shape, c.Seed = shape, seed
	return c
}

// Values of Config.Precision.
const (
	tf32 = "tf32"
	bf16 = "bf16"
)

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
		JPEG        int    `json:",omitempty"`
	}{version, c, data.Train.Fingerprint(), data.Test.Fingerprint(), data.Mean, data.Std, "", 0}
	if c.Decodes() {
		known.JPEG = 2 // by which decoder: the fingerprints say it of the clean images alone
	}
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

// Decodes reports whether a run of c is scored on images that go through the JPEG decoder,
// so that its version is part of the run's identity: a result of the same settings and
// images may be one of another version, which only who has read the data can tell.
func (c Config) Decodes() bool {
	return slices.Contains(c.corruptions(), "jpeg_compression") || c.Published && c.Data != "cifar10"
}

// Name says which run it is, in a word: cifar10-line-cresnet20x8-seed1.
func (c Config) Name() string {
	data := c.Data
	if c.WrongLabels > 0 {
		data = fmt.Sprintf("%s+wrong-labels-%v", data, c.WrongLabels)
	}
	if c.HumanLabels != "" {
		data += "+human-labels-" + c.HumanLabels
	}
	return fmt.Sprintf("%s-%s-%s-seed%d", data, c.Method(), c.networkName(), c.Seed)
}

// folder is the name of the folder of a run of c with the given identity.
func (c Config) folder(identity string) string { return c.Name() + "-" + identity[:8] }

// Method says in a word how a run is trained: its shape, and what was added to
// it, such as line+label-smoothing-0.1.
func (c Config) Method() string {
	name := c.Shape
	if c.Independent {
		name = "independent-" + name
	}
	if c.Networks != "" {
		name = "given-" + c.Shape
	}
	if c.Made != "" {
		name = c.Made + "-" + name
	}
	for _, part := range []struct {
		name  string
		value any
		there bool
	}{
		{"chunks", c.Chunks, c.Chunks > 1}, {"ghost-batches", c.GhostBatches, c.GhostBatches > 1}, {"dropout", c.Dropout, c.Dropout > 0},
		{"precision", c.Precision, c.Precision != ""}, {"full-step", "", c.FullStep},
		{"label-smoothing", c.Smoothing, c.Smoothing > 0}, {"sam", c.Rho, c.Rho > 0}, {"swa", c.SWA, c.SWA != ""}, {"ema", c.EMA, c.EMA > 0},
		{"volume", c.Volume, c.Volume > 0}, {"root", c.Root, c.Root > 0}, {"branch", c.Branch, c.Branch > 0},
	} {
		if part.there {
			name += strings.TrimSuffix(fmt.Sprintf("+%s-%v", part.name, part.value), "-")
		}
	}
	return name
}

// member returns the run of standard training that gives the independent
// endpoint i.
func (c Config) member(i int) Config {
	if c.Branch > 0 && c.Root == 0 {
		c.Root = c.Seed
	}
	c.Shape, c.Independent, c.Made, c.Volume, c.Seed = "standard", false, "", 0, c.Seed+1000*uint64(i)
	if c.Root == c.Seed {
		c.Root, c.Branch = 0, 0 // it is the root
	}
	c.Chunks, c.Plane, c.Surface, c.GridImages, c.Corrupt, c.Published, c.FullStep = 0, 0, 0, 0, "", false, false
	return c
}
