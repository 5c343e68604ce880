#!/usr/bin/env bash
# GoMLX v0.28.4 makes each scalar constant of a graph once, and hands the same node out
# to whoever asks for that value again. A constant that is first asked for within a
# closure, the body of a While for example, belongs to the closure's function; who asks
# for the same value after the loop, outside, gets that node and an error about "a
# different function scope", in a line of code that has nothing to do with loops. Asked
# for once before the loop, the same program runs: a program may break or heal by a
# constant that it does not use.
#
# The script fails when that changes. Needs go; works in a temporary folder, with
# GoMLX's own backend in Go.
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
	"strings"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
)

// sum doubles x in a loop of three, and adds 2 to it afterwards. With first the scalar 2
// has been asked for before the loop.
func sum(first bool) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		return nil, err
	}
	exec, err := NewExec(backend, func(x *Node) *Node {
		g := x.Graph()
		zero := Scalar(g, x.DType(), 0)
		if first {
			Scalar(g, x.DType(), 2)
		}
		again := NewClosure(g, func(g *Graph) []*Node {
			i, y := Parameter(g, "i", zero.Shape()), Parameter(g, "y", x.Shape())
			_ = y
			return []*Node{LessThan(i, Scalar(g, x.DType(), 3))}
		})
		body := NewClosure(g, func(g *Graph) []*Node {
			i, y := Parameter(g, "i", zero.Shape()), Parameter(g, "y", x.Shape())
			return []*Node{Add(i, Scalar(g, x.DType(), 1)), Mul(y, Scalar(g, x.DType(), 2))}
		})
		out := While(again, body, zero, x)
		return Add(out[1], Scalar(g, x.DType(), 2))
	})
	if err != nil {
		return nil, err
	}
	return exec.MustCall(float32(1))[0].Value(), nil
}

func main() {
	for _, first := range []bool{true, false} {
		result, err := sum(first)
		text := fmt.Sprint(err)
		text, _, _ = strings.Cut(text, "\n")
		fmt.Println("asked for before the loop:", first, "result:", result, "error:", text)
	}
}
GO
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
grep -q '^asked for before the loop: true result: 10 error: <nil>$' said
grep -q '^asked for before the loop: false result: <nil> error: .*different function scope$' said
