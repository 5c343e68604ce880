#!/usr/bin/env bash
# GoMLX v0.28.4 starts convolutions with channels first several times too small, and dense
# layers whose weights lie as [outputs, inputs] too small or too large.
#
# Its initialisers, of which He's is the default, know a variable by its shape alone and take
# the last two sizes for inputs and outputs, those before them for the window. The kernel of
# layers.Convolution with ChannelsFirst is [outputs, inputs, height, width], though: its
# inputs are taken for height × inputs × outputs. With 3×3 windows and n outputs the weights
# have √(3/n) of the deviation that He et al. derive ("Delving deep into rectifiers", 2015:
# √(2/inputs) with the window counted in), so that a network fades by that factor in each
# layer. layers.DenseWithLayout, with the outputs first, draws by its outputs. Both layouts
# are PyTorch's, whose kaiming_normal_ takes the second size for the inputs. Glorot's
# initialiser warns that it assumes a shape; He's, the default, does not, and GoMLX's own layers
# hand them these.
#
# Seen, of 64 channels, 3×3: a deviation of 0.013 with channels first and of 0.059 = √(2/576)
# with channels last; after ten layers and ReLUs 2·10⁻⁷ of the signal is left, √(3/64)¹⁰.
# Of 784 inputs and 10 outputs: 0.45 and 0.051 = √(2/784). The script fails when that changes.
# The remedy is an initialiser of one's own, which is told the inputs.
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
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/images"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
)

// size is the root of the mean of the squares.
func size(t *tensors.Tensor) float64 {
	var sum float64
	var n int
	tensors.MustConstFlatData(t, func(flat []float32) {
		for _, x := range flat {
			sum += float64(x) * float64(x)
		}
		n = len(flat)
	})
	return math.Sqrt(sum / float64(n))
}

// start builds a network on standard normal inputs, and returns the shape and the size of
// its first weights, and the size of its output.
func start(net func(*model.Scope, *Node) *Node, first string, dims ...int) (string, float64, float64) {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	store := model.NewStore()
	store.RootScope().SetParam(model.ParamInitialSeed, int64(7))
	exec := model.MustNewExec(backend, store, func(scope *model.Scope, g *Graph) *Node {
		_, x := RandomNormal(RNGStateFromSeedForGraph(g, 1), shapes.Make(dtypes.Float32, dims...))
		return net(scope, x)
	})
	out := size(exec.MustCall()[0])
	weights := store.GetVariable(first)
	return fmt.Sprint(weights.Shape().Dimensions), size(weights.MustValue()), out
}

func convolutions(axis images.ChannelsAxisConfig, dims ...int) (deviation, signal float64) {
	shape, deviation, signal := start(func(scope *model.Scope, x *Node) *Node {
		for i := range 10 {
			x = activation.Relu(layers.Convolution(scope.In("%d", i), x).ChannelsAxis(axis).
				Channels(64).KernelSize(3).PadSame().Done())
		}
		return x
	}, "/0/conv/weights", dims...)
	fmt.Printf("%s: kernel %s, deviation %.3f of %.3f, after ten layers %.1e\n", axis, shape, deviation, math.Sqrt(2.0/(9*64)), signal)
	return deviation, signal
}

func dense(layout compute.DenseLayout) (deviation float64) {
	shape, deviation, _ := start(func(scope *model.Scope, x *Node) *Node {
		return layers.DenseWithLayout(scope, x, layout, true, 10)
	}, "/dense/weights", 4, 784)
	fmt.Printf("dense: weights %s, deviation %.3f of %.3f\n", shape, deviation, math.Sqrt(2.0/784))
	return deviation
}

func near(x, want float64) bool { return math.Abs(x/want-1) < 0.05 }

func main() {
	last, signalLast := convolutions(images.ChannelsLast, 1, 4, 4, 64)
	first, signalFirst := convolutions(images.ChannelsFirst, 1, 64, 4, 4)
	in := dense(compute.DenseLayoutInputOutputs)
	out := dense(compute.DenseLayoutOutputsInput)
	fmt.Println("as derived:", near(last, math.Sqrt(2.0/(9*64))), near(in, math.Sqrt(2.0/784)))
	fmt.Println("by 3·64·64 and by 10:", near(first, math.Sqrt(2.0/(3*64*64))), near(out, math.Sqrt(2.0/10)))
	fmt.Println("less than a millionth of the signal:", signalFirst < 1e-6*signalLast)
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
grep -qx 'as derived: true true' said
grep -qx 'by 3·64·64 and by 10: true true' said
grep -qx "less than a millionth of the signal: true" said
