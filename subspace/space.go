package subspace

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Net is a network: any GoMLX model function that creates its weights through
// scope and maps images [batch, height, width, channels] to logits [batch,
// classes], both float32. It never knows that it lives in a subspace.
type Net = func(scope *model.Scope, images *graph.Node) (logits *graph.Node)

// Space is a subspace of a network's weight space: the matrix Θ of m endpoints
// with P weights each, and with it the state that training carries along (the
// optimiser's velocity, and the network's own non-trainable variables such as
// running statistics). It belongs to one goroutine at a time.
type Space struct {
	Layout Layout
	// Together is how many batches of a resident set one call of the device may
	// work on, one after the other; 0 is 1. Between two calls a device waits for
	// the host, which waits for the end of each; a fast device waits for long.
	Together int
	// Penalty is added to the loss of every step, beside the cos² regulariser: a scalar
	// that depends on the endpoints [m, P] alone; nil for none. It is set before the
	// first step.
	Penalty func(theta *graph.Node) *graph.Node

	endpoints int // m

	backend compute.Backend
	store   *model.Store
	net     Net
	input   []int // height, width, channels
	classes int

	theta, velocity *model.Variable          // [m, P]
	weights         []*model.Variable        // the network's trainable variables, in the layout's order
	state           []*model.Variable        // its non-trainable ones
	given           map[*model.Variable]bool // made with a value, not an initialiser
	initial         []Array                  // what the state is before any batch
	moves           []bool                   // which of the state training changes

	free []float32 // 1 for each endpoint that training moves

	step, samStep, forward, observe     *model.Exec // of a batch of values
	steps, samSteps, forwards, observes *model.Exec // of batches of a resident set
	devices                             *devices    // nil for one
}

// Classes returns the number of classes that the network tells apart.
func (s *Space) Classes() int { return s.classes }

// Paths of the subspace's own variables, apart from any a network would use.
const (
	thetaPath    = "/#subspace/endpoints"
	velocityPath = "/#subspace/velocity"
)

// New returns a subspace of m endpoints of net for images of the given height,
// width and channels. Every endpoint is an independent draw of the network's
// own initialisers: endpoint i depends on seed and i alone, so that a space of
// fewer endpoints starts from the same ones.
func New(backend compute.Backend, net Net, input [3]int, m int, seed uint64) (*Space, error) {
	return makeSpace(backend, net, input, m, seed, true)
}

// Blank returns the space that [New] does, but for its endpoints, which are to be set: most
// of the time that New takes is for drawing them. They are zero, or where the network has
// other random numbers, such as dropout's, as New draws them.
func Blank(backend compute.Backend, net Net, input [3]int, m int, seed uint64) (*Space, error) {
	return makeSpace(backend, net, input, m, seed, false)
}

func makeSpace(backend compute.Backend, net Net, input [3]int, m int, seed uint64, drawn bool) (s *Space, err error) {
	defer func() {
		if err != nil && s != nil {
			s.Finalize()
			s = nil
		}
	}()
	defer catch("build the network", &err)
	switch {
	case m < 1:
		return nil, fmt.Errorf("a subspace of %d endpoints: want at least 1", m)
	case backend == nil:
		return nil, errors.New("there is no backend: it is nil, package backend opens one")
	case net == nil:
		return nil, errors.New("there is no network: it is nil, want a GoMLX model function")
	case min(input[0], input[1], input[2]) < 1:
		return nil, fmt.Errorf("images of %d × %d × %d: want a height, a width and channels of at least 1", input[0], input[1], input[2])
	}
	s = &Space{endpoints: m, backend: backend, store: model.NewStore(), net: net, input: input[:]}
	if err := s.discover(); err != nil {
		return s, err
	}
	drawn = drawn || s.drawsOn()
	if !drawn {
		if err := s.zero(); err != nil {
			return s, err
		}
	}
	draws, err := s.initialisers()
	if err != nil {
		return s, err
	}
	if draws != nil {
		defer draws.Finalize()
	}
	theta := make([]float32, 0, m*s.Layout.Size)
	var first []Array // what is beside the weights, with endpoint 0
	for i := range m {
		// The RNG takes an int64; the top bit is dropped so that it is one.
		draw := int64(rand.NewPCG(seed, initStream+uint64(i)).Uint64() >> 1)
		row, err := s.initialise(draws, draw)
		if err != nil {
			return s, err
		}
		if i == 0 {
			if first, err = s.arrays(); err != nil {
				return s, err
			}
		}
		if drawn {
			theta = append(theta, row...)
		} else if same, err := s.rngIs(draw); err != nil {
			return s, err
		} else if !same { // a variable beside the weights starts at random, after them
			s.Finalize()
			return makeSpace(backend, net, input, m, seed, true)
		}
	}
	// A variable beside the weights that starts at random is that of endpoint 0, of however
	// many there are; the random state goes on.
	for i, v := range s.state {
		if v.Name() == model.RNGStateVariableName {
			continue
		}
		if err := s.setArray(i, first[i]); err != nil {
			return s, err
		}
	}
	theta = slices.Grow(theta, m*s.Layout.Size)[:m*s.Layout.Size]
	s.theta, err = s.store.CreateVariable(thetaPath, tensors.FromFlatDataAndDimensions(theta, m, s.Layout.Size))
	if err != nil {
		return s, err
	}
	s.velocity, err = s.store.CreateVariable(velocityPath, tensors.FromFlatDataAndDimensions(make([]float32, len(theta)), m, s.Layout.Size))
	if err != nil {
		return s, err
	}
	s.theta.Trainable, s.velocity.Trainable = false, false
	if s.initial, err = s.arrays(); err != nil {
		return s, err
	}
	return s, cmp.Or(s.Freeze(), s.compile())
}

// discover builds the network once, to learn its variables. Nothing is compiled.
func (s *Space) discover() (err error) {
	g, logits := s.build(2, true)
	defer g.Finalize()
	s.classes = logits.Shape().Dim(-1)
	if s.Layout, err = layoutOf(s.store); err != nil {
		return err
	}
	s.given = map[*model.Variable]bool{}
	for v := range s.store.IterVariables() {
		s.given[v] = v.HasValue()
		if v.Trainable {
			s.weights = append(s.weights, v)
		} else {
			s.state, s.moves = append(s.state, v), append(s.moves, v.ChangedInGraph(g))
		}
	}
	return nil
}

// drawsOn reports whether the network draws random numbers as it runs: what it draws
// first is what comes after its initial weights.
func (s *Space) drawsOn() bool {
	return slices.ContainsFunc(s.state, func(v *model.Variable) bool { return v.Name() == model.RNGStateVariableName })
}

// rngIs reports whether the random state is that of a seed: nothing has been drawn.
func (s *Space) rngIs(seed int64) (bool, error) {
	now, err := s.store.GetVariable("/" + model.RNGStateVariableName).Value()
	if err != nil {
		return false, err
	}
	first, err := graph.RNGStateFromSeed(seed)
	if err != nil {
		return false, err
	}
	return now.Equal(first), nil
}

// zero gives the network's weights a value in place of their initialisers.
func (s *Space) zero() error {
	for _, v := range s.weights {
		if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
			return err
		}
		s.given[v] = true
	}
	return nil
}

// initialisers returns the program that draws the values of all variables which
// have an initialiser, compiled once for all endpoints; nil where none has.
func (s *Space) initialisers() (draws *model.Exec, err error) {
	if err := s.store.SetRNGStateFromSeed(0); err != nil {
		return nil, err
	}
	err = s.store.InitializeVariables(s.backend, func(e *model.Exec) error {
		draws = e
		return nil
	})
	return draws, err
}

// initialise draws the network's weights with its own initialisers and returns
// them as one vector [P]; an infinite one is 0. The state is left at its initial value.
func (s *Space) initialise(draws *model.Exec, seed int64) ([]float32, error) {
	if err := s.store.SetRNGStateFromSeed(seed); err != nil {
		return nil, err
	}
	var drawn []*tensors.Tensor
	if draws != nil {
		var err error
		if drawn, err = draws.Call(); err != nil {
			return nil, err
		}
	}
	for v := range s.store.IterVariables() { // in the order in which draws has them
		if s.given[v] || v.Name() == model.RNGStateVariableName {
			continue
		}
		if err := v.SetValue(drawn[0]); err != nil {
			return nil, err
		}
		drawn = drawn[1:]
	}
	row, infinite := make([]float32, 0, s.Layout.Size), 0
	for _, v := range s.weights {
		values, err := values(v)
		if err != nil {
			return nil, err
		}
		for _, value := range values {
			// GoMLX v0.28.4 draws normal numbers by the logarithm of one that may be as small as
			// the smallest there is, which XLA on a CPU takes for 0: one draw in 2³² is infinite.
			if math.IsInf(float64(value), 0) {
				infinite++
				value = 0
			}
			row = append(row, value)
		}
	}
	if infinite > 1+s.Layout.Size>>20 { // more than chance
		return nil, fmt.Errorf("its initialisers have drawn %d infinite weights of %d: look for a division by zero, or numbers that 16 bits cannot hold", infinite, s.Layout.Size)
	}
	return row, nil
}

// Finalize frees the memory that the space holds on the device. The space is of
// no use afterwards.
func (s *Space) Finalize() {
	for _, e := range []*model.Exec{s.step, s.samStep, s.forward, s.observe, s.steps, s.samSteps, s.forwards, s.observes} {
		if e != nil {
			e.Finalize()
		}
	}
	s.devices.finalize()
	s.store.Finalize()
}

// initStream is the random stream of the initial weights; endpoint i adds i.
const initStream = 1 << 32

// catch turns a panic, the way in which graph building reports an error, into
// an error that says what was being done. Of an error of the network's own it
// leaves nothing else.
func catch(doing string, err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		*err = fmt.Errorf("%s: %w", doing, p)
	default:
		*err = fmt.Errorf("%s: %v", doing, p)
	}
	if own, ok := errors.AsType[*netError](*err); ok {
		*err = own
	}
}
