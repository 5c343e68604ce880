// Package network holds the neural networks of the figures: [CResNet20] for
// CIFAR-10, [ResNet18] for TinyImageNet, [WideResNet50x2] for ImageNet, a small
// convolutional network, [CNN], and a multilayer perceptron, [MLP].
//
// A network is a plain GoMLX model function
//
//	func(scope *model.Scope, images *graph.Node) (logits *graph.Node)
//
// images are [batch, height, width, channels] with the channels last, logits
// are [batch, classes]. It knows nothing of subspaces: it asks the scope for
// its variables and uses whatever values they hold.
//
// # Layers
//
// A layer is a scope. Every convolution keeps its one kernel, "weights"
// [height, width, in, out], in a scope of its own; every batch norm keeps its
// trainable "scale" and "shift" and its running "mean" and "variance" (both
// with Trainable false), all [channels], in a scope of its own; a dense layer
// keeps "weights" [in, out] and "biases" [out] together. So a variable's
// parent scope names its layer, which is all that drawing a subspace layer by
// layer needs to know.
//
// # Initial values
//
// Kernels and dense weights are drawn from a normal distribution with standard
// deviation √(2/fan-in) (He et al., "Delving Deep into Rectifiers", 2015, the
// Kaiming initialisation), from the random state of the scope's store. Batch
// norms start as the identity on normalised values: scale 1, shift 0, running
// mean 0, running variance 1. Biases start at 0.
//
// # Training and evaluation
//
// A graph is built for training after [model.Store.SetTraining], else for
// evaluation. Two layers tell them apart: [BatchNorm], and [Dropout], which every
// network has in its usual places and which does nothing until [WithDropout]
// gives it a rate. How they are set reaches them as graph parameters,
// [RateParam] and [DropoutParam], so that a network's signature does not change.
// So does the precision of convolutions and dense layers, see [Product].
//
// Like all graph builders these functions panic on images that they can't take,
// saying which they can.
package network

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"
)

// assertImages panics unless images are [batch, height, width, channels] with
// both sides a positive multiple of stride, the factor by which the network
// shrinks them.
func assertImages(network string, images *Node, stride int) {
	if images.Rank() != 4 || !images.DType().IsFloat() {
		exceptions.Panicf("%s takes float images [batch, height, width, channels], got %s", network, images.Shape())
	}
	height, width := images.Shape().Dimensions[1], images.Shape().Dimensions[2]
	if height == 0 || width == 0 || height%stride != 0 || width%stride != 0 {
		exceptions.Panicf("%s takes images whose height and width are multiples of %d, got %d×%d (images are %s, channels last)",
			network, stride, height, width, images.Shape())
	}
}

// assertSizes panics unless a network has classes and, of channels or units, as many as
// one at least.
func assertSizes(network string, classes int, unit string, widths ...int) {
	if classes < 1 {
		exceptions.Panicf("%s of %d classes: want at least 1", network, classes)
	}
	for _, n := range widths {
		if n < 1 {
			exceptions.Panicf("%s of %d %s: want at least 1", network, n, unit)
		}
	}
}

// assertNet panics where there is no network.
func assertNet(net func(scope *model.Scope, images *Node) *Node) {
	if net == nil {
		exceptions.Panicf("the network is nil: want a GoMLX model function")
	}
}

// convolution is a convolution without bias, with a square kernel of odd size,
// zero padding that keeps the sides of the image, and then a stride.
//
// x is [batch, height, width, in], the result is [batch, height/stride,
// width/stride, channels].
func convolution(scope *model.Scope, x *Node, channels, size, stride int) *Node {
	in := x.Shape().Dimensions[3]
	weights := scope.WithInitializer(initializer.HeFn(scope)).
		VariableWithShape("weights", shapes.Make(x.DType(), size, size, in, channels)).
		NodeValue(x)
	// Symmetric padding, as in the original: with an even side and stride 2
	// "same" padding would be one pixel to the right and below only.
	pad := [2]int{size / 2, size / 2}
	return Product(scope, x, weights, func(x, weights *Node) *Node {
		return Convolve(x, weights).Strides(stride).PaddingPerDim([][2]int{pad, pad}).Done()
	})
}

// dense is x·weights + biases. x is [batch, in], the result is [batch, out].
func dense(scope *model.Scope, x *Node, out int) *Node {
	in := x.Shape().Dimensions[1]
	weights := scope.WithInitializer(initializer.HeFn(scope)).
		VariableWithShape("weights", shapes.Make(x.DType(), in, out)).NodeValue(x)
	biases := scope.WithInitializer(initializer.Zero).
		VariableWithShape("biases", shapes.Make(x.DType(), out)).NodeValue(x)
	y := Product(scope, x, weights, func(x, weights *Node) *Node { return Dot(x, weights).Product() })
	return Add(y, ExpandAxes(biases, 0))
}

// relu is max(x, 0), with gradient 0 at 0.
func relu(x *Node) *Node {
	return Where(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x, ZerosLike(x))
}

// spaceMean is the mean over height and width: x is [batch, height, width,
// channels], the result is [batch, 1, 1, channels].
func spaceMean(x *Node) *Node {
	return ReduceAndKeep(x, ReduceMean, 1, 2)
}
