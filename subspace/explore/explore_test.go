package explore

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/experiment"
)

// trained makes a tiny run of a shape in a folder of its own.
func trained(t testing.TB, shape string) *experiment.Run {
	t.Helper()
	c := experiment.Quick().With(shape, 1)
	c.Epochs, c.Warmup, c.Width, c.TrainImages, c.TestImages, c.Plane = 2, 1, 4, 200, 120, 0
	run, err := experiment.Train(context.Background(), c, experiment.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}

// With the images that the run is scored with a viewer has the run's scores: it is the
// same network on the same images.
func TestViewerHasTheRunsScores(t *testing.T) {
	ctx := context.Background()
	for _, shape := range []string{"line", "bezier", "simplex-3"} {
		run := trained(t, shape)
		v, err := Open(run, Options{Tests: run.TestSet().Len(), Reestimate: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range run.Result.Points {
			for _, how := range []Statistics{Reestimated, Interpolated} { // at these points both are the same
				view, err := v.At(ctx, p.Weights, how)
				if err != nil {
					t.Fatal(err)
				}
				s := view.Scores
				if s.N != p.N || math.Abs(s.Accuracy-p.Accuracy) > 1e-9 || math.Abs(s.NLL-p.NLL) > 1e-5 || math.Abs(s.ECE-p.ECE) > 1e-4 {
					t.Errorf("%s at %v, %s: %v, the run has %v", shape, p.Weights, how, s, p.Scores)
				}
				if !view.Inside || len(view.Photographs) != v.Photographs.Len() {
					t.Errorf("%s at %v: inside %v, %d photographs", shape, p.Weights, view.Inside, len(view.Photographs))
				}
			}
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A shipped subspace without an image beside its own shows photographs, and says what
// it cannot do; what is opened as its run re-estimates too.
func TestShipped(t *testing.T) {
	ctx := context.Background()
	run, dir := trained(t, "line"), t.TempDir()
	path := filepath.Join(dir, "line.safetensors")
	if err := run.Ship(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := run.ShipSamples(dir); err != nil {
		t.Fatal(err)
	}
	s, err := experiment.OpenShipped(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	v, err := OpenShipped(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	at, _, _ := Along(v.Shape, 0.33)
	view, err := v.At(ctx, at, Interpolated)
	if err != nil {
		t.Fatal(err)
	}
	if view.Scores != nil || v.Tests != 0 || len(view.Photographs) != 10 {
		t.Errorf("without images there are scores %v, %d tests, %d photographs", view.Scores, v.Tests, len(view.Photographs))
	}
	if _, err := v.At(ctx, at, Reestimated); err == nil {
		t.Error("batch norm is re-estimated without an image")
	}
	own, err := Open(run, Options{Photographs: v.Photographs})
	if err != nil {
		t.Fatal(err)
	}
	same, err := own.At(ctx, at, Interpolated)
	if err != nil {
		t.Fatal(err)
	}
	for k, p := range same.Photographs {
		for c := range p {
			if math.Abs(p[c]-view.Photographs[k][c]) > 1e-5 {
				t.Fatalf("photograph %d is %v for the file, %v for the run", k, view.Photographs[k], p)
			}
		}
	}
	other, err := own.At(ctx, at, Reestimated)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(other.Photographs[0], same.Photographs[0]) {
		t.Error("re-estimated and interpolated statistics are the same between the points of the file")
	}
}

func TestBadPoints(t *testing.T) {
	ctx := context.Background()
	v, err := Open(trained(t, "line"), Options{Tests: 20, Reestimate: 32})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []subspace.Weights{{1}, {0.5, 0.6}, {math.NaN(), 1}, {0.5, 0.25, 0.25}} {
		if _, err := v.At(ctx, w, Reestimated); err == nil {
			t.Errorf("no error at %v", w)
		}
	}
	if _, err := v.At(ctx, subspace.Weights{0.5, 0.5}, "guessed"); err == nil {
		t.Error("no error for unknown statistics")
	}
	for _, alpha := range []float64{-0.5, 1.5} {
		at, inside, _ := Along(v.Shape, alpha)
		for _, how := range []Statistics{Reestimated, Interpolated} {
			view, err := v.At(ctx, at, how)
			if err != nil || view.Inside || inside {
				t.Errorf("α = %v, %s: inside %v, %v", alpha, how, view.Inside, err)
			}
		}
	}
}

// What a viewer says it re-estimates batch norm with is what it does: whole batches, here of 50.
func TestReestimateCountsBatches(t *testing.T) {
	v, err := Open(trained(t, "line"), Options{Tests: 20, Reestimate: 120})
	if err != nil {
		t.Fatal(err)
	}
	images := 0
	for _, b := range v.recalibration {
		images += b.Len()
	}
	if images != 100 || v.Reestimate != images {
		t.Errorf("of 120 images in batches of 50 %d are used, and it says %d; want 100", images, v.Reestimate)
	}
}
