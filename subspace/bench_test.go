package subspace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gosubspace/subspace/backend/backendtest"
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

// A training step of cResNet20, batch 128, with the batch split over devices, in
// seconds: the median of the steps. On a CPU the devices share its cores.
func BenchmarkDevices(b *testing.B) {
	for _, c := range []struct {
		name           string
		ghosts, chunks int
	}{{"whole", 1, 1}, {"ghosts", 4, 1}, {"chunks", 1, 4}} {
		for _, devices := range []int{1, 2, 4} {
			b.Run(fmt.Sprint(c.name, "/", devices), func(b *testing.B) {
				input := [3]int{32, 32, 3}
				s := on(b, devices, network.WithGhostBatches(network.CResNet20(10, 16), c.ghosts), input, 2)
				batch, rng := noise(128, input, 1), rand.New(rand.NewPCG(1, 1))
				var seconds []float64
				step := func() {
					start := time.Now()
					if _, _, err := s.Step(batch, s.Draw(Sampler{Shape: Line{}, Chunks: c.chunks}, rng), 1e-3, usual); err != nil {
						b.Fatal(err)
					}
					seconds = append(seconds, time.Since(start).Seconds())
				}
				step() // compiles
				step()
				seconds = nil
				for b.Loop() {
					step()
				}
				slices.Sort(seconds)
				b.ReportMetric(seconds[len(seconds)/2], "median-s")
				b.ReportMetric(seconds[0], "least-s")
			})
		}
	}
}
