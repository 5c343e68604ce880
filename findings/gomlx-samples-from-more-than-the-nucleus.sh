#!/usr/bin/env bash
# GoMLX v0.28.4's top-p sampling draws from the same tokens for nearly every p: half of the
# vocabulary or more.
#
# WithTopP says that tokens with a cumulative probability up to p are considered, which is the
# sampling of Holtzman et al. ("The curious case of neural text degeneration", 2020): from the
# smallest set of tokens that has p together. TopP tries the likeliest 1, 2, 4, 8 and so on, up
# to all, and takes each that has p, where a comment says the smallest. Those after it have p
# too, and so the largest power of two below the size of the vocabulary is left, or all tokens
# where that is not enough. The tail that top-p is there to cut is drawn from, and p hardly
# matters.
#
# Seen, of 100 tokens by Zipf's law: for a p of 0.1, 0.5 and 0.9 each of the likeliest 64 can be
# drawn, where 1, 8 and 60 have p, and for 0.95 each of the 100. Of eight tokens, of which the
# first has 0.55, four can be drawn for a p of 0.3, and all for 0.9. The script fails when that
# changes. The remedy is WithTopK, or to mask the logits oneself.
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
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/zoo/transformer/generate/sample"
)

// favour draws for row i numbers with which token i is taken, if it can be taken at all.
type favour struct{}

func (favour) RandomUniform(g *Graph, shape shapes.Shape) *Node {
	return ConvertDType(Equal(Iota(g, shape, 0), Iota(g, shape, 1)), shape.DType)
}

// show prints how many tokens can be drawn, and how many the smallest set has that has p.
func show(probabilities []float64, p float64) {
	backend, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		panic(err)
	}
	var sum float64
	logits := make([]float32, len(probabilities))
	for i, q := range probabilities {
		sum += q
		logits[i] = float32(math.Log(q))
	}
	smallest, mass := 0, 0.0
	for mass < p*sum {
		mass += probabilities[smallest]
		smallest++
	}
	drawn := MustNewExec(backend, func(g *Graph) *Node {
		return sample.TopP(favour{}, BroadcastPrefix(Const(g, logits), len(logits)), p, 1)
	}).MustCall()[0].Value().([]int32)
	can := 0
	for i, token := range drawn {
		if int(token) == i {
			can++
		}
	}
	fmt.Printf("p of %g: %d of %d can be drawn, smallest set %d\n", p, can, len(logits), smallest)
}

func main() {
	eight := []float64{.55, .15, .10, .08, .05, .03, .03, .01}
	for _, p := range []float64{0.3, 0.6, 0.9} {
		show(eight, p)
	}
	zipf := make([]float64, 100)
	for i := range zipf {
		zipf[i] = 1 / float64(i+1)
	}
	for _, p := range []float64{0.1, 0.5, 0.9, 0.95} {
		show(zipf, p)
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "p of 0.3: 4 of 8 can be drawn, smallest set 1
p of 0.6: 4 of 8 can be drawn, smallest set 2
p of 0.9: 8 of 8 can be drawn, smallest set 5
p of 0.1: 64 of 100 can be drawn, smallest set 1
p of 0.5: 64 of 100 can be drawn, smallest set 8
p of 0.9: 64 of 100 can be drawn, smallest set 60
p of 0.95: 100 of 100 can be drawn, smallest set 78" ]
