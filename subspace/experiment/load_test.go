package experiment

import (
	"context"
	"errors"
	"os"
	"testing"
)

// Load opens what Train has made, and never trains: a run that is not there, or not of
// these images, is an error and leaves no folder.
func TestLoad(t *testing.T) {
	ctx, o := context.Background(), Options{Dir: t.TempDir()}
	c := light()
	made := train(t, c, o)
	made.Close()
	r, err := Load(ctx, c, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Result.Midpoint().Scores != made.Result.Midpoint().Scores {
		t.Errorf("it has %v, it was made with %v", r.Result.Midpoint().Scores, made.Result.Midpoint().Scores)
	}
	if _, err := r.Space(); err != nil {
		t.Error(err)
	}
	c.Seed++
	if r, err := Load(ctx, c, o); !errors.Is(err, ErrOtherData) {
		t.Errorf("a run that was never made: %v, %v", r, err)
	}
	if left, err := os.ReadDir(o.Dir); err != nil || len(left) != 1 {
		t.Errorf("%d folders are there, %v, want the one of the run that was made", len(left), err)
	}
}
