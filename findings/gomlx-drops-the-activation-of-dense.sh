#!/usr/bin/env bash
# GoMLX v0.28.4's nn.Dense leaves out the activation that it is given, on GoMLX's own backend
# in Go, where that is sigmoid, hard sigmoid, leaky ReLU or SELU, and yet has its gradient.
#
# It documents activation(x @ weight + bias), by the backend's own operation where there is
# one, and else by the graph. The operation knows ReLU, tanh, GELU, SiLU and hard swish. Any
# other activation is handed to it as none, and it is used all the same; for the approximate
# GELU the exact one is. The gradient is that of the graph, with the activation. So the values
# are those of a linear layer, and the layer learns as if they were not: a probability comes
# out as -2, and a stack of such layers is one matrix.
#
# It meets whoever calls nn.Dense with an activation, which GoMLX's layers.Dense and fnn do
# not, and a network that was trained with XLA, whose backend has no such operation, and so
# has it right, and is run in Go.
#
# Seen, of -2 with a weight of 1: -2 by each of the four, where the activations alone have
# 0.1192, 0.1, -0.6 and -1.5202, and gradients that belong to these. The environment variable
# GOMLX_FUSION=0, which leaves the backend's own operations aside, sets it right. The script
# fails when that changes. The remedy is that, or activation.Apply after nn.Dense.
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
	"os"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/nn"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	show := func(name string, act activation.Type) {
		exec := MustNewExec(backend, func(x *Node) []*Node {
			y := nn.Dense(x, Const(x.Graph(), [][]float64{{1}}), nil, compute.DenseLayoutInputOutputs, act)
			return []*Node{y, Gradient(Reshape(y), x)[0], activation.Apply(act, x)}
		})
		call := func(x float64) (values [3]float64) {
			for i, t := range exec.MustCall([][]float64{{x}}) {
				values[i] = t.Value().([][]float64)[0][0]
			}
			return values
		}
		const x, h = -2.0, 1.0 / 1024
		at := call(x)
		fmt.Printf("%s of %g: by Dense %.4f, alone %.4f; slope of Dense by differences %.4f, by Gradient %.4f\n",
			name, x, at[0], at[2], (call(x + h)[0]-call(x - h)[0])/(2*h), at[1])
	}
	for _, act := range []activation.Type{activation.TypeRelu, activation.TypeTanh, activation.TypeGelu,
		activation.TypeSigmoid, activation.TypeHardSigmoid, activation.TypeLeakyRelu, activation.TypeSelu,
		activation.TypeGeluApprox} {
		show(act.String(), act)
	}
	os.Setenv(FusionEnv, "0")
	show("Sigmoid by the graph", activation.TypeSigmoid)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "Relu of -2: by Dense 0.0000, alone 0.0000; slope of Dense by differences 0.0000, by Gradient 0.0000
Tanh of -2: by Dense -0.9640, alone -0.9640; slope of Dense by differences 0.0707, by Gradient 0.0707
Gelu of -2: by Dense -0.0455, alone -0.0455; slope of Dense by differences -0.0852, by Gradient -0.0852
Sigmoid of -2: by Dense -2.0000, alone 0.1192; slope of Dense by differences 1.0000, by Gradient 0.1050
HardSigmoid of -2: by Dense -2.0000, alone 0.1000; slope of Dense by differences 1.0000, by Gradient 0.2000
LeakyRelu of -2: by Dense -2.0000, alone -0.6000; slope of Dense by differences 1.0000, by Gradient 0.3000
Selu of -2: by Dense -2.0000, alone -1.5202; slope of Dense by differences 1.0000, by Gradient 0.2379
GeluApprox of -2: by Dense -0.0455, alone -0.0454; slope of Dense by differences -0.0852, by Gradient -0.0861
Sigmoid by the graph of -2: by Dense 0.1192, alone 0.1192; slope of Dense by differences 0.1050, by Gradient 0.1050" ]
