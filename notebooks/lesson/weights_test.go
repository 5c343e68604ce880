package lesson

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
)

// A cell writes the midpoint of a run for PyTorch, with the module beside it.
func TestWeights(t *testing.T) {
	t.Setenv("GOSUBSPACE_RUNS", t.TempDir())
	c := experiment.Quick()
	c.TrainImages, c.TestImages, c.Batch, c.Epochs, c.Warmup, c.Width, c.Points, c.TestEvery = 60, 40, 30, 2, 0, 2, 3, 0
	dir := t.TempDir()
	said := printed(t, func() { Weights(c, experiment.Options{}, dir); Weights(c, experiment.Options{}, dir, 0.25) })
	for _, name := range []string{"-at-0.5_0.5.safetensors", "-at-0.75_0.25.safetensors"} {
		if files, _ := place.Glob(dir, "digits-line-cnnx2-seed1-*"+name); len(files) != 1 || !strings.Contains(said, files[0]) {
			t.Errorf("%s: %v; it says %s", name, files, said)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "cnn.py")); err != nil {
		t.Error(err)
	}
	for want, do := range map[string]func(){
		"dir is empty":     func() { Weights(c, experiment.Options{}, "") },
		"a point of line:": func() { Weights(c, experiment.Options{}, dir, 0.1, 0.2, 0.7) },
		"unknown shape":    func() { Weights(c.With("lime", 1), experiment.Options{}, dir) },
	} {
		if line := saidAtEnd(t, func() error { do(); return nil }); !strings.Contains(line, want) {
			t.Errorf("it says %q, want %q", line, want)
		}
	}
}
