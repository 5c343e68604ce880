package parity_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/parity"
	"gosubspace/subspace/network"
)

// Two steps of SAM, of label smoothing and of batches in chunks, alone and
// together, agree with PyTorch: losses, every endpoint, running statistics.
func TestMethodsAgreeWithPyTorch(t *testing.T) {
	want := parity.LoadMethods()
	spaces := map[int]*subspace.Space{} // one for each number of endpoints: compiling takes most of the time
	for _, m := range []int{1, 2} {
		spaces[m] = methodsSpace(t, want, m)
	}
	for _, name := range slices.Sorted(maps.Keys(want.Methods)) {
		t.Run(name, func(t *testing.T) {
			method := want.Methods[name]
			s := spaces[method.Endpoints]
			setInitial(t, s)
			worst := 0.0
			for k, step := range method.Steps {
				d := subspace.Draw{Pair: [2]int{0, method.Endpoints - 1}}
				for _, alpha := range step.Alphas {
					d.At = append(d.At, subspace.Uniform(subspace.Line{}.At(alpha), len(s.Layout.Layers)))
				}
				if method.Endpoints == 1 {
					d.At = []subspace.Point{subspace.Uniform(subspace.Weights{1}, len(s.Layout.Layers))}
				}
				batch := subspace.Batch{Images: want.Images(k + 1), Labels: want.Labels(k + 1)}
				loss, right, err := s.Step(batch, d, step.LearningRate, subspace.SGD{Momentum: want.Momentum, WeightDecay: want.WeightDecay,
					Beta: want.Beta, Smoothing: method.Smoothing, Rho: method.Rho})
				if err != nil {
					t.Fatal(err)
				}
				if d := (loss - step.CrossEntropy) / step.CrossEntropy; !(math.Abs(d) <= parity.Tolerance) || right != step.Right {
					t.Errorf("step %d: loss %v and %d right, PyTorch has %v and %d", k+1, loss, right, step.CrossEntropy, step.Right)
				}
				worst = max(worst, compareChanges(t, s, k+1, step.Step), compareStatistics(t, s, k+1, step.Step))
			}
			if !(worst <= parity.Tolerance) { // this network is too small to need ChangeTolerance
				t.Errorf("something differs by %.1e", worst)
			}
			t.Logf("largest relative difference: %.1e", worst)
		})
	}
}

// The average of four models, its re-estimated batch norm and its logits are
// PyTorch's.
func TestAverageAgreesWithPyTorch(t *testing.T) {
	reference := parity.LoadMethods()
	want := reference.Average
	s := methodsSpace(t, reference, 1)
	setInitial(t, s) // statistics that re-estimation must forget
	var mean subspace.Average
	for i := range want.Models {
		var row []float32
		for _, w := range s.Layout.Weights {
			row = append(row, parity.Initial("/"+w.Path, i+1, w.Dims...)...)
		}
		if err := mean.Add([][]float32{row}); err != nil {
			t.Fatal(err)
		}
	}
	worst := map[float64]float64{}
	check := func(name string, difference, tolerance float64) {
		t.Helper()
		worst[tolerance] = max(worst[tolerance], difference)
		if !(difference <= tolerance) {
			t.Errorf("%s: relative difference %.1e, at most %.0e is allowed", name, difference, tolerance)
		}
	}
	for _, w := range s.Layout.Weights {
		check(w.Path, want.Weights["/"+w.Path].Difference(mean.Endpoints[0][w.Offset:w.Offset+w.Size]), parity.AverageTolerance)
	}

	if err := s.SetEndpoints(mean.Endpoints); err != nil {
		t.Fatal(err)
	}
	at := subspace.Uniform(subspace.Weights{1}, len(s.Layout.Layers))
	pixels := reference.Side * reference.Side
	err := s.Recalibrate(t.Context(), at, func(yield func(subspace.Batch, error) bool) {
		for k, n := range want.Batches {
			if !yield(subspace.Batch{Images: reference.Images(k + 1)[:n*pixels], Labels: reference.Labels(k + 1)[:n]}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	buffers := state(t, s).Buffers
	if len(buffers) != len(want.Statistics) {
		t.Fatalf("%d statistics, the reference has %d", len(buffers), len(want.Statistics))
	}
	for _, a := range buffers {
		check(a.Name, want.Statistics[a.Name].Difference(backendtest.Floats(a.Bytes)), parity.Tolerance)
	}

	logits, _, err := s.Logits(t.Context(), at, func(yield func(subspace.Batch, error) bool) {
		yield(subspace.Batch{Images: reference.Images(1), Labels: reference.Labels(1)}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	var change, size float64
	for i, row := range want.Logits {
		for j, w := range row {
			d := float64(logits[i*reference.Classes+j]) - w
			change, size = change+d*d, size+w*w
		}
	}
	check("logits", math.Sqrt(change/size), parity.Tolerance)
	t.Logf("largest relative differences: weights %.1e, statistics and logits %.1e", worst[parity.AverageTolerance], worst[parity.Tolerance])
}

// methodsSpace is a subspace of the reference's network.
func methodsSpace(t *testing.T, want *parity.Methods, m int) *subspace.Space {
	t.Helper()
	s, err := subspace.New(backendtest.Open(t), network.CNN(want.Classes, want.Width), [3]int{want.Side, want.Side, 1}, m, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Finalize)
	return s
}
