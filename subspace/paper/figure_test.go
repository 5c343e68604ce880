package paper

import (
	"testing"

	"gosubspace/subspace/experiment"
)

// Every figure of every preset is made of configurations that can be run.
func TestFigures(t *testing.T) {
	for _, preset := range []string{"quick", "cifar10-small", "cifar10"} {
		base, err := experiment.Preset(preset)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= Figures; n++ {
			f, err := NewFigure(n, base)
			if err != nil {
				t.Errorf("%s: %v", preset, err)
			}
			if len(f.Methods) < 2 || f.Number != n || len(f.Runs(2)) != 2*len(f.Methods) {
				t.Errorf("%s: figure %+v", preset, f)
			}
		}
	}
	if _, err := NewFigure(8, experiment.Quick()); err == nil {
		t.Error("there is a figure 8")
	}
}
