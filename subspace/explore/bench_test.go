package explore

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
)

// How long it takes from a move to new numbers: of 500 digits and ten photographs of
// them, and of the ten photographs of the shipped line, with batch norm interpolated;
// where CIFAR-10 is on this machine, with 256 images of re-estimation.
func BenchmarkAt(b *testing.B) {
	b.Run("digits", func(b *testing.B) {
		v, err := Open(trained(b, "line"), Options{Tests: 500})
		if err != nil {
			b.Fatal(err)
		}
		along(b, v, Reestimated)
		along(b, v, Interpolated)
	})
	b.Run("photographs", func(b *testing.B) {
		s, err := experiment.OpenShipped(filepath.Join("..", "..", "notebooks", "results", "endpoints", "line.safetensors"), nil)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		v, err := OpenShipped(s, Options{})
		if err != nil {
			b.Fatal(err)
		}
		along(b, v, Interpolated)
	})
}

func along(b *testing.B, v *Viewer, how Statistics) {
	b.Run(fmt.Sprintf("%s of %d tests, %d training images", how, v.Tests, v.Reestimate), func(b *testing.B) {
		if _, err := v.At(context.Background(), subspace.Weights{0.5, 0.5}, how); err != nil { // compiles
			b.Fatal(err)
		}
		for i := 0; b.Loop(); i++ {
			at, _, _ := Along(v.Shape, float64(i%101)/100)
			if _, err := v.At(context.Background(), at, how); err != nil {
				b.Fatal(err)
			}
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
	})
}
