package subspace

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Batch is a labelled batch of images, normalised and channels last.
type Batch struct {
	Images []float32 // [n, height, width, channels]
	Labels []int32   // [n], in [0, classes)
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
}

// Cosine is the learning rate of an epoch: a linear warm-up to Peak over
// Warmup epochs, then half a cosine down to zero at Epochs. It changes once an
// epoch.
type Cosine struct {
	Peak           float64
	Warmup, Epochs int
}

// Rate returns the learning rate of an epoch, counted from 0.
func (c Cosine) Rate(epoch int) float64 {
	if epoch < c.Warmup {
		return c.Peak * float64(epoch+1) / float64(c.Warmup)
	}
	done := float64(epoch-c.Warmup) / float64(c.Epochs-c.Warmup)
	return c.Peak / 2 * (1 + math.Cos(math.Pi*done))
}

// ErrDiverged is returned by [Space.Step] when the loss is not a finite number.
var ErrDiverged = errors.New("the loss is not a finite number")

// Draw is what chance decides in a training step.
type Draw struct {
	At   Point  // where the network is run
	Pair [2]int // the two endpoints that the regulariser keeps apart
}

// Draw draws the point and the pair of a step.
func (s *Space) Draw(sampler Sampler, rng *rand.Rand) Draw {
	d := Draw{At: sampler.Draw(rng, len(s.Layout.Layers))}
	if s.endpoints > 1 {
		first := rng.IntN(s.endpoints)
		second := (first + 1 + rng.IntN(s.endpoints-1)) % s.endpoints
		d.Pair = [2]int{first, second}
	}
	return d
}

// Step trains on one batch: it runs the network at the point that was drawn
// and sends the gradient to every endpoint. It returns the mean cross-entropy
// of the batch before the step (without the regulariser) and how many of its
// images the network had right.
func (s *Space) Step(b Batch, d Draw, lr float64, o SGD) (loss float64, right int, err error) {
	defer catch("train a step", &err)
	images, labels, err := s.tensors(b)
	if err != nil {
		return 0, 0, err
	}
	point, err := s.point(d.At)
	if err != nil {
		return 0, 0, err
	}
	pair := make([]float32, 2*s.endpoints)
	for row, i := range d.Pair {
		if i < 0 || i >= s.endpoints {
			return 0, 0, fmt.Errorf("the regulariser's pair %v names endpoint %d of %d", d.Pair, i, s.endpoints)
		}
		pair[row*s.endpoints+i] = 1
	}
	settings := []float32{float32(lr), float32(o.Momentum), float32(o.WeightDecay), float32(o.Beta)}
	pairRows := tensors.FromFlatDataAndDimensions(pair, 2, s.endpoints)
	out, err := s.step.Call(images, labels, point, pairRows, settings)
	if err != nil {
		return 0, 0, err
	}
	loss = float64(tensors.ToScalar[float32](out[0]))
	right = int(tensors.ToScalar[float32](out[1]))
	free(append(out, images, labels, point, pairRows)...)
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return loss, right, fmt.Errorf("%w: %v", ErrDiverged, loss)
	}
	return loss, right, nil
}

// compile prepares the three graphs; each is compiled when it is first called.
func (s *Space) compile() (err error) {
	if s.step, err = model.NewExec(s.backend, s.store, s.stepGraph); err != nil {
		return err
	}
	if s.forward, err = model.NewExec(s.backend, s.store, s.forwardGraph); err != nil {
		return err
	}
	s.observe, err = model.NewExec(s.backend, s.store, s.observeGraph)
	return err
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

// point checks p and makes a tensor [layers, m] of it.
func (s *Space) point(p Point) (*tensors.Tensor, error) {
	if err := p.check(len(s.Layout.Layers), s.endpoints); err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(p.flat(), len(p), s.endpoints), nil
}

// free gives the memory of tensors back at once; the collector knows nothing of
// what a device holds.
func free(ts ...*tensors.Tensor) {
	for _, t := range ts {
		t.MustFinalizeAll()
	}
}
