#!/usr/bin/env bash
# GoMLX v0.28.4's moving averages of metrics are not reset: an evaluation begins with what the
# one before ended with.
#
# A metric's Reset is documented to clear its counters when a new evaluation starts, and Eval
# and RunSteps call it. The moving average has none of its own but that of the mean, which it
# is built on, and that looks for a total and a weight, where the moving average keeps a mean
# and a count. Not finding them, it takes it that nothing has been counted yet.
#
# It meets whoever evaluates more than once with a moving average among the metrics, as of the
# training data and then of the test data: the second result is a mixture of both. It also
# meets the "Moving Average Loss" that every training has, when it goes on by another RunSteps,
# on other data, say.
#
# Seen: after four batches that are all right, four that are all wrong have an accuracy of 0
# by the mean, and of 0.5 by the moving average; after 100 steps with a loss of 1 and 100 with
# a loss of 0 it is 0.37. The script fails when that changes. The remedy is the mean.
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
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	// Four examples with the label 1, one a batch.
	four := func(value float32) *dataset.InMemoryDataset {
		x := [][]float32{{value}, {value}, {value}, {value}}
		ds, err := dataset.InMemoryFromData(backend, "four", []any{x}, []any{[][]float32{{1}, {1}, {1}, {1}}})
		if err != nil {
			panic(err)
		}
		return ds.BatchSize(1, false)
	}
	// It returns what it gets, and has a weight that changes nothing.
	identity := func(scope *model.Scope, x *Node) *Node {
		w := scope.WithInitializer(initializer.Zero).VariableWithShape("w", shapes.Make(dtypes.Float32))
		return Add(x, MulScalar(w.NodeValue(x.Graph()), 0))
	}
	trainer := train.NewTrainer(backend, model.NewStore(), identity, loss.MeanSquaredError,
		optimizer.StochasticGradientDescent().Done(), nil, []metric.Interface{
			metric.NewMeanBinaryLogitsAccuracy("mean", "mean"),
			metric.NewMovingAverageBinaryLogitsAccuracy("moving", "moving", 0.01)})
	for _, logit := range []float32{1, -1} {
		out, err := trainer.Eval(four(logit))
		if err != nil {
			panic(err)
		}
		fmt.Printf("Eval of logits of %g: mean accuracy %.2f, moving average %.2f\n", logit, out[1].Value(), out[2].Value())
	}
	for _, value := range []float32{0, 1} {
		out, err := train.NewLoop(trainer).RunSteps(four(value).Infinite(true), 100)
		if err != nil {
			panic(err)
		}
		fmt.Printf("RunSteps of values of %g: loss %.2f, %s %.2f\n", value, out[0].Value(), trainer.TrainMetrics()[1].Name(), out[1].Value())
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "Eval of logits of 1: mean accuracy 1.00, moving average 1.00
Eval of logits of -1: mean accuracy 0.00, moving average 0.50
RunSteps of values of 0: loss 1.00, Moving Average Loss 1.00
RunSteps of values of 1: loss 0.00, Moving Average Loss 0.37" ]
