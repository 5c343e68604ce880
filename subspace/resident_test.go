package subspace

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/network"
)

// onDevice puts a set of the dataset package on the device.
func onDevice(t testing.TB, d *dataset.Data, set *dataset.Set) *Resident {
	t.Helper()
	r, err := Upload(backendtest.Open(t), set.Shape(), set.Pixels, set.Labels, d.Normalised(set.Channels))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Finalize)
	return r
}

// drawn draws how the images of a batch are varied, as dataset.Fill does.
func drawn(index []int, a dataset.Augment, rng *rand.Rand) (picks []Pick) {
	for _, i := range index {
		v := a.Draw(rng)
		picks = append(picks, Pick{Index: int32(i), DY: int32(v.DY), DX: int32(v.DX), Flip: v.Flip})
	}
	return picks
}

// noise is a set of random pixels.
func images(n, height, width, channels int) *dataset.Data {
	rng := rand.New(rand.NewPCG(uint64(n), 3))
	set := &dataset.Set{Name: "noise", Height: height, Width: width, Channels: channels, Classes: make([]string, 10)}
	for range n * height * width * channels {
		set.Pixels = append(set.Pixels, uint8(rng.Uint32()))
	}
	for range n {
		set.Labels = append(set.Labels, int32(rng.IntN(10)))
	}
	d := &dataset.Data{Train: set, Test: set}
	for c := range channels {
		d.Mean, d.Std = append(d.Mean, 0.4+0.1*float32(c)), append(d.Std, 0.2+0.03*float32(c))
	}
	return d
}

// A batch that is cut out on the device is, value for value, the batch that the
// host makes of the same draws, for images of any shape and any augmentation.
func TestResidentBatchIsTheHosts(t *testing.T) {
	for _, shape := range [][3]int{{8, 8, 1}, {5, 7, 3}, {6, 4, 2}} {
		d := images(20, shape[0], shape[1], shape[2])
		set := onDevice(t, d, d.Train)
		s := &Space{input: shape[:], classes: 10}
		look := MustNewExec(backendtest.Open(t), func(in []*Node) []*Node {
			images, labels := s.look(in[0], in[1], in[2], Reshape(in[3], in[3].Shape().Dimensions[1:]...))
			return []*Node{images, labels}
		})
		defer look.Finalize()
		for _, augment := range []dataset.Augment{{}, {Flip: true}, {Pad: 1}, dataset.Standard, {Pad: 9, Flip: true}} {
			index := []int{19, 0, 3, 3, 7, 1, 2, 5, 6, 18}
			images, labels := make([]float32, len(index)*shape[0]*shape[1]*shape[2]), make([]int32, len(index))
			if err := d.Fill(images, labels, d.Train, index, augment, rand.New(rand.NewPCG(5, 5))); err != nil {
				t.Fatal(err)
			}
			batch := Batch{Set: set, Picks: drawn(index, augment, rand.New(rand.NewPCG(5, 5)))}
			in, err := s.resident([]Batch{batch})
			if err != nil {
				t.Fatal(err)
			}
			out, err := look.Call(in[0], in[1], in[2], in[3])
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(tensors.MustCopyFlatData[float32](out[0]), images) {
				t.Errorf("%v, %+v: the images differ", shape, augment)
			}
			if !slices.Equal(tensors.MustCopyFlatData[int32](out[1]), labels) || !slices.Equal(batch.answers(), labels) {
				t.Errorf("%v, %+v: the labels differ", shape, augment)
			}
		}
	}
}

// together is what trained after some steps of a method: batches that the host
// sends (0), or of a resident set, so many steps a call.
func together(t *testing.T, sampler Sampler, net Net, o SGD, frozen []int, steps, k int) (losses []float64, right []int, state State) {
	t.Helper()
	const batch = 32
	d := images(40, 8, 8, 1)
	set := onDevice(t, d, d.Train)
	s, err := New(backendtest.Open(t), net, [3]int{8, 8, 1}, sampler.Shape.Endpoints(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Finalize()
	if err := s.Freeze(frozen...); err != nil {
		t.Fatal(err)
	}
	s.Together = k
	var work []Work
	for step := range steps {
		rng := rand.New(rand.NewPCG(7, uint64(step)))
		w := Work{Draw: s.Draw(sampler, rng), Rate: 0.1 / float64(1+step)}
		index := dataset.Order(d.Train.Len(), 1, step)[:batch]
		if k > 0 {
			w.Batch = Batch{Set: set, Picks: drawn(index, dataset.Standard, rng)}
		} else {
			w.Batch = Batch{Images: make([]float32, batch*64), Labels: make([]int32, batch)}
			if err := d.Fill(w.Batch.Images, w.Batch.Labels, d.Train, index, dataset.Standard, rng); err != nil {
				t.Fatal(err)
			}
		}
		work = append(work, w)
	}
	for part := range slices.Chunk(work, max(k, 1)) {
		l, r, err := s.Steps(part, o)
		if err != nil {
			t.Fatal(err)
		}
		losses, right = append(losses, l...), append(right, r...)
	}
	if state, err = s.State(); err != nil {
		t.Fatal(err)
	}
	return losses, right, state
}

// Several steps a call are the steps one by one, and those are the steps on
// batches that the host sends: the same losses, endpoints, velocities and
// statistics for every method.
func TestStepsTogether(t *testing.T) {
	plain := SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}
	with := func(change func(*SGD)) SGD { o := plain; change(&o); return o }
	for _, test := range []struct {
		shape  string
		chunks int
		net    Net
		o      SGD
		frozen []int
		steps  int     // with 5 a call the last call is of 3 steps, or of 1
		within float64 // of each other
	}{
		{shape: "standard", net: network.CNN(10, 8), o: plain, steps: 8, within: 1e-5}, // several layers make more of rounding
		{shape: "line", net: network.WithDropout(small, 0.3), chunks: 3, o: plain, steps: 6, within: 1e-6},
		{shape: "layerwise-simplex-3", net: small, o: with(func(o *SGD) { o.Rho, o.Smoothing = 0.05, 0.1 }), steps: 6, within: 1e-6},
		{shape: "bezier", net: network.WithDropout(small, 0.3), chunks: 2, o: with(func(o *SGD) { o.Rho = 0.05 }), frozen: []int{0, 2}, steps: 6, within: 1e-6},
	} {
		t.Run(test.shape, func(t *testing.T) {
			backendtest.XLA(t) // a loop in a graph
			sampler, err := ParseSampler(test.shape)
			if err != nil {
				t.Fatal(err)
			}
			sampler.Chunks = test.chunks
			losses, right, state := together(t, sampler, test.net, test.o, test.frozen, test.steps, 0)
			for _, k := range []int{1, 5} {
				l, r, got := together(t, sampler, test.net, test.o, test.frozen, test.steps, k)
				for i := range losses {
					if math.Abs(l[i]-losses[i]) > test.within || r[i] != right[i] {
						t.Errorf("%d a call, step %d: loss %v and %d right, want %v and %d", k, i, l[i], r[i], losses[i], right[i])
					}
				}
				if worst := furthest(got.Endpoints, state.Endpoints); worst > test.within {
					t.Errorf("%d a call: endpoints differ by %g", k, worst)
				}
				if worst := furthest(got.Velocity, state.Velocity); worst > 10*test.within {
					t.Errorf("%d a call: velocities differ by %g", k, worst)
				}
				for i, a := range got.Buffers {
					if want := state.Buffers[i]; a.DType.IsFloat() {
						if worst := furthest([][]float32{backendtest.Floats(a.Bytes)}, [][]float32{backendtest.Floats(want.Bytes)}); worst > test.within {
							t.Errorf("%d a call: %s differs by %g", k, a.Name, worst)
						}
					} else if !slices.Equal(a.Bytes, want.Bytes) {
						t.Errorf("%d a call: %s differs", k, a.Name)
					}
				}
			}
		})
	}
}

// Evaluation on a resident set gives the logits of evaluation on the host's
// batches, several batches a call and a short one at the end.
func TestEvaluateResident(t *testing.T) {
	backendtest.XLA(t)
	d := images(23, 8, 8, 1)
	set := onDevice(t, d, d.Train)
	s := cnn(t, 2, 1)
	p := Uniform(Line{}.At(0.3), len(s.Layout.Layers))
	batches := func(resident bool, a dataset.Augment) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			for i, index := range slices.Collect(slices.Chunk(dataset.Order(d.Train.Len(), 1, 0), 5)) {
				rng := rand.New(rand.NewPCG(1, uint64(i)))
				b := Batch{Set: set}
				if resident {
					b.Picks = drawn(index, a, rng)
				} else {
					b = Batch{Images: make([]float32, len(index)*64), Labels: make([]int32, len(index))}
					d.Fill(b.Images, b.Labels, d.Train, index, a, rng)
				}
				if !yield(b, nil) {
					return
				}
			}
		}
	}
	want, answers, err := s.Evaluate(context.Background(), p, batches(false, dataset.Standard), batches(false, dataset.Augment{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []int{0, 1, 3, 9} {
		s.Together = k
		logits, labels, err := s.Evaluate(context.Background(), p, batches(true, dataset.Standard), batches(true, dataset.Augment{}))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(labels, answers) || len(logits) != len(want) {
			t.Fatalf("%d a call: %d labels and %d logits, or other ones", k, len(labels), len(logits))
		}
		if worst := furthest([][]float32{logits}, [][]float32{want}); worst > 1e-5 {
			t.Errorf("%d a call: logits differ by %g", k, worst)
		}
	}
}

// A resident set stays on the device: no copy in host memory that could be sent
// again, and no step takes its buffers.
func TestResidentStays(t *testing.T) {
	d := images(20, 8, 8, 1)
	set := onDevice(t, d, d.Train)
	s := cnn(t, 2, 1)
	before := fmt.Sprint(set.pixels.Device())
	for step := range 3 {
		b := Batch{Set: set, Picks: drawn([]int{1, 2, 3, 4}, dataset.Standard, rand.New(rand.NewPCG(1, 1)))}
		if _, _, err := s.Step(b, s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, uint64(step)))), 0.1, SGD{}); err != nil {
			t.Fatal(err)
		}
	}
	if after := fmt.Sprint(set.pixels.Device()); after != before {
		t.Errorf("the pixels were on device %s and are on %s", before, after)
	}
	for _, part := range []*tensors.Tensor{set.pixels, set.labels, set.values} {
		if !part.IsOnAnyDevice() || part.HasLocal() && !part.IsShared() {
			t.Errorf("%s: on a device %v, a copy on the host %v", part.Shape(), part.IsOnAnyDevice(), part.HasLocal())
		}
	}
}

func furthest(a, b [][]float32) (worst float64) {
	for i := range a {
		for j := range a[i] {
			if d := math.Abs(float64(a[i][j]) - float64(b[i][j])); !(d <= worst) {
				worst = d
			}
		}
	}
	return worst
}

// A backend without loops takes one batch a call, and says so of more.
func TestTogetherWantsLoops(t *testing.T) {
	engine, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Finalize()
	s, err := New(engine, network.MLP(10, 2), [3]int{2, 2, 1}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Finalize()
	set, err := Upload(engine, [3]int{2, 2, 1}, make([]uint8, 8), []int32{0, 1}, make([][256]float32, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer set.Finalize()
	b := Batch{Set: set, Picks: []Pick{{Index: 1}, {Index: 0}}}
	for together, wanted := range map[int]bool{1: true, 2: false} {
		s.Together = together
		_, _, err := s.Step(b, s.Draw(Sampler{Shape: Simplex(1)}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{})
		if (err == nil) != wanted || err != nil && !strings.Contains(err.Error(), "set Together to 1") {
			t.Errorf("%d together: %v", together, err)
		}
	}
	b.Picks[0].Index = 2
	s.Together = 1
	if _, _, err := s.Step(b, s.Draw(Sampler{Shape: Simplex(1)}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{}); err == nil {
		t.Error("image 2 of a set of 2 was taken")
	}
	for _, label := range []int32{-1, 10} {
		other, err := Upload(engine, [3]int{2, 2, 1}, make([]uint8, 8), []int32{0, label}, make([][256]float32, 1))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Finalize()
		b := Batch{Set: other, Picks: []Pick{{Index: 1}, {Index: 0}}}
		want := fmt.Sprintf("the label of image 1 of the set is %d: the network tells 10 classes apart", label)
		if _, _, err := s.Step(b, s.Draw(Sampler{Shape: Simplex(1)}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a label of %d among 10 classes: %v", label, err)
		}
	}
	if _, err := Upload(engine, [3]int{2, 2, 1}, make([]uint8, 7), []int32{0, 1}, make([][256]float32, 1)); err == nil {
		t.Error("a set that lacks a pixel was taken")
	}
}
