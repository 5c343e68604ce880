#!/usr/bin/env bash
# GoMLX v0.28.4's DropBlock and DropPath take values away in training and make up for them
# neither there nor in inference: a network is trained on activations that are, in the mean,
# smaller than those that it meets afterwards.
#
# layers.DropBlock is said to be as described by Ghiasi, Lin and Le ("DropBlock: A
# regularization method for convolutional networks", 2018), whose algorithm ends by scaling
# what is left: times the count of the mask over the count of its ones. DropPath drops whole
# branches of some examples; stochastic depth (Huang et al., "Deep networks with stochastic
# depth", 2016, equation 5) scales the branch by its chance to survive when testing, and
# torchvision's stochastic_depth divides by it in training. GoMLX's own Dropout divides, too.
# Behind a batch norm it goes unnoticed in training, which norms by the batch; in inference
# the running statistics are those of the smaller activations.
#
# Seen, of ones, with a probability of 0.5, in training: what Dropout leaves is 2, and the
# mean stays 1, to a tenth; what DropPath and DropBlock leave is 1, and the means are 0.5. In
# inference all are 1. Blocks are 1×1 here, since GoMLX's backend in Go cannot do larger ones;
# the code does nothing else for those. The script fails when that changes. The
# remedy is to divide by the probability to survive, or by the mean of the mask.
# Needs go; works in a temporary folder, with GoMLX's own backend in Go.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/gomlx/compute v0.1.6
	github.com/gomlx/gomlx v0.28.4
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors/images"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

func show(name string, drop func(scope *model.Scope, x *Node) *Node) {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	for _, training := range []bool{true, false} {
		store := model.NewStore()
		store.SetRNGStateFromSeed(1)
		left := model.MustCallOnce(backend, store, func(scope *model.Scope, g *Graph) *Node {
			scope.Store().SetTraining(g, training)
			x := drop(scope, Ones(g, shapes.Make(dtypes.Float32, 500, 16, 16, 1)))
			return Stack([]*Node{ReduceAllMax(x), ReduceAllMean(x)}, 0)
		}).Value().([]float32)
		fmt.Printf("%s, training %v: at most %.1f, mean %.1f\n", name, training, left[0], left[1])
	}
}

func main() {
	show("Dropout", func(scope *model.Scope, x *Node) *Node {
		return layers.Dropout(scope, x, Const(x.Graph(), float32(0.5)))
	})
	show("DropPath", func(scope *model.Scope, x *Node) *Node {
		return layers.DropPath(scope, x, Const(x.Graph(), float32(0.5)))
	})
	show("DropBlock", func(scope *model.Scope, x *Node) *Node {
		return layers.DropBlock(scope, x).ChannelsAxis(images.ChannelsLast).WithDropoutProbability(0.5).WithBlockSize(1).Done()
	})
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "Dropout, training true: at most 2.0, mean 1.0
Dropout, training false: at most 1.0, mean 1.0
DropPath, training true: at most 1.0, mean 0.5
DropPath, training false: at most 1.0, mean 1.0
DropBlock, training true: at most 1.0, mean 0.5
DropBlock, training false: at most 1.0, mean 1.0" ]
