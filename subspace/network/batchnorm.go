package network

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"
)

const (
	// RateParam is the graph parameter ([model.Scope.SetGraphParam]) that holds
	// the rate r at which batch norms in training mode update their running
	// statistics, new = (1−r)·old + r·batch: a scalar *Node or a float64,
	// [DefaultRate] where there is none.
	//
	// Statistics are estimated anew, as a cumulative mean over k = 1, 2, …
	// batches, with the rate 1/k: the first batch replaces what was there.
	RateParam = "batch_norm_rate"

	// DefaultRate is the weight of the newest batch in the running statistics.
	DefaultRate = 0.1

	// epsilon keeps the division by the standard deviation finite.
	epsilon = 1e-5
)

// BatchNorm normalises every channel, the last axis of x, over all other axes,
// then scales and shifts it (Ioffe and Szegedy, "Batch Normalization", 2015):
//
//	y = scale·(x − mean)/√(variance + 1e-5) + shift
//
// In training mode mean and (biased) variance are those of the batch, the
// gradient flows through both, and the running statistics move towards the
// batch's mean and unbiased variance, see [RateParam]. In evaluation mode they
// are the running statistics, which stay as they are.
//
// x is of rank 2 or more; the result has its shape. The scope becomes the
// layer: it holds "scale", "shift", "mean" and "variance", all [channels].
func BatchNorm(scope *model.Scope, x *Node) *Node {
	if x.Rank() < 2 {
		exceptions.Panicf("BatchNorm takes [batch, …, channels], got %s", x.Shape())
	}
	channels := x.Shape().Dimensions[x.Rank()-1]
	variable := func(name string, init model.VariableInitializer) *model.Variable {
		return scope.WithInitializer(init).VariableWithShape(name, shapes.Make(x.DType(), channels))
	}
	scale := variable("scale", initializer.One).NodeValue(x)
	shift := variable("shift", initializer.Zero).NodeValue(x)
	runningMean := variable("mean", initializer.Zero).SetTrainable(false)
	runningVariance := variable("variance", initializer.One).SetTrainable(false)

	flat := Reshape(x, -1, channels) // [batch·space, channels]
	var y *Node
	if scope.IsTraining(x.Graph()) {
		var mean, variance *Node
		y, mean, variance = normalise(flat, scale, shift)
		n := float64(flat.Shape().Dimensions[0])
		rate := updateRate(scope, x)
		update(runningMean, mean, rate)
		update(runningVariance, MulScalar(variance, n/(n-1)), rate)
	} else {
		factor := Div(scale, Sqrt(AddScalar(runningVariance.NodeValue(x), epsilon)))
		offset := Sub(shift, Mul(factor, runningMean.NodeValue(x)))
		y = Add(Mul(flat, ExpandAxes(factor, 0)), ExpandAxes(offset, 0))
	}
	return Reshape(y, x.Shape().Dimensions...)
}

// normalise is batch norm by the statistics of the batch itself. x is [n,
// channels], scale and shift are [channels]; y is [n, channels], mean and
// biased variance are [channels] and carry no gradient.
func normalise(x, scale, shift *Node) (y, mean, variance *Node) {
	n := x.Shape().Dimensions[0]
	if n < 2 {
		exceptions.Panicf("BatchNorm in training mode takes more than one value per channel, got %s", x.Shape())
	}
	mean = columnMean(x)
	// ∂variance/∂mean is zero, so that the mean needs no gradient where it
	// centres the squares: one sum less in the backward pass.
	centred := Sub(x, ExpandAxes(StopGradient(mean), 0))
	variance = columnMean(Square(centred))
	factor := Div(scale, Sqrt(AddScalar(variance, epsilon)))
	// mean − StopGradient(mean) is zero and carries the gradient of the mean.
	offset := Sub(shift, Mul(factor, Sub(mean, StopGradient(mean))))
	y = Add(Mul(centred, ExpandAxes(factor, 0)), ExpandAxes(offset, 0))
	return y, StopGradient(mean), StopGradient(variance)
}

// columnMean is the mean over the first axis: x is [n, channels].
//
// It is written as a product with a vector of ones: XLA's matrix product on
// the CPU is several times faster than its reduction of the first axis.
func columnMean(x *Node) *Node {
	n := x.Shape().Dimensions[0]
	ones := Ones(x.Graph(), shapes.Make(x.DType(), n))
	return DivScalar(DotGeneral(ones, []int{0}, nil, x, []int{0}, nil), float64(n))
}

// updateRate reads [RateParam].
func updateRate(scope *model.Scope, x *Node) *Node {
	value, found := scope.GetGraphParam(x.Graph(), RateParam)
	if !found {
		value = DefaultRate
	}
	switch rate := value.(type) {
	case *Node:
		rate.AssertScalar()
		return ConvertDType(rate, x.DType())
	case float64:
		return Scalar(x.Graph(), x.DType(), rate)
	}
	exceptions.Panicf("graph parameter %q must be a scalar *Node or a float64, got %T", RateParam, value)
	return nil
}

// update moves a running statistic towards the batch's.
func update(running *model.Variable, batch, rate *Node) {
	old := running.NodeValue(batch)
	running.SetNodeValue(Add(Mul(OneMinus(rate), old), Mul(rate, batch)))
}
