package experiment

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/place"
)

// Snapshots are what SWA averages, and SWAG is drawn around that average.
func TestSnapshotsAndSWAG(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light()
	c.Epochs, c.SWA = 12, "cyclic-3"
	average := networksOf(t, c.With("standard", 1), o)[0]
	c.Made = snapshots
	rows := networksOf(t, c.With("simplex-3", 1), o)
	var mean subspace.Average
	for _, row := range rows {
		if err := mean.Add([][]float32{row}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(mean.Endpoints[0], average) {
		t.Error("the mean of the snapshots is not what SWA ends with")
	}
	if two := networksOf(t, c.With("simplex-2", 1), o); !slices.Equal(two[1], rows[2]) {
		t.Error("the second of two snapshots is not the last")
	}
	if _, err := Train(context.Background(), c.With("simplex-4", 1), o); err == nil || !strings.Contains(err.Error(), "4 snapshots of 3 that were collected") {
		t.Error(err)
	}
	// A run that differs in what it is scored on has its own copy.
	c.TestEvery, c.Points = 0, 0
	first := networksOf(t, c.With("simplex-3", 1), o)
	c.TestImages = 20
	if again := networksOf(t, c.With("simplex-3", 1), o); !slices.EqualFunc(first, again, slices.Equal[[]float32]) {
		t.Error("the snapshots are others where something else is scored")
	}
	c.Made = "swag-3"
	r := train(t, c.With("simplex-3", 1), o)
	if n := len(r.Result.Ensembles); n != 1 {
		t.Errorf("%d ensembles of the networks that SWAG drew", n)
	}
	drawn := networksOf(t, c.With("simplex-3", 1), o)
	if distance(drawn[0], drawn[1]) == 0 || distance(drawn[0], average) > 3*distance(rows[0], average) {
		t.Errorf("SWAG draws networks %v from each other and %v from the mean, the first snapshot is %v from it",
			distance(drawn[0], drawn[1]), distance(drawn[0], average), distance(rows[0], average))
	}
	gone, err := place.Glob(o.Dir, "*/snapshot-*")
	if err != nil || len(gone) == 0 {
		t.Fatal(gone, err)
	}
	c.Made = "swag-0"
	for i, path := range gone {
		if strings.HasSuffix(path, "-3.safetensors") || i == 0 { // of less another Gaussian would be made
			os.Remove(path)
		}
	}
	if _, err := Train(context.Background(), c.With("simplex-3", 1), o); err == nil || !strings.Contains(err.Error(), "of its 3 snapshots") {
		t.Error(err)
	}
	for _, path := range gone {
		os.Remove(path)
	}
	if _, err := Train(context.Background(), c.With("simplex-3", 1), o); err == nil || !strings.Contains(err.Error(), "0 of its 3 snapshots") {
		t.Error(err)
	}
}

// Where the snapshots of a run are gone, another that would take them over begins with
// weights of its own, and does not go on from where that one ended.
func TestSnapshotsGone(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light().With("standard", 1)
	c.SWA, c.Snapshots, c.TestEvery = "snapshots-5", true, 0
	whole := train(t, c, o)
	c.TestImages = 20
	if taken := train(t, c, o); taken.Result.TrainedIn == "" {
		t.Fatal("the second run has taken nothing over: nothing is tested here")
	}
	gone, err := place.Glob(o.Dir, "*/snapshot-2.safetensors")
	if err != nil || len(gone) != 2 {
		t.Fatal(gone, err)
	}
	for _, path := range gone {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	c.TestImages = 30
	again := train(t, c, o)
	if same := slices.Equal(rowsOf(t, again)[0], rowsOf(t, whole)[0]); again.Result.TrainedIn != "" || !same {
		t.Errorf("it was trained in %q, and its weights are those of the first: %v", again.Result.TrainedIn, same)
	}
}

// Snapshots of a run that was interrupted are those of one that was not.
func TestInterruptSnapshots(t *testing.T) {
	c := light().With("standard", 1)
	c.SWA, c.Snapshots = "snapshots-5", true
	interruptAndGoOn(t, c, Options{}, 8)
	c.SWA, c.Snapshots, c.EMA = "", false, 0.9
	interruptAndGoOn(t, c, Options{}, 8)
}

// Snapshots of a subspace are whole in a run that takes over its training.
func TestSnapshotsOfALine(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light()
	c.SWA, c.Snapshots, c.TestEvery, c.Epochs = "snapshots-3", true, 0, 6
	train(t, c, o)
	c.Points = 5
	again := train(t, c, o)
	all, err := place.Glob(again.Dir, "snapshot-*")
	if err != nil || again.Result.TrainedIn == "" || len(all) != 3 {
		t.Errorf("%d snapshots of 3 (%v), trained in %q", len(all), err, again.Result.TrainedIn)
	}
}
