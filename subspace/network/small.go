package network

import (
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
)

// CNN is a small convolutional network for small images, such as handwritten
// digits of 8×8 pixels: three 3×3 convolutions with batch norm and width,
// 2·width and 2·width channels, the last two with stride 2, the mean over
// space, and a 1×1 convolution without bias to the classes, before which
// [Dropout] is. Images must have a height and width that are multiples of 4.
//
// For one channel and ten classes it has 3,768 parameters at width 8.
func CNN(classes, width int) func(scope *model.Scope, images *Node) *Node {
	return func(scope *model.Scope, images *Node) *Node {
		assertSizes("CNN", classes, "channels", width)
		assertImages("CNN", images, 4)
		x := images
		for i, channels := range []int{width, 2 * width, 2 * width} {
			stride := min(i+1, 2)
			x = convolution(scope.In("conv%d", i+1), x, channels, 3, stride)
			x = relu(BatchNorm(scope.In("norm%d", i+1), x))
		}
		return head(scope, Dropout(scope, spaceMean(x)), classes)
	}
}

// MLP is a multilayer perceptron on the flattened image: a dense layer with
// biases, a rectifier and [Dropout] for each number of hidden units, and a dense
// layer to the classes. It has no batch norm, so that there are no running
// statistics to re-estimate.
func MLP(classes int, hidden ...int) func(scope *model.Scope, images *Node) *Node {
	return func(scope *model.Scope, images *Node) *Node {
		assertSizes("MLP", classes, "units", hidden...)
		assertImages("MLP", images, 1)
		batch := images.Shape().Dimensions[0]
		x := Reshape(images, batch, images.Shape().Size()/batch)
		for i, units := range hidden {
			x = Dropout(scope, relu(dense(scope.In("dense%d", i+1), x, units)))
		}
		return dense(scope.In("head"), x, classes)
	}
}
