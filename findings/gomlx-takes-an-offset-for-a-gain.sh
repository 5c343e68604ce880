#!/usr/bin/env bash
# GoMLX v0.28.4's LayerNorm without a gain multiplies by its offset, on GoMLX's own backend in
# Go; the offset starts at 0, and so the layer returns zeros.
#
# LearnedGain(false), or the hyperparameter "layer_norm_learned_gain", is to leave out the
# gain: what is normalised plus the offset, which is there by default. The backend has an
# operation of its own for the norm, and hands it the values, then the gain if there is one,
# then the offset if there is one. Of two it takes the second for the gain. The gradient is
# that of the formula as the graph has it, with the offset added: it belongs to another
# function than the values do, and nothing says so.
#
# It meets whoever leaves out the gain on a machine without XLA, whose backend leaves the norm
# to the graph: what comes after it sees zeros, whatever goes in, until the offset has left 0.
# A network that was trained with XLA gives other answers in Go.
#
# Seen, of 1, 2, 3, 4: zeros; with an offset of 2 from -2.68 to 2.68, where 0.66 to 3.34 are
# documented. By Gradient the first value has a slope of 0.27, by central differences of 0. The
# environment variable GOMLX_FUSION=0, which leaves the backend's own operations aside, sets it
# right. The script fails when that changes. The remedy is that, or an offset of one's own,
# added after LearnedOffset(false).
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
	"os"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	show := func(name, fusion string, configure func(*norm.LayerNormBuilder) *norm.LayerNormBuilder) {
		os.Setenv(FusionEnv, fusion)
		store := model.NewStore()
		exec := model.MustNewExec(backend, store, func(scope *model.Scope, x *Node) []*Node {
			y := configure(norm.LayerNorm(scope, x, -1)).Done()
			return []*Node{y, Gradient(Reshape(Slice(y, AxisElem(0), AxisElem(0))), x)[0]}
		})
		call := func(first float64) (values [4]string, y, slope float64) {
			out := exec.MustCall([][]float64{{first, 2, 3, 4}})
			for i, v := range out[0].Value().([][]float64)[0] {
				values[i] = fmt.Sprintf("%.2f", v+0) // 0 for -0
			}
			return values, out[0].Value().([][]float64)[0][0], out[1].Value().([][]float64)[0][0]
		}
		const h = 1.0 / 1024
		values, _, slope := call(1)
		_, more, _ := call(1 + h)
		_, less, _ := call(1 - h)
		fmt.Printf("%s: %v, slope by differences %.2f, by Gradient %.2f\n", name, values, (more-less)/(2*h), slope)
		if offset := store.GetVariable("/layer_normalization/offset"); offset != nil {
			offset.MustSetValue(tensors.FromValue([]float64{2, 2, 2, 2}))
			values, _, _ := call(1)
			fmt.Printf("%s, offset of 2: %v\n", name, values)
		}
	}
	with := func(b *norm.LayerNormBuilder) *norm.LayerNormBuilder { return b }
	without := func(b *norm.LayerNormBuilder) *norm.LayerNormBuilder { return b.LearnedGain(false) }
	neither := func(b *norm.LayerNormBuilder) *norm.LayerNormBuilder {
		return b.LearnedGain(false).LearnedOffset(false)
	}
	show("with a gain", "1", with)
	show("without", "1", without)
	show("without, by the graph", "0", without)
	show("with neither", "1", neither)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "with a gain: [-1.34 -0.45 0.45 1.34], slope by differences 0.27, by Gradient 0.27
with a gain, offset of 2: [0.66 1.55 2.45 3.34]
without: [0.00 0.00 0.00 0.00], slope by differences 0.00, by Gradient 0.27
without, offset of 2: [-2.68 -0.89 0.89 2.68]
without, by the graph: [-1.34 -0.45 0.45 1.34], slope by differences 0.27, by Gradient 0.27
without, by the graph, offset of 2: [0.66 1.55 2.45 3.34]
with neither: [-1.34 -0.45 0.45 1.34], slope by differences 0.27, by Gradient 0.27" ]
