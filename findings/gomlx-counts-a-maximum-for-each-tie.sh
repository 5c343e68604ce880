#!/usr/bin/env bash
# GoMLX v0.28.4's ReduceMax and ReduceMin have a gradient that is k times too large where k
# values tie for the maximum.
#
# Each of them gets the whole gradient. The maximum of t, t and t is t, and has the slope 1;
# Gradient says 3. That no choice at a kink makes right: what belongs to a maximum there are
# the weighted means of the gradients of what ties, of weights that sum to one. PyTorch
# documents that amax divides the gradient evenly among equal values, and so that the sum
# stays. In GoMLX's own Max, and in MaxPool over the same values, it is 1.
#
# Ties are common where values come from a table: a maximum over the words of a text, as in
# GoMLX's own example of film reviews, sees a word's vector as often as the word is there, and
# the table's row learns that much faster.
#
# Seen, in 64 bits: three times 1 for a slope of 1, by ReduceMax and ReduceMin, 2 by
# MaskedReduceMax; a table's row gets 5 for a word that occurs five times, where central
# differences have 1. The script fails when that changes. The remedy is MaxPool over the
# axis, or Max of slices.
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
)

var backend = func() compute.Backend {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	return backend
}()

// slope prints the gradient of a function of one number, and its central differences.
func slope(name string, f func(t *Node) *Node) {
	exec := MustNewExec(backend, func(t *Node) []*Node {
		y := f(t)
		return []*Node{y, Gradient(y, t)[0]}
	})
	value := func(t float64) float64 { return exec.MustCall(t)[0].Value().(float64) }
	const t, h = 0.75, 1.0 / 1024
	fmt.Printf("%s: value %.2f, slope by differences %.2f, by Gradient %.2f\n", name,
		value(t), (value(t+h)-value(t-h))/(2*h), exec.MustCall(t)[1].Value().(float64))
}

func three(t *Node) *Node { return BroadcastToDims(t, 3) }

func main() {
	slope("ReduceMax of three", func(t *Node) *Node { return ReduceAllMax(three(t)) })
	slope("ReduceMin of three", func(t *Node) *Node { return ReduceAllMin(three(t)) })
	slope("MaskedReduceMax of two of three", func(t *Node) *Node {
		return MaskedReduceAllMax(three(t), Const(t.Graph(), []bool{true, true, false}))
	})
	slope("Max of three", func(t *Node) *Node { return Max(Max(t, t), t) })
	slope("MaxPool of three", func(t *Node) *Node {
		return ReduceAllSum(MaxPool(BroadcastToDims(t, 1, 3, 1)).Window(3).Done())
	})

	// A table of three words, of which a text has the last five times.
	text := []int32{0, 2, 2, 1, 2, 2, 2}
	row := func(max func(words *Node) *Node) func(t *Node) *Node {
		return func(t *Node) *Node {
			g := t.Graph()
			table := Concatenate([]*Node{Const(g, [][]float64{{0.5}, {-1}}), Reshape(t, 1, 1)}, 0)
			return ReduceAllSum(max(Gather(table, InsertAxes(Const(g, text), -1))))
		}
	}
	slope("a word that occurs five times, ReduceMax", row(func(words *Node) *Node { return ReduceMax(words, 0) }))
	slope("a word that occurs five times, MaxPool", row(func(words *Node) *Node {
		return MaxPool(InsertAxes(words, 0)).Window(len(text)).Done()
	}))
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
for line in 'ReduceMax of three: value 0.75, slope by differences 1.00, by Gradient 3.00' \
	'ReduceMin of three: value 0.75, slope by differences 1.00, by Gradient 3.00' \
	'MaskedReduceMax of two of three: value 0.75, slope by differences 1.00, by Gradient 2.00' \
	'Max of three: value 0.75, slope by differences 1.00, by Gradient 1.00' \
	'MaxPool of three: value 0.75, slope by differences 1.00, by Gradient 1.00' \
	'a word that occurs five times, ReduceMax: value 0.75, slope by differences 1.00, by Gradient 5.00' \
	'a word that occurs five times, MaxPool: value 0.75, slope by differences 1.00, by Gradient 1.00'; do
	grep -qxF "$line" said
done
