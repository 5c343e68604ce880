package main

import (
	"io"
	"testing"
)

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
