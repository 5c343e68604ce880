package subspace

import (
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

// averages makes GoMLX's batch norms in a graph re-estimate as ours do: their mean and
// variance become the equal mean over all batches, where they by themselves forget the
// first, after a hundred batches or, with another Momentum, sooner. It is called before
// the network is built, and what it returns afterwards.
//
// Told that it has seen nothing, such a batch norm takes the statistics of the batch as
// they are. What is left of a difference to ours is that its variance is the biased one.
func (s *Space) averages(rate *Node) (settle func()) {
	var settles []func()
	for _, weight := range s.state {
		scope, name := model.SplitPath(weight.Path())
		if name != averageWeight {
			continue
		}
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
