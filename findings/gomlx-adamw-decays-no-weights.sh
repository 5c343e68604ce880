#!/usr/bin/env bash
# GoMLX v0.28.4's "adamw", which is also its optimizer where none is named, decays no
# weights: it is its "adam", bit for bit.
#
# The entry of that name asks for a decay of 0.004, Keras's value, and then has itself
# configured by the hyperparameters. Where none is set that does not leave things alone but
# puts in what the hyperparameters are documented to have by default, 0, and 0.9 and 0.999 for
# the betas. So what a program sets by WeightDecay and Betas
# is gone as soon as it calls FromScope. The hyperparameter "adam_backoff", which is
# documented to hold back the first steps, is read by nobody.
#
# Seen, at a learning rate of 0.1 and without a gradient, where each step of AdamW
# as PyTorch and Keras have it, and GoMLX's own comment, leaves 1 - 0.1·0.004 of a weight: after ten steps 1 is still 1, by name and by default, and 0.996
# only with the decay as a hyperparameter, or without FromScope. The script fails when that
# changes. The remedy is to set "adam_weight_decay", "adam_beta1" and "adam_beta2".
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
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// train makes a step with each of the gradients, from 1, and returns where it is then.
func train(hyper map[string]any, choose func(*model.Scope) optimizer.Interface, gradients ...float32) float32 {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	store := model.NewStore()
	root := store.RootScope()
	root.SetParam(optimizer.ParamLearningRate, 0.1)
	for key, value := range hyper {
		root.SetParam(key, value)
	}
	chosen := choose(root)
	step := model.MustNewExec(backend, store, func(scope *model.Scope, gradient *Node) *Node {
		loss := Mul(scope.VariableWithValue("w", float32(1)).NodeValue(gradient.Graph()), gradient)
		chosen.UpdateGraph(scope, gradient.Graph(), loss)
		return loss
	})
	for _, g := range gradients {
		step.MustCall(g)
	}
	return root.GetVariable("w").MustValue().Value().(float32)
}

func named(name string) func(*model.Scope) optimizer.Interface {
	return func(root *model.Scope) optimizer.Interface { return optimizer.ByName(root, name) }
}

func main() {
	none := make([]float32, 10)
	decay := map[string]any{optimizer.ParamAdamWeightDecay: 0.004}
	want := 1.0
	for range none {
		want *= 1 - 0.1*0.004
	}
	fmt.Printf("ten steps of AdamW without a gradient lead from 1 to %.6f\n", want)
	fmt.Printf("adamw: %.6f\n", train(nil, named("adamw"), none...))
	fmt.Printf("no name: %.6f\n", train(nil, optimizer.FromScope, none...))
	fmt.Printf("adamw and adam_weight_decay: %.6f\n", train(decay, named("adamw"), none...))
	fmt.Printf("WeightDecay and Done: %.6f\n", train(nil, func(*model.Scope) optimizer.Interface {
		return optimizer.Adam().WeightDecay(0.004).Done()
	}, none...))
	fmt.Printf("WeightDecay, FromScope and Done: %.6f\n", train(nil, func(root *model.Scope) optimizer.Interface {
		return optimizer.Adam().WeightDecay(0.004).FromScope(root).Done()
	}, none...))

	some := []float32{1, -0.5, 0.25, 2, -3, 0.125}
	fmt.Println("adam and adamw after six gradients alike:", train(nil, named("adam"), some...) == train(nil, named("adamw"), some...))

	// Without momentum a step without a gradient goes nowhere.
	still := func(configure func(*optimizer.AdamConfig, *model.Scope) *optimizer.AdamConfig) bool {
		choose := func(root *model.Scope) optimizer.Interface {
			return configure(optimizer.Adam().Betas(0, 0.999), root).Done()
		}
		return train(nil, choose, 1) == train(nil, choose, 1, 0)
	}
	fmt.Println("no momentum by Betas(0, …):", still(func(c *optimizer.AdamConfig, _ *model.Scope) *optimizer.AdamConfig { return c }),
		"followed by FromScope:", still((*optimizer.AdamConfig).FromScope))

	held := map[string]any{optimizer.ParamAdamBackoffSteps: 5}
	fmt.Printf("three steps held back by WithBackoffSteps(5): %.1f by adam_backoff: %.1f\n",
		train(nil, func(*model.Scope) optimizer.Interface { return optimizer.Adam().WithBackoffSteps(5).Done() }, 1, 1, 1),
		train(held, named("adam"), 1, 1, 1))
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
for line in 'ten steps of AdamW without a gradient lead from 1 to 0.996007' \
	'adamw: 1.000000' 'no name: 1.000000' \
	'adamw and adam_weight_decay: 0.996007' 'WeightDecay and Done: 0.996007' \
	'WeightDecay, FromScope and Done: 1.000000' \
	'adam and adamw after six gradients alike: true' \
	'no momentum by Betas(0, …): true followed by FromScope: false' \
	'three steps held back by WithBackoffSteps(5): 1.0 by adam_backoff: 0.7'; do
	grep -qxF "$line" said
done
