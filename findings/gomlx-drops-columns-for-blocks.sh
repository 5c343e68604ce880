#!/usr/bin/env bash
# GoMLX v0.28.4's DropBlock takes the first axis after the batch for the channels, where it
# documents that by default they come last.
#
# layers.DropBlock drops blocks of a picture with all their channels: one mask for all of
# them, as wide as the picture is. "The default is to assume x is shaped [batchSize, <...spatial
# axes...>, channelsAxis]", its documentation says, and names images.ChannelsLast twice more.
# It sets none, and the zero value of that type is ChannelsFirst. Of pictures as GoMLX has
# them everywhere else, [batch, height, width, channels], it then drops strips over the whole
# height, in some channels and not in others, which is another regulariser. Its own test names
# the axis.
#
# Seen, of ones, 16×16 with 3 channels, half of them dropped, in blocks of 1×1: told nothing,
# no strip has heights that differ, and pixels have channels that do; with
# ChannelsAxis(images.ChannelsLast) it is the other way round. The script fails when that
# changes. The remedy is to name the axis.
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

// differ is whether values along the axis are dropped in some places and kept in others.
func differ(x *Node, axis int) *Node {
	return ReduceAllMax(Sub(ReduceMax(x, axis), ReduceMin(x, axis)))
}

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	for _, told := range []bool{false, true} {
		store := model.NewStore()
		store.SetRNGStateFromSeed(1)
		seen := model.MustCallOnce(backend, store, func(scope *model.Scope, g *Graph) *Node {
			scope.Store().SetTraining(g, true)
			x := Ones(g, shapes.Make(dtypes.Float32, 10, 16, 16, 3))
			drop := layers.DropBlock(scope, x).WithDropoutProbability(0.5).WithBlockSize(1)
			if told {
				drop = drop.ChannelsAxis(images.ChannelsLast)
			}
			x = drop.Done()
			return Stack([]*Node{differ(x, 1), differ(x, 3)}, 0)
		}).Value().([]float32)
		fmt.Printf("channels named as last %v: heights differ %v, channels differ %v\n", told, seen[0] > 0, seen[1] > 0)
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "channels named as last false: heights differ false, channels differ true
channels named as last true: heights differ true, channels differ false" ]
