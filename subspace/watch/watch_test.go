package watch

import (
	"context"
	"errors"
	"slices"
	"testing"

	_ "gosubspace/subspace/backend/backendtest" // the same programs are compiled once
	"gosubspace/subspace/experiment"
)

// All runs are made, those that others build on before them, and each is handed over
// once; the results are those asked for, in their order. The second time they are loaded.
func TestMake(t *testing.T) {
	c := experiment.Quick()
	c.TrainImages, c.TestImages, c.Batch, c.Epochs, c.Warmup, c.Width, c.Points, c.TestEvery = 100, 50, 50, 2, 1, 2, 3, 0
	apart := c.With("line", 1)
	apart.Independent = true
	configs := []experiment.Config{apart, c.With("standard", 1)}
	o := experiment.Options{Dir: t.TempDir()}
	var finished []string
	for _, want := range [][]string{
		{"digits-standard-cnnx2-seed1", "digits-standard-cnnx2-seed1001", "digits-independent-line-cnnx2-seed1"},
		{"digits-independent-line-cnnx2-seed1", "digits-standard-cnnx2-seed1"},
	} {
		var names []string
		results, err := Make(t.Context(), "two runs", configs, o, func(r *experiment.Run) {
			names = append(names, r.Result.Config.Name())
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(names, want) {
			t.Errorf("handed over %v, want %v", names, want)
		}
		for i, r := range results {
			if r.Config != configs[i] {
				t.Errorf("result %d is of %s, want %s", i, r.Config.Name(), configs[i].Name())
			}
			finished = append(finished, r.Identity+r.Finished)
		}
	}
	if !slices.Equal(finished[:2], finished[2:]) {
		t.Error("runs that were made are made again")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Make(ctx, "stopped", []experiment.Config{c.With("line", 2)}, o, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped before the first step: %v", err)
	}
}
