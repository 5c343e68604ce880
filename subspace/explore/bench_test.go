package explore

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
)

// How long it takes from a move to new numbers: of 500 digits and ten pictures of them;
// of ten photographs, with batch norm re-estimated on 256, by the network that the shipped
// subspaces are of (the images are none: time does not depend on what is in them); and of
// the ten photographs of the shipped line, with batch norm interpolated.
func BenchmarkAt(b *testing.B) {
	b.Run("digits", func(b *testing.B) {
		c := experiment.Quick()
		c.Epochs = 10
		run, err := experiment.Train(context.Background(), c, experiment.Options{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(run.Close)
		v, err := Open(run, Options{})
		if err != nil {
			b.Fatal(err)
		}
		along(b, v, Reestimated)
		along(b, v, Interpolated)
	})
	b.Run("like CIFAR-10", func(b *testing.B) {
		images := func(n int) *dataset.Set {
			s := &dataset.Set{Name: "noise", Height: 32, Width: 32, Channels: 3, Classes: strings.Split("abcdefghij", "")}
			for i := range n * 32 * 32 * 3 {
				s.Pixels = append(s.Pixels, uint8(i*i>>5))
			}
			for i := range n {
				s.Labels = append(s.Labels, int32(i%10))
			}
			return s
		}
		c := experiment.Small().With("line", 1)
		c.Data, c.TrainImages, c.HeldOut, c.Epochs, c.Warmup, c.Points = "noise", 0, 0, 1, 0, 3
		run, err := experiment.Train(context.Background(), c, experiment.Options{Dir: b.TempDir(),
			Data: &dataset.Data{Train: images(640), Test: images(500), Mean: []float32{0.5, 0.5, 0.5}, Std: []float32{0.3, 0.3, 0.3}}})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(run.Close)
		for _, tests := range []int{1, 500} {
			v, err := Open(run, Options{Tests: tests})
			if err != nil {
				b.Fatal(err)
			}
			along(b, v, Reestimated)
			along(b, v, Interpolated)
		}
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
