package network

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"gosubspace/subspace/internal/cpu"
)

// DropoutParam is the graph parameter ([model.Scope.SetGraphParam]) that holds
// the rate p of [Dropout], a float64 in [0, 1), 0 where there is none.
const DropoutParam = "dropout_rate"

// Dropout sets each entry of x to zero with probability p, see [DropoutParam],
// and divides the others by 1−p, so that the expectation stays (Srivastava et
// al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
// 2014). Every call and every run of a graph draws a mask of its own from the
// random state of the scope's store, the variable "#rngState": the same state
// gives the same masks on the same backend.
//
// It does nothing, not even to the random state, in evaluation mode, with the
// rate 0, and while batch norm is re-estimated, which is where a graph sets
// [RateParam]: the statistics must be those of the network that is evaluated,
// which has no dropout. (Those that training carries along are of the network
// with dropout.)
//
// Where it is: in residual blocks after the last batch norm, before the
// addition, as in the paper's code; in [CNN] before the head; in [MLP] after
// every rectifier.
func Dropout(scope *model.Scope, x *Node) *Node {
	rate := dropoutRate(scope, x)
	_, reestimated := scope.GetGraphParam(x.Graph(), RateParam)
	if !scope.IsTraining(x.Graph()) || reestimated {
		return x
	}
	return drop(scope, x, rate)
}

// drop is layers.DropoutStatic in training, with masks that package cpu draws on a
// CPU: the same, quicker.
func drop(scope *model.Scope, x *Node, rate float64) *Node {
	if rate == 0 {
		return x
	}
	state := randomState(scope)
	next, dropped, ok := cpu.Drops(state.NodeValue(x), rate, x.Shape().Dimensions...)
	if !ok {
		return layers.DropoutStatic(scope, x, rate)
	}
	state.SetNodeValue(next)
	kept := OneMinus(Scalar(x.Graph(), dtypes.Float32, rate))
	return Div(Where(dropped, ZerosLike(x), x), ConvertDType(kept, x.DType()))
}

// randomState returns the variable that holds the random state, and makes it where
// there is none, as GoMLX does.
func randomState(scope *model.Scope) *model.Variable {
	store := scope.Store()
	path := model.JoinPath("/", model.RNGStateVariableName)
	if v := store.GetVariable(path); v != nil && v.HasValue() {
		return v
	}
	if err := store.ResetRNGState(); err != nil {
		panic(err)
	}
	return store.GetVariable(path)
}

// dropoutRate reads [DropoutParam].
func dropoutRate(scope *model.Scope, x *Node) float64 {
	value, found := scope.GetGraphParam(x.Graph(), DropoutParam)
	if !found {
		return 0
	}
	rate, ok := value.(float64)
	if !ok || !(rate >= 0 && float32(rate) < 1) { // masks are drawn in single precision: at 1 nothing would be left
		exceptions.Panicf("graph parameter %q must be a float64 in [0, 1), got %T %v", DropoutParam, value, value)
	}
	return rate
}

// WithDropout returns net with [Dropout] at a rate in [0, 1).
func WithDropout(net func(scope *model.Scope, images *Node) *Node, rate float64) func(scope *model.Scope, images *Node) *Node {
	return func(scope *model.Scope, images *Node) *Node {
		assertNet(net)
		scope.SetGraphParam(images.Graph(), DropoutParam, rate)
		return net(scope, images)
	}
}
