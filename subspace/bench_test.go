package subspace

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/network"
)

// A training step, in images a second: the quick preset's network and
// cResNet20, for standard training, a line, and simplexes of 3 and 6.
func BenchmarkStep(b *testing.B) {
	for _, n := range []struct {
		name    string
		net     Net
		input   [3]int
		batch   int
		wantXLA bool
	}{
		{"quick", network.CNN(10, 8), [3]int{8, 8, 1}, 50, false},
		{"cresnet20x8", network.CResNet20(10, 8), [3]int{32, 32, 3}, 128, true},
		{"cresnet20x16", network.CResNet20(10, 16), [3]int{32, 32, 3}, 128, true},
	} {
		for _, shape := range []Shape{Simplex(1), Line{}, Simplex(3), Simplex(6)} {
			b.Run(fmt.Sprint(n.name, "/", shape), func(b *testing.B) {
				engine := backendtest.Open(b)
				if n.wantXLA {
					engine = backendtest.XLA(b)
				}
				s, err := New(engine, n.net, n.input, shape.Endpoints(), 1)
				if err != nil {
					b.Fatal(err)
				}
				defer s.Finalize()
				rng := rand.New(rand.NewPCG(1, 1))
				batch := Batch{Images: make([]float32, n.batch*n.input[0]*n.input[1]*n.input[2]), Labels: make([]int32, n.batch)}
				for i := range batch.Images {
					batch.Images[i] = float32(rng.NormFloat64())
				}
				step := func() {
					if _, _, err := s.Step(batch, s.Draw(Sampler{Shape: shape}, rng), 1e-3, SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}); err != nil {
						b.Fatal(err)
					}
				}
				step() // compiles
				for b.Loop() {
					step()
				}
				b.ReportMetric(float64(n.batch*b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}

// A training step on a line, in images a second: batches that the host makes and
// sends (0), and batches of a resident set, so many a call. The smallest network
// shows what a call costs beside its computation.
func BenchmarkResident(b *testing.B) {
	for _, n := range []struct {
		name   string
		net    Net
		images *dataset.Data
		batch  int
		calls  []int
	}{
		{"smallest", network.MLP(10, 2), noise(2000, 4, 4, 1), 2, []int{0, 1, 100}},
		{"quick", network.CNN(10, 8), noise(2000, 8, 8, 1), 50, []int{0, 1, 5}},
		{"cresnet20x8", network.CResNet20(10, 8), noise(2000, 32, 32, 3), 128, []int{0, 1, 2}},
	} {
		for _, together := range n.calls {
			b.Run(fmt.Sprintf("%s/%d", n.name, together), func(b *testing.B) {
				train := n.images.Train
				s, err := New(backendtest.XLA(b), n.net, [3]int{train.Height, train.Width, train.Channels}, 2, 1)
				if err != nil {
					b.Fatal(err)
				}
				defer s.Finalize()
				set := onDevice(b, n.images, train)
				s.Together = together
				step := 0
				call := func() {
					var work []Work
					for range max(together, 1) {
						rng := rand.New(rand.NewPCG(1, uint64(step)))
						index := dataset.Order(train.Len(), 1, step)[:n.batch]
						w := Work{Draw: s.Draw(Sampler{Shape: Line{}}, rng), Rate: 1e-3}
						if together > 0 {
							w.Batch = Batch{Set: set, Picks: drawn(index, dataset.Standard, rng)}
						} else {
							w.Batch = Batch{Images: make([]float32, n.batch*train.Height*train.Width*train.Channels), Labels: make([]int32, n.batch)}
							if err := n.images.Fill(w.Batch.Images, w.Batch.Labels, train, index, dataset.Standard, rng); err != nil {
								b.Fatal(err)
							}
						}
						work, step = append(work, w), step+1
					}
					if _, _, err := s.Steps(work, SGD{Momentum: 0.9, WeightDecay: 1e-4, Beta: 1}); err != nil {
						b.Fatal(err)
					}
				}
				start := time.Now()
				call()
				b.Logf("first call %.1f s", time.Since(start).Seconds())
				step = 0
				b.ResetTimer()
				for b.Loop() {
					call()
				}
				b.ReportMetric(float64(n.batch*step)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}
