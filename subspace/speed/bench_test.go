package speed

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/experiment"
)

// -images says on how many images batch norm is re-estimated and how many are
// classified at each of several points; at a single point it is 10,000.
var benchImages = flag.Int("images", 256, "with -bench: images at each of several points")

// Every job in images a second, cResNet20 on batches of 128 of 32×32:
//
//	go test -bench Step ./subspace/speed
//	go test ./subspace/speed -bench 'Evaluate/line' -images 1024
func BenchmarkStep(b *testing.B) {
	for _, width := range []int{8, 16, 32} {
		for _, shape := range []string{"standard", "line", "simplex-3", "simplex-6"} {
			b.Run(fmt.Sprintf("%s/width%d", shape, width), func(b *testing.B) {
				bench(b, Job{Work: Step, Shape: shape, Width: width})
			})
		}
	}
}

// A training step with dropout, and the same without.
func BenchmarkDropout(b *testing.B) {
	for _, rate := range []float64{0, dropoutRate} {
		b.Run(fmt.Sprint("rate", rate), func(b *testing.B) {
			bench(b, Job{Work: Step, Shape: "standard", Width: 16, Dropout: rate})
		})
	}
}

// A step of a run of package experiment: what BenchmarkStep's line of width 16
// takes less is its input pipeline.
func BenchmarkRun(b *testing.B) {
	bench(b, Job{Work: Run, Shape: "line", Width: 16})
}

// Evaluation at a point, at 21 points of a line, at a row of a plane of 21×21, and
// its two halves.
func BenchmarkEvaluate(b *testing.B) {
	several := Amount{Points: 21, Recalibration: *benchImages, Test: *benchImages, TestBatch: min(250, *benchImages)}
	for _, c := range []struct {
		name, work, shape string
		amount            Amount
	}{
		{"point", Evaluate, "line", FullSize().Point},
		{"line", Evaluate, "line", several},
		{"plane", Evaluate, "simplex-3", several},
		{"observe", Observe, "line", several},
		{"forward", Forward, "line", several},
	} {
		b.Run(c.name, func(b *testing.B) { bench(b, Job{Work: c.work, Shape: c.shape, Width: 16, Amount: c.amount}) })
	}
}

func bench(b *testing.B, j Job) {
	engine := backendtest.XLA(b)
	j.Side, j.Batch = 32, 128
	together := experiment.OnCPU
	if os.Getenv("GOSUBSPACE_KERNELS") == "xla" {
		together = 0 // as a run makes it: XLA's convolutions are slow in a loop
	}
	w, err := open(b.Context(), j, engine, together, &phases{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.close()
	if _, err := w.sample(j.Amount.with(Amount{Points: 1, Recalibration: j.Batch, Test: j.TestBatch})); err != nil { // compiles
		b.Fatal(err)
	}
	done := 0
	for b.Loop() {
		n, err := w.sample(j.Amount)
		if err != nil {
			b.Fatal(err)
		}
		done += n
	}
	b.ReportMetric(float64(j.Images()*done)/b.Elapsed().Seconds(), "images/s")
	if done > b.N {
		b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(done), "ms/step")
	}
}
