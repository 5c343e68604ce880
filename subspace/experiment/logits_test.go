package experiment

import (
	"context"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/place"
)

// The logits of the test images, of the run as it was made and loaded again, are
// those that it was scored by.
func TestLogits(t *testing.T) {
	dir := t.TempDir()
	for _, when := range []string{"made", "loaded"} {
		r := train(t, tiny(), Options{Dir: dir})
		for _, p := range r.Result.Points {
			logits, err := r.Logits(context.Background(), p.Weights, r.data.Test)
			if err != nil {
				t.Fatal(err)
			}
			scores, err := metric.Score(logits, r.data.Test.Labels, 10)
			if err != nil || scores != p.Scores {
				t.Errorf("%s, at %v: %+v, %v; the run was scored %+v", when, p.Weights, scores, err, p.Scores)
			}
		}
		other := &dataset.Set{Name: "photos", Height: 8, Width: 8, Channels: 3, Pixels: make([]uint8, 192), Labels: []int32{0}, Classes: []string{"cat"}}
		if _, err := r.Logits(context.Background(), subspace.Line{}.Midpoint(), other); err == nil || !strings.Contains(err.Error(), "8 × 8 × 3") {
			t.Errorf("logits of images with three channels: %v", err)
		}
		r.Close()
	}
}

// A network for another number of classes is refused before it is trained, and
// leaves no checkpoint in the way of the right one.
func TestOtherClasses(t *testing.T) {
	dir := t.TempDir()
	for _, classes := range []int{5, 12, 10} {
		c := tiny()
		c.Network, c.Width = "mine", 0
		r, err := Train(context.Background(), c, Options{Dir: dir, Net: func(scope *model.Scope, x *Node) *Node {
			return layers.Dense(scope, Reshape(x, x.Shape().Dimensions[0], -1), true, classes)
		}})
		switch {
		case classes == 10 && err != nil:
			t.Error(err)
		case classes == 10:
			r.Close()
		case err == nil || !strings.Contains(err.Error(), "classes apart, digits/train"):
			t.Errorf("%d classes for ten: %v", classes, err)
		}
		if left, _ := place.Glob(dir, "*/"+checkpointFile); len(left) > 0 {
			t.Errorf("%d classes: %v was left", classes, left)
		}
	}
}
