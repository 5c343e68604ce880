#!/usr/bin/env bash
# GoMLX v0.28.4 starts a network of Float16 with infinite weights on its backend in Go, since
# github.com/gomlx/compute v0.1.6 makes every number below 2⁻¹⁴ zero on its way to a half.
#
# Its package float16 says that it is IEEE 754's binary16, whose numbers go down to 2⁻²⁴, the
# last ten steps of them with fewer bits. It reads those, and has a constant for the smallest.
# FromFloat32 has a branch for them too, which shifts all bits out: what is between 2⁻²⁴ and
# 2⁻¹⁴ becomes 0, and so does each result in Float16 on the backend in Go, which computes in
# float32 and converts. Micikevicius et al. ("Mixed precision training", 2018) scale the loss
# so that gradients stay above 2⁻²⁴; here they have to stay above 2⁻¹⁴.
#
# RandomNormal guards its logarithm by that smallest number, as the maximum of it and a
# uniform one; that maximum is 0 as well, and so one in 16384 numbers is infinite. He's
# initialiser, the default, draws by it.
#
# Seen: 2046 halves do not survive the way to float32 and back; of 2⁻¹⁵, which is 2⁻¹⁰ times
# 2⁻⁵, GoMLX makes 0, and Python's struct the half that it is. 62 of 2²⁰ normal numbers and
# 13 of 512·256 weights are infinite, and so 13 of 256 outputs; in Float32 and BFloat16 none.
# The script fails when that changes. The remedy is to start in Float32 and convert, and to
# stay above 2⁻¹⁴; or BFloat16.
# Needs go and python3; works in a temporary folder, with GoMLX's own backend in Go.
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
	"github.com/gomlx/compute/dtypes/float16"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

var backend = func() compute.Backend {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	return backend
}()

// infinite counts what is not finite.
func infinite(x *Node) *Node {
	return ReduceAllSum(ConvertDType(LogicalNot(IsFinite(x)), dtypes.Float32))
}

// survive counts the halves, infinities and NaNs left out, and those that are others after
// the way to float32 and back.
func survive() (all, lost int, least, most float32) {
	least = float32(math.Inf(1))
	for bits := range 1 << 16 {
		half := float16.FromBits(uint16(bits))
		x := half.Float32()
		if x != x || math.IsInf(float64(x), 0) {
			continue
		}
		all++
		if float16.FromFloat32(x) != half {
			lost++
			size := float32(math.Abs(float64(x)))
			least, most = min(least, size), max(most, size)
		}
	}
	return all, lost, least, most
}

func main() {
	all, lost, least, most := survive()
	fmt.Printf("%d halves, lost on the way to float32 and back: %d, from %g to %g times 2^-24\n", all, lost, least*(1<<24), most*(1<<24))
	for _, exponent := range []int{-14, -15, -24} {
		x := float32(math.Ldexp(1, exponent))
		fmt.Printf("2^%d: %04x\n", exponent, float16.FromFloat32(x).Bits())
	}
	fmt.Printf("0200 is 2^-15: %v\n", float16.FromBits(0x0200).Float32() == 0x1p-15)
	product := MustNewExec(backend, func(x, y *Node) *Node { return Mul(x, y) })
	fmt.Println("2^-10 times 2^-5 in Float16:", product.MustCall(float16.FromFloat32(0x1p-10), float16.FromFloat32(0x1p-5))[0].Value())

	for _, dtype := range []dtypes.DType{dtypes.Float16, dtypes.Float32, dtypes.BFloat16} {
		drawn := MustNewExec(backend, func(g *Graph) *Node {
			_, x := RandomNormal(RNGStateFromSeedForGraph(g, 1), shapes.Make(dtype, 1<<20))
			return infinite(x)
		}).MustCall()[0].Value().(float32)
		store := model.NewStore()
		store.RootScope().SetParam(model.ParamInitialSeed, int64(7))
		out := model.MustNewExec(backend, store, func(scope *model.Scope, g *Graph) []*Node {
			y := layers.Dense(scope, Ones(g, shapes.Make(dtype, 1, 512)), false, 256)
			return []*Node{infinite(store.GetVariable("/dense/weights").NodeValue(g)), infinite(y)}
		}).MustCall()
		weights, outputs := out[0].Value().(float32), out[1].Value().(float32)
		fmt.Printf("%s: not finite are %v of 2^20 normal numbers, %v weights and %v outputs\n", dtype, drawn, weights, outputs)
		fmt.Println(dtype, "finite:", drawn == 0 && weights == 0 && outputs == 0,
			"about one in 16384 is not:", drawn > 32 && drawn < 128 && weights > 0 && outputs > 0)
	}
}
GO
cat >struct.py <<'PY'
import struct

for exponent in (-14, -15, -24):
    print(f"2^{exponent}: {struct.unpack('H', struct.pack('e', 2.0**exponent))[0]:04x} by Python")
PY
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
python3 struct.py | tee python
for line in '63488 halves, lost on the way to float32 and back: 2046, from 1 to 1023 times 2^-24' \
	'2^-14: 0400' '2^-15: 0000' '2^-24: 0000' '0200 is 2^-15: true' \
	'2^-10 times 2^-5 in Float16: 0' \
	'Float16 finite: false about one in 16384 is not: true' \
	'Float32 finite: true about one in 16384 is not: false' \
	'BFloat16 finite: true about one in 16384 is not: false'; do
	grep -qxF "$line" said
done
for line in '2^-14: 0400 by Python' '2^-15: 0200 by Python' '2^-24: 0001 by Python'; do
	grep -qxF "$line" python
done
