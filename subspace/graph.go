package subspace

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"gosubspace/subspace/network"
)

// mix returns the weights of the network at a point: for every variable the
// sum Σᵢ cᵢθᵢ over the endpoints, with the coefficients of its layer.
//
//	theta [m, P], point [layers, m] -> for each weight a node of its shape
func (l Layout) mix(theta, point *Node) []*Node {
	m := theta.Shape().Dimensions[0]
	mixed := make([]*Node, len(l.Weights))
	for i, w := range l.Weights {
		rows := Slice(theta, AxisRange(), AxisRange(w.Offset, w.Offset+w.Size)) // [m, size]
		c := Reshape(Slice(point, AxisElem(w.Layer)), m, 1)                     // [m, 1]
		mixed[i] = Reshape(ReduceSum(Mul(rows, c), 0), w.Dims...)
	}
	return mixed
}

// spread sends the gradient at a point to the endpoints, the adjoint of mix:
// ∂L/∂θᵢ = cᵢ·∂L/∂point, so that one backward pass serves every endpoint.
//
//	grads, one per weight, point [layers, m] -> [m, P]
func (l Layout) spread(grads []*Node, point *Node) *Node {
	m := point.Shape().Dimensions[1]
	columns := make([]*Node, len(grads))
	for i, w := range l.Weights {
		c := Reshape(Slice(point, AxisElem(w.Layer)), m, 1)
		columns[i] = Mul(Reshape(grads[i], 1, w.Size), c) // [m, size]
	}
	return Concatenate(columns, 1)
}

// apply runs the network with the given values in place of its weights, and
// afterwards puts the variables back as they were, so that the values do not
// become the variables' new values.
func (s *Space) apply(scope *model.Scope, weights []*Node, images *Node) (logits *Node) {
	for i, v := range s.weights {
		before := v.NodeValue(images)
		v.SetNodeValue(weights[i])
		defer v.SetNodeValue(before)
	}
	return s.run(scope, images)
}

// run builds the network. A panic, which is how GoMLX and functions like it report
// a mistake, becomes one with a netError.
func (s *Space) run(scope *model.Scope, images *Node) (logits *Node) {
	defer func() {
		if p := recover(); p != nil {
			panic(&netError{images.Shape().Dimensions, p})
		}
	}()
	logits = s.net(scope.ResetVisited(), images) // a graph may hold the network more than once
	if logits.Rank() != 2 || logits.Shape().Dimensions[0] != images.Shape().Dimensions[0] {
		exceptions.Panicf("it returned logits of shape %s, want [batch, classes], the batch being %d",
			logits.Shape(), images.Shape().Dimensions[0])
	}
	if logits.DType() != dtypes.Float32 {
		exceptions.Panicf("it returned logits of %s, want Float32: end it with graph.ConvertDType(logits, dtypes.Float32)", logits.DType())
	}
	return logits
}

// netError says that the network could not be built. What GoMLX wraps around an
// error on its way tells of its own insides alone, see catch.
type netError struct {
	images []int // the dimensions of the images that it was given
	what   any   // that it panicked with
}

func (e *netError) Error() string {
	return fmt.Sprintf("the network fails on images %v: %v", e.images, e.what)
}

func (e *netError) Unwrap() error {
	err, _ := e.what.(error)
	return err
}

// crossEntropy returns the mean over the batch of −log p(label).
//
//	logits [batch, classes], labels [batch] -> scalar
func crossEntropy(logits, labels *Node) *Node {
	hot := OneHot(labels, logits.Shape().Dimensions[1], logits.DType())
	return Neg(ReduceAllMean(ReduceSum(Mul(LogSoftmax(logits), hot), -1)))
}

// smoothed is the loss of label smoothing: (1−ε)·NLL + ε·mean(−log p), the mean
// over classes (Szegedy et al., "Rethinking the Inception Architecture for
// Computer Vision", 2015, section 7).
func smoothed(crossEntropy, logits, epsilon *Node) *Node {
	uniform := Neg(ReduceAllMean(LogSoftmax(logits)))
	return Add(Mul(OneMinus(epsilon), crossEntropy), Mul(epsilon, uniform))
}

// correct returns how many images of the batch are classified right.
func correct(logits, labels *Node) *Node {
	return ReduceAllSum(ConvertDType(Equal(ArgMax(logits, -1, labels.DType()), labels), logits.DType()))
}

// cosineSquared returns cos²(θᵢ, θⱼ) over all weights of rank 2 and more (the
// convolution and dense kernels; neither batch norms nor biases), joined into
// one vector (Wortsman et al. 2021, section 3.2: it keeps endpoints apart).
//
//	theta [m, P], pair [2, m]: a one-hot row for each of the two endpoints -> scalar
func (l Layout) cosineSquared(theta, pair *Node) *Node {
	var dot, first, second *Node
	m := theta.Shape().Dimensions[0]
	for _, w := range l.Weights {
		if len(w.Dims) < 2 {
			continue
		}
		rows := Slice(theta, AxisRange(), AxisRange(w.Offset, w.Offset+w.Size))
		a := ReduceSum(Mul(rows, Reshape(Slice(pair, AxisElem(0)), m, 1)), 0)
		b := ReduceSum(Mul(rows, Reshape(Slice(pair, AxisElem(1)), m, 1)), 0)
		dot = sum(dot, ReduceAllSum(Mul(a, b)))
		first = sum(first, ReduceAllSum(Square(a)))
		second = sum(second, ReduceAllSum(Square(b)))
	}
	if dot == nil {
		return ScalarZero(theta.Graph(), theta.DType())
	}
	lengths := Mul(first, second)
	// Between endpoints without length, such as those of a network that starts at 0, there is
	// no angle: 0, and not 0/0.
	return Div(Square(dot), Where(Equal(lengths, ScalarZero(theta.Graph(), theta.DType())), OnesLike(lengths), lengths))
}

// stepGraph is one step of training, of SGD or of SAM, on a batch of values.
//
//	images [batch, h, w, channels], labels [batch] int32, points [k, layers, m],
//	pair [2, m], free [m, 1]: 0 for an endpoint that stays as it is,
//	settings [lr, momentum, weight decay, β, ε, ρ] -> loss, correct
func (s *Space) stepGraph(scope *model.Scope, in []*Node, sam bool) []*Node {
	s.store.SetTraining(in[0].Graph(), true)
	loss, right := s.update(scope, in[0], in[1], in[2], in[3], in[4], in[5], sam)
	return []*Node{loss, right}
}

// update is a step of training within a graph; its arguments are those of
// stepGraph. Endpoints, velocity and state take their new values.
func (s *Space) update(scope *model.Scope, images, labels, points, pair, free, settings *Node, sam bool) (loss, right *Node) {
	g := images.Graph()
	setting := func(i int) *Node { return Reshape(Slice(settings, AxisElem(i))) }
	lr, momentum, decay, beta := setting(0), setting(1), setting(2), setting(3)
	smoothing, rho := setting(4), setting(5)
	if !sam {
		rho = nil
	}

	theta, velocity := s.theta.NodeValue(g), s.velocity.NodeValue(g)
	var grad *Node
	batch, k := images.Shape().Dimensions[0], points.Shape().Dimensions[0]
	for j := range k {
		point := Reshape(Slice(points, AxisElem(j)), points.Shape().Dimensions[1:]...)
		l, r, grads := s.gradient(scope, s.Layout.mix(theta, point), chunk(images, j, k), chunk(labels, j, k), smoothing, rho)
		spread := s.Layout.spread(grads, point)
		if k > 1 { // the loss is the mean over the batch
			share := float64((j+1)*batch/k-j*batch/k) / float64(batch)
			l, spread = MulScalar(l, share), MulScalar(spread, share)
		}
		loss, right, grad = sum(loss, l), sum(right, r), sum(grad, spread)
	}
	if s.endpoints > 1 {
		grad = Add(grad, Mul(beta, Gradient(s.Layout.cosineSquared(theta, pair), theta)[0]))
	}
	if s.Penalty != nil {
		grad = Add(grad, Gradient(s.Penalty(theta), theta)[0])
	}
	grad = Add(grad, Mul(decay, theta))
	velocity = Add(Mul(momentum, velocity), grad)
	s.velocity.SetNodeValue(velocity)
	// Chosen, not multiplied by 0: that is no number where a gradient is none.
	moves := GreaterThan(Reshape(free, s.endpoints), ScalarZero(g, free.DType())) // [m]
	s.theta.SetNodeValue(Where(moves, Sub(theta, Mul(lr, velocity)), theta))
	return loss, right
}

// gradient returns the mean cross-entropy of a batch, how many of its images are
// right, and the gradient of the training loss by each weight. With rho it is
// the gradient of sharpness-aware minimisation, taken at w + ρ·g/‖g‖ where g is
// the gradient at w, over all weights together (Foret et al., "Sharpness-Aware
// Minimization for Efficiently Improving Generalization", 2020, equation 2).
func (s *Space) gradient(scope *model.Scope, weights []*Node, images, labels, smoothing, rho *Node) (loss, right *Node, grads []*Node) {
	made := len(images.Graph().Nodes())
	logits := s.apply(scope, weights, images)
	s.refuseHalfGradients(weights, images, made)
	refuseShiftedGradients(weights, images, made)
	loss, right = crossEntropy(logits, labels), correct(logits, labels)
	grads = Gradient(smoothed(loss, logits, smoothing), weights...)
	if rho == nil {
		return loss, right, grads
	}
	var squares *Node
	for _, g := range grads {
		squares = sum(squares, ReduceAllSum(Square(g)))
	}
	factor := Div(rho, AddScalar(Sqrt(squares), 1e-12)) // a gradient of zero stays where it is
	uphill := make([]*Node, len(weights))
	for i, g := range grads {
		uphill[i] = Add(weights[i], Mul(factor, g))
	}
	// Running statistics are those of w: the second pass leaves no trace in them.
	// A dropout draws anew, and so its generator does move on.
	for _, v := range s.state {
		if v.Name() != model.RNGStateVariableName {
			defer v.SetNodeValue(v.NodeValue(images))
		}
	}
	logits = s.apply(scope, uphill, images)
	return loss, right, Gradient(smoothed(crossEntropy(logits, labels), logits, smoothing), uphill...)
}

// sum is a + b, where a may still be nil.
func sum(a, b *Node) *Node {
	if a == nil {
		return b
	}
	return Add(a, b)
}

// at returns the weights at the one point of points [1, layers, m].
func (s *Space) at(points *Node) []*Node {
	return s.Layout.mix(s.theta.NodeValue(points), Reshape(points, points.Shape().Dimensions[1:]...))
}

// forwardGraph returns the logits at a point, in evaluation mode.
func (s *Space) forwardGraph(scope *model.Scope, images, points *Node) *Node {
	s.store.SetTraining(images.Graph(), false)
	return s.apply(scope, s.at(points), images)
}

// observeGraph shows the network a batch in training mode, so that it updates
// its running statistics, each by the share rate. Weights do not change.
func (s *Space) observeGraph(scope *model.Scope, images, points, rate *Node) *Node {
	g := images.Graph()
	s.store.SetTraining(g, true)
	model.SetGraphParam(g, "/"+network.RateParam, rate)
	defer s.averages(rate)()
	return ReduceAllSum(s.apply(scope, s.at(points), images))
}
