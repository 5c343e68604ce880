package subspace

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/network"
)

// on makes a space whose batches are split over n devices.
func on(t testing.TB, n int, net Net, input [3]int, m int) *Space {
	t.Helper()
	s, err := New(backendtest.Devices(t, n), net, input, m, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Finalize)
	if err := s.Devices(n); err != nil {
		t.Fatal(err)
	}
	return s
}

// noise returns a batch of n random images.
func noise(n int, input [3]int, seed uint64) Batch {
	rng := rand.New(rand.NewPCG(seed, 98))
	b := Batch{Images: make([]float32, n*input[0]*input[1]*input[2]), Labels: make([]int32, n)}
	for i := range b.Images {
		b.Images[i] = float32(rng.NormFloat64())
	}
	for i := range b.Labels {
		b.Labels[i] = int32(rng.IntN(10))
	}
	return b
}

// same fails unless two states are equal to 1e-5 of the largest entry of each
// endpoint, velocity and buffer. The random state must be the same.
func same(t *testing.T, what string, got, want State) {
	t.Helper()
	for i := range want.Endpoints {
		if !nearly(got.Endpoints[i], want.Endpoints[i], 1e-5) {
			t.Errorf("%s: endpoint %d differs", what, i)
		}
		if !nearly(got.Velocity[i], want.Velocity[i], 1e-5) {
			t.Errorf("%s: velocity %d differs", what, i)
		}
	}
	for i, b := range want.Buffers {
		if equal := slices.Equal(got.Buffers[i].Bytes, b.Bytes); !equal && (b.DType.Size() != 4 || !nearly(backendtest.Floats(got.Buffers[i].Bytes), backendtest.Floats(b.Bytes), 1e-5)) {
			t.Errorf("%s: %s differs", what, b.Name)
		}
	}
}

func state(t *testing.T, s *Space) State {
	t.Helper()
	state, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// Training on several devices is training on one: losses, endpoints, velocities,
// running statistics and the random state of dropout, with every method.
func TestDevices(t *testing.T) {
	input := [3]int{8, 8, 1}
	all := SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1, Smoothing: 0.1, Rho: 0.05}
	for _, c := range []struct {
		name    string
		shape   string
		chunks  int
		dropout float64
		sgd     SGD
		freeze  []int
		devices []int
	}{
		{name: "layer by layer", shape: "layerwise-simplex-3", sgd: usual, devices: []int{4}},
		{name: "SAM, label smoothing, dropout", shape: "standard", dropout: 0.3, sgd: all, devices: []int{4}},
		{name: "chunks", shape: "line", chunks: 4, sgd: usual, devices: []int{4}},
		{name: "all, between fixed ends", shape: "bezier", chunks: 2, dropout: 0.3, sgd: all, freeze: []int{0, 2}, devices: []int{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sampler, err := ParseSampler(c.shape)
			if err != nil {
				t.Fatal(err)
			}
			sampler.Chunks = c.chunks
			net := network.WithDropout(small, c.dropout)
			var want State
			var losses []float64
			for _, n := range append([]int{1}, c.devices...) {
				s := on(t, n, net, input, sampler.Shape.Endpoints())
				if err := s.Freeze(c.freeze...); err != nil {
					t.Fatal(err)
				}
				for k := range 6 {
					size := 32
					if k == 3 && c.chunks == 0 { // as the last batch of an epoch, which does not divide
						size = 27
					}
					loss, _, err := s.Step(noise(size, input, uint64(k)), drawAt(s, sampler, k), 0.1, c.sgd)
					if err != nil {
						t.Fatal(err)
					}
					if n == 1 {
						losses = append(losses, loss)
					} else if math.Abs(loss/losses[k]-1) > 1e-5 {
						t.Errorf("step %d on %d devices: loss %v, on one %v", k+1, n, loss, losses[k])
					}
				}
				if n == 1 {
					want = state(t, s)
				} else {
					same(t, fmt.Sprint(n, " devices"), state(t, s), want)
				}
			}
		})
	}
}

// Evaluation on several devices, the last batch of which is short, gives the logits
// of one, and leaves the state as it was.
func TestDevicesEvaluate(t *testing.T) {
	input := [3]int{8, 8, 1}
	batches := func(yield func(Batch, error) bool) {
		_ = yield(noise(16, input, 1), nil) && yield(noise(10, input, 3), nil)
	}
	one, four := on(t, 1, small, input, 2), on(t, 4, small, input, 2)
	if _, _, err := one.Step(noise(16, input, 2), drawAt(one, Sampler{Shape: Line{}}, 1), 0.1, usual); err != nil {
		t.Fatal(err)
	}
	before := state(t, one)
	if err := four.SetState(before); err != nil {
		t.Fatal(err)
	}
	middle := Uniform(Line{}.Midpoint(), len(one.Layout.Layers))
	want, _, err := one.Evaluate(context.Background(), middle, batches, batches)
	if err != nil {
		t.Fatal(err)
	}
	logits, _, err := four.Evaluate(context.Background(), middle, batches, batches)
	if err != nil {
		t.Fatal(err)
	}
	if !nearly(logits, want, 1e-5) {
		t.Error("the logits differ")
	}
	same(t, "after an evaluation", state(t, four), before)
}

// A state goes from one device to four and back: the steps after it are those of
// the space that it was taken from.
func TestDevicesState(t *testing.T) {
	input, net, line := [3]int{8, 8, 1}, small, Sampler{Shape: Line{}}
	for _, c := range [][2]int{{1, 4}, {4, 1}} {
		from, to := on(t, c[0], net, input, 2), on(t, c[1], net, input, 2)
		step := func(s *Space, k int) {
			if _, _, err := s.Step(noise(32, input, uint64(k)), drawAt(s, line, k), 0.1, usual); err != nil {
				t.Fatal(err)
			}
		}
		step(from, 1)
		step(to, 5) // a state of its own, which is to go
		if err := to.SetState(state(t, from)); err != nil {
			t.Fatal(err)
		}
		for k := 2; k < 4; k++ {
			step(from, k)
			step(to, k)
		}
		same(t, fmt.Sprint("from ", c[0], " devices to ", c[1]), state(t, to), state(t, from))
	}
}

// With as many ghost batches as devices, each device normalises by its own
// images. A step of plain SGD is then the mean of the steps that a network of
// its own takes on each part of the batch, endpoints and running statistics.
func TestGhostBatchesAreDevices(t *testing.T) {
	input, line, parts, size := [3]int{8, 8, 1}, Sampler{Shape: Line{}}, 4, 32
	whole := noise(size, input, 1)
	step := func(s *Space, b Batch) (State, float64) {
		loss, _, err := s.Step(b, drawAt(s, line, 1), 0.1, SGD{Beta: 1, WeightDecay: 1e-2})
		if err != nil {
			t.Fatal(err)
		}
		return state(t, s), loss
	}
	var want State
	var loss float64
	statistics := map[string][]float32{}
	alone := on(t, 1, small, input, 2)
	begin := state(t, alone)
	for i := range parts {
		if err := alone.SetState(begin); err != nil {
			t.Fatal(err)
		}
		n, pixels := size/parts, len(whole.Images)/parts
		part := Batch{Images: whole.Images[i*pixels : (i+1)*pixels], Labels: whole.Labels[i*n : (i+1)*n]}
		got, l := step(alone, part)
		loss += l / float64(parts)
		if i == 0 {
			want = State{make([][]float32, 2), make([][]float32, 2), got.Buffers}
		}
		for e := range 2 {
			want.Endpoints[e] = added(want.Endpoints[e], got.Endpoints[e], parts)
			want.Velocity[e] = added(want.Velocity[e], got.Velocity[e], parts)
		}
		for _, b := range got.Buffers {
			if b.DType.Size() == 4 {
				statistics[b.Name] = added(statistics[b.Name], backendtest.Floats(b.Bytes), parts)
			}
		}
	}
	if err := alone.SetState(begin); err != nil {
		t.Fatal(err)
	}
	if synced, _ := step(alone, whole); nearly(synced.Endpoints[0], want.Endpoints[0], 1e-4) {
		t.Error("statistics over the whole batch give the same")
	}
	for _, n := range []int{1, 4} {
		got, l := step(on(t, n, network.WithGhostBatches(small, parts), input, 2), whole)
		if math.Abs(l/loss-1) > 1e-5 {
			t.Errorf("%d devices: loss %v, want %v", n, l, loss)
		}
		same(t, fmt.Sprint(n, " devices"), State{got.Endpoints, got.Velocity, nil}, State{want.Endpoints, want.Velocity, nil})
		for _, b := range got.Buffers {
			if b.DType.Size() == 4 && !nearly(backendtest.Floats(b.Bytes), statistics[b.Name], 1e-5) {
				t.Errorf("%d devices: %s differs", n, b.Name)
			}
		}
	}
}

// added returns sum + v/n.
func added(sum, v []float32, n int) []float32 {
	if sum == nil {
		sum = make([]float32, len(v))
	}
	for i := range v {
		sum[i] += v[i] / float32(n)
	}
	return sum
}

func TestDevicesErrors(t *testing.T) {
	s := cnn(t, 2, 1)
	for _, n := range []int{-1, 0, s.backend.NumDevices() + 1} {
		if err := s.Devices(n); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("offers %d", s.backend.NumDevices())) {
			t.Errorf("%d devices: %v", n, err)
		}
	}
	if err := s.Devices(1); err != nil {
		t.Error(err)
	}
	s = on(t, 2, small, [3]int{8, 8, 1}, 2)
	if err := s.Devices(4); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a second number of devices: %v", err)
	}
	if _, _, err := s.Step(Batch{}, drawAt(s, Sampler{Shape: Line{}}, 1), 0.1, usual); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty batch: %v", err)
	}
}

// A set lies on one device: batches of it are an error where there are several.
func TestDevicesAndResident(t *testing.T) {
	d := images(20, 8, 8, 1)
	s := on(t, 2, small, [3]int{8, 8, 1}, 2)
	b := Batch{Set: onDevice(t, d, d.Train), Picks: make([]Pick, 8)}
	if _, _, err := s.Step(b, drawAt(s, Sampler{Shape: Line{}}, 1), 0.1, usual); err == nil || !strings.Contains(err.Error(), "as values") {
		t.Error(err)
	}
}
