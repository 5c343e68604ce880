#!/usr/bin/env bash
# GoMLX v0.28.4's adaptive power loss has its two powers the wrong way round whenever the one for
# small errors is the lower one, and is the less sharp, the higher its sharpness.
#
# MakeAdaptivePowerLoss is documented to tend to |error|^powerNear where labels and predictions
# are close and to |error|^powerFar where they are far, and to change from one to the other the
# more suddenly, the higher sharpness is. What decides which of both it is near is the logarithm
# of the error times powerNear - powerFar, where the logarithm alone would do: with powerNear
# below powerFar the sign turns, and turns the roles. So (1, 2) is the same loss as (2, 1), and
# none can be had that is linear near 0 and square far away, which a reversed Huber loss is
# (berHu: Owen, "A robust hybrid of lasso and ridge regression", 2007). That logarithm is divided
# by sharpness.
#
# Seen, in v0.28.8 too, with both powers meeting at 1: errors of 0.01 and 100 cost 0.0001 and 100
# with (1, 2), as with (2, 1), where they should cost 0.01 and 10000, at a sharpness of 0.1; at
# one of 10 the error of 100 costs 594. The script fails when that changes. The remedy for (1, 2)
# is a negative sharpness of a small size: -0.1 gives 0.01 and 10000.
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
	"github.com/gomlx/gomlx/ml/train/loss"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	cost := func(near, far, sharpness, e float64) float64 {
		apl := loss.MakeAdaptivePowerLoss(near, far, 1, sharpness)
		return MustNewExec(backend, func(x *Node) *Node {
			return apl([]*Node{ZerosLike(x)}, []*Node{x})
		}).MustCall([]float64{e})[0].Value().(float64)
	}
	show := func(near, far, sharpness float64) {
		fmt.Printf("near %g, far %g, sharpness %g: an error of 0.01 costs %.3g, of 100 %.5g\n",
			near, far, sharpness, cost(near, far, sharpness, 0.01), cost(near, far, sharpness, 100))
	}
	for _, sharpness := range []float64{0.1, 1, 10} {
		show(2, 1, sharpness)
	}
	for _, sharpness := range []float64{0.1, 1, 10, -0.1} {
		show(1, 2, sharpness)
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "near 2, far 1, sharpness 0.1: an error of 0.01 costs 0.0001, of 100 100
near 2, far 1, sharpness 1: an error of 0.01 costs 0.000105, of 100 104.67
near 2, far 1, sharpness 10: an error of 0.01 costs 0.000594, of 100 593.92
near 1, far 2, sharpness 0.1: an error of 0.01 costs 0.0001, of 100 100
near 1, far 2, sharpness 1: an error of 0.01 costs 0.000105, of 100 104.67
near 1, far 2, sharpness 10: an error of 0.01 costs 0.000594, of 100 593.92
near 1, far 2, sharpness -0.1: an error of 0.01 costs 0.01, of 100 10000" ] || { echo "GoMLX does otherwise now" >&2; exit 1; }
