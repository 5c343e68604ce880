#!/usr/bin/env bash
# GoMLX v0.28.4's accuracy of categories counts a tie as a hit, if the label is the first of
# those that tie; it is documented to count ties as misses.
#
# NewSparseCategoricalAccuracy, its moving average and the function beneath say so alike, and
# for binary labels BinaryLogitsAccuracyGraph keeps to it. That of the categories compares the
# label with ArgMax, which is the first of the largest, and looks for no tie.
#
# It meets networks that say nothing: where the logits are all the same, as with weights of 0
# or after a ReLU that lets nothing through, the accuracy is the share of class 0, which is
# often the most common one, rather than the 0 that would give it away. Probabilities that
# have been rounded tie as well.
#
# Seen: of ten examples whose logits are all 0, eight of them of class 0, an accuracy of 0.8; by
# the binary metric 0. The script fails when that changes. The remedy is to count ties oneself.
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
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/metric"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	show := func(name string, logits [][]float32, labels ...int32) {
		accuracy := model.MustCallOnce(backend, model.NewStore(), func(scope *model.Scope, g *Graph) *Node {
			l := Reshape(Const(g, labels), len(labels), 1)
			return metric.NewSparseCategoricalAccuracy(name, name).UpdateGraph(scope, []*Node{l}, []*Node{Const(g, logits)})
		})
		fmt.Printf("%s: accuracy %.2f\n", name, accuracy.Value())
	}
	show("label 0, all tie", [][]float32{{0, 0, 0}}, 0)
	show("label 1, all tie", [][]float32{{0, 0, 0}}, 1)
	show("label 1, ties with 2", [][]float32{{0, 1, 1}}, 1)
	show("label 2, ties with 1", [][]float32{{0, 1, 1}}, 2)

	// A network that says nothing, of ten examples of which eight have label 0.
	show("ten that all tie, eight of label 0", make10(), 0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
	binary := MustNewExec(backend, func(g *Graph) *Node {
		labels := Const(g, []float32{0, 0, 0, 0, 0, 0, 0, 0, 1, 1})
		return metric.BinaryLogitsAccuracyGraph(nil, []*Node{labels}, []*Node{ZerosLike(labels)})
	})
	fmt.Printf("ten logits of 0, eight of label 0, by the binary metric: accuracy %.2f\n", binary.MustCall()[0].Value())
}

func make10() [][]float32 {
	logits := make([][]float32, 10)
	for i := range logits {
		logits[i] = make([]float32, 3)
	}
	return logits
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "label 0, all tie: accuracy 1.00
label 1, all tie: accuracy 0.00
label 1, ties with 2: accuracy 1.00
label 2, ties with 1: accuracy 0.00
ten that all tie, eight of label 0: accuracy 0.80
ten logits of 0, eight of label 0, by the binary metric: accuracy 0.00" ]
