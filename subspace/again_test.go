package subspace

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gosubspace/subspace/network"
)

// An iterator may fill the same memory again and again, as the loop in package dataset's
// comment does.
func TestBatchesOfOneBuffer(t *testing.T) {
	s := spaceOf(t, small, 2, 1)
	all := []Batch{batchOf(8, 1), batchOf(8, 2), batchOf(8, 3), batchOf(5, 4)}
	again := func(yield func(Batch, error) bool) {
		b := batchOf(8, 9)
		for _, of := range all {
			n := copy(b.Labels, of.Labels)
			copy(b.Images, of.Images)
			if !yield(Batch{Images: b.Images[:n*64], Labels: b.Labels[:n]}, nil) {
				return
			}
		}
	}
	at := Uniform(Line{}.Midpoint(), len(s.Layout.Layers))
	want, labels, err := s.Evaluate(t.Context(), at, once(all...), once(all...))
	if err != nil {
		t.Fatal(err)
	}
	got, said, err := s.Evaluate(t.Context(), at, again, again)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) || !slices.Equal(said, labels) {
		t.Error("batches in one buffer are others than in buffers of their own")
	}
}

// More sizes of batches than GoMLX keeps programs for by itself.
func TestManySizes(t *testing.T) {
	s := spaceOf(t, small, 1, 1)
	for n := 1; n <= 33; n++ {
		if _, _, err := s.Logits(t.Context(), Uniform(Weights{1}, len(s.Layout.Layers)), once(batchOf(n, 1))); err != nil {
			t.Fatal(err)
		}
	}
}

// What training does not change is no statistic, and is not estimated anew; a variable
// that starts at random is the same for any number of endpoints.
func TestOtherVariables(t *testing.T) {
	a, b, three := spaceOf(t, restless, 2, 1), spaceOf(t, restless, 2, 9), spaceOf(t, restless, 3, 1)
	state, err := a.State()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetState(state); err != nil {
		t.Fatal(err)
	}
	var logits [][]float32
	for _, s := range []*Space{a, b} {
		out, _, err := s.Evaluate(t.Context(), Uniform(Line{}.Midpoint(), len(s.Layout.Layers)), once(batchOf(8, 1)), once(batchOf(8, 1)))
		if err != nil {
			t.Fatal(err)
		}
		logits = append(logits, out)
	}
	if !slices.Equal(logits[0], logits[1]) {
		t.Error("a space that is set to the state of another is another one")
	}
	of, err := three.Buffers()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(of, state.Buffers) {
		t.Error("with another number of endpoints the variable beside the weights is another one")
	}
}

// Re-estimating batch norm between two steps changes nothing of what dropout draws.
func TestRecalibrateKeepsDropout(t *testing.T) {
	s := spaceOf(t, network.WithDropout(small, 0.5), 2, 1)
	draw := s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1)))
	losses := func(between bool) (all []float64) {
		state, err := s.State()
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			loss, _, err := s.Step(batchOf(16, 1), draw, 0, SGD{})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, loss)
			if between {
				if err := s.Recalibrate(context.Background(), Uniform(Line{}.Midpoint(), len(s.Layout.Layers)), once(batchOf(8, 1))); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.SetState(state); err != nil {
			t.Fatal(err)
		}
		return all
	}
	plain, between := losses(false), losses(true)
	if !slices.Equal(plain, between) || plain[0] == plain[1] {
		t.Errorf("losses %v, with batch norm re-estimated between them %v", plain, between)
	}
}

// An endpoint that is freed does not leap by what it gathered while it was frozen.
func TestFreed(t *testing.T) {
	s := spaceOf(t, small, 2, 1)
	step := func() {
		t.Helper()
		// At endpoint 1: endpoint 0 has no part in it.
		if _, _, err := s.Step(batchOf(8, 1), Draw{At: []Point{Uniform(Weights{0, 1}, len(s.Layout.Layers))}}, 0.1, SGD{Momentum: 0.9}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Freeze(0, 1); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, _, err := s.Step(batchOf(8, 1), s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1))), 0.1, SGD{Momentum: 0.9}); err != nil {
			t.Fatal(err)
		}
	}
	before, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Freeze(); err != nil {
		t.Fatal(err)
	}
	step()
	after, err := s.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before[0], after[0]) || slices.Equal(before[1], after[1]) {
		t.Error("after it was freed endpoint 0 moves without a gradient, or endpoint 1 does not move")
	}
}
