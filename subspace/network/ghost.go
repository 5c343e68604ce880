package network

import (
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// GhostParam is the graph parameter ([model.Scope.SetGraphParam]) that holds the
// number of ghost batches of [BatchNorm], an int, 1 where there is none.
const GhostParam = "ghost_batches"

// WithGhostBatches returns net with the batch norms of a training step over each
// of n equal parts of the batch alone, in order (Hoffer et al., "Train longer,
// generalize better", 2017, section 4.2). With as many parts as there are
// devices, each device normalises by its own images, as data-parallel training
// usually does. The running statistics move by the mean over the parts.
//
// Parts must be equal: a batch that does not divide by n, such as the last one of
// an epoch, is in as many as divide both. Where batch norm is re-estimated, which
// is where a graph sets [RateParam], there is one part: the statistics that are
// evaluated with are of whole batches.
func WithGhostBatches(net func(scope *model.Scope, images *Node) *Node, n int) func(scope *model.Scope, images *Node) *Node {
	return func(scope *model.Scope, images *Node) *Node {
		assertNet(net)
		scope.SetGraphParam(images.Graph(), GhostParam, n)
		return net(scope, images)
	}
}

// ghosts returns into how many parts a batch norm divides the batch x.
func ghosts(scope *model.Scope, x *Node) int {
	value, found := scope.GetGraphParam(x.Graph(), GhostParam)
	if !found {
		return 1
	}
	n, ok := value.(int)
	if !ok || n < 1 {
		exceptions.Panicf("graph parameter %q must be an int, 1 or more, got %T %v", GhostParam, value, value)
	}
	if _, reestimated := scope.GetGraphParam(x.Graph(), RateParam); reestimated {
		return 1
	}
	for batch := x.Shape().Dimensions[0]; batch != 0; {
		n, batch = batch, n%batch
	}
	return n
}

// parted makes x, [batch, …, channels], a batch of parts: [parts, batch/parts,
// …, channels].
func parted(x *Node, parts int) *Node {
	dims := x.Shape().Dimensions
	return Reshape(x, append([]int{parts, dims[0] / parts}, dims[1:]...)...)
}
