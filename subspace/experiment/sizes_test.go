package experiment

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace"
	"gosubspace/subspace/network"
)

// A batch too small for a batch norm after a dense layer is found before the first step.
func TestSmallBatches(t *testing.T) {
	after := func(batchNorm func(scope *model.Scope, x *Node) *Node) subspace.Net {
		return func(scope *model.Scope, images *Node) *Node {
			x := layers.Dense(scope.In("hidden"), Reshape(images, images.Shape().Dimensions[0], -1), true, 8)
			return layers.Dense(scope.In("out"), batchNorm(scope.In("norm"), x), true, 10)
		}
	}
	ours := after(network.BatchNorm)
	gomlx := after(func(scope *model.Scope, x *Node) *Node { return norm.BatchNorm(scope, x, -1).Done() })
	one := func(c *Config) { c.TrainImages, c.Batch = 101, 50 }
	for _, x := range []struct {
		net    subspace.Net
		change func(*Config)
		want   string
	}{
		{ours, one, "the last batch of an epoch has 1 of the 101 images: the network fails on images [1 8 8 1]"},
		{ours, one, "two or more values per channel, got (Float32)[1, 8] in 1 parts; choose another batch size than 50"},
		{gomlx, one, "the last batch of an epoch has 1 of the 101 images: the network fails on images [1 8 8 1]"},
		{ours, func(c *Config) { c.Batch = 1 }, "a batch has 1 of the 110 images"},
		{ours, func(c *Config) { c.Batch, c.Chunks = 11, 6 }, "a batch has 11 of the 110 images in 6 chunks"},
		{ours, func(c *Config) { c.TrainImages, c.Chunks = 103, 3 }, "the last batch of an epoch has 3 of the 103 images in 3 chunks"},
		{ours, func(c *Config) { c.Batch, c.GhostBatches = 10, 10 }, "a batch has 10 of the 110 images"},
		{ours, func(c *Config) { c.Recalibration = 1 }, "batch norm is re-estimated on 1 images"},
	} {
		c := tiny()
		c.Network, c.Width = "mine", 0
		x.change(&c)
		refused(t, c, Options{Net: x.net, Dir: t.TempDir()}, x.want)
	}
	c := light()
	one(&c)
	c.Epochs, c.Warmup, c.Points, c.Recalibration = 1, 0, 2, 1
	train(t, c, Options{}) // without batch norm nothing is too small
}
