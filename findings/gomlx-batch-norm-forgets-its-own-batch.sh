#!/usr/bin/env bash
# GoMLX v0.28.4's batch norm has a wrong gradient in training once it is told to do without
# the backend's own operation, UseBackendInference(false).
#
# That option is documented for inference, as the way that can be differentiated, and as
# without effect in training. It has one: training then normalises by the batch as before,
# and the values are right, but mean and variance are constants to the gradient. Ioffe and
# Szegedy ("Batch normalization", 2015, section 2) warn of just that: the gradient wants to
# move and stretch what goes into the norm, which changes nothing that comes out of it, so
# that weights and biases before it wander off and the loss stays. On GoMLX's own backend in
# Go there is no other way, since it lacks the operation.
#
# Seen, in 64 bits: the loss hardly changes with the weight before the norm (-0.0003, by
# epsilon) and not at all with the bias, as central differences say, and the formula written
# out in GoMLX; the layer says -5.1 and 0.65. In 100 steps of SGD the weight goes from 1 to
# 10, and the loss from 2.9579 to 2.9578; with the formula written out, to 1.003. The script
# fails when that changes. The remedy is to write it out.
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
	"strings"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
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

func layer(native bool) func(*model.Scope, *Node) *Node {
	return func(scope *model.Scope, x *Node) *Node {
		return norm.BatchNorm(scope, x, -1).UseBackendInference(native).Done()
	}
}

// written is the same layer, at its start: scale 1, offset 0.
func written(_ *model.Scope, x *Node) *Node {
	centred := Sub(x, ReduceAndKeep(x, ReduceMean, 0))
	return Div(centred, Sqrt(AddScalar(ReduceAndKeep(Square(centred), ReduceMean, 0), 1e-3)))
}

// loss returns a function of a weight and a bias before the norm, which gives a loss and
// its gradients.
func loss(normalise func(*model.Scope, *Node) *Node) func(w, b float64) [3]float64 {
	exec := model.MustNewExec(backend, model.NewStore(), func(scope *model.Scope, w, b *Node) []*Node {
		scope.Store().SetTraining(w.Graph(), true)
		x := Const(w.Graph(), [][]float64{{1}, {2}, {4}, {9}})
		want := Const(w.Graph(), [][]float64{{-1}, {0}, {0}, {5}})
		l := ReduceAllMean(Square(Sub(normalise(scope, Add(Mul(x, w), b)), want)))
		return append([]*Node{l}, Gradient(l, w, b)...)
	})
	return func(w, b float64) (values [3]float64) {
		for i, t := range exec.MustCall(w, b) {
			values[i] = t.Value().(float64)
		}
		return values
	}
}

// learn makes 100 steps of SGD with a learning rate of 0.1.
func learn(f func(w, b float64) [3]float64) (w, b, before, after float64) {
	w, b = 1, 0
	before = f(w, b)[0]
	for range 100 {
		g := f(w, b)
		w, b = w-0.1*g[1], b-0.1*g[2]
	}
	return w, b, before, f(w, b)[0]
}

func main() {
	func() {
		defer func() {
			fmt.Println("the backend in Go has the operation:", !strings.Contains(fmt.Sprint(recover()), "not implemented"))
		}()
		loss(layer(true))(1, 0)
	}()
	ours, theirs := loss(written), loss(layer(false))
	const h = 1e-4
	const w, b = 1.0, 0.5
	a, g := ours(w, b), theirs(w, b)
	fmt.Printf("losses: %.9f %.9f\n", a[0], g[0])
	fmt.Printf("by the weight: differences %.6f, written out %.6f, the layer %.6f\n",
		(theirs(w+h, b)[0]-theirs(w-h, b)[0])/(2*h), a[1], g[1])
	fmt.Printf("by the bias: differences %.6f, written out %.6f, the layer %.6f\n",
		math.Abs((theirs(w, b+h)[0]-theirs(w, b-h)[0])/(2*h)), math.Abs(a[2]), math.Abs(g[2]))
	w1, _, from, to := learn(ours)
	fmt.Printf("written out: the weight goes from 1 to %.3f, the loss from %.4f to %.4f\n", w1, from, to)
	w2, _, from, to := learn(theirs)
	fmt.Printf("the layer: the weight goes from 1 to %.3f, the loss from %.4f to %.4f\n", w2, from, to)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
for line in 'the backend in Go has the operation: false' \
	'losses: 2.957934001 2.957934001' \
	'by the weight: differences -0.000268, written out -0.000268, the layer -5.137577' \
	'by the bias: differences 0.000000, written out 0.000000, the layer 0.648852' \
	'written out: the weight goes from 1 to 1.003, the loss from 2.9579 to 2.9579' \
	'the layer: the weight goes from 1 to 10.249, the loss from 2.9579 to 2.9578'; do
	grep -qxF "$line" said
done
