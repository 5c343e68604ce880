package subspace_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
)

// A training loop of one's own, where package experiment has not what it takes: here a
// line is trained with a learning rate that falls with every step, and a penalty on the
// distance between its endpoints.
func ExampleSpace() {
	net := func(scope *model.Scope, images *graph.Node) *graph.Node {
		x := graph.Reshape(images, images.Shape().Dimensions[0], -1)
		x = activation.Relu(layers.Dense(scope.In("hidden"), x, true, 32))
		return layers.Dense(scope.In("out"), x, true, 10)
	}
	data, err := dataset.Digits()
	if err != nil {
		log.Fatal(err)
	}
	computer, _, err := backend.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer computer.Finalize()
	sampler := subspace.Sampler{Shape: subspace.Line{}}
	s, err := subspace.New(computer, net, data.Train.Shape(), sampler.Shape.Endpoints(), 1)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Finalize()
	s.Penalty = func(theta *graph.Node) *graph.Node { // theta: [endpoints, weights]
		apart := graph.Sub(graph.Slice(theta, graph.AxisElem(0)), graph.Slice(theta, graph.AxisElem(1)))
		return graph.MulScalar(graph.ReduceAllSum(graph.Square(apart)), 1e-4)
	}

	rng := rand.New(rand.NewPCG(1, 1))
	step := 0
	for epoch := range 20 {
		for batch, err := range batches(data, data.Train, dataset.Order(data.Train.Len(), 1, epoch), rng) {
			if err != nil {
				log.Fatal(err)
			}
			rate := 0.1 / math.Sqrt(1+float64(step)/20)
			if _, _, err := s.Step(batch, s.Draw(sampler, rng), rate, subspace.SGD{Momentum: 0.9, Beta: 1}); err != nil {
				log.Fatal(err)
			}
			step++
		}
	}

	// The midpoint is one network. At each point batch norm, where a network has it, is
	// re-estimated on training images before it is tested.
	midpoint := subspace.Uniform(sampler.Shape.Midpoint(), len(s.Layout.Layers))
	first := batches(data, data.Train, dataset.Order(data.Train.Len(), 1, 0)[:256], nil)
	test := batches(data, data.Test, dataset.Order(data.Test.Len(), 1, 0), nil)
	logits, labels, err := s.Evaluate(context.Background(), midpoint, first, test)
	if err != nil {
		log.Fatal(err)
	}
	scores, err := metric.Score(logits, labels, s.Classes())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(step, "steps; more than nine in ten test images are right:", scores.Accuracy > 0.9)
	// Output: 220 steps; more than nine in ten test images are right: true
}

// batches are the images of a set in an order, 128 at a time, ready for the network.
func batches(data *dataset.Data, set *dataset.Set, order []int, rng *rand.Rand) iter.Seq2[subspace.Batch, error] {
	return func(yield func(subspace.Batch, error) bool) {
		for len(order) > 0 {
			index := order[:min(128, len(order))]
			order = order[len(index):]
			b := subspace.Batch{Images: make([]float32, len(index)*len(set.Pixels)/set.Len()), Labels: make([]int32, len(index))}
			if err := data.Fill(b.Images, b.Labels, set, index, dataset.Augment{}, rng); !yield(b, err) || err != nil {
				return
			}
		}
	}
}
