package lesson

import (
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
)

// The digits that are shown as wrongly labelled are those that a run trains on:
// their fingerprint is the one in the run's result.
func TestWrongLabelsAreThoseOfTheRun(t *testing.T) {
	for _, anyClass := range []bool{false, true} {
		c := experiment.Quick().With("standard", 1)
		c.WrongLabels, c.AnyClass = 0.2, anyClass
		c.Network, c.Epochs, c.Warmup, c.TestEvery = "mlp", 1, 0, 0
		run, err := experiment.Train(t.Context(), c, experiment.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		run.Close()
		right, given, wrong, err := WrongLabels(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := given.Fingerprint(); got != run.Result.TrainData {
			t.Errorf("any class %t: the digits are %s, the run trained on %s", anyClass, got, run.Result.TrainData)
		}
		// 40 of 200 were replaced; by any class, some of them by the right one.
		if n := len(wrong); right.Len() != 200 || n > 40 || !anyClass && n != 40 || anyClass && n == 40 {
			t.Errorf("any class %t: %d of %d labels are wrong", anyClass, n, right.Len())
		}
	}
}

func TestWrongDigits(t *testing.T) {
	c := experiment.Quick()
	c.WrongLabels = 0.2
	for _, x := range []struct {
		n     int
		share float64
		want  string
	}{
		{12, 0.2, "12 of the 40 wrong labels"},
		{12, 0.05, "10 of the 10 wrong labels"}, // an exercise: less noise
	} {
		c.WrongLabels = x.share
		f, err := WrongDigits(c, x.n)
		if err != nil || !strings.Contains(f.Alt, x.want) {
			t.Errorf("%d of a share of %v: %v, in words %q: want %q", x.n, x.share, err, f.Alt, x.want)
		}
	}
	if _, err := WrongDigits(c, mostPictures+1); err == nil {
		t.Error("shows more pictures than a figure holds")
	}
	c.Data = "cifar10"
	if _, err := WrongDigits(c, 1); err == nil {
		t.Error("shows wrong labels of photos as digits")
	}
}
