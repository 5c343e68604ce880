#!/usr/bin/env bash
# GoMLX v0.28.4's MeanPool returns sums in place of means, where it pools over all axes with
# padding.
#
# FullShape is documented to take every axis into the pooling, without a special word for
# those of the batch and the channels; PadSame pads so that the shape stays. What padding adds
# does not count in a mean: MeanPool divides by how many values there were in each window, and
# counts them by pooling ones of the same shape. Of those it takes the first and the last axis
# to be 1 long, as if they were still batch and channels. So on a matrix each window holds one
# value, by that count, and the mean is the sum; on a volume the count is that of the middle
# axis alone. Nothing is wrong without padding, nor with channels.
#
# Seen, of a picture of ones, 4×4, with windows of 3×3: 4 in the corners, 6 and 9, where all
# should be 1, and are with axes for batch and channels. The script fails when that changes.
# The remedy is to reshape, or to divide SumPool by SumPool of ones.
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
)

func show(name string, pool func(x *Node) *Node, dims ...int) {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	exec := MustNewExec(backend, func(g *Graph) *Node {
		return Reshape(pool(Ones(g, shapes.Make(dtypes.Float64, dims...))), 4, 4)
	})
	fmt.Printf("%s: %v\n", name, exec.MustCall()[0].Value())
}

func main() {
	show("batch and channels", func(x *Node) *Node { return MeanPool(x).Window(3).PadSame().Done() }, 1, 4, 4, 1)
	show("all axes", func(x *Node) *Node { return MeanPool(x).FullShape().Window(3).PadSame().Done() }, 4, 4)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "batch and channels: [[1 1 1 1] [1 1 1 1] [1 1 1 1] [1 1 1 1]]
all axes: [[4 6 6 4] [6 9 9 6] [6 9 9 6] [4 6 6 4]]" ]
