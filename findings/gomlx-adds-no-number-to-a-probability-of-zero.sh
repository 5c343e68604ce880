#!/usr/bin/env bash
# GoMLX v0.28.4's sum of two probabilities given by their logarithms is zero, as soon as one of
# them is zero.
#
# LogAddExp is documented to calculate log(exp(x) + exp(y)), for probabilities that are too small
# for a number of their own. That of 0 is minus infinity, with which every such sum begins and
# which stands wherever something cannot be: log(exp(x) + 0) is x, as it is in NumPy, JAX and
# PyTorch. GoMLX takes the larger one and adds what the difference makes up for, but where the
# difference is not finite it returns x + y, so that minus infinity swallows the other. JAX,
# whose code has the same steps, does that only where the difference is not a number, as of two
# equal infinities. The result is minus infinity, no NaN: a sum over paths, states or members of
# a mixture that begins with it stays there, and what follows it is impossible. Softplus, which
# is made of it, is minus infinity at minus infinity, where it is 0.
#
# Seen, in v0.28.8 too: -Inf for LogAddExp(5, -Inf) and for three logarithms, of 0.1, 0.2 and
# 0.3, added up from -Inf, where it is log(0.6) = -0.511; -1000 for 5 and -Inf is 5.000. Softplus
# is -Inf at -Inf and 0 at -1000. The script fails when that changes. The remedy is a large
# finite number, which must leave room for what is subtracted from it, in place of minus
# infinity.
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
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
)

func main() {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	zero := math.Inf(-1)
	add := MustNewExec(backend, LogAddExp)
	value := func(x, y float64) float64 { return add.MustCall(x, y)[0].Value().(float64) }
	for _, y := range []float64{4, -1000, zero} {
		fmt.Printf("log(exp(5) + exp(%g)) = %.3f\n", y, value(5, y))
	}
	for _, start := range []float64{zero, -1000} {
		sum := start
		for _, p := range []float64{0.1, 0.2, 0.3} {
			sum = value(sum, math.Log(p))
		}
		fmt.Printf("0.1, 0.2 and 0.3 on top of exp(%g): the logarithm of the sum is %.3f, that of 0.6 is %.3f\n", start, sum, math.Log(0.6))
	}
	fmt.Println("softplus of -1000 and -Inf:", MustNewExec(backend, Softplus).MustCall([]float64{-1000, zero})[0].Value())
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
[ "$(cat said)" = "log(exp(5) + exp(4)) = 5.313
log(exp(5) + exp(-1000)) = 5.000
log(exp(5) + exp(-Inf)) = -Inf
0.1, 0.2 and 0.3 on top of exp(-Inf): the logarithm of the sum is -Inf, that of 0.6 is -0.511
0.1, 0.2 and 0.3 on top of exp(-1000): the logarithm of the sum is -0.511, that of 0.6 is -0.511
softplus of -1000 and -Inf: [0 -Inf]" ] || { echo "GoMLX does otherwise now" >&2; exit 1; }
