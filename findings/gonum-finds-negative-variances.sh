#!/usr/bin/env bash
# gonum v0.17.0's principal components have negative variances, where one stat.PC is used with
# weights and then again without.
#
# A PC is a struct to be filled by PrincipalComponents, and keeps its memory for the next
# time, that of the weights too: it copies them behind weights[:0]. After none that is an
# empty slice and no longer nil, by which VarsTo tells whether there were weights. So it
# divides by the sum of none, less 1, which is -1, in place of n-1. The directions are right,
# and so is each component's share of the whole, where the signs cancel. The variances are
# -(n-1) times what they should be, and in ascending order, where descending is documented; a
# deviation, which is their root, is NaN. There is no panic and no error: ok is true.
#
# Seen, of five points with the variances 2 and 0.5: 2 and 0.5 without weights and with
# weights of 1; then, without any again, -8 and -2 of the same PC, and 2 and 0.5 of a new one.
# The script fails when that changes. The remedy is a new PC each time, or weights of 1.
# Needs go; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module finding

go 1.26

require gonum.org/v1/gonum v0.17.0
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func show(name string, pc *stat.PC, points mat.Matrix, weights []float64) {
	ok := pc.PrincipalComponents(points, weights)
	vars := pc.VarsTo(nil)
	fmt.Printf("%s: %v, variances %.3g and %.3g, share of the first %.2f, its deviation %.3f\n",
		name, ok, vars[0], vars[1], vars[0]/(vars[0]+vars[1]), math.Sqrt(vars[0]))
}

func main() {
	points := mat.NewDense(5, 2, []float64{-2, 0, 2, 0, 0, 1, 0, -1, 0, 0})
	var covariance mat.SymDense
	stat.CovarianceMatrix(&covariance, points, nil)
	fmt.Printf("by CovarianceMatrix: variances %.3g and %.3g\n", covariance.At(0, 0), covariance.At(1, 1))
	var pc stat.PC
	show("without weights", &pc, points, nil)
	show("with weights of 1", &pc, points, []float64{1, 1, 1, 1, 1})
	show("without weights again", &pc, points, nil)
	show("a new one", &stat.PC{}, points, nil)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "by CovarianceMatrix: variances 2 and 0.5
without weights: true, variances 2 and 0.5, share of the first 0.80, its deviation 1.414
with weights of 1: true, variances 2 and 0.5, share of the first 0.80, its deviation 1.414
without weights again: true, variances -8 and -2, share of the first 0.80, its deviation NaN
a new one: true, variances 2 and 0.5, share of the first 0.80, its deviation 1.414" ]
