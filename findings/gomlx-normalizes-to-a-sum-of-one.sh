#!/usr/bin/env bash
# GoMLX v0.28.4's layers.Normalize, which says that the variance of what it returns is one,
# returns a variance of one over the count of the values.
#
# It documents (x - mean) / sigma, sigma being the standard deviation, and divides by the root
# of the sum of the squares where that is the root of their mean. So values fade with the size
# of the batch, of 10000 to a hundredth of what they should be, and the same example has
# another scale in a smaller batch. It also takes axes that are to be kept apart, and then has
# the first among those that it reduces: kept apart by axis 0, all values are still normalised
# together. (XLA, which wants each axis once, refuses that, and so every call without such an
# axis, for which Normalize lists axis 0 over and over.) Its typical value, -1 for a mean and a deviation of each feature, is an error
# while the graph is built, and so is any axis of a matrix but 0.
#
# Seen, in 64 bits: 4 values have a variance of 0.25, 10000 of 0.0001. The rows of a matrix,
# to be normalised each for itself, have means of -0.33 and 0.33, and not 0. The formula
# written out, and norm.LayerNorm of the rows, have mean 0 and variance 1. The script fails
# when that changes. The remedy is either of those.
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
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

var backend = func() compute.Backend {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	return backend
}()

func moments(values []float64) (mean, variance float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, variance
}

// written is what Normalize documents, over the axes given.
func written(x *Node, axes ...int) *Node {
	centred := Sub(x, ReduceAndKeep(x, ReduceMean, axes...))
	return Div(centred, Sqrt(ReduceAndKeep(Square(centred), ReduceMean, axes...)))
}

func vector(n int) {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sin(float64(i + 1))
	}
	out := MustNewExec(backend, func(x *Node) []*Node { return []*Node{layers.Normalize(x), written(x, 0)} }).MustCall(x)
	for i, name := range []string{"Normalize", "written out"} {
		mean, variance := moments(out[i].Value().([]float64))
		fmt.Printf("%d values, %s: mean %.4f, variance %.4f\n", n, name, math.Abs(mean), variance)
	}
}

func main() {
	vector(4)
	vector(10000)

	rows := [][]float64{{1, 2, 3, 6}, {11, 12, 13, 16}}
	out := model.MustCallOnce(backend, model.NewStore(), func(scope *model.Scope, x *Node) *Node {
		return Stack([]*Node{layers.Normalize(x, 0), written(x, 1),
			norm.LayerNorm(scope, x, 1).Epsilon(0).LearnedGain(false).LearnedOffset(false).Done()}, 0)
	}, rows).Value().([][][]float64)
	for i, name := range []string{"Normalize(x, 0)", "written out", "LayerNorm"} {
		for r, row := range out[i] {
			mean, variance := moments(row)
			fmt.Printf("row %d, %s: mean %.4f, variance %.4f\n", r, name, math.Round(mean*1e4)/1e4+0, variance)
		}
		_, variance := moments(append(append([]float64{}, out[i][0]...), out[i][1]...))
		fmt.Printf("both rows, %s: variance %.4f\n", name, variance)
	}
	for axis := -1; axis < 2; axis++ {
		exec, err := NewExec(backend, func(x *Node) *Node { return layers.Normalize(x, axis) })
		if err == nil {
			_, err = exec.Call(rows)
		}
		fmt.Printf("axis %d of the matrix kept apart is an error: %v\n", axis, err != nil)
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
for line in '4 values, Normalize: mean 0.0000, variance 0.2500' \
	'4 values, written out: mean 0.0000, variance 1.0000' \
	'10000 values, Normalize: mean 0.0000, variance 0.0001' \
	'10000 values, written out: mean 0.0000, variance 1.0000' \
	'row 0, Normalize(x, 0): mean -0.3311, variance 0.0154' \
	'row 1, Normalize(x, 0): mean 0.3311, variance 0.0154' \
	'both rows, Normalize(x, 0): variance 0.1250' \
	'row 1, written out: mean 0.0000, variance 1.0000' \
	'row 1, LayerNorm: mean 0.0000, variance 1.0000' \
	'axis -1 of the matrix kept apart is an error: true' \
	'axis 1 of the matrix kept apart is an error: true'; do
	grep -qxF "$line" said
done
