package subspace

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/internal/parity"
	"gosubspace/subspace/network"
)

// Two steps of cResNet20, standard and on a line, agree with PyTorch: losses,
// every endpoint, running statistics.
func TestStepsAgreeWithPyTorch(t *testing.T) {
	b, want := backendtest.XLA(t), parity.Load()
	for name, reference := range map[string][]parity.Step{"standard": want.Standard, "line": want.Line} {
		t.Run(name, func(t *testing.T) {
			sampler, err := ParseSampler(name)
			if err != nil {
				t.Fatal(err)
			}
			m := sampler.Shape.Endpoints()
			s, err := New(b, network.CResNet20(want.Classes, want.Width), [3]int{want.Side, want.Side, 3}, m, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Finalize()
			setInitial(t, s)
			worst := 0.0
			for k, step := range reference {
				at := Weights{1}
				if m == 2 {
					at = Line{}.At(step.Alpha)
				}
				d := Draw{At: []Point{Uniform(at, len(s.Layout.Layers))}, Pair: [2]int{0, m - 1}}
				batch := Batch{Images: want.Images(k + 1), Labels: want.Labels(k + 1)}
				loss, _, err := s.Step(batch, d, step.LearningRate, SGD{Momentum: want.Momentum, WeightDecay: want.WeightDecay, Beta: want.Beta})
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

// setInitial gives the space the weights and statistics of the reference.
func setInitial(t *testing.T, s *Space) {
	t.Helper()
	rows := make([][]float32, s.endpoints)
	for i := range rows {
		for _, w := range s.Layout.Weights {
			rows[i] = append(rows[i], parity.Initial("/"+w.Path, i+1, w.Dims...)...)
		}
	}
	if err := s.SetEndpoints(rows); err != nil {
		t.Fatal(err)
	}
	for _, v := range s.state {
		dims := v.Shape().Dimensions
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(parity.Initial(v.Path(), 0, dims...), dims...)); err != nil {
			t.Fatal(err)
		}
	}
}

// compareChanges compares what the steps so far have added to every weight.
func compareChanges(t *testing.T, s *Space, k int, want parity.Step) (worst float64) {
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

func compareStatistics(t *testing.T, s *Space, k int, want parity.Step) (worst float64) {
	t.Helper()
	if len(want.Statistics) != len(s.state) {
		t.Fatalf("%d statistics, the reference has %d", len(s.state), len(want.Statistics))
	}
	for _, v := range s.state {
		now := tensors.MustCopyFlatData[float32](v.MustValue())
		for j, before := range parity.Initial(v.Path(), 0, v.Shape().Dimensions...) {
			now[j] -= before
		}
		d := want.Statistics[v.Path()].Difference(now)
		worst = max(worst, d)
		if !(d <= parity.ChangeTolerance) {
			t.Errorf("step %d: %s differs by %.1e", k, v.Path(), d)
		}
	}
	return worst
}

// repeated is the size of a batch that is worth the backend's threads.
const repeated = 64

// The same steps from the same seed give the same bytes, whatever the threads of
// the backend do, and if compiled again too, as by who resumes: resuming rests on it.
func TestStepsRepeat(t *testing.T) {
	b := backendtest.XLA(t)
	want := parity.Load()
	batch := Batch{Images: slices.Concat(want.Images(1), want.Images(2)), Labels: slices.Concat(want.Labels(1), want.Labels(2))}
	for len(batch.Labels) < repeated {
		batch.Images, batch.Labels = append(batch.Images, batch.Images...), append(batch.Labels, batch.Labels...)
	}
	for _, c := range []struct {
		name string
		net  Net
		anew bool
	}{
		{"cResNet20", network.CResNet20(want.Classes, want.Width), false},
		{"compiled anew", small, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.anew {
				backendtest.Anew(t)
			}
			var first []float32
			for range 2 {
				s, err := New(b, c.net, [3]int{want.Side, want.Side, 3}, 2, 1)
				if err != nil {
					t.Fatal(err)
				}
				rng := rand.New(rand.NewPCG(1, 1))
				for range 3 {
					if _, _, err := s.Step(batch, s.Draw(Sampler{Shape: Line{}}, rng), 0.1, SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}); err != nil {
						t.Fatal(err)
					}
				}
				rows, err := s.Endpoints()
				if err != nil {
					t.Fatal(err)
				}
				s.Finalize()
				now := slices.Concat(rows...)
				if first != nil && !slices.Equal(first, now) {
					t.Error("the endpoints differ between two equal trainings")
				}
				first = now
			}
		})
	}
}
