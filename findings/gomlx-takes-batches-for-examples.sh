#!/usr/bin/env bash
# GoMLX v0.28.4's InMemoryDataset.TakeN takes n batches, where it documents n examples.
#
# "TakeN configures dataset to only take N examples", and the field that it sets says the same
# again. What has been taken is compared with n times the size of a batch. dataset.Take, which
# documents batches, wraps any dataset to the same end.
#
# It meets evaluations on a sample, and learning curves over the number of examples: they have
# as many times the data as a batch is large, or all of it, and twice the size of a batch is
# twice the data.
#
# Seen, of 1000 examples: TakeN(20) takes 20 in batches of 1, 640 in batches of 32, and all
# 1000 in batches of 64. The script fails when that changes. The remedy is to divide by the
# size of a batch, or to hand in no more examples than that.
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
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/train"
)

func count(ds train.Dataset) (batches, examples int) {
	for batch, err := range ds.Iter() {
		if err != nil {
			panic(err)
		}
		batches++
		examples += batch.Inputs[0].Shape().Dimensions[0]
	}
	return batches, examples
}

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	x := make([][]float32, 1000)
	for i := range x {
		x[i] = []float32{float32(i)}
	}
	ds, err := dataset.InMemoryFromData(backend, "numbers", []any{x}, []any{x})
	if err != nil {
		panic(err)
	}
	for _, size := range []int{1, 10, 32, 64} {
		batches, examples := count(ds.Copy().BatchSize(size, false).TakeN(20))
		fmt.Printf("TakeN(20), batches of %d: %d of them, %d examples\n", size, batches, examples)
	}
	batches, examples := count(dataset.Take(ds.Copy().BatchSize(32, false), 20))
	fmt.Printf("Take(20), batches of 32: %d of them, %d examples\n", batches, examples)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "TakeN(20), batches of 1: 20 of them, 20 examples
TakeN(20), batches of 10: 20 of them, 200 examples
TakeN(20), batches of 32: 20 of them, 640 examples
TakeN(20), batches of 64: 16 of them, 1000 examples
Take(20), batches of 32: 20 of them, 640 examples" ]
