package subspace

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute/distributed"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph mathematics reads as such
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/gomlx/gomlx/ml/model"
)

// devices are the devices of the host that batches are split over.
type devices struct {
	n     int
	whole *distributed.ShardingSpec // a copy on every device
	split *distributed.ShardingSpec // equal parts of the first axis, one a device
	twins map[*model.Exec]twin      // by the graph that runs on one device
}

// twin is the same graph, partitioned over the devices.
type twin struct {
	exec *model.Exec
	in   []*distributed.ShardingSpec // of its inputs; the last also of those after it
}

// Devices splits the batches that follow over n devices of the host: images and
// labels in equal parts, endpoints, optimiser and running statistics as a copy
// on each. The graphs stay those of one device; XLA partitions them and adds
// what the devices have to tell each other, so that sums over the batch (the
// loss, gradients, batch-norm statistics forward and backward) are over the
// whole of it, each device drops what it would of the whole batch, and every
// number is that of one device but for the rounding of another order of sums.
//
// A batch that does not divide by n, such as the last of an epoch, or the chunks
// of which do not, runs on one device; what it costs is a copy of the state.
// [Space.State] is the same for any n.
//
// Statistics of batch norm over the images of each device alone are a property
// of the network, not of the devices: [network.WithGhostBatches].
//
// A batch of a resident set lies on one device: with several it is an error.
//
// The backend must offer n devices, and n is given once. XLA's CPU plugin offers
// four, which share the processor.
func (s *Space) Devices(n int) (err error) {
	defer catch("use several devices", &err)
	switch offered := s.backend.NumDevices(); {
	case n < 1 || n > offered:
		return fmt.Errorf("%d devices: the backend (%s) offers %d, want 1 to %d", n, s.backend.Name(), offered, offered)
	case s.devices != nil:
		return errors.New("the subspace has its devices already: make another for another number of them")
	case n == 1:
		return nil
	}
	mesh, err := distributed.NewDeviceMesh([]int{n}, []string{"batch"})
	if err != nil {
		return err
	}
	d := &devices{n: n, whole: distributed.NewReplicatedShardingSpec(mesh), twins: map[*model.Exec]twin{}}
	if d.split, err = distributed.BuildSpec(mesh).S("batch").Done(); err != nil {
		return err
	}
	s.devices = d
	for one, t := range map[*model.Exec]struct {
		graph func(scope *model.Scope, in []*Node) []*Node
		split int // the first inputs, which are split
	}{
		s.step:    {func(scope *model.Scope, in []*Node) []*Node { return s.stepGraph(scope, in, false) }, 2},
		s.samStep: {func(scope *model.Scope, in []*Node) []*Node { return s.stepGraph(scope, in, true) }, 2},
		s.forward: {func(scope *model.Scope, in []*Node) []*Node { return []*Node{s.forwardGraph(scope, in[0], in[1])} }, 1},
		s.observe: {func(scope *model.Scope, in []*Node) []*Node {
			return []*Node{s.observeGraph(scope, in[0], in[1], in[2])}
		}, 1},
	} {
		exec, err := model.NewExec(s.backend, s.store, t.graph)
		if err != nil {
			return err
		}
		exec.SetMaxCache(-1) // as for one device
		in := []*distributed.ShardingSpec{d.split, d.split}[:t.split]
		in = append(in, d.whole)
		exec.AutoSharding(mesh).WithInputShardingSpecs(in...).WithOutputShardingSpecs(d.whole)
		d.twins[one] = twin{exec, in}
	}
	// The store would say so of a variable itself, but not of the random state.
	for v := range s.store.IterVariables() {
		if err := v.SetShardingSpec(d.whole); err != nil {
			return err
		}
	}
	return nil
}

// over reports whether a batch of n images, in k chunks, is split over the
// devices.
func (d *devices) over(n, k int) bool { return d != nil && n%(d.n*k) == 0 }

// call runs a graph on a batch of n images: on all devices, where it can be split
// over them, else on one. The results are those of one device.
func (s *Space) call(one *model.Exec, n, k int, in ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	if !s.devices.over(n, k) {
		return call(one, in)
	}
	twin, args := s.devices.twins[one], make([]any, len(in))
	for i, t := range in {
		parts, err := dtensor.ShardTensor(twin.in[min(i, len(twin.in)-1)], t)
		if err != nil {
			return nil, err
		}
		defer parts.Finalize()
		args[i] = parts
	}
	out, err := twin.exec.Call(args...) // of the first device, then of the second …
	if err != nil {
		return nil, err
	}
	own := len(out) / s.devices.n
	release(out[own:]...)
	return out[:own], nil
}

// dealt returns the batch in the order in which k chunks of it lie on the
// devices: each has its part of the first chunk, of the second and so on, since
// a chunk that lay on one device would have to be sent to the others.
// [chunk] finds them again.
func (s *Space) dealt(b Batch, k int) Batch {
	n := len(b.Labels)
	if k < 2 || n == 0 || len(b.Images)%n != 0 || !s.devices.over(n, k) {
		return b
	}
	pixels, part := len(b.Images)/n, n/k/s.devices.n
	out := Batch{Images: make([]float32, 0, len(b.Images)), Labels: make([]int32, 0, n)}
	for device := range s.devices.n {
		for j := range k {
			from := j*n/k + device*part
			out.Images = append(out.Images, b.Images[from*pixels:(from+part)*pixels]...)
			out.Labels = append(out.Labels, b.Labels[from:from+part]...)
		}
	}
	return out
}

// chunk returns chunk j of k of a batch.
//
//	x [batch, …] -> [batch/k, …], the chunks as equal as can be
func chunk(x *Node, j, k int) *Node {
	n, devices := x.Shape().Dimensions[0], x.Graph().NumDevices()
	if devices == 1 || k == 1 {
		return Slice(x, AxisRange(j*n/k, (j+1)*n/k))
	}
	image := x.Shape().Dimensions[1:]
	x = Reshape(x, append([]int{devices, k, n / k / devices}, image...)...)
	return Reshape(Slice(x, AxisRange(), AxisElem(j)), append([]int{n / k}, image...)...)
}

// finalize frees the partitioned graphs.
func (d *devices) finalize() {
	if d == nil {
		return
	}
	for _, t := range d.twins {
		t.exec.Finalize()
	}
}
