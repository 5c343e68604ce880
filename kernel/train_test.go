package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// A folder that is really called ~ is said to be so by ./~, and is drawn to like any other.
func TestDrawToTilde(t *testing.T) {
	rec, err := experiment.ReadRecord("../notebooks/results")
	if err != nil {
		t.Fatal(err)
	}
	f, err := paper.ReadFigure(rec, 3, experiment.Small(), "-preset cifar10-small")
	if err != nil {
		t.Fatal(err)
	}
	var results []experiment.Result
	for _, row := range f.Rows {
		results = append(results, row.Results[0])
	}
	dir := t.TempDir()
	t.Chdir(dir)
	if err := drawFigure(f.Figure, results, "./~/x", io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "~", "x", "figure-3.png")); err != nil {
		t.Error(err)
	}
}

// Of data of one's own a preset's numbers of images do not apply, those of flags do;
// of the project's data both do, in one command too.
func TestOwnDataWhole(t *testing.T) {
	for _, c := range []struct {
		args              []string
		train, test, held int
	}{
		{[]string{"-dataset", "folder", "-side", "8"}, 0, 0, 0},
		{[]string{"-dataset", "folder", "-side", "8", "-preset", "cifar10-small"}, 0, 0, 0},
		{[]string{"-dataset", "folder", "-side", "8", "-train-images", "30", "-test-images", "20", "-held-out", "10"}, 30, 20, 10},
		{[]string{"-dataset", "folder", "-side", "8", "-figure", "3"}, 0, 0, 0},
		{[]string{"-dataset", "digits"}, 200, 0, 0},
		{nil, 200, 0, 0},
		{[]string{"-preset", "cifar10-small"}, 640, 0, 1000},
	} {
		plan, err := parseTraining(t.Context(), c.args, io.Discard)
		if err != nil {
			t.Errorf("%v: %v", c.args, err)
			continue
		}
		for _, config := range plan.configs {
			if config.TrainImages != c.train || config.TestImages != c.test || config.HeldOut != c.held {
				t.Errorf("%v: %s is of %d, %d and %d images; want %d, %d and %d", c.args, config.Name(),
					config.TrainImages, config.TestImages, config.HeldOut, c.train, c.test, c.held)
			}
		}
	}
	both, err := parseTraining(t.Context(), []string{"-dataset", "digits, folder", "-side", "8"}, io.Discard)
	if err != nil || len(both.configs) != 2 || both.configs[0].TrainImages != 200 || both.configs[1].TrainImages != 0 {
		t.Errorf("of two data sets: %+v, %v", both, err)
	}
}
