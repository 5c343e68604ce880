package paper

import (
	"strings"
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

// Figure 7 has the mistakes of people in place of random ones, where they are asked for.
func TestHumanLabelsOfFigure7(t *testing.T) {
	base := experiment.Small()
	base.HumanLabels = "random1"
	f, err := NewFigure(7, base)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.Methods {
		if m.Config.HumanLabels != "random1" || m.Config.WrongLabels != 0 || m.Config.Check() != nil {
			t.Errorf("%s: %+v", m.Name, m.Config)
		}
	}
	r := experiment.Result{Config: f.Methods[0].Config}
	if note := Note([]experiment.Result{r}); !strings.Contains(note, "640 training images (labels by people, random1)") {
		t.Error(note)
	}
}
