package network

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// BFloat16Param is the graph parameter ([model.Scope.SetGraphParam]) that, where
// it is true, lets [Product] multiply in bfloat16.
const BFloat16Param = "bfloat16_products"

// Product multiplies activations x with weights by multiply, a convolution or a
// matrix product. In a graph of [WithBFloat16] both are rounded to bfloat16 before,
// and the result becomes of x's type again, so that all else is computed in it:
// batch norm, loss, optimiser, and the weights that are kept (mixed precision,
// Micikevicius et al., 2017; bfloat16 has float32's range, so that losses need no
// scale). Gradients flow through the same products, rounded the same way.
//
// Without it, Product is multiply.
func Product(scope *model.Scope, x, weights *Node, multiply func(x, weights *Node) *Node) *Node {
	if lower, _ := scope.GetGraphParam(x.Graph(), BFloat16Param); lower != true {
		return multiply(x, weights)
	}
	y := multiply(ConvertDType(x, dtypes.BFloat16), ConvertDType(weights, dtypes.BFloat16))
	return ConvertDType(y, x.DType())
}

// WithBFloat16 returns net with its products in bfloat16. That is for networks that
// multiply by [Product], as all of this package do; of another one, which would
// stay as it is, the result panics.
func WithBFloat16(net func(scope *model.Scope, images *Node) *Node) func(scope *model.Scope, images *Node) *Node {
	return func(scope *model.Scope, images *Node) *Node {
		assertNet(net)
		scope.SetGraphParam(images.Graph(), BFloat16Param, true)
		before := len(images.Graph().Nodes())
		logits := net(scope, images)
		for _, n := range images.Graph().Nodes()[before:] {
			if n.DType() == dtypes.BFloat16 {
				return logits
			}
		}
		exceptions.Panicf("nothing in this network is computed in bfloat16: let it multiply by network.Product")
		return nil
	}
}
