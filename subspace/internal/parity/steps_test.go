package parity_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/parity"
	"gosubspace/subspace/network"
)

var usual = subspace.SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}

// Two steps of cResNet20, standard and on a line, agree with PyTorch: losses,
// every endpoint, running statistics.
func TestStepsAgreeWithPyTorch(t *testing.T) {
	b, want := backendtest.XLA(t), parity.Load()
	for name, reference := range map[string][]parity.Step{"standard": want.Standard, "line": want.Line} {
		t.Run(name, func(t *testing.T) {
			sampler, err := subspace.ParseSampler(name)
			if err != nil {
				t.Fatal(err)
			}
			m := sampler.Shape.Endpoints()
			s, err := subspace.New(b, network.CResNet20(want.Classes, want.Width), [3]int{want.Side, want.Side, 3}, m, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Finalize()
			setInitial(t, s)
			worst := 0.0
			for k, step := range reference {
				at := subspace.Weights{1}
				if m == 2 {
					at = subspace.Line{}.At(step.Alpha)
				}
				d := subspace.Draw{At: []subspace.Point{subspace.Uniform(at, len(s.Layout.Layers))}, Pair: [2]int{0, m - 1}}
				batch := subspace.Batch{Images: want.Images(k + 1), Labels: want.Labels(k + 1)}
				loss, _, err := s.Step(batch, d, step.LearningRate, subspace.SGD{Momentum: want.Momentum, WeightDecay: want.WeightDecay, Beta: want.Beta})
				if err != nil {
					t.Fatal(err)
				}
				if d := (loss - step.CrossEntropy) / step.CrossEntropy; !(math.Abs(d) <= parity.Tolerance) {
					t.Errorf("step %d: loss %v, PyTorch has %v", k+1, loss, step.CrossEntropy)
				}
				worst = max(worst, compareChanges(t, s, k+1, step), compareStatistics(t, s, k+1, step))
			}
			t.Logf("largest relative difference: %.1e", worst)
		})
	}
}

// setInitial gives the space the weights and statistics of the reference, and no
// velocity.
func setInitial(t *testing.T, s *subspace.Space) {
	t.Helper()
	at := state(t, s)
	for i, row := range at.Endpoints {
		for _, w := range s.Layout.Weights {
			copy(row[w.Offset:], parity.Initial("/"+w.Path, i+1, w.Dims...))
		}
		clear(at.Velocity[i])
	}
	for _, a := range at.Buffers {
		for i, v := range parity.Initial(a.Name, 0, a.Dims...) {
			binary.LittleEndian.PutUint32(a.Bytes[4*i:], math.Float32bits(v))
		}
	}
	if err := s.SetState(at); err != nil {
		t.Fatal(err)
	}
}

func state(t *testing.T, s *subspace.Space) subspace.State {
	t.Helper()
	state, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// compareChanges compares what the steps so far have added to every weight.
func compareChanges(t *testing.T, s *subspace.Space, k int, want parity.Step) (worst float64) {
	t.Helper()
	rows, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		for _, w := range s.Layout.Weights {
			change := row[w.Offset : w.Offset+w.Size]
			for j, before := range parity.Initial("/"+w.Path, i+1, w.Dims...) {
				change[j] -= before
			}
			d := want.Changes[i]["/"+w.Path].Difference(change)
			worst = max(worst, d)
			if !(d <= parity.ChangeTolerance) {
				t.Errorf("step %d: endpoint %d, %s differs by %.1e", k, i+1, w.Path, d)
			}
		}
	}
	return worst
}

func compareStatistics(t *testing.T, s *subspace.Space, k int, want parity.Step) (worst float64) {
	t.Helper()
	buffers := state(t, s).Buffers
	if len(want.Statistics) != len(buffers) {
		t.Fatalf("%d statistics, the reference has %d", len(buffers), len(want.Statistics))
	}
	for _, a := range buffers {
		now := backendtest.Floats(a.Bytes)
		for j, before := range parity.Initial(a.Name, 0, a.Dims...) {
			now[j] -= before
		}
		d := want.Statistics[a.Name].Difference(now)
		worst = max(worst, d)
		if !(d <= parity.ChangeTolerance) {
			t.Errorf("step %d: %s differs by %.1e", k, a.Name, d)
		}
	}
	return worst
}

// repeated is the size of a batch that is worth the backend's threads.
const repeated = 64

// The same steps from the same seed give the same bytes, whatever the threads of
// the backend do.
func TestStepsRepeat(t *testing.T) {
	b, want := backendtest.XLA(t), parity.Load()
	batch := subspace.Batch{Images: slices.Concat(want.Images(1), want.Images(2)), Labels: slices.Concat(want.Labels(1), want.Labels(2))}
	for len(batch.Labels) < repeated {
		batch.Images, batch.Labels = append(batch.Images, batch.Images...), append(batch.Labels, batch.Labels...)
	}
	line := subspace.Sampler{Shape: subspace.Line{}}
	var first [][]float32
	for range 2 {
		s, err := subspace.New(b, network.CResNet20(want.Classes, want.Width), [3]int{want.Side, want.Side, 3}, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 1))
		for range 3 {
			if _, _, err := s.Step(batch, s.Draw(line, rng), 0.1, usual); err != nil {
				t.Fatal(err)
			}
		}
		now, err := s.Endpoints()
		if err != nil {
			t.Fatal(err)
		}
		s.Finalize()
		if first == nil {
			first = now
		} else if !slices.EqualFunc(first, now, slices.Equal) {
			t.Error("the endpoints differ between two equal trainings")
		}
	}
}

// A step of cResNet20. The loss and the running statistics are those of one device
// to 1e-5. A gradient of so many layers is not that certain on one device either: it
// may differ by a few times what it does there with the images in another order, or by 1e-5 of the
// largest, since the convolutions of several devices are XLA's and those of one are
// not. Images and weights are those of the parity tests, with which no rectifier is
// on or off by the last bit: any other way to round would show in the gradient. As
// often as each other, but not on every device, two images have the statistics of
// the two alone.
func TestDevicesCResNet20(t *testing.T) {
	want := parity.Load()
	input, n := [3]int{want.Side, want.Side, 3}, repeated
	two := want.Images(1)
	batch := subspace.Batch{Images: make([]float32, n*len(two)/2), Labels: make([]int32, n)}
	for i := range n {
		k := i % 2
		if i < n/2 { // a device has one of them alone
			k = i / (n / 4)
		}
		copy(batch.Images[i*len(two)/2:][:len(two)/2], two[k*len(two)/2:])
		batch.Labels[i] = want.Labels(1)[k]
	}
	reversed := subspace.Batch{Images: make([]float32, 0, len(batch.Images)), Labels: slices.Clone(batch.Labels)}
	slices.Reverse(reversed.Labels)
	for i, pixels := n-1, len(batch.Images)/n; i >= 0; i-- {
		reversed.Images = append(reversed.Images, batch.Images[i*pixels:(i+1)*pixels]...)
	}
	net := network.CResNet20(want.Classes, want.Width)
	one, four := on(t, 1, net, input, 2), on(t, 4, net, input, 2)
	setInitial(t, one)
	begin := state(t, one)
	point := subspace.Draw{At: []subspace.Point{subspace.Uniform(subspace.Line{}.At(want.Line[0].Alpha), len(one.Layout.Layers))}, Pair: [2]int{0, 1}}
	step := func(s *subspace.Space, b subspace.Batch) (float64, subspace.State) {
		t.Helper()
		if err := s.SetState(begin); err != nil {
			t.Fatal(err)
		}
		loss, _, err := s.Step(b, point, 0.1, usual)
		if err != nil {
			t.Fatal(err)
		}
		return loss, state(t, s)
	}
	_, other := step(one, reversed)
	wantLoss, after := step(one, batch)
	loss, got := step(four, batch)
	if math.Abs(loss/wantLoss-1) > 1e-5 {
		t.Errorf("loss %v, on one device %v", loss, wantLoss)
	}
	for i, want := range after.Buffers {
		d, largest := apart(backendtest.Floats(got.Buffers[i].Bytes), backendtest.Floats(want.Bytes))
		if d > 1e-5*largest {
			t.Errorf("%s, at most %g: differs by %g", want.Name, largest, d)
		}
	}
	for i := range after.Velocity {
		d, largest := apart(got.Velocity[i], after.Velocity[i])
		certain, _ := apart(other.Velocity[i], after.Velocity[i])
		t.Logf("velocity %d, at most %.2g: differs by %.2g, on one device by %.2g", i, largest, d, certain)
		if d > max(4*certain, 1e-5*largest) {
			t.Errorf("velocity %d, at most %g: differs by %g, on one device by %g", i, largest, d, certain)
		}
	}
}

// on makes a space whose batches are split over n devices.
func on(t *testing.T, n int, net subspace.Net, input [3]int, m int) *subspace.Space {
	t.Helper()
	s, err := subspace.New(backendtest.Devices(t, n), net, input, m, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Finalize)
	if err := s.Devices(n); err != nil {
		t.Fatal(err)
	}
	return s
}

// apart returns the largest difference of two vectors, and the largest entry of b.
func apart(a, b []float32) (worst, largest float64) {
	for i := range b {
		worst = max(worst, math.Abs(float64(a[i]-b[i])))
		largest = max(largest, math.Abs(float64(b[i])))
	}
	return worst, largest
}
