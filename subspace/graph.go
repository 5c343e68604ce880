package subspace

import (
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

// run builds the network. A panic with anything but an error, which GoMLX does
// not expect, becomes one with an error.
func (s *Space) run(scope *model.Scope, images *Node) (logits *Node) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			panic(p)
		default:
			exceptions.Panicf("the network panicked: %v", p)
		}
	}()
	logits = s.net(scope, images)
	if logits.Rank() != 2 || logits.Shape().Dimensions[0] != images.Shape().Dimensions[0] {
		exceptions.Panicf("the network returned logits of shape %s: want [batch, classes], the batch being %d",
			logits.Shape(), images.Shape().Dimensions[0])
	}
	return logits
}

// crossEntropy returns the mean over the batch of −log p(label).
//
//	logits [batch, classes], labels [batch] -> scalar
func crossEntropy(logits, labels *Node) *Node {
	hot := OneHot(labels, logits.Shape().Dimensions[1], logits.DType())
	return Neg(ReduceAllMean(ReduceSum(Mul(LogSoftmax(logits), hot), -1)))
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
	add := func(sum, term *Node) *Node {
		if sum == nil {
			return term
		}
		return Add(sum, term)
	}
	m := theta.Shape().Dimensions[0]
	for _, w := range l.Weights {
		if len(w.Dims) < 2 {
			continue
		}
		rows := Slice(theta, AxisRange(), AxisRange(w.Offset, w.Offset+w.Size))
		a := ReduceSum(Mul(rows, Reshape(Slice(pair, AxisElem(0)), m, 1)), 0)
		b := ReduceSum(Mul(rows, Reshape(Slice(pair, AxisElem(1)), m, 1)), 0)
		dot = add(dot, ReduceAllSum(Mul(a, b)))
		first = add(first, ReduceAllSum(Square(a)))
		second = add(second, ReduceAllSum(Square(b)))
	}
	if dot == nil {
		return ScalarZero(theta.Graph(), theta.DType())
	}
	return Div(Square(dot), Mul(first, second))
}

// stepGraph is one step of training.
//
//	images [batch, h, w, channels], labels [batch] int32, point [layers, m],
//	pair [2, m], settings [lr, momentum, weight decay, β] -> loss, correct
func (s *Space) stepGraph(scope *model.Scope, in []*Node) []*Node {
	images, labels, point, pair, settings := in[0], in[1], in[2], in[3], in[4]
	g := images.Graph()
	s.store.SetTraining(g, true)
	setting := func(i int) *Node { return Reshape(Slice(settings, AxisElem(i))) }
	lr, momentum, decay, beta := setting(0), setting(1), setting(2), setting(3)

	theta, velocity := s.theta.NodeValue(g), s.velocity.NodeValue(g)
	weights := s.Layout.mix(theta, point)
	logits := s.apply(scope, weights, images)
	loss := crossEntropy(logits, labels)

	grad := s.Layout.spread(Gradient(loss, weights...), point)
	if s.endpoints > 1 {
		grad = Add(grad, Mul(beta, Gradient(s.Layout.cosineSquared(theta, pair), theta)[0]))
	}
	grad = Add(grad, Mul(decay, theta))
	velocity = Add(Mul(momentum, velocity), grad)
	s.velocity.SetNodeValue(velocity)
	s.theta.SetNodeValue(Sub(theta, Mul(lr, velocity)))
	return []*Node{loss, correct(logits, labels)}
}

// forwardGraph returns the logits at a point, in evaluation mode.
func (s *Space) forwardGraph(scope *model.Scope, images, point *Node) *Node {
	s.store.SetTraining(images.Graph(), false)
	return s.apply(scope, s.Layout.mix(s.theta.NodeValue(images), point), images)
}

// observeGraph shows the network a batch in training mode, so that it updates
// its running statistics, each by the share rate. Weights do not change.
func (s *Space) observeGraph(scope *model.Scope, images, point, rate *Node) *Node {
	g := images.Graph()
	s.store.SetTraining(g, true)
	model.SetGraphParam(g, "/"+network.RateParam, rate)
	return ReduceAllSum(s.apply(scope, s.Layout.mix(s.theta.NodeValue(images), point), images))
}
