package network

import (
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/support/exceptions"

	"gosubspace/subspace/internal/cpu"
)

const (
	// RateParam is the graph parameter ([model.Scope.SetGraphParam]) that holds
	// the rate r at which batch norms in training mode update their running
	// statistics, new = (1−r)·old + r·batch: a scalar *Node or a float64,
	// [DefaultRate] where there is none.
	//
	// Statistics are estimated anew, as a cumulative mean over k = 1, 2, …
	// batches, with the rate 1/k: the first batch replaces what was there. A graph
	// that sets the rate is taken to do that, and has no [Dropout].
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
// batch's mean and unbiased variance, see [RateParam]; [WithGhostBatches] does
// all that over parts of the batch. In evaluation mode they are the running
// statistics, which stay as they are.
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

	if scope.IsTraining(x.Graph()) {
		parts := ghosts(scope, x)
		y, mean, variance := normalise(x, parts, scale, shift)
		n := float64(x.Shape().Size() / channels / parts)
		rate := updateRate(scope, x)
		update(runningMean, ReduceMean(mean, 0), rate)
		update(runningVariance, MulScalar(ReduceMean(variance, 0), n/(n-1)), rate)
		return y
	}
	factor := Div(scale, Sqrt(AddScalar(runningVariance.NodeValue(x), epsilon)))
	offset := Sub(shift, Mul(factor, runningMean.NodeValue(x)))
	return Add(Mul(x, perChannel(factor, x)), perChannel(offset, x))
}

// normalise is batch norm by the statistics of each of so many parts of the batch
// itself. x and y are [batch, …, channels], scale and shift are [channels]; mean and
// biased variance are [parts, channels] and carry no gradient.
//
// Autodiff of the textbook formula is right, but sums over the batch more often
// in the backward pass. Here two sums are left, from which the gradients of scale
// and shift follow; everything else is arithmetic on [channels]:
//   - The derivative of the variance by the mean is zero, so the mean that
//     centres the squares may be a constant.
//   - The mean that centres y may be one too, if offset carries its gradient:
//     mean − constant is zero, but its derivative isn't.
//
// Squares are centred before they are summed: E[x²] − E[x]² would lose the
// digits that mean and values share. On a CPU package cpu does the same, quicker.
func normalise(x *Node, parts int, scale, shift *Node) (y, mean, variance *Node) {
	dims := x.Shape().Dimensions
	if x.Shape().Size() < 2*parts*dims[x.Rank()-1] {
		exceptions.Panicf("BatchNorm in training mode takes two or more values per channel, got %s in %d parts", x.Shape(), parts)
	}
	if parts == 1 && cpu.Norms(x) {
		y, mean, variance = InternalBatchNormForTraining(x, scale, shift, epsilon, x.Rank()-1)
		return y, StopGradient(ExpandAxes(mean, 0)), StopGradient(ExpandAxes(variance, 0))
	}
	x = parted(x, parts)
	axes := make([]int, x.Rank()-2)
	for i := range axes {
		axes[i] = i + 1
	}
	mean = ReduceMean(x, axes...)
	constant := StopGradient(mean)
	centred := Sub(x, perChannel(constant, x))
	variance = ReduceMean(Square(centred), axes...)
	factor := Div(ExpandAxes(scale, 0), Sqrt(AddScalar(variance, epsilon)))
	offset := Sub(ExpandAxes(shift, 0), Mul(factor, Sub(mean, constant)))
	y = Add(Mul(centred, perChannel(factor, x)), perChannel(offset, x))
	return Reshape(y, dims...), constant, StopGradient(variance)
}

// perChannel makes v, [channels] or [parts, channels], an operand for x, [batch,
// …, channels] or [parts, batch/parts, …, channels].
func perChannel(v, x *Node) *Node {
	if v.Rank() == 1 {
		return ExpandLeftToRank(v, x.Rank())
	}
	dims := slices.Repeat([]int{1}, x.Rank())
	dims[0], dims[x.Rank()-1] = v.Shape().Dimensions[0], v.Shape().Dimensions[1]
	return Reshape(v, dims...)
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
