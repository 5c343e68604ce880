#!/usr/bin/env bash
# GoMLX v0.28.4's mean of whole numbers is 0, whatever they are.
#
# ReduceMean is documented to take the mean over the elements, without a word on their type, and
# so are ReduceAllMean and, for the variance, ReduceVariance. It multiplies the sum by 1/n,
# converted to the type of the sum, in which 1/n is 0 for all n above 1. So the mean of 1, 2, 3
# and 6 is 0, and the variance, whose mean is then 0 as well and which is a mean itself, too.
# NumPy says 3 and 3.5, and what does not turn to fractions by itself either divides as whole
# numbers, as TensorFlow does, or refuses, as PyTorch does. MaskedReduceMean, which divides, has
# 3 for the same numbers with nothing masked.
#
# It meets whoever averages what is counted: hits as 0 and 1, ranks, labels, lengths, bytes of
# pixels. A mean of 0 hits is not a number that one must doubt, and there is no error.
#
# Seen, in v0.28.8 too, for 8-, 32- and 64-bit numbers: 0 for the mean of 1, 2, 3, 6 and of four
# hits out of four; 3 by MaskedReduceAllMean; and 3 as Float32. The script fails when that
# changes. The remedy is to convert to Float32 first.
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
	for _, dtype := range []dtypes.DType{dtypes.Uint8, dtypes.Int32, dtypes.Int64, dtypes.Float32} {
		exec := MustNewExec(backend, func(x *Node) []*Node {
			x = ConvertDType(x, dtype)
			all := Equal(x, x)
			hits := ConvertDType(all, dtype)
			return []*Node{ReduceAllSum(x), ReduceAllMean(x), MaskedReduceAllMean(x, all), ReduceVariance(x), ReduceAllMean(hits)}
		})
		out := exec.MustCall([]float32{1, 2, 3, 6})
		fmt.Printf("%v: sum %v, mean %v, with nothing masked %v, variance %v; four hits out of four %v\n", dtype,
			out[0].Value(), out[1].Value(), out[2].Value(), out[3].Value(), out[4].Value())
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "Uint8: sum 12, mean 0, with nothing masked 3, variance 0; four hits out of four 0
Int32: sum 12, mean 0, with nothing masked 3, variance 0; four hits out of four 0
Int64: sum 12, mean 0, with nothing masked 3, variance 0; four hits out of four 0
Float32: sum 12, mean 3, with nothing masked 3, variance 3.5; four hits out of four 1" ] || { echo "GoMLX does otherwise now" >&2; exit 1; }
