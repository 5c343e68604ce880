package experiment

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// Full steps are those of a rate of so much more: on a line 3/2 of it. They are part of
// what a run is known by, and nothing of a configuration without them.
func TestFullStep(t *testing.T) {
	dir := t.TempDir()
	for shape, scale := range map[string]float64{"line": 1.5, "layerwise-simplex-3": 2} {
		full, larger := light().With(shape, 1), light().With(shape, 1)
		full.FullStep = true
		larger.LearningRate *= scale
		a, b := train(t, full, Options{Dir: dir}), train(t, larger, Options{Dir: dir})
		for i, e := range a.Result.History {
			want := b.Result.History[i]
			if math.Abs(e.Rate/want.Rate-1) > 1e-12 || math.Abs(e.Loss-want.Loss) > 1e-4 {
				t.Errorf("%s, epoch %d: rate %v and loss %v, want %v and %v", shape, e.Epoch, e.Rate, e.Loss, want.Rate, want.Loss)
			}
		}
		if a.Dir == b.Dir || !strings.Contains(a.Dir, "-"+shape+"+full-step-mlpx8-seed1-") {
			t.Errorf("%s: its folder is %s", shape, a.Dir)
		}
		a.Close()
		b.Close()
	}
	for want, c := range map[string]Config{
		"one endpoint makes them already":         light().With("standard", 1),
		"full steps between networks that were t": func() Config { c := light(); c.Independent = true; return c }(),
	} {
		c.FullStep = true
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", c.Name(), err)
		}
	}
	if text, err := json.Marshal(Quick()); err != nil || strings.Contains(string(text), "full_step") {
		t.Errorf("%s, %v", text, err)
	}
}
