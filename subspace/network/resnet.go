package network

import (
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
)

// CResNet20 is the residual network of 20 layers for small images (He et al.,
// "Deep Residual Learning for Image Recognition", 2015, section 4.2) with
// convolutions throughout: the shortcuts that change shape are 1×1 convolutions
// with batch norm, and the head is a 1×1 convolution without bias on the mean
// over space. It has a 3×3 stem and three stages of three basic blocks with
// width, 2·width and 4·width channels; the second and third stage halve the
// image. Images must have a height and width that are multiples of 4.
//
// Width 16 is the paper's network: 22 convolutions, 21 batch norms, 272,464
// parameters for 10 classes. Width 8 is a narrow one with 68,776.
func CResNet20(classes, width int) func(scope *model.Scope, images *Node) *Node {
	return func(scope *model.Scope, images *Node) *Node {
		assertImages("CResNet20", images, 4)
		x := convolution(scope.In("stem"), images, width, 3, 1)
		x = relu(BatchNorm(scope.In("stem_norm"), x))
		for stage := range 3 {
			for block := range 3 {
				stride := 1
				if stage > 0 && block == 0 {
					stride = 2
				}
				x = basicBlock(scope.At("stage%d", stage+1).In("block%d", block+1), x, width<<stage, stride)
			}
		}
		logits := convolution(scope.In("head"), spaceMean(x), classes, 1, 1)
		return Reshape(logits, images.Shape().Dimensions[0], classes)
	}
}

// basicBlock is two 3×3 convolutions with batch norm, added to a shortcut.
func basicBlock(scope *model.Scope, x *Node, channels, stride int) *Node {
	shortcut := x
	if stride != 1 || x.Shape().Dimensions[3] != channels {
		shortcut = convolution(scope.In("shortcut"), x, channels, 1, stride)
		shortcut = BatchNorm(scope.In("shortcut_norm"), shortcut)
	}
	x = convolution(scope.In("conv1"), x, channels, 3, stride)
	x = relu(BatchNorm(scope.In("norm1"), x))
	x = convolution(scope.In("conv2"), x, channels, 3, 1)
	x = BatchNorm(scope.In("norm2"), x)
	return relu(Add(x, shortcut))
}
