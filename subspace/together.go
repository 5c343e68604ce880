package subspace

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Work is a step of training that is to be made.
type Work struct {
	Batch Batch
	Draw  Draw
	Rate  float64 // the learning rate
}

// Steps makes steps of training one after the other, as Step makes one, in one
// call of the device: up to Together of them on batches of one resident set, of
// as many images and of as many points each. A batch of values comes alone.
//
// Where a loss is not finite the steps after it have been made too, but the
// results end with it.
func (s *Space) Steps(work []Work, o SGD) (losses []float64, right []int, err error) {
	defer catch("train a step", &err)
	if len(work) == 1 && work[0].Batch.Set == nil {
		loss, n, err := s.Step(work[0].Batch, work[0].Draw, work[0].Rate, o)
		if err != nil && !errors.Is(err, ErrDiverged) {
			return nil, nil, err // there was no step
		}
		return []float64{loss}, []int{n}, err
	}
	room := s.room()
	if len(work) < 1 || len(work) > room {
		return nil, nil, fmt.Errorf("%d steps in one call: want 1 to %d", len(work), room)
	}
	chunks := len(work[0].Draw.At)
	var batches []Batch
	var points, pairs, settings []float32
	for _, w := range work {
		if w.Batch.Set == nil || len(w.Draw.At) != chunks {
			return nil, nil, errors.New("steps on batches of values, or of different numbers of points, in one call: make them one by one")
		}
		p, pair, setting, err := s.chance(w, o)
		if err != nil {
			return nil, nil, err
		}
		batches = append(batches, w.Batch)
		points, pairs, settings = append(points, p...), append(pairs, pair...), append(settings, setting...)
	}
	in, err := s.resident(batches)
	if err != nil {
		return nil, nil, err
	}
	own := []*tensors.Tensor{rows(points, room, chunks, len(s.Layout.Layers), s.endpoints), rows(pairs, room, 2, s.endpoints),
		tensors.FromFlatDataAndDimensions(s.free, s.endpoints, 1), rows(settings, room, len(settings)/len(work))}
	step := s.steps
	if o.Rho != 0 {
		step = s.samSteps
	}
	out, err := call(step, append(in, own...))
	if err != nil {
		return nil, nil, err
	}
	loss, hits := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
	release(append(append(out, own...), in[setInputs:]...)...)
	for i := range work {
		losses, right = append(losses, float64(loss[i])), append(right, int(hits[i]))
		if math.IsNaN(losses[i]) || math.IsInf(losses[i], 0) {
			return losses, right, fmt.Errorf("%w: %v", ErrDiverged, losses[i])
		}
	}
	return losses, right, nil
}

// room is how many batches of a resident set a call has room for.
func (s *Space) room() int { return max(s.Together, 1) }

// setInputs is how many of the inputs that resident returns are the set's own.
const setInputs = 3

// resident returns the inputs that a graph has for batches of a resident set: the
// set's pixels, labels and values, the picks, and how many batches there are.
func (s *Space) resident(batches []Batch) ([]*tensors.Tensor, error) {
	for _, op := range []compute.OpType{compute.OpTypeDynamicSlice, compute.OpTypeDynamicUpdateSlice} {
		if s.room() > 1 && !s.backend.Capabilities().Operations[op] {
			return nil, fmt.Errorf("%d batches in one call: the %s backend has no %s, set Together to 1", s.room(), s.backend.Name(), op)
		}
	}
	if s.devices != nil {
		return nil, fmt.Errorf("a set that lies on one device, and batches over %d of them: send the batches as values", s.devices.n)
	}
	picks, err := s.picks(batches, s.room())
	if err != nil {
		return nil, err
	}
	set := batches[0].Set
	return []*tensors.Tensor{set.pixels, set.labels, set.values, picks, tensors.FromScalar(int32(len(batches)))}, nil
}

// rows makes a tensor [room, row…] of the first rows of it; the others are zero.
func rows(values []float32, room int, row ...int) *tensors.Tensor {
	size := room
	for _, n := range row {
		size *= n
	}
	return tensors.FromFlatDataAndDimensions(append(values, make([]float32, size-len(values))...), append([]int{room}, row...)...)
}

// row returns row i of x [k, …].
func row(x, i *Node) *Node {
	dims := x.Shape().Dimensions
	if dims[0] == 1 { // the pure-Go backend has no DynamicSlice
		return Reshape(x, dims[1:]...)
	}
	start := []*Node{i}
	for range dims[1:] {
		start = append(start, ZerosLike(i))
	}
	return Reshape(DynamicSlice(x, start, append([]int{1}, dims[1:]...)), dims[1:]...)
}

// stepsGraph is steps of training on batches of a resident set.
//
//	pixels, labels, values: see look; picks [k, batch, pickWidth], count: how many of
//	the k steps are made, points [k, chunks, layers, m], pairs [k, 2, m], free [m, 1],
//	settings [k, 6] -> losses [k], correct [k]
func (s *Space) stepsGraph(scope *model.Scope, in []*Node, sam bool) []*Node {
	s.store.SetTraining(in[0].Graph(), true)
	scalar := shapes.Make(dtypes.Float32)
	return s.each(in, []shapes.Shape{scalar, scalar}, func(i *Node, in []*Node) []*Node {
		images, labels := s.look(in[0], in[1], in[2], row(in[3], i))
		points, pairs, free, settings := in[5], in[6], in[7], in[8]
		loss, right := s.update(scope, images, labels, row(points, i), row(pairs, i), free, row(settings, i), sam)
		return []*Node{loss, right}
	})
}

// forwardsGraph returns the logits [k, batch, classes] of batches of a resident set
// at a point, in evaluation mode.
//
//	pixels … count as for stepsGraph, points [1, layers, m]
func (s *Space) forwardsGraph(scope *model.Scope, in []*Node) []*Node {
	s.store.SetTraining(in[0].Graph(), false)
	logits := shapes.Make(dtypes.Float32, in[3].Shape().Dimensions[1], s.classes)
	return s.each(in, []shapes.Shape{logits}, func(i *Node, in []*Node) []*Node {
		images, _ := s.look(in[0], in[1], in[2], row(in[3], i))
		return []*Node{s.forwardGraph(scope, images, in[5])}
	})
}

// observesGraph shows the network batches of a resident set in training mode, as
// observeGraph does, batch i with the share rates[i].
//
//	pixels … count as for stepsGraph, points [1, layers, m], rates [k]
func (s *Space) observesGraph(scope *model.Scope, in []*Node) []*Node {
	return s.each(in, []shapes.Shape{shapes.Make(dtypes.Float32)}, func(i *Node, in []*Node) []*Node {
		images, _ := s.look(in[0], in[1], in[2], row(in[3], i))
		return []*Node{s.observeGraph(scope, images, in[5], row(in[6], i))}
	})
}

// each builds body once and runs it for i = 0, 1, … below the count of in, which is
// in[4], at most the k that in[3] has rows for. What body does to variables each
// round finds as the one before has left it. What it returns, of the given shapes,
// is collected: [k, …] each. With k = 1 there is no loop.
//
// A loop's body is compiled once, where k copies of it would be compiled k times.
// Here it may use nothing from outside but what it is handed: go-xla lets no
// operation of a loop take a value of the graph around it, and GoMLX keeps each
// scalar constant, go-xla each kind of sum, for whoever asks for it next. So
// everything is made in the loop, and what is made around it has no scalar
// constants and no sums.
func (s *Space) each(in []*Node, results []shapes.Shape, body func(i *Node, in []*Node) []*Node) []*Node {
	g := in[0].Graph()
	count, k := in[4], in[3].Shape().Dimensions[0]
	none := func(dtype dtypes.DType, dims ...int) *Node {
		return BroadcastToDims(ConvertDType(Const(g, []float32{0}), dtype), dims...)
	}
	first := Reshape(none(dtypes.Int32, 1))
	if k == 1 {
		out := body(first, in)
		for i := range out {
			out[i] = ExpandAxes(out[i], 0)
		}
		return out
	}
	// State of the loop: count, i, all variables, the results, what is only read.
	state := []*Node{count, first}
	var all []*model.Variable
	for v := range s.store.IterVariables() {
		all, state = append(all, v), append(state, v.NodeValue(g))
	}
	for _, r := range results {
		state = append(state, none(r.DType, append([]int{k}, r.Dimensions...)...))
	}
	state = append(state, in...)
	variables, collected, rest := 2, 2+len(all), 2+len(all)+len(results)
	parameters := func(g *Graph) (now []*Node) {
		for i, n := range state {
			now = append(now, Parameter(g, fmt.Sprintf("loop_%d", i), n.Shape()))
		}
		return now
	}
	more := NewClosure(g, func(g *Graph) []*Node {
		now := parameters(g)
		return []*Node{LessThan(now[1], now[0])}
	})
	changed := make([]bool, len(all))
	round := NewClosure(g, func(g *Graph) []*Node {
		now := parameters(g)
		next := slices.Clone(now)
		i := now[1]
		for j, v := range all {
			v.SetNodeValue(now[variables+j])
		}
		for j, o := range body(i, now[rest:]) {
			start := []*Node{i}
			for range results[j].Dimensions {
				start = append(start, ZerosLike(i))
			}
			next[collected+j] = DynamicUpdateSlice(now[collected+j], ExpandAxes(o, 0), start)
		}
		for j, v := range all {
			next[variables+j] = v.NodeValue(g)
			changed[j] = next[variables+j] != now[variables+j]
		}
		next[1] = AddScalar(i, 1)
		return next
	})
	after := While(more, round, state...)
	for j, v := range all {
		v.SetNodeValue(state[variables+j])
		if changed[j] {
			v.SetNodeValue(after[variables+j])
		}
	}
	return after[collected:rest]
}

// calls groups batches for one call of the device each: a batch of values, or up
// to Together batches of one resident set that are alike.
func (s *Space) calls(batches iter.Seq2[Batch, error]) iter.Seq2[[]Batch, error] {
	return func(yield func([]Batch, error) bool) {
		var group []Batch
		for b, err := range batches {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(group) > 0 && (len(group) == s.room() || b.Set == nil || b.Set != group[0].Set || b.Len() != group[0].Len()) {
				if !yield(group, nil) {
					return
				}
				group = nil
			}
			// What the iterator holds it may use again for the next batch.
			if b.Set == nil {
				if !yield([]Batch{b}, nil) {
					return
				}
				continue
			}
			b.Picks = slices.Clone(b.Picks)
			group = append(group, b)
		}
		if len(group) > 0 {
			yield(group, nil)
		}
	}
}
