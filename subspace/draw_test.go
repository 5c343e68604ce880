package subspace

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The regulariser keeps two endpoints apart, never one from itself: cos² of that is 1
// wherever it lies, and its gradient nothing. Every pair comes as often as any other.
func TestDrawnPairs(t *testing.T) {
	const n = 1000
	for _, m := range []int{2, 3, 6} {
		s := &Space{endpoints: m} // all of a space that a draw asks for
		rng := rand.New(rand.NewPCG(1, uint64(m)))
		counts := map[[2]int]float64{}
		for range n {
			pair := s.Draw(Sampler{Shape: Simplex(m)}, rng).Pair
			for _, i := range pair {
				if i < 0 || i >= m {
					t.Fatalf("m = %d: the pair %v", m, pair)
				}
			}
			if pair[0] == pair[1] {
				t.Fatalf("m = %d: endpoint %d is kept apart from itself", m, pair[0])
			}
			counts[pair]++
		}
		share := 1 / float64(m*(m-1)) // of a pair in order
		bound := 5 * math.Sqrt(n*share*(1-share))
		for i := range m {
			for j := range m {
				if got := counts[[2]int{i, j}]; i != j && math.Abs(got-n*share) > bound {
					t.Errorf("m = %d: endpoints %d and %d come %v times in %d draws, want %.0f ± %.0f", m, i, j, got, n, n*share, bound)
				}
			}
		}
	}
	if d := (&Space{endpoints: 1}).Draw(Sampler{Shape: Simplex(1)}, rand.New(rand.NewPCG(1, 1))); d.Pair != [2]int{} {
		t.Errorf("the pair of one endpoint is %v", d.Pair)
	}
}

// Training with the regulariser ends with every two endpoints more at right angles than
// without: the gradient of the loss, which all of them get, turns them towards each other.
func TestRegulariserKeepsApart(t *testing.T) {
	triangle := Sampler{Shape: Simplex(3)}
	squares := func(beta float64) (all []float64) {
		s := mlp(t, 3)
		batch := batchOf(16, 1)
		for k := range 100 {
			if _, _, err := s.Step(batch, drawAt(s, triangle, k), 0.1, SGD{Momentum: 0.9, Beta: beta}); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := s.Endpoints()
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			for j := range i {
				cosine := cosineOf(s.Layout, rows[i], rows[j])
				all = append(all, cosine*cosine)
			}
		}
		return all
	}
	without, with := squares(0), squares(1)
	for i := range with {
		if !(with[i] < without[i]/4) {
			t.Errorf("cos² of the pairs is %.4f with β = 1, %.4f with β = 0: want less than a quarter of that", with, without)
			break
		}
	}
}

// cosineOf is the cosine between two endpoints, of kernels alone: of that is the regulariser.
func cosineOf(l Layout, a, b []float32) float64 {
	var dot, aa, bb float64
	for _, w := range l.Weights {
		if len(w.Dims) < 2 {
			continue
		}
		for i := w.Offset; i < w.Offset+w.Size; i++ {
			x, y := float64(a[i]), float64(b[i])
			dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
		}
	}
	return dot / math.Sqrt(aa*bb)
}
