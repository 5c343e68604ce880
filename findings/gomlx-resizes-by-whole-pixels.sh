#!/usr/bin/env bash
# GoMLX v0.28.4's Interpolate makes a picture of whole numbers larger by repeating its first
# pixel, and smaller by cutting off what is behind.
#
# It asks for no type, and images.ToTensor makes pictures of whole numbers, 0 to 255, if it is
# told to. From which pixels a new one is taken is reckoned in the picture's own type, and so
# the factor loses its fraction, and the centres their half: to twice the size the factor is
# 0.5, which becomes 0, and all are taken from the first pixel; from ten to six it is 1.67,
# which becomes 1, and the last four are not asked. TensorFlow's resizing, on which it is
# based by its own word, converts whole numbers to floats before.
#
# It meets whoever resizes before converting to floats, as when pictures are kept in bytes to
# save memory. Nothing fails, and a network learns from upper left corners.
#
# Seen, of a row of 10, 20 … 100: as Int32 and Uint8, to 20 by nearest, 20 times 10, and to 6
# the first six; in Float32 each twice, and 10, 30, 50, 60, 80, 100. Bilinear, in Int32, to 20
# likewise, and to 5 each second one in place of the means of two. The script fails when that
# changes. The remedy is to convert to floats first.
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
	// One row of ten pixels, from 10 to 100.
	resize := func(dtype dtypes.DType, size int, how func(*InterpolationConfig) *InterpolationConfig) any {
		return MustNewExec(backend, func(g *Graph) *Node {
			row := Const(g, []int32{10, 20, 30, 40, 50, 60, 70, 80, 90, 100})
			picture := Reshape(ConvertDType(row, dtype), 1, 1, 10, 1)
			return Reshape(how(Interpolate(picture, -1, -1, size, -1)).Done(), size)
		}).MustCall()[0].Value()
	}
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Int32, dtypes.Uint8} {
		fmt.Println(dtype, "nearest, to 20:", resize(dtype, 20, (*InterpolationConfig).Nearest))
		fmt.Println(dtype, "nearest, to 6:", resize(dtype, 6, (*InterpolationConfig).Nearest))
	}
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Int32} {
		fmt.Println(dtype, "bilinear, to 20:", resize(dtype, 20, (*InterpolationConfig).Bilinear))
		fmt.Println(dtype, "bilinear, to 5:", resize(dtype, 5, (*InterpolationConfig).Bilinear))
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "Float32 nearest, to 20: [10 10 20 20 30 30 40 40 50 50 60 60 70 70 80 80 90 90 100 100]
Float32 nearest, to 6: [10 30 50 60 80 100]
Int32 nearest, to 20: [10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10]
Int32 nearest, to 6: [10 20 30 40 50 60]
Uint8 nearest, to 20: [10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10]
Uint8 nearest, to 6: [10 20 30 40 50 60]
Float32 bilinear, to 20: [10 12.5 17.5 22.5 27.5 32.5 37.5 42.5 47.5 52.5 57.5 62.5 67.5 72.5 77.5 82.5 87.5 92.5 97.5 100]
Float32 bilinear, to 5: [15 35 55 75 95]
Int32 bilinear, to 20: [10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10]
Int32 bilinear, to 5: [10 30 50 70 90]" ]
