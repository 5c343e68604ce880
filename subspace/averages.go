package subspace

import (
	"iter"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	gomlx "github.com/gomlx/gomlx/ml/layers/norm"
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
			if scope, name := model.SplitPath(v.Path()); name == averageWeight && !yield(scope, v) {
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
// backend's for that. Nodes from made on are those of the network.
func (s *Space) refuseHalfGradients(images *Node, made int) {
	whole := 0
	for _, n := range images.Graph().Nodes()[made:] {
		if n.Type() == NodeTypeBatchNormForTraining {
			whole++
		}
	}
	for scope, weight := range s.averaged() {
		if !strings.HasSuffix(scope, "/"+gomlx.BatchNormalizationScopeName) || !weight.ChangedInGraph(images.Graph()) {
			continue
		}
		if whole--; whole < 0 {
			panic(&netError{images.Shape().Dimensions, scope + " is a batch norm with UseBackendInference(false), whose gradient takes " +
				"the batch's mean and variance for constants (GoMLX v0.28.4): leave that option out, or use network.BatchNorm"})
		}
	}
}
