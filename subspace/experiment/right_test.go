package experiment

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// What is said to be right is what the scores say is right, and a result of before it was
// written gets the same without training, all else as it was.
func TestRightImages(t *testing.T) {
	dir := t.TempDir()
	c := light()
	c.Corrupt = "snow"
	apart := light().With("line", 1)
	apart.Independent = true
	for _, c := range []Config{c.With("line", 1), apart} {
		r := train(t, c, Options{Dir: dir})
		want := map[string]float64{RightMidpoint: r.Result.Midpoint().Accuracy}
		for _, x := range r.Result.Corrupted {
			want[RightUnder("snow", x.Severity)] = x.Accuracy
		}
		if c.Independent {
			want[RightEnsemble] = r.Result.Ensembles[0].Accuracy
		}
		if len(r.Result.Right) != len(want) || !r.Result.Marked() {
			t.Errorf("%s: %d sets of images are marked, want %d", c.Name(), len(r.Result.Right), len(want))
		}
		for name, accuracy := range want {
			hits := r.Result.Right[name]
			if len(hits) != 50 || math.Abs(float64(hits.Right())/50-accuracy) > 1e-9 {
				t.Errorf("%s, %s: %d of %d are right, the accuracy is %v", c.Name(), name, hits.Right(), len(hits), accuracy)
			}
		}
		path, whole := filepath.Join(r.Dir, resultFile), r.Result
		r.Close()
		for _, some := range []bool{false, true} { // of it are there
			old := whole
			old.Right = nil
			if first := RightUnder("snow", 1); some && len(whole.Right[first]) > 0 {
				old.mark(first, whole.Right[first])
			}
			if err := old.Write(path); err != nil {
				t.Fatal(err)
			}
			again := train(t, c, Options{Dir: dir, Report: func(r Report) { t.Errorf("made again: %s", r) }})
			if again.Result.Marked() {
				t.Error("a result that says nothing of images is taken for one that does")
			}
			if err := again.MarkRight(t.Context()); err != nil {
				t.Fatal(err)
			}
			read, err := ReadResult(path)
			if err != nil || !reflect.DeepEqual(read, again.Result) || !reflect.DeepEqual(read.Right, whole.Right) {
				t.Errorf("%s: marked again it is not what it was: %v", c.Name(), err)
			}
			read.Right, old = nil, whole
			old.Right = nil
			if !reflect.DeepEqual(read, old) {
				t.Errorf("%s: more than the images has changed", c.Name())
			}
			again.Close()
		}
	}
}

// A result that is not of these endpoints is refused, and stays; so it does when told to
// stop.
func TestRightImagesOfOthers(t *testing.T) {
	dir := t.TempDir()
	r := train(t, light(), Options{Dir: dir})
	r.Close()
	path := filepath.Join(r.Dir, resultFile)
	old := r.Result
	old.Right = nil
	for i := range old.Points {
		old.Points[i].Accuracy = 1 - old.Points[i].Accuracy/2
	}
	if err := old.Write(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again := train(t, light(), Options{Dir: dir})
	if err := again.MarkRight(t.Context()); err == nil || !strings.Contains(err.Error(), "test images are right, the result says") {
		t.Errorf("error %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := again.MarkRight(stopped); err == nil || again.Result.Marked() {
		t.Errorf("told to stop: error %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the result was written: %v", err)
	}
}
