package experiment

import (
	"cmp"
	"errors"
	"fmt"
	"sync"

	"github.com/gomlx/compute"

	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/network"
)

// openBackend opens the backend that computes as the run's configuration says, once a
// process: each has threads of its own, and an NVIDIA GPU rounds products to TF32 or
// does not, for the whole process.
func (r *Run) openBackend() (opened, error) {
	theBackend.Lock()
	defer theBackend.Unlock()
	o := backend.Options{TF32: r.Config.Precision == tf32}
	if b := theBackend.opened; b.Backend == nil || theBackend.options != o {
		if b.Backend != nil && b.GPU {
			return opened{}, errors.New("runs in TF32 and in float32 in one process: an NVIDIA GPU computes in one of them, make the runs one after the other")
		}
		b, info, err := o.Open()
		if err != nil {
			return opened{}, err
		}
		theBackend.opened, theBackend.options = opened{b, info}, o
	}
	r.backend = theBackend.Info
	return theBackend.opened, nil
}

var theBackend struct {
	sync.Mutex
	opened
	options backend.Options
}

type opened struct {
	compute.Backend
	backend.Info
}

// net returns the run's network for images of the given classes.
func (r *Run) net(classes int) (subspace.Net, error) {
	net := r.options.Net
	if net == nil {
		var err error
		if net, err = r.Config.net(classes); err != nil {
			return nil, err
		}
	}
	if rate := r.Config.Dropout; rate > 0 {
		net = network.WithDropout(net, rate)
	}
	if n := r.Config.GhostBatches; n > 1 {
		net = network.WithGhostBatches(net, n)
	}
	if r.Config.Precision == bf16 {
		net = network.WithBFloat16(net)
	}
	return net, nil
}

// build makes the space of the run's network, with fresh endpoints or with such as are
// to be set.
func (r *Run) build(of spaceOf) error {
	b, err := r.openBackend()
	if err != nil {
		return err
	}
	r.device = b.Info.String()
	if b.Info.Name == "xla" && !b.GPU && !b.Kernels {
		r.device += ", XLA's own kernels"
	}
	if b.Instructions != "" {
		r.device += ", kernels in " + b.Instructions
	}
	if n := r.options.Devices; n > 1 {
		r.device += fmt.Sprintf(", %d devices", n)
	}
	if b.Notice != "" {
		r.notice(b.Notice)
	}
	r.space, err = r.newSpace(r.sampler.Shape.Endpoints(), of)
	return err
}

// spaceOf makes a space of such endpoints.
type spaceOf func(compute.Backend, subspace.Net, [3]int, int, uint64) (*subspace.Space, error)

var fresh, toBeSet spaceOf = subspace.New, subspace.Blank

// newSpace makes a space of m endpoints of the run's network.
func (r *Run) newSpace(m int, of spaceOf) (*subspace.Space, error) {
	devices, chunks := cmp.Or(r.options.Devices, 1), max(r.Config.Chunks, 1)
	if devices > 1 && r.Config.Batch%(devices*chunks) != 0 {
		return nil, fmt.Errorf("a batch of %d images in %d chunks on %d devices: want a batch that divides by %d", r.Config.Batch, chunks, devices, chunks*devices)
	}
	if devices > 1 && r.options.Together > 0 {
		return nil, fmt.Errorf("%d batches a call on %d devices: images lie on one device only, leave one of the two out", r.options.Together, devices)
	}
	b, err := r.openBackend()
	if err != nil {
		return nil, err
	}
	t := r.data.Train
	net, err := r.net(len(t.Classes))
	if err != nil {
		return nil, err
	}
	s, err := of(b.Backend, net, t.Shape(), m, r.Config.seedAt(-1))
	if err != nil {
		return nil, err
	}
	if lambda, shape := r.Config.Volume, r.sampler.Shape; lambda > 0 && m == shape.Endpoints() {
		s.Penalty = shape.(subspace.Simplexes).Penalty(lambda)
	}
	s.Together = r.together()
	if s.Classes() != len(t.Classes) {
		s.Finalize()
		return nil, fmt.Errorf("the network tells %d classes apart, %s has %d: want as many", s.Classes(), t.Name, len(t.Classes))
	}
	if err := s.Devices(devices); err != nil {
		s.Finalize()
		return nil, err
	}
	return s, nil
}

// Space returns the run's subspace with its trained endpoints.
func (r *Run) Space() (*subspace.Space, error) {
	if r.space != nil {
		return r.space, nil
	}
	err := r.build(toBeSet)
	if err == nil {
		err = r.readEndpoints()
	}
	if err != nil {
		r.release()
		return nil, err
	}
	return r.space, nil
}

func (r *Run) release() {
	for set := range r.sets {
		r.evict(set)
	}
	if r.space != nil {
		r.space.Finalize()
		r.space = nil
	}
}
