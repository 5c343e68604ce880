package experiment

import (
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
		if err := subspace.CheckShape(own); err != nil {
			return s, err
		}
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
		return s, fmt.Errorf("%w; or hand in your own as Options.Shape", err)
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
	if err := c.checkRelatives(sampler.Shape); err != nil {
		return sampler, err
	}
	if c.Networks != "" {
		if err := c.checkNetworks(sampler); err != nil {
			return sampler, err
		}
	}
	m := sampler.Shape.Endpoints()
	switch {
	case !slices.Contains([]string{"", tf32, bf16}, c.Precision):
		return sampler, fmt.Errorf("unknown precision %q: want %s or %s, or none for float32", c.Precision, tf32, bf16)
	case c.Independent && c.Made != "" && c.Networks == "":
		return sampler, fmt.Errorf("independent networks and endpoints that are made as %q: set one of the two", c.Made)
	case (c.Independent && c.Networks == "" || c.Made == matched) && m < 2, c.builds() && sampler.Layerwise:
		return sampler, fmt.Errorf("networks of other runs as %q: want a shape of at least 2 endpoints, not layer-wise", c.Shape)
	case c.builds() && len(fixed(sampler.Shape)) == 0:
		return sampler, fmt.Errorf("networks of other runs as %q, a curve without an endpoint at its ends to put them in: want one that has", c.Shape)
	case c.GridImages > 0 && c.Plane == 0 && c.Surface == 0:
		return sampler, fmt.Errorf("%d images for grids, and no grid: set Config.Plane (-plane) or Config.Surface (-surface), or leave Config.GridImages out", c.GridImages)
	case c.Plane > 0 && m < 3:
		return sampler, fmt.Errorf("a plane through three endpoints of %q, which has %d: want simplex-3, bezier or more", c.Shape, m)
	case c.Chunks > 1 && m == 1:
		return sampler, fmt.Errorf("a batch in %d chunks of %q: one endpoint leaves nothing to draw", c.Chunks, c.Shape)
	case c.Chunks > 1 && c.builds() && len(fixed(sampler.Shape)) == m:
		return sampler, fmt.Errorf("a batch in %d chunks of networks that were trained apart, and stay as they are: leave one of the two out", c.Chunks)
	case c.FullStep && m == 1:
		return sampler, fmt.Errorf("full steps of %q: one endpoint makes them already, leave it out", c.Shape)
	case c.FullStep && c.builds():
		return sampler, errors.New("full steps between networks that were trained apart, which stay as they are: leave one of the two out")
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
	if c.Normalise != "" {
		if _, _, err := c.moments(); err != nil {
			return sampler, err
		}
	}
	switch {
	case c.HumanLabels != "" && !slices.Contains(dataset.HumanKinds(), c.HumanLabels):
		return sampler, fmt.Errorf("unknown human labels %q: want %s", c.HumanLabels, strings.Join(dataset.HumanKinds(), ", "))
	case c.HumanLabels != "" && c.WrongLabels > 0:
		return sampler, fmt.Errorf("human labels and a share of %v of wrong ones: want one of the two", c.WrongLabels)
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
	kind, number, _ := strings.Cut(c.SWA, "-")
	switch {
	case c.SWA == "":
		return subspace.Cosine{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs}, nil
	case c.SWA == "constant" && c.Epochs < 4:
		return nil, fmt.Errorf("weight averaging over the last quarter of %d epochs: want at least 4", c.Epochs)
	case c.SWA == "constant":
		return subspace.Constant{Peak: c.LearningRate, Warmup: c.Warmup, Epochs: c.Epochs}, nil
	}
	n, err := strconv.Atoi(number)
	if kind != "cyclic" && kind != "snapshots" || err != nil || c.SWA != fmt.Sprintf("%s-%d", kind, n) {
		return nil, fmt.Errorf("unknown weight averaging %q: want constant, cyclic-N with N cycles in the last quarter, or snapshots-N with N over all of the training", c.SWA)
	}
	if kind == "snapshots" {
		if most := c.Epochs; n < 1 || n > most {
			return nil, fmt.Errorf("%d cycles of snapshots in %d epochs: want 1 to %d", n, c.Epochs, most)
		}
		return subspace.Snapshots{Peak: c.LearningRate, Epochs: c.Epochs, Cycles: n}, nil
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
		{"number of epochs", c.Epochs, 1}, {"batch size", c.Batch, 1}, {"warm-up", c.Warmup, 0},
		{"number of training images", c.TrainImages, 0}, {"number of test images", c.TestImages, 0},
		{"number of recalibration images", c.Recalibration, 0}, {"width", c.Width, 0},
		{"padding", c.Augment.Pad, 0}, {"test interval", c.TestEvery, 0},
		{"validation split", c.HeldOut, 0}, {"number of chunks", c.Chunks, 0}, {"number of ghost batches", c.GhostBatches, 0}, {"number of bins", c.Bins, 0},
		{"number of shared epochs", c.Branch, 0}, {"side of the plane's grid", c.Plane, 0}, {"side of the surface's grid", c.Surface, 0},
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
		{"share of the moving average", c.EMA}, {"weight of the volume", c.Volume},
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
	case c.GhostBatches > 1 && c.Network == "mlp":
		return fmt.Errorf("%d ghost batches of the network mlp, which has no batch norm: they would change nothing; leave Config.GhostBatches out", c.GhostBatches)
	case c.Side > 0 && c.Data != "folder" && slices.Contains(DataSets(), c.Data):
		return fmt.Errorf("a side of %d for %s, whose images have a size of their own: Config.Side is of a folder of images; leave it out", c.Side, c.Data)
	case c.Plane == 1 || c.Surface == 1:
		return errors.New("a grid of one point on a side: want 0 (none) or at least 2")
	case c.Warmup > c.Epochs:
		return fmt.Errorf("a warm-up of %d epochs in a run of %d: make the run longer or the warm-up shorter", c.Warmup, c.Epochs)
	case c.Points < 0 || c.Points == 1:
		return fmt.Errorf("the number of points on a curve is %d: want 0 (its ends alone) or at least 2", c.Points)
	}
	return nil
}

// plainName is what may be part of a run's folder.
var plainName = regexp.MustCompile(`^[\pL\pN_-]+$`)

// The project's own networks: those that come in widths, and those of one width.
var (
	inWidths = map[string]func(classes, width int) subspace.Net{
		"cresnet20": network.CResNet20, "cnn": network.CNN,
		"mlp": func(classes, width int) subspace.Net { return network.MLP(classes, width) },
	}
	oneWidth = map[string]func(classes int) subspace.Net{
		"resnet18": network.ResNet18, "wideresnet50-2": network.WideResNet50x2,
	}
)

// builtIn reports whether c names a network of the project's own.
func (c Config) builtIn() bool { return inWidths[c.Network] != nil || oneWidth[c.Network] != nil }

// net returns the network that c names, for images of the given classes.
func (c Config) net(classes int) (subspace.Net, error) {
	sized, other := inWidths[c.Network], oneWidth[c.Network]
	switch {
	case sized != nil && c.Width < 1:
		return nil, fmt.Errorf("network %s of width %d: want at least 1", c.Network, c.Width)
	case sized != nil:
		return sized(classes, c.Width), nil
	case other != nil && c.Width != 0:
		return nil, fmt.Errorf("network %s of width %d: it comes in one width, want 0", c.Network, c.Width)
	case other != nil:
		return other(classes), nil
	}
	return nil, fmt.Errorf("unknown network %q: want cresnet20, cnn, mlp, resnet18 or wideresnet50-2, or hand in your own as Options.Net", c.Network)
}
