package subspace

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/network"
)

func TestProbe(t *testing.T) {
	b, _, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{8, 16} {
		for _, sh := range []Shape{Simplex(1), Line{}} {
			s, err := New(b, network.CResNet20(10, width), [3]int{32, 32, 3}, sh.Endpoints(), 1)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 1))
			x := Batch{make([]float32, 128*3072), make([]int32, 128)}
			for i := range x.Images {
				x.Images[i] = float32(rng.NormFloat64())
			}
			for i := range x.Labels {
				x.Labels[i] = rng.Int32N(10)
			}
			for i := range 8 {
				t0 := time.Now()
				loss, right, err := s.Step(x, s.Draw(Sampler{Shape: sh}, rng), 0.1, SGD{0.9, 1e-4, 1})
				if err != nil {
					t.Fatal(err)
				}
				fmt.Println(width, sh, i, loss, right, time.Since(t0))
			}
			fmt.Println(s.Layout.Size, len(s.Layout.Layers))
			s.Finalize()
		}
	}
}
