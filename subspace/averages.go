package subspace

import (
	"iter"

	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
)

// A batch norm of GoMLX's (norm.BatchNorm) is known by its three averages, which lie in
// one scope: the running mean and variance, and how many batches are in them.
const (
	averageMean     = "mean"
	averageVariance = "variance"
	averageWeight   = "avg_weight"
)

// averaged goes over GoMLX's batch norms: the scope of each, and how many batches are in
// its averages.
func (s *Space) averaged() iter.Seq2[string, *model.Variable] {
	return func(yield func(string, *model.Variable) bool) {
		for _, v := range s.state {
			scope, name := model.SplitPath(v.Path())
			for _, other := range []string{averageMean, averageVariance} {
				if s.store.GetVariable(model.JoinPath(scope, other)) == nil {
					name = "" // another's average
				}
			}
			if name == averageWeight && !yield(scope, v) {
				return
			}
		}
	}
}

// averages makes GoMLX's batch norms in a graph re-estimate as ours do: their mean and
// variance become the equal mean over all batches, where they by themselves forget the
// first, after a hundred batches or, with another Momentum, sooner. It is called before
// the network is built, and what it returns afterwards.
//
// Told that it has seen nothing, such a batch norm takes the statistics of the batch as
// they are. What is left of a difference to ours is that its variance is the biased one.
func (s *Space) averages(rate *Node) (settle func()) {
	var settles []func()
	for scope, weight := range s.averaged() {
		seen := weight.NodeValue(rate)
		weight.SetNodeValue(ZerosLike(seen))
		settles = append(settles, func() { weight.SetNodeValue(Add(seen, weight.NodeValue(rate))) })
		for _, name := range []string{averageMean, averageVariance} {
			v := s.store.GetVariable(model.JoinPath(scope, name))
			if v == nil || v.Trainable {
				continue
			}
			before := v.NodeValue(rate)
			settles = append(settles, func() {
				if batch := v.NodeValue(rate); batch != before { // else its averages are frozen
					r := ConvertDType(rate, batch.DType())
					v.SetNodeValue(Add(Mul(OneMinus(r), before), Mul(r, batch)))
				}
			})
		}
	}
	return func() {
		for _, settle := range settles {
			settle()
		}
	}
}

// refuseHalfGradients panics with a [netError] where GoMLX's batch norm leaves its own
// batch out of the gradient, as GoMLX v0.28.4's does with UseBackendInference(false), in
// training too (findings/gomlx-batch-norm-forgets-its-own-batch.sh): weights before it
// would wander off. Such a one has changed its averages, and made no operation of the
// backend's for that. The network had the given weights; nodes from made on are its own.
func (s *Space) refuseHalfGradients(weights []*Node, images *Node, made int) {
	scopes := map[*Node]string{} // of the weights
	for i, v := range s.weights {
		scopes[weights[i]], _ = model.SplitPath(v.Path())
	}
	whole, nameless := map[string]bool{}, 0 // operations of the backend's, by the scope of scale and offset
	for _, n := range images.Graph().Nodes()[made:] {
		if n.Type() != NodeTypeBatchNormForTraining {
			continue
		}
		named := false
		for _, in := range n.Inputs() {
			if scope, is := scopes[in]; is {
				whole[scope], named = true, true
			}
		}
		if !named {
			nameless++
		}
	}
	for scope, weight := range s.averaged() {
		if whole[scope] || !weight.ChangedInGraph(images.Graph()) {
			continue
		}
		if nameless--; nameless < 0 {
			panic(&netError{images.Shape().Dimensions, scope + " is a batch norm with UseBackendInference(false), whose gradient takes " +
				"the batch's mean and variance for constants (GoMLX v0.28.4): leave that option out, or use network.BatchNorm"})
		}
	}
}
