#!/usr/bin/env bash
# GoMLX v0.28.4's rotary positions, scaled linearly, stand still for as many tokens as the
# factor says, and then jump.
#
# WithLinearScaling is documented to divide the positions by the factor before they become
# angles, as Gemma 3 has it. So positions beyond those that a model was trained with come to
# lie between them (Chen et al., "Extending context window of large language models via
# positional interpolation", 2023). But the positions are integers, as attention and
# transformer make them, and are divided as such, factor and all: by 8 the tokens 0 to 7 are
# all at 0, and 8 to 15 at 1, where attention cannot tell them apart by their order; by 1.5
# nothing is scaled, as 1.5 becomes 1.
#
# It meets models that were trained elsewhere with a factor, and are run here: they give other
# answers, without an error.
#
# Seen, in 64 bits: the angles of ten tokens are 0 eight times and then 1, where an eighth more
# each time is documented; attention over eight tokens is the same as without positions. Handed
# the same positions as floats, the encoder is right. The script fails when that changes. The
# remedy is an encoder of one's own around it, which converts them.
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
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/attention"
	"github.com/gomlx/gomlx/ml/layers/attention/pos"
	"github.com/gomlx/gomlx/ml/model"
)

var backend = func() compute.Backend {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	return backend
}()

// floats is the remedy: RoPE that is handed its positions as floats.
type floats struct{ *pos.RoPE }

func (f floats) EncodeQK(q, k, positions *Node, axis int) (*Node, *Node) {
	return f.RoPE.EncodeQK(q, k, ConvertDType(positions, q.DType()), axis)
}

// turns prints by how much each of ten tokens is turned.
func turns(name string, encoder pos.QKEncoder) {
	angles := MustNewExec(backend, func(g *Graph) *Node {
		one := Ones(g, shapes.Make(dtypes.Float64, 1, 10, 1, 1))
		q := Concatenate([]*Node{one, ZerosLike(one)}, -1)
		q, _ = encoder.EncodeQK(q, q, pos.SequentialPositions(g, Const(g, int32(0)), 10), 1)
		return Reshape(Atan2(Slice(q, AxisRange().Spacer(), AxisElem(1)), Slice(q, AxisRange().Spacer(), AxisElem(0))), 10)
	}).MustCall()[0].Value().([]float64)
	fmt.Printf("%s: %.3f\n", name, angles)
}

// attend returns what attention makes of a sequence of n tokens.
func attend(n int, encoder pos.Encoder) []float64 {
	store := model.NewStore()
	store.RootScope().SetParam(model.ParamInitialSeed, int64(7))
	return model.MustCallOnce(backend, store, func(scope *model.Scope, g *Graph) *Node {
		x := Sin(IotaFull(g, shapes.Make(dtypes.Float64, 1, n, 4)))
		b := attention.SelfAttention(scope, x, 1, 4)
		if encoder != nil {
			b = b.WithPositionalEncoder(encoder)
		}
		return Reshape(b.Done(), n*4)
	}).Value().([]float64)
}

func differ(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-6 {
			return true
		}
	}
	return false
}

func main() {
	scaled := func(factor float64) *pos.RoPE { return pos.NewRoPE(10000).WithLinearScaling(factor) }
	turns("scaled by 8", scaled(8))
	turns("scaled by 8, as floats", floats{scaled(8)})
	turns("scaled by 1.5", scaled(1.5))
	turns("scaled by 1.5, as floats", floats{scaled(1.5)})
	for _, n := range []int{8, 9} {
		none := attend(n, nil)
		fmt.Printf("positions scaled by 8 change the attention over %d tokens: %v, as floats: %v\n", n,
			differ(none, attend(n, scaled(8))), differ(none, attend(n, floats{scaled(8)})))
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "scaled by 8: [0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 1.000 1.000]
scaled by 8, as floats: [0.000 0.125 0.250 0.375 0.500 0.625 0.750 0.875 1.000 1.125]
scaled by 1.5: [0.000 1.000 2.000 3.000 -2.283 -1.283 -0.283 0.717 1.717 2.717]
scaled by 1.5, as floats: [0.000 0.667 1.333 2.000 2.667 -2.950 -2.283 -1.617 -0.950 -0.283]
positions scaled by 8 change the attention over 8 tokens: false, as floats: true
positions scaled by 8 change the attention over 9 tokens: true, as floats: true" ]
