package subspace

import (
	"fmt"
	"math/rand/v2"
	"testing"

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
