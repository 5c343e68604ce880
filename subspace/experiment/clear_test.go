package experiment

import (
	"context"
	"math"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// What is nil, empty, negative or no number is said in one line, and never answered.
func TestSaysWhatIsMissing(t *testing.T) {
	ctx, nan := context.Background(), math.NaN()
	r := train(t, light(), Options{})
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	of := digits.Test
	empty := &dataset.Set{Name: "empty", Height: of.Height, Width: of.Width, Channels: of.Channels, Classes: of.Classes}
	score := func(at subspace.Weights) func() error { return func() error { _, err := r.Score(ctx, at); return err } }
	logits := func(set *dataset.Set) func() error {
		return func() error { _, err := r.Logits(ctx, subspace.Line{}.Midpoint(), set); return err }
	}
	with := func(change func(*Config, *Options)) func() error {
		return func() error {
			c, o := light(), Options{Dir: t.TempDir()}
			change(&c, &o)
			_, err := Train(ctx, c, o)
			return err
		}
	}
	for want, call := range map[string]func() error{
		"0 coefficients for 2 endpoints":    score(nil),
		"3 coefficients for 2 endpoints":    score(subspace.Weights{1, 0, 0}),
		"is NaN: want finite numbers":       score(subspace.Weights{nan, 1}),
		"no images to run the network on":   logits(nil),
		"no images to run":                  logits(empty),
		"the number of epochs is -1":        with(func(c *Config, _ *Options) { c.Epochs = -1 }),
		"the batch size is -1":              with(func(c *Config, _ *Options) { c.Batch = -1 }),
		"the warm-up is -1":                 with(func(c *Config, _ *Options) { c.Warmup = -1 }),
		"ghost batches of the network mlp":  with(func(c *Config, _ *Options) { c.Network, c.GhostBatches = "mlp", 2 }),
		"a side of 32 for digits":           with(func(c *Config, _ *Options) { c.Side = 32 }),
		"warm-up of 6 epochs in a run of 5": with(func(c *Config, _ *Options) { c.Warmup = 6 }),
		"learning rate is NaN":              with(func(c *Config, _ *Options) { c.LearningRate = nan }),
		"the momentum is -1":                with(func(c *Config, _ *Options) { c.Momentum = -1 }),
		"weight decay is +Inf":              with(func(c *Config, _ *Options) { c.WeightDecay = math.Inf(1) }),
		"the β is NaN":                      with(func(c *Config, _ *Options) { c.Beta = nan }),
		"width is -1":                       with(func(c *Config, _ *Options) { c.Width = -1 }),
		"side of the images is -1":          with(func(c *Config, _ *Options) { c.Side = -1 }),
		"unknown shape \"\"":                with(func(c *Config, _ *Options) { c.Shape = "" }),
		"as Options.Shape":                  with(func(c *Config, _ *Options) { c.Shape = "mine" }),
		"without an endpoint at its ends": with(func(c *Config, o *Options) {
			c.Shape, c.Independent, o.Shape = "bent", true, bent{at: func(float64) subspace.Weights { return subspace.Line{}.Midpoint() }}
		}),
		"\"\" is no name for data": with(func(c *Config, _ *Options) { c.Data = "" }),
		"data of your own under the name \"digits\", which is one of the project's": with(func(_ *Config, o *Options) { o.Data = digits }),
		"data want a training set": with(func(c *Config, o *Options) { c.Data, o.Data = "mine", &dataset.Data{} }),
		"the test set has no images": with(func(c *Config, o *Options) {
			c.Data, c.TestImages = "mine", 0
			o.Data = &dataset.Data{Train: digits.Train, Test: empty, Mean: digits.Mean, Std: digits.Std}
		}),
		"shard 0 of 2":               func() error { _, err := Shard(ctx, []Config{light()}, Options{}, 0, 2); return err },
		"shard 1 of -1":              func() error { _, err := Shard(ctx, []Config{light()}, Options{}, 1, -1); return err },
		"unknown preset \"\"":        func() error { _, err := Preset(""); return err },
		"no folder of recorded runs": func() error { _, err := ReadRecord(""); return err },
	} {
		err := func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("%s: panics: %v", want, p)
				}
			}()
			return call()
		}()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want one line with %q, got %v", want, err)
		}
	}
	if e := (Result{}).Last(); e.Epoch != 0 {
		t.Errorf("the last epoch of none is %+v", e)
	}
	if m := (Result{}).Midpoint(); len(m.Weights) != 0 {
		t.Errorf("the midpoint of none is %+v", m)
	}
	plan, err := Plan(ctx, nil, Options{Dir: t.TempDir()})
	if part, err2 := Shard(ctx, nil, Options{}, 1, 2); err != nil || err2 != nil || len(plan) != 0 || part.Runs != 0 {
		t.Errorf("no runs: %v, %v; %v, %v", plan, err, part, err2)
	}
}
