package network

import (
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
)

// ResNet18 is the residual network of 18 layers (He et al., "Deep Residual
// Learning for Image Recognition", 2015, table 1) for images of 64×64 pixels, as
// the authors of the subspaces paper ran it on TinyImageNet: four stages of two
// basic blocks with 64, 128, 256 and 512 channels, the last three halve the
// image. Images must have a height and width that are multiples of 8.
//
// It differs from torchvision's resnet18 in three things: the stem is a 3×3
// convolution of stride 1 instead of a 7×7 one of stride 2, no max-pool follows
// it, and the head, a 1×1 convolution on the mean over space, has no bias.
// Initial values are those of the package; torchvision draws by the fan-out.
//
// For 200 classes it has 20 convolutions and a head, 20 batch norms, 11,271,232
// parameters.
func ResNet18(classes int) func(scope *model.Scope, images *Node) *Node {
	return func(scope *model.Scope, images *Node) *Node {
		assertSizes("ResNet18", classes, "")
		assertImages("ResNet18", images, 8)
		x := convolution(scope.In("stem"), images, 64, 3, 1)
		x = relu(BatchNorm(scope.In("stem_norm"), x))
		x = stages(scope, x, basicBlock, 64, 2, 2, 2, 2)
		return head(scope, spaceMean(x), classes)
	}
}

// WideResNet50x2 is the residual network of 50 layers with bottlenecks of twice
// the usual inner channels (Zagoruyko and Komodakis, "Wide Residual Networks",
// 2016) for images of 224×224 pixels, the subspaces paper's network for
// ImageNet: a 7×7 stem and a 3×3 max-pool, both of stride 2, and four stages of
// 3, 4, 6 and 3 bottlenecks with 256, 512, 1024 and 2048 channels, 128, 256, 512
// and 1024 inside; the last three halve the image, by the 3×3 convolution.
// Images must have a height and width that are multiples of 32.
//
// It differs from torchvision's wide_resnet50_2 in one thing: the head, a 1×1
// convolution on the mean over space, has no bias. Initial values are those of
// the package; torchvision draws by the fan-out.
//
// For 1,000 classes it has 53 convolutions and a head, 53 batch norms,
// 68,882,240 parameters.
func WideResNet50x2(classes int) func(scope *model.Scope, images *Node) *Node {
	block := func(scope *model.Scope, x *Node, channels, stride int) *Node {
		return bottleneck(scope, x, 2*channels, 4*channels, stride)
	}
	return func(scope *model.Scope, images *Node) *Node {
		assertSizes("WideResNet50x2", classes, "")
		assertImages("WideResNet50x2", images, 32)
		x := stages(scope, stemOf7(scope, images), block, 64, 3, 4, 6, 3)
		return head(scope, spaceMean(x), classes)
	}
}

// stemOf7 is a 7×7 convolution of stride 2 to 64 channels with batch norm, and
// a 3×3 max-pool of stride 2: the result is [batch, height/4, width/4, 64].
func stemOf7(scope *model.Scope, images *Node) *Node {
	x := convolution(scope.In("stem"), images, 64, 7, 2)
	x = relu(BatchNorm(scope.In("stem_norm"), x))
	return MaxPool(x).Window(3).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
}
