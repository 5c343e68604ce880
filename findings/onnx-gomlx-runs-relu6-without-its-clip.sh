#!/usr/bin/env bash
# onnx-gomlx v0.5.5, which makes GoMLX graphs of ONNX files, leaves out what it does not look
# for: the bounds of a Clip, the stride of a pooling that names none, the sizes of a Split, and
# all of a tensor that is to be reversed.
#
# Operations that it lacks it refuses; these it has, and they give other numbers without a
# word. What an ONNX operation means depends on the version that the file states. Up to
# version 10 Clip has min and max as attributes, up to 12 Split has its sizes so; onnx-gomlx
# reads the inputs of later versions only. A Clip without inputs lets all through, so that
# ReLU6, which is the activation of MobileNetV2, is none. A Split without them makes equal
# parts. The version makes no difference in the others: strides of MaxPool and AveragePool are
# 1 where they are not given, by ONNX, and the window's size in GoMLX, whose default is taken;
# and a Slice with step -1 from -1 to before the beginning, as a flip is written, has -1 for
# its end once it is clamped, which GoMLX takes for the last element: the result is empty.
#
# Seen, with GoMLX v0.28.8's backend in Go, and onnx 1.23.2's own evaluation of the same files:
# of -3, 3 and 9 the ReLU6 is 0, 3 and 6, and here -3, 3 and 9; the maxima of two of 1 to 4 are
# 2, 3 and 4, here 2 and 4; a Split of 4 numbers into 1 and 3 begins with 1 number, here with
# 2; the reverse of 1 to 4 is nothing. Clip in version 17 is right. The script fails when that
# changes. The remedy is onnx.version_converter, strides that are written out, and a Gather for
# a flip.
# Needs go and python3 (3.11 or newer); works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 numpy==2.4.6
cat >write.py <<'PY'
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator


def write(name, opset, op, x, *more, outputs=1, **attributes):
    """Saves a model of one operation and prints what it is to give."""
    x = np.array(x, np.float32)
    inputs = [numpy_helper.from_array(value, f"i{i}") for i, value in enumerate(more)]
    names = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, ["x"] + [value.name for value in inputs], names, **attributes)

    def model(shapes):
        infos = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in zip(names, shapes)]
        graph = helper.make_graph([node], name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)], infos, inputs)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)

    y = ReferenceEvaluator(model([None] * outputs)).run(None, {"x": x})
    checked = model([value.shape for value in y])
    onnx.checker.check_model(checked, full_check=True)
    onnx.save(checked, name + ".onnx")
    print(f"{name}, version {opset}, by onnx:", y[0].reshape(-1).tolist(), flush=True)


four = [[[1, 2, 3, 4]]]
write("Clip", 10, "Clip", [[[-3, 3, 9]]], min=0.0, max=6.0)
write("Clip17", 17, "Clip", [[[-3, 3, 9]]], np.float32(0), np.float32(6))
write("MaxPool", 17, "MaxPool", four, kernel_shape=[2])
write("MaxPool1", 17, "MaxPool", four, kernel_shape=[2], strides=[1])
write("AveragePool", 17, "AveragePool", four, kernel_shape=[2])
write("Split", 11, "Split", four, outputs=2, axis=2, split=[1, 3])
write("Slice", 17, "Slice", four, np.array([-1]), np.array([np.iinfo(np.int64).min]), np.array([2]), np.array([-1]))
PY
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/gomlx/compute v0.1.6
	github.com/gomlx/gomlx v0.28.8
	github.com/gomlx/onnx-gomlx v0.5.5
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx/parser"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	backend := must(compute.NewWithConfig("go"))
	four := [][][]float32{{{1, 2, 3, 4}}}
	for _, file := range []struct {
		name string
		x    [][][]float32
	}{
		{"Clip", [][][]float32{{{-3, 3, 9}}}},
		{"Clip17", [][][]float32{{{-3, 3, 9}}}},
		{"MaxPool", four},
		{"MaxPool1", four},
		{"AveragePool", four},
		{"Split", four},
		{"Slice", four},
	} {
		network := must(parser.ParseFile(file.name + ".onnx"))
		store := model.NewStore()
		if err := network.VariablesToScope(store.RootScope()); err != nil {
			panic(err)
		}
		y := must(model.CallOnce(backend, store, func(scope *model.Scope, x *graph.Node) *graph.Node {
			return network.CallGraph(scope, x.Graph(), map[string]*graph.Node{"x": x})[0]
		}, tensors.FromValue(file.x)))
		var flat []float32
		y.MustConstFlatData(func(data any) { flat = append(flat, data.([]float32)...) })
		fmt.Println(file.name+", by onnx-gomlx:", flat)
	}
}
GO
{
	env/bin/python write.py
	GOFLAGS=-mod=mod go run .
} 2>>"$dir/err" | tee said
[ "$(cat said)" = "Clip, version 10, by onnx: [0.0, 3.0, 6.0]
Clip17, version 17, by onnx: [0.0, 3.0, 6.0]
MaxPool, version 17, by onnx: [2.0, 3.0, 4.0]
MaxPool1, version 17, by onnx: [2.0, 3.0, 4.0]
AveragePool, version 17, by onnx: [1.5, 2.5, 3.5]
Split, version 11, by onnx: [1.0]
Slice, version 17, by onnx: [4.0, 3.0, 2.0, 1.0]
Clip, by onnx-gomlx: [-3 3 9]
Clip17, by onnx-gomlx: [0 3 6]
MaxPool, by onnx-gomlx: [2 4]
MaxPool1, by onnx-gomlx: [2 3 4]
AveragePool, by onnx-gomlx: [1.5 3.5]
Split, by onnx-gomlx: [1 2]
Slice, by onnx-gomlx: []" ]
