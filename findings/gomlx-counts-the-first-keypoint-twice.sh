#!/usr/bin/env bash
# GoMLX v0.28.4's piecewise linear calibration is twice too large at one point: at the first
# keypoint.
#
# layers.PieceWiseLinearCalibration draws lines between keypoints, typically the quantiles of
# a feature, it says, from its minimum to its maximum, and is flat beyond both. Each output is
# that of two keypoints, weighted. At the first keypoint itself both the flat part before it
# and the line after it hold: each gives its output the weight 1, and so it counts twice, in
# value and in gradient. At the last one only the flat part holds, and nothing is wrong there.
# As long as the outputs are those of the start, from 0 to 1, nothing shows: twice 0 is 0.
# Training moves the first, and then the smallest value of a feature has a value of its own,
# which jumps back right beside it. It is no rare one: of a feature that is mostly 0, as
# gains and losses of capital are in the census data of GoMLX's own example, it is most of the
# values.
#
# Seen, for keypoints 0, 1 and 2 with the outputs 5, 7 and 9: 10 at 0, and 5 at -1 and right
# above 0; the gradient to the first output is 2 at 0, and 1 at -1. The cascaded variant has 5
# and 1. The script fails when that changes. The remedy is PieceWiseLinearCalibrationCascaded,
# or a first keypoint below the minimum.
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
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

const outputs = "/piece_wise_linear/output_keypoints"

// calibrate prints the values at some points, and their gradients to the first parameter.
func calibrate(name string, layer func(scope *model.Scope, input, keypoints *Node, trainable bool) *Node, trained ...float64) {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	store := model.NewStore()
	exec := model.MustNewExec(backend, store, func(scope *model.Scope, input *Node) (*Node, *Node) {
		g := input.Graph()
		y := layer(scope, input, Const(g, []float64{0, 1, 2}), true)
		return y, Gradient(ReduceAllSum(y), store.GetVariable(outputs).NodeValue(g))[0]
	})
	points := []float64{-1, 0, 1e-9, 0.5, 1, 1.5, 2, 3}
	values := func() (values, first []float64) {
		for _, point := range points {
			out := exec.MustCall([]float64{point})
			values = append(values, out[0].Value().([]float64)[0])
			first = append(first, out[1].Value().([]float64)[0])
		}
		return
	}
	start, _ := values()
	store.GetVariable(outputs).MustSetValue(tensors.MustFromAnyValue(trained))
	end, first := values()
	fmt.Printf("%s at the start: %.3g\n", name, start)
	fmt.Printf("%s at %.3g: %.3g, gradient to the first parameter %.3g\n", name, points, end, first)
}

func main() {
	calibrate("plain", layers.PieceWiseLinearCalibration, 5, 7, 9)
	calibrate("cascaded", layers.PieceWiseLinearCalibrationCascaded, 5, 2, 2) // each but the first less the one before
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "plain at the start: [0 0 5e-10 0.25 0.5 0.75 1 1]
plain at [-1 0 1e-09 0.5 1 1.5 2 3]: [5 10 5 6 7 8 9 9], gradient to the first parameter [1 2 1 0.5 0 0 0 0]
cascaded at the start: [0 0 5e-10 0.25 0.5 0.75 1 1]
cascaded at [-1 0 1e-09 0.5 1 1.5 2 3]: [5 5 5 6 7 8 9 9], gradient to the first parameter [1 1 1 1 1 1 1 1]" ]
