package grid

import (
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
)

// What is chosen among are the same runs with each of the values.
func TestNewChoice(t *testing.T) {
	base := experiment.Quick()
	base.HeldOut = 100
	runs := []experiment.Config{base.With("line", 1), base.With("line", 2)}
	c, err := NewChoice("full-step=0,1", runs)
	if err != nil || len(c.Configs) != 4 || c.Configs[0].FullStep || !c.Configs[3].FullStep || c.Configs[3].Seed != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = NewChoice("lr=0.1, 0.2", runs); err != nil || c.Configs[1].LearningRate != 0.1 || c.Configs[2].LearningRate != 0.2 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = NewChoice("ema=0.9,0.99", runs); err != nil || c.Configs[2].EMA != 0.99 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = NewChoice("volume=0,0.1", runs); err != nil || c.Configs[2].Volume != 0.1 {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"full-step=2": "want 0 (without) or 1 (with)", "lr=x": `"x" is no number`, "rate=1": "want dropout, label-smoothing, sam, beta, lr, ",
	} {
		if _, err := NewChoice(text, runs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}
