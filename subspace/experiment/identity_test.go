package experiment

import (
	"testing"

	"gosubspace/subspace/dataset"
)

// Folders that runs of the first versions have. A field that came later changes none of
// them: who made such a run finds it again.
func TestFoldersOfBefore(t *testing.T) {
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		folder string
		preset func() Config
		apply  func(c *Config)
	}{
		{"digits-line-cnnx8-seed1-838a2cc6", Quick, func(c *Config) {}},
		{"digits-layerwise-bezier-cnnx8-seed3-96a2fc1e", Quick, func(c *Config) { c.Shape, c.Seed = "layerwise-bezier", 3 }},
		{"digits-independent-line-cnnx8-seed1-7c32f835", Quick, func(c *Config) { c.Independent, c.Shape = true, "line" }},
		{"digits-independent-simplex-3-cnnx8-seed1-019098c5", Quick, func(c *Config) { c.Independent, c.Shape, c.Plane, c.GridImages = true, "simplex-3", 5, 100 }},
		{"digits-standard+swa-cyclic-5-cnnx8-seed1-c6aa9594", Quick, func(c *Config) { c.Shape, c.SWA = "standard", "cyclic-5" }},
		{"digits-standard+precision-bf16+swa-constant-cnnx8-seed1-8458811d", Quick, func(c *Config) { c.Shape, c.SWA, c.Precision = "standard", "constant", "bf16" }},
		{"digits+wrong-labels-0.2-line-cnnx8-seed1-a0057c06", Quick, func(c *Config) { c.WrongLabels, c.AnyClass, c.HeldOut = 0.2, true, 100 }},
		{"digits-line+chunks-2+ghost-batches-5+dropout-0.1+label-smoothing-0.1+sam-0.05-cnnx8-seed1-7eb87d8d", Quick, func(c *Config) { c.Dropout, c.Smoothing, c.Rho, c.Chunks, c.GhostBatches = 0.1, 0.1, 0.05, 2, 5 }},
		{"digits-line-cnnx8-seed1-79f8494f", Quick, func(c *Config) { c.Corrupt, c.Surface, c.Bins = "snow,jpeg_compression", 3, 10 }},
		{"digits-line-mlpx16-seed1-ed3e1127", Quick, func(c *Config) { c.Network, c.Width, c.TrainImages, c.TestImages = "mlp", 16, 0, 50 }},
		{"digits-line-cresnet20x8-seed1-d2a89c9d", Small, func(c *Config) { c.Data, c.HeldOut = "digits", 500 }},
		{"digits-line-resnet18-seed1-716480fb", Full, func(c *Config) { c.Data, c.Network, c.Width, c.Recalibration = "digits", "resnet18", 0, 500 }},
	} {
		c := x.preset()
		x.apply(&c)
		if err := c.Check(); err != nil {
			t.Fatal(err)
		}
		data, held, err := c.part(digits)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.folder(c.identity(data, held)); got != x.folder {
			t.Errorf("{%q, is %q", x.folder, got)
		}
	}
}
