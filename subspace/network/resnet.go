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
		assertSizes("CResNet20", classes, "channels", width)
		assertImages("CResNet20", images, 4)
		x := convolution(scope.In("stem"), images, width, 3, 1)
		x = relu(BatchNorm(scope.In("stem_norm"), x))
		x = stages(scope, x, basicBlock, width, 3, 3, 3)
		return head(scope, spaceMean(x), classes)
	}
}

// stages are the body of a residual network: as many blocks as blocks says in
// each stage, with twice the channels from stage to stage. The first block of
// every stage but the first halves the image.
func stages(scope *model.Scope, x *Node, block func(scope *model.Scope, x *Node, channels, stride int) *Node, channels int, blocks ...int) *Node {
	for stage, count := range blocks {
		for i := range count {
			stride := 1
			if stage > 0 && i == 0 {
				stride = 2
			}
			x = block(scope.At("stage%d", stage+1).In("block%d", i+1), x, channels<<stage, stride)
		}
	}
	return x
}

// basicBlock is two 3×3 convolutions with batch norm, then [Dropout], added to
// a shortcut. The first has the stride.
func basicBlock(scope *model.Scope, x *Node, channels, stride int) *Node {
	short := shortcut(scope, x, channels, stride)
	x = convolution(scope.In("conv1"), x, channels, 3, stride)
	x = relu(BatchNorm(scope.In("norm1"), x))
	x = convolution(scope.In("conv2"), x, channels, 3, 1)
	x = BatchNorm(scope.In("norm2"), x)
	return relu(Add(Dropout(scope, x), short))
}

// bottleneck is a 1×1, a 3×3 and a 1×1 convolution with batch norm, then
// [Dropout], added to a shortcut. The 3×3 convolution has the stride, and inner
// channels on either side; the result has outer channels.
func bottleneck(scope *model.Scope, x *Node, inner, outer, stride int) *Node {
	short := shortcut(scope, x, outer, stride)
	x = convolution(scope.In("conv1"), x, inner, 1, 1)
	x = relu(BatchNorm(scope.In("norm1"), x))
	x = convolution(scope.In("conv2"), x, inner, 3, stride)
	x = relu(BatchNorm(scope.In("norm2"), x))
	x = convolution(scope.In("conv3"), x, outer, 1, 1)
	x = BatchNorm(scope.In("norm3"), x)
	return relu(Add(Dropout(scope, x), short))
}

// shortcut is x itself, or, where the block changes its shape, a 1×1
// convolution of it with batch norm.
func shortcut(scope *model.Scope, x *Node, channels, stride int) *Node {
	if stride == 1 && x.Shape().Dimensions[3] == channels {
		return x
	}
	x = convolution(scope.In("shortcut"), x, channels, 1, stride)
	return BatchNorm(scope.In("shortcut_norm"), x)
}

// head is a 1×1 convolution without bias to the classes: x is [batch, 1, 1,
// channels], the result is [batch, classes].
func head(scope *model.Scope, x *Node, classes int) *Node {
	batch := x.Shape().Dimensions[0]
	return Reshape(convolution(scope.In("head"), x, classes, 1, 1), batch, classes)
}
