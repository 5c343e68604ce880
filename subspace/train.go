package subspace

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Batch is a labelled batch of images: their values, normalised and channels
// last, or, in place of them, images of a set that lies on the device.
type Batch struct {
	Images []float32 // [n, height, width, channels]
	Labels []int32   // [n], in [0, classes)

	Set   *Resident
	Picks []Pick // [n]; their labels are the set's
}

// Len returns the number of images.
func (b Batch) Len() int {
	if b.Set != nil {
		return len(b.Picks)
	}
	return len(b.Labels)
}

// answers returns the labels.
func (b Batch) answers() []int32 {
	if b.Set == nil {
		return b.Labels
	}
	labels := make([]int32, len(b.Picks))
	for i, p := range b.Picks {
		labels[i] = b.Set.answers[p.Index]
	}
	return labels
}

// SGD holds the settings of the optimiser: stochastic gradient descent with
// (heavy-ball) momentum and weight decay, as PyTorch defines them:
//
//	g ← ∂L/∂Θ + β·∂cos²/∂Θ + decay·Θ,  v ← momentum·v + g,  Θ ← Θ − lr·v
//
// The decay acts on every parameter of every endpoint.
type SGD struct {
	Momentum    float64
	WeightDecay float64
	Beta        float64 // weight of the cos² regulariser; without effect on one endpoint

	// Smoothing is the ε of label smoothing: L = (1−ε)·NLL + ε·mean(−log p).
	Smoothing float64
	// Rho is the ρ of sharpness-aware minimisation (Foret et al. 2020): the
	// gradient is that at the point moved by ρ uphill. A step then costs two.
	// Each chunk of a batch climbs on its own. 0 is plain SGD.
	Rho float64
}

// ErrDiverged is returned by [Space.Step] when the loss is not a finite number.
var ErrDiverged = errors.New("the loss is not a finite number")

// Draw is what chance decides in a training step.
type Draw struct {
	At   []Point // where the network is run: a point for each chunk of the batch
	Pair [2]int  // the two endpoints that the regulariser keeps apart: without effect where β is 0, or one endpoint is all
}

// Draw draws the points and the pair of a step.
func (s *Space) Draw(sampler Sampler, rng *rand.Rand) (d Draw) {
	for range max(sampler.Chunks, 1) {
		d.At = append(d.At, sampler.Draw(rng, len(s.Layout.Layers)))
	}
	if s.endpoints > 1 {
		first := rng.IntN(s.endpoints)
		second := (first + 1 + rng.IntN(s.endpoints-1)) % s.endpoints
		d.Pair = [2]int{first, second}
	}
	return d
}

// Step trains on one batch: it runs the network at the point that was drawn
// and sends the gradient to every endpoint; with several points each is for its
// part of the batch, in order, the parts as equal as can be. It returns the mean
// cross-entropy of the batch before the step (without the regulariser and label
// smoothing) and how many of its images the network had right.
func (s *Space) Step(b Batch, d Draw, lr float64, o SGD) (loss float64, right int, err error) {
	if b.Set != nil {
		losses, rights, err := s.Steps([]Work{{b, d, lr}}, o)
		if len(losses) > 0 {
			loss, right = losses[0], rights[0]
		}
		return loss, right, err
	}
	step := s.step
	if o.Rho != 0 {
		step = s.samStep
	}
	return s.stepBy(step, b, d, lr, o)
}

func (s *Space) stepBy(step *model.Exec, b Batch, d Draw, lr float64, o SGD) (loss float64, right int, err error) {
	defer catch("train a step", &err)
	n, k := len(b.Labels), len(d.At)
	images, labels, err := s.tensors(s.dealt(b, k))
	if err != nil {
		return 0, 0, err
	}
	points, pair, settings, err := s.chance(Work{b, d, lr}, o)
	if err != nil {
		return 0, 0, err
	}
	in := []*tensors.Tensor{images, labels,
		tensors.FromFlatDataAndDimensions(points, len(d.At), len(s.Layout.Layers), s.endpoints),
		tensors.FromFlatDataAndDimensions(pair, 2, s.endpoints),
		tensors.FromFlatDataAndDimensions(s.free, s.endpoints, 1),
		tensors.FromFlatDataAndDimensions(settings, len(settings))}
	out, err := s.call(step, n, k, in...)
	if err != nil {
		return 0, 0, err
	}
	loss = float64(tensors.ToScalar[float32](out[0]))
	right = int(tensors.ToScalar[float32](out[1]))
	release(append(out, in...)...)
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return loss, right, fmt.Errorf("%w: %v", ErrDiverged, loss)
	}
	return loss, right, nil
}

// chance checks a step's draw and returns what the step's graph takes of it: the
// points [chunks, layers, m], the pair [2, m] one-hot, and the settings.
func (s *Space) chance(w Work, o SGD) (points, pair, settings []float32, err error) {
	if k, n := len(w.Draw.At), w.Batch.Len(); k < 1 || k > n {
		return nil, nil, nil, fmt.Errorf("%d points for a batch of %d images: want at least one, and an image for each", k, n)
	}
	if points, err = s.flat(w.Draw.At...); err != nil {
		return nil, nil, nil, err
	}
	for _, x := range []struct {
		name  string
		value float64
	}{{"learning rate", w.Rate}, {"momentum", o.Momentum}, {"weight decay", o.WeightDecay}, {"β", o.Beta}, {"ε of label smoothing", o.Smoothing}, {"ρ of SAM", o.Rho}} {
		if !(x.value >= 0) || math.IsInf(x.value, 0) {
			return nil, nil, nil, fmt.Errorf("the %s of the step is %v: want a finite number, 0 or more", x.name, x.value)
		}
	}
	pair = make([]float32, 2*s.endpoints)
	for row, i := range w.Draw.Pair {
		if i < 0 || i >= s.endpoints {
			return nil, nil, nil, fmt.Errorf("the regulariser's pair %v names endpoint %d of %d", w.Draw.Pair, i, s.endpoints)
		}
		pair[row*s.endpoints+i] = 1
	}
	if p := w.Draw.Pair; p[0] == p[1] && s.endpoints > 1 && o.Beta > 0 {
		return nil, nil, nil, fmt.Errorf("the regulariser's pair names endpoint %d twice: want two endpoints to keep apart, as Space.Draw draws them, or a β of 0", p[0])
	}
	settings = []float32{float32(w.Rate), float32(o.Momentum), float32(o.WeightDecay), float32(o.Beta), float32(o.Smoothing), float32(o.Rho)}
	return points, pair, settings, nil
}

// Freeze makes the steps that follow leave the given endpoints as they are, and
// no others: a curve between fixed ends (Garipov et al., "Loss Surfaces, Mode
// Connectivity, and Fast Ensembling of DNNs", 2018). Freeze() frees all. One that is freed
// has no momentum of the steps in which it stayed.
func (s *Space) Freeze(endpoints ...int) error {
	free := slices.Repeat([]float32{1}, s.endpoints)
	for _, i := range endpoints {
		if i < 0 || i >= s.endpoints {
			return fmt.Errorf("endpoint %d cannot be frozen: the subspace has %d, counted from 0", i, s.endpoints)
		}
		free[i] = 0
	}
	if slices.ContainsFunc(s.free, func(f float32) bool { return f == 0 }) {
		velocity, err := s.rows(s.velocity)
		if err != nil {
			return err
		}
		for i, row := range velocity {
			if s.free[i] == 0 {
				clear(row)
			}
		}
		if err := s.setRows(s.velocity, velocity); err != nil {
			return err
		}
	}
	s.free = free
	return nil
}

// compile prepares the graphs; each is compiled when it is first called.
func (s *Space) compile() (err error) {
	for exec, graph := range map[**model.Exec]func(*model.Scope, []*graph.Node) []*graph.Node{
		&s.step:     func(scope *model.Scope, in []*graph.Node) []*graph.Node { return s.stepGraph(scope, in, false) },
		&s.samStep:  func(scope *model.Scope, in []*graph.Node) []*graph.Node { return s.stepGraph(scope, in, true) },
		&s.steps:    func(scope *model.Scope, in []*graph.Node) []*graph.Node { return s.stepsGraph(scope, in, false) },
		&s.samSteps: func(scope *model.Scope, in []*graph.Node) []*graph.Node { return s.stepsGraph(scope, in, true) },
		&s.forwards: s.forwardsGraph,
		&s.observes: s.observesGraph,
	} {
		if *exec, err = model.NewExec(s.backend, s.store, graph); err != nil {
			return err
		}
	}
	if s.forward, err = model.NewExec(s.backend, s.store, s.forwardGraph); err != nil {
		return err
	}
	if s.observe, err = model.NewExec(s.backend, s.store, s.observeGraph); err != nil {
		return err
	}
	// A program for each size of a batch, of which GoMLX has 32 by itself.
	for _, exec := range []*model.Exec{s.step, s.samStep, s.steps, s.samSteps, s.forward, s.forwards, s.observe, s.observes} {
		exec.SetMaxCache(-1)
	}
	return nil
}

// tensors checks a batch and makes tensors of it.
func (s *Space) tensors(b Batch) (images, labels *tensors.Tensor, err error) {
	n, pixels := len(b.Labels), s.input[0]*s.input[1]*s.input[2]
	if n == 0 {
		return nil, nil, errors.New("the batch is empty: want at least one image")
	}
	if len(b.Images) != n*pixels {
		return nil, nil, fmt.Errorf("the batch has %d labels and %d values of images: want %d × %v", n, len(b.Images), n, s.input)
	}
	for i, label := range b.Labels {
		if label < 0 || int(label) >= s.classes {
			return nil, nil, fmt.Errorf("label %d of the batch is %d: the network tells %d classes apart", i, label, s.classes)
		}
	}
	return tensors.FromFlatDataAndDimensions(b.Images, n, s.input[0], s.input[1], s.input[2]),
		tensors.FromFlatDataAndDimensions(b.Labels, n), nil
}

// points checks points and makes a tensor [points, layers, m] of them.
func (s *Space) points(points ...Point) (*tensors.Tensor, error) {
	flat, err := s.flat(points...)
	if err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(flat, len(points), len(s.Layout.Layers), s.endpoints), nil
}

// flat checks points and returns their coefficients, [points, layers, m].
func (s *Space) flat(points ...Point) (flat []float32, err error) {
	for _, p := range points {
		if err := p.check(len(s.Layout.Layers), s.endpoints); err != nil {
			return nil, err
		}
		flat = append(flat, p.flat()...)
	}
	return flat, nil
}

// call runs a graph.
func call(exec *model.Exec, in []*tensors.Tensor) ([]*tensors.Tensor, error) {
	args := make([]any, len(in))
	for i, t := range in {
		args[i] = t
	}
	return exec.Call(args...)
}

// release gives the memory of tensors back at once; the collector knows nothing
// of what a device holds.
func release(ts ...*tensors.Tensor) {
	for _, t := range ts {
		t.MustFinalizeAll()
	}
}
