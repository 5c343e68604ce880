package subspace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/network"
)

// A training step of the quick preset's network, in images a second, for standard
// training, a line, and simplexes of 3 and 6; cResNet20's are in subspace/speed.
func BenchmarkStep(b *testing.B) {
	for _, shape := range []Shape{Simplex(1), Line{}, Simplex(3), Simplex(6)} {
		b.Run(fmt.Sprint("quick/", shape), func(b *testing.B) {
			input, n := [3]int{8, 8, 1}, 50
			s, err := New(backendtest.Open(b), network.CNN(10, 8), input, shape.Endpoints(), 1)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Finalize()
			batch, rng := noise(n, input, 1), rand.New(rand.NewPCG(1, 1))
			step := func() {
				if _, _, err := s.Step(batch, s.Draw(Sampler{Shape: shape}, rng), 1e-3, usual); err != nil {
					b.Fatal(err)
				}
			}
			step() // compiles
			for b.Loop() {
				step()
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "images/s")
		})
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
		{"smallest", network.MLP(10, 2), images(2000, 4, 4, 1), 2, []int{0, 1, 100}},
		{"quick", network.CNN(10, 8), images(2000, 8, 8, 1), 50, []int{0, 1, 5}},
		{"cresnet20x8", network.CResNet20(10, 8), images(2000, 32, 32, 3), 32, []int{0, 1, 10}},
		{"cresnet20x16", network.CResNet20(10, 16), images(2000, 32, 32, 3), 128, []int{0, 1, 4}},
	} {
		for _, together := range n.calls {
			b.Run(fmt.Sprintf("%s/%d", n.name, together), func(b *testing.B) {
				train := n.images.Train
				s, err := New(backendtest.XLA(b), n.net, train.Shape(), 2, 1)
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
