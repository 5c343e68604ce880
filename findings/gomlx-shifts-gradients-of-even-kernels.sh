#!/usr/bin/env bash
# GoMLX v0.28.4's convolutions hand the gradient back one pixel too early, where the kernel
# is even.
#
# The gradient of a convolution by what goes into it is a convolution too, of the gradient
# that comes in with the kernel turned round. For it to reach the first pixel it is padded in
# front by one less than the kernel is long, less what was padded before. GoMLX takes twice
# half of that, rounded down, and so one too few for an even kernel, and one too many at the
# end: each pixel gets the gradient of its right neighbour, and the last that of what lies
# behind the end, 0 without padding. In a dilated kernel the holes count, so that 2 dilated by
# 3 is even. Values, the gradient by the kernel, and odd kernels are right; GoMLX's own tests
# compare the gradients of kernels of 3.
#
# It meets whatever learns before an even kernel: the 2×2 kernels with strides of 2 that halve
# a picture, as in ConvNeXt (Liu et al., 2022), the 4×4 ones of DCGAN's discriminator (Radford
# et al., 2016), and all layers before them. Nothing fails, and the loss may still fall.
#
# Seen, in 64 bits: of a kernel of 2 over six values the gradient is 12, 23, 34, 45, 50, 0,
# where central differences have 1, 12, 23, 34, 45, 50; the same shift with strides, with
# PadSame, and dilated. The weights of a layer below one of 2 get a gradient of -17, 12, -1
# for one of 13, -1, -2. The script fails when that changes. The remedy is to lengthen the
# kernel by a 0 at its end, with one more of padding there.
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
	"slices"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
)

// show prints the gradient of 1·y₀ + 2·y₁ + 3·y₂ … by x, by differences and by Gradient.
func show(name string, x []float64, y func(x *Node) *Node) {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	exec := MustNewExec(backend, func(x *Node) []*Node {
		y := y(x)
		y = Reshape(y, y.Shape().Size())
		sum := ReduceAllSum(Mul(y, OnePlus(IotaFull(x.Graph(), y.Shape()))))
		return []*Node{sum, Gradient(sum, x)[0]}
	})
	var differences, gradient []int
	for i, g := range exec.MustCall(x)[1].Value().([]float64) {
		moved := func(by float64) float64 {
			at := slices.Clone(x)
			at[i] += by
			return exec.MustCall(at)[0].Value().(float64)
		}
		differences = append(differences, int(math.Round((moved(1)-moved(-1))/2)))
		gradient = append(gradient, int(math.Round(g)))
	}
	fmt.Printf("%s: by differences %v, by Gradient %v\n", name, differences, gradient)
}

func convolve(x *Node, kernel ...float64) *ConvolutionBuilder {
	return Convolve(Reshape(x, 1, -1, 1), Reshape(Const(x.Graph(), kernel), -1, 1, 1))
}

func main() {
	six := []float64{1, 2, 3, 4, 5, 6}
	show("kernel of 3", six, func(x *Node) *Node { return convolve(x, 1, 10, 100).Done() })
	show("of 2", six, func(x *Node) *Node { return convolve(x, 1, 10).Done() })
	show("of 2, strides of 2", six, func(x *Node) *Node { return convolve(x, 1, 10).Strides(2).Done() })
	show("of 4, strides of 2", six, func(x *Node) *Node { return convolve(x, 1, 10, 100, 1000).Strides(2).Done() })
	show("of 2, PadSame", six, func(x *Node) *Node { return convolve(x, 1, 10).PadSame().Done() })
	show("of 2, dilated by 3", six, func(x *Node) *Node { return convolve(x, 1, 10).Dilations(3).Done() })
	show("of 2, made 3", six, func(x *Node) *Node { return convolve(x, 1, 10, 0).PaddingPerDim([][2]int{{0, 1}}).Done() })

	// What the weights of a layer get that has another above it.
	below := func(above ...float64) func(w *Node) *Node {
		return func(w *Node) *Node {
			x := Const(w.Graph(), [][][]float64{{{1}, {0}, {2}, {-1}, {3}, {1}, {-2}, {1}}})
			return convolve(Convolve(x, Reshape(w, 3, 1, 1)).Done(), above...).Strides(len(above)).Done()
		}
	}
	show("weights below a kernel of 3", []float64{1, 1, 1}, below(1, -1, 1))
	show("weights below one of 2", []float64{1, 1, 1}, below(1, -1))
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "kernel of 3: by differences [1 12 123 234 340 400], by Gradient [1 12 123 234 340 400]
of 2: by differences [1 12 23 34 45 50], by Gradient [12 23 34 45 50 0]
of 2, strides of 2: by differences [1 10 2 20 3 30], by Gradient [10 2 20 3 30 0]
of 4, strides of 2: by differences [1 10 102 1020 200 2000], by Gradient [10 102 1020 200 2000 0]
of 2, PadSame: by differences [1 12 23 34 45 56], by Gradient [12 23 34 45 56 60]
of 2, dilated by 3: by differences [1 2 3 10 20 30], by Gradient [2 3 10 20 30 0]
of 2, made 3: by differences [1 12 23 34 45 50], by Gradient [1 12 23 34 45 50]
weights below a kernel of 3: by differences [-3 -3 14], by Gradient [-3 -3 14]
weights below one of 2: by differences [13 -1 -2], by Gradient [-17 12 -1]" ]
