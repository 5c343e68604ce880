#!/usr/bin/env bash
# GoMLX v0.28.4's RunToGlobalStep stops early where gradients are accumulated: of n batches a
# step it makes an nth of the steps.
#
# It is documented to run until the target global step is reached. A global step is made with
# every nth batch then, as AccumulateGradients documents, which calls the others train steps.
# RunToGlobalStep takes how many global steps are missing and runs as many train steps. It
# returns no error, and a second call goes on from there, for an nth of what is left.
#
# It meets trainings that are to be continued up to a given step, which is what the function
# is for: they are done too early, and one that turns to accumulation, for want of memory,
# learns less by that.
#
# Seen: with 4 batches a step, RunToGlobalStep(100) ends at 25, called again at 43, and at 58;
# without accumulation at 100. The script fails when that changes. The remedy is RunSteps, of
# what is missing times n.
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
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	one := [][]float32{{1}}
	ds, err := dataset.InMemoryFromData(backend, "one", []any{one}, []any{one})
	if err != nil {
		panic(err)
	}
	ds.BatchSize(1, false).Infinite(true)
	for _, n := range []int{1, 4} {
		trainer := train.NewTrainer(backend, model.NewStore(), func(scope *model.Scope, x *Node) *Node {
			w := scope.WithInitializer(initializer.Zero).VariableWithShape("w", shapes.Make(dtypes.Float32))
			return Mul(x, w.NodeValue(x.Graph()))
		}, loss.MeanSquaredError, optimizer.StochasticGradientDescent().Done(), nil, nil)
		if n > 1 {
			if err := trainer.AccumulateGradients(n); err != nil {
				panic(err)
			}
		}
		loop := train.NewLoop(trainer)
		for call := range 3 {
			if _, err := loop.RunToGlobalStep(ds, 100); err != nil {
				panic(err)
			}
			fmt.Printf("accumulating %d, call %d of RunToGlobalStep(100): global step %d\n", n, call+1, trainer.GlobalStep())
		}
		if _, err := loop.RunSteps(ds, (100-int(trainer.GlobalStep()))*n); err != nil {
			panic(err)
		}
		fmt.Printf("accumulating %d, the rest by RunSteps: global step %d\n", n, trainer.GlobalStep())
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "accumulating 1, call 1 of RunToGlobalStep(100): global step 100
accumulating 1, call 2 of RunToGlobalStep(100): global step 100
accumulating 1, call 3 of RunToGlobalStep(100): global step 100
accumulating 1, the rest by RunSteps: global step 100
accumulating 4, call 1 of RunToGlobalStep(100): global step 25
accumulating 4, call 2 of RunToGlobalStep(100): global step 43
accumulating 4, call 3 of RunToGlobalStep(100): global step 58
accumulating 4, the rest by RunSteps: global step 100" ]
