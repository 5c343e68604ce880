#!/usr/bin/env bash
# GoMLX v0.28.4's LSTM has peepholes through which it does not look: their weights are added
# to the gates as they are, and the cell's state is not asked.
#
# A peephole lets the gates see the state of the cell: to what goes into the input gate and
# the forget gate its weight times the state before is added, and for the output gate times
# the state after (Gers and Schmidhuber, "Recurrent nets that time and count", 2000; ONNX's
# LSTM, input P, which lstm's documentation names as the specification that it was made for,
# so that models can be read from ONNX). lstm.UsePeephole, and NewWithWeights with peephole
# weights, add the weights alone, which is what a bias does. So the gates are the same for any
# state, and a model that was trained with peepholes elsewhere gives other numbers here,
# without an error.
#
# Seen, in one step of one cell whose weights are 0 but for peepholes of 1: for a state of 2
# before, ONNX's own reference gives 0.804 and GoMLX 0.657, for -2 they give -0.103 and
# -0.657; and GoMLX gives the same without peepholes, with biases of 1. The script fails when
# that changes. The remedy is to write the cell out.
# Needs go and python3 (3.11 or newer); works in a temporary folder, with GoMLX's own backend
# in Go.
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
	"github.com/gomlx/gomlx/ml/layers/lstm"
)

// step returns what one cell without other weights gives for its state before.
func step(state, peephole, bias float32) float32 {
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	exec := MustNewExec(backend, func(c *Node) *Node {
		g := c.Graph()
		x := Const(g, [][][]float32{{{0}}})
		zero := Const(g, [][][][]float32{{{{0}}, {{0}}, {{0}}, {{0}}}})
		biases := Const(g, [][][]float32{{{bias}, {bias}, {bias}, {0}, {0}, {0}, {0}, {0}}})
		var p *Node
		if peephole != 0 {
			p = Const(g, [][][]float32{{{peephole}, {peephole}, {peephole}}})
		}
		_, hidden, _ := lstm.NewWithWeights(x, zero, zero, biases, p).InitialStates(ZerosLike(c), c).Done()
		return Reshape(hidden)
	})
	return exec.MustCall([][][]float32{{{state}}})[0].Value().(float32)
}

func main() {
	for _, state := range []float32{2, -2} {
		fmt.Printf("GoMLX, state %g: peepholes of 1 %.3f, biases of 1 %.3f\n", state, step(state, 1, 0), step(state, 0, 1))
	}
}
GO
cat >reference.py <<'PY'
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

names = {"X": (1, 1, 1), "W": (1, 4, 1), "R": (1, 4, 1), "B": (1, 8), "h": (1, 1, 1), "c": (1, 1, 1), "P": (1, 3)}
node = helper.make_node("LSTM", ["X", "W", "R", "B", "", "h", "c", "P"], ["", "Y_h"], hidden_size=1)
graph = helper.make_graph(
    [node], "cell",
    [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in names.items()],
    [helper.make_tensor_value_info("Y_h", TensorProto.FLOAT, (1, 1, 1))])
cell = ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)]))
for state in 2, -2:
    for peephole, bias in (1, 0), (0, 1):
        values = {name: np.zeros(shape, np.float32) for name, shape in names.items()}
        values["c"][:], values["P"][:], values["B"][0, :3] = state, peephole, bias
        hidden = cell.run(None, values)[0].item()
        print(f"ONNX, state {state}: peepholes of {peephole}, biases of {bias} {hidden:.3f}")
PY
GOFLAGS=-mod=mod go run . 2>>"$dir/err" | tee said
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 numpy==2.4.6
env/bin/python reference.py | tee -a said
[ "$(cat said)" = "GoMLX, state 2: peepholes of 1 0.657, biases of 1 0.657
GoMLX, state -2: peepholes of 1 -0.657, biases of 1 -0.657
ONNX, state 2: peepholes of 1, biases of 0 0.804
ONNX, state 2: peepholes of 0, biases of 1 0.657
ONNX, state -2: peepholes of 1, biases of 0 -0.103
ONNX, state -2: peepholes of 0, biases of 1 -0.657" ]
