#!/usr/bin/env bash
# GoMLX v0.28.4's batch norm trains its scale and offset when it is told to be frozen, and has
# its averages replaced.
#
# Trainable(false) is documented so: "it is frozen, and none of its parameters are changeable".
# It makes training normalise by the averages, as inference does, and leaves these alone while
# training. Scale and offset stay variables that the optimiser trains. And
# UpdateBatchNormAverages, which is to be called before an evaluation, takes mean and variance
# anew of all batch norms but those with FrozenAverages(true), Trainable or not.
#
# It meets transfer learning: beside or above a part that was trained elsewhere, with its batch
# norms frozen so that it stays as it is, a new part is trained, and the old one is another
# afterwards.
#
# Seen, in five steps of Adam: scale and offset have changed; the mean of 3 and the variance of
# 4 become those of the new data, 13 and 5, by UpdateBatchNormAverages. The script fails when
# that changes. The remedy is FrozenAverages(true) as well, and SetTrainable(false) for scale
# and offset in the model's function, after Done, which sets it to true each time.
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
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// tune trains what stands beside a batch norm that was trained elsewhere.
func tune(frozen func(scope *model.Scope, x *Node) *Node) {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	store := model.NewStore()
	store.RootScope().SetParam(model.ParamInitialSeed, int64(7))
	before := map[string]float32{"mean": 3, "variance": 4, "scale": 2, "offset": 1}
	for name, value := range before {
		store.Scope("/frozen/batch_normalization").VariableWithValue(name, []float32{value})
	}
	trainer := train.NewTrainer(backend, store, func(scope *model.Scope, x *Node) *Node {
		beside := norm.BatchNorm(scope.In("beside"), x, -1).UseBackendInference(false).Done()
		return layers.Dense(scope, Concatenate([]*Node{frozen(scope.In("frozen"), x), beside}, -1), true, 1)
	}, loss.MeanSquaredError, optimizer.Adam().LearningRate(0.1).Done(), nil, nil)
	ds, err := dataset.InMemoryFromData(backend, "four", []any{[][]float32{{10}, {12}, {14}, {16}}},
		[]any{[][]float32{{1}, {2}, {3}, {4}}})
	if err != nil {
		panic(err)
	}
	show := func(when string) {
		fmt.Print(when)
		for _, name := range []string{"scale", "offset", "mean", "variance"} {
			now := store.GetVariable("/frozen/batch_normalization/" + name).MustValue().Value().([]float32)[0]
			switch {
			case now == before[name]:
				fmt.Printf(" %s %g as before", name, now)
			case name == "mean" || name == "variance":
				fmt.Printf(" %s %.1f for %g", name, now, before[name])
			default:
				fmt.Printf(" %s trained", name)
			}
		}
		fmt.Println()
	}
	if _, err := train.NewLoop(trainer).RunEpochs(ds.BatchSize(4, false), 5); err != nil {
		panic(err)
	}
	show("trained:")
	if _, err := norm.UpdateBatchNormAverages(trainer, ds); err != nil {
		panic(err)
	}
	show("averages updated:")
}

func main() {
	fmt.Println("Trainable(false)")
	tune(func(scope *model.Scope, x *Node) *Node {
		return norm.BatchNorm(scope, x, -1).UseBackendInference(false).Trainable(false).Done()
	})
	fmt.Println("the remedy")
	tune(func(scope *model.Scope, x *Node) *Node {
		x = norm.BatchNorm(scope, x, -1).UseBackendInference(false).Trainable(false).FrozenAverages(true).Done()
		for _, name := range []string{"scale", "offset"} {
			scope.Store().GetVariable("/frozen/batch_normalization/" + name).SetTrainable(false)
		}
		return x
	})
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "Trainable(false)
trained: scale trained offset trained mean 3 as before variance 4 as before
averages updated: scale trained offset trained mean 13.0 for 3 variance 5.0 for 4
the remedy
trained: scale 2 as before offset 1 as before mean 3 as before variance 4 as before
averages updated: scale 2 as before offset 1 as before mean 3 as before variance 4 as before" ]
