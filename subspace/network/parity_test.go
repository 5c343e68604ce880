package network_test

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace/internal/parity"
	"gosubspace/subspace/network"
)

// Logits, loss, gradients and running statistics equal PyTorch's.
func TestParity(t *testing.T) {
	b, want := open(t), parity.Load()
	net := network.CResNet20(want.Classes, want.Width)
	images := tensors.FromFlatDataAndDimensions(want.Images(1), want.Batch, want.Side, want.Side, 3)
	labels := tensors.FromValue(want.Labels(1))

	// A first call, whose result does not matter, makes the variables.
	store := newStore(t, 1)
	call(t, b, store, net, images)
	for v := range store.IterVariables() {
		if v.Name() != model.RNGStateVariableName {
			dims := v.Shape().Dimensions
			if err := v.SetValue(tensors.FromFlatDataAndDimensions(parity.Initial(v.Path(), 1, dims...), dims...)); err != nil {
				t.Fatal(err)
			}
		}
	}

	var worst float64
	check := func(name string, difference float64) {
		t.Helper()
		worst = max(worst, difference)
		if !(difference < parity.Tolerance) {
			t.Errorf("%s: relative difference %.2g", name, difference)
		}
	}
	check("evaluation logits", logitsError(want.Pass.EvaluationLogits, call(t, b, store, net, images)[0]))

	var paths []string
	results := call(t, b, store, func(scope *model.Scope, images, labels *Node) []*Node {
		paths = nil
		for v := range store.IterVariables() {
			if v.Trainable {
				paths = append(paths, v.Path())
			}
		}
		var logits *Node
		results := lossAndGradients(scope, func(scope *model.Scope, images *Node) *Node {
			logits = net(scope, images)
			return logits
		}, images, labels)
		return append([]*Node{logits}, results...)
	}, images, labels)
	check("training logits", logitsError(want.Pass.TrainingLogits, results[0]))
	check("loss", math.Abs(float64(tensors.ToScalar[float32](results[1]))/want.Pass.Loss-1))

	if len(paths) != len(want.Pass.Gradients) {
		t.Errorf("%d gradients, expected %d", len(paths), len(want.Pass.Gradients))
	}
	for i, path := range paths {
		check("gradient of "+path, want.Pass.Gradients[path].Difference(tensors.MustCopyFlatData[float32](results[2+i])))
	}
	for path, change := range want.Pass.Statistics {
		v := store.GetVariable(path)
		now := tensors.MustCopyFlatData[float32](v.MustValue())
		for i, before := range parity.Initial(path, 1, len(now)) {
			now[i] -= before
		}
		check("change of "+path, change.Difference(now))
	}
	t.Logf("largest relative difference %.2g", worst)
}

// logitsError is ‖got − want‖/‖want‖.
func logitsError(want [][]float64, got *tensors.Tensor) float64 {
	flat := tensors.MustCopyFlatData[float32](got)
	var change, size float64
	for i, row := range want {
		for j, w := range row {
			d := float64(flat[i*len(row)+j]) - w
			change += d * d
			size += w * w
		}
	}
	return math.Sqrt(change / size)
}
