#!/usr/bin/env bash
# GoMLX v0.28.4's gradient through a conversion to whole numbers is neither 0 nor what came in:
# it is what came in, without its decimals.
#
# x -> int -> float is a staircase, whose gradient is 0: JAX has that, PyTorch lets no gradient
# through, and Floor and Ceil, which are stairs too, make GoMLX panic, for there is none defined.
# Who quantises in training takes that of a straight line on purpose, a straight-through
# estimator (Bengio, Léonard and Courville 2013), which is 1 times what came in. ConvertDType's
# gradient converts what came in to the type before: by the first conversion backwards to whole
# numbers, by the second back again. Its decimals are cut off. With a slope of 1.7 it is 1, with
# one of -1.7 it is -1, and all that is below 1, as the gradients of a mean over a batch are, is
# 0. So it looks like the gradient of a staircase, and now and then, where a gradient is large, a
# weight moves.
#
# Seen, in v0.28.8 too: 0, 1, -1 and 2 for slopes of 0.9, 1.7, -1.7 and 2.5. The script fails
# when that changes. The remedy is StopGradient around the conversion, and for a straight-through
# estimator Add(x, StopGradient(Sub(converted, x))).
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
	. "github.com/gomlx/gomlx/core/graph"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	stairs := func(x *Node) *Node { return ConvertDType(ConvertDType(x, dtypes.Int32), x.DType()) }
	slopes := []float32{0.9, 1.7, -1.7, 2.5}
	for _, way := range []struct {
		name string
		of   func(x *Node) *Node
	}{
		{"to whole numbers and back", stairs},
		{"that in StopGradient", func(x *Node) *Node { return StopGradient(stairs(x)) }},
		{"straight through", func(x *Node) *Node { return Add(x, StopGradient(Sub(stairs(x), x))) }},
	} {
		out := MustNewExec(backend, func(x, slopes *Node) []*Node {
			y := way.of(x)
			// The last term is for a gradient to exist where it is 0.
			return []*Node{y, Gradient(ReduceAllSum(Add(Mul(y, slopes), MulScalar(x, 0))), x)[0]}
		}).MustCall([]float32{0.2, 1.9, 2.6, -3.5}, slopes)
		fmt.Println(way.name+":", out[0].Value(), "gradients for slopes of", slopes, "are", out[1].Value())
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "to whole numbers and back: [0 1 2 -3] gradients for slopes of [0.9 1.7 -1.7 2.5] are [0 1 -1 2]
that in StopGradient: [0 1 2 -3] gradients for slopes of [0.9 1.7 -1.7 2.5] are [0 0 0 0]
straight through: [0 1 2 -3] gradients for slopes of [0.9 1.7 -1.7 2.5] are [0.9 1.7 -1.7 2.5]" ] || { echo "GoMLX does otherwise now" >&2; exit 1; }
