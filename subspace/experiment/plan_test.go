package experiment

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// ticking is a context of which each look at its error takes a second.
type ticking struct{ context.Context }

func (c ticking) Err() error {
	time.Sleep(time.Second)
	return c.Context.Err()
}

// A run that has been made costs nothing; of the others what is left to train and what is
// to be scored are planned, and their estimates add up the one and the other. In a bubble
// of synctest the clock stands still but for sleeps, so that computing takes no time, and
// what ticking makes of it is the same on every machine: a second for a step, three for
// scoring two batches (one look for each, one behind them), and two for scoring them
// where that compiles, since nobody looks behind it.
func TestEstimate(t *testing.T) {
	// The host sends each batch: how many of them go into a call is measured otherwise.
	o := Options{Dir: t.TempDir(), Together: -1}
	train(t, light(), o) // which opens the backend, too: what lives on must not begin in a bubble
	with := func(change func(c *Config)) Config {
		c := light()
		change(&c)
		return c
	}
	// 110 images to train on and to re-estimate batch norm with at each of 3 points, 50 to test.
	wants := []struct {
		what            string
		config          Config
		made            bool
		trained, scored int
		takes           time.Duration
	}{
		{"made", light(), true, 0, 480, 0},
		{"trained, with more to score", with(func(c *Config) { c.Points = 5 }), false, 0, 800, 26 * time.Second},
		{"trained, five corruptions to score", with(func(c *Config) { c.Corrupt = "snow" }), false, 0, 840, 27200 * time.Millisecond},
		{"trained, two grids to score", with(func(c *Config) { c.Surface, c.GridImages = 3, 20 }), false, 0, 1650, 51500 * time.Millisecond},
		{"to be trained", with(func(c *Config) { c.Beta = 0.5 }), false, 550, 480, 27400 * time.Millisecond},
		{"twice as long", with(func(c *Config) { c.Beta, c.Epochs = 0.5, 10 }), false, 1100, 480, 38400 * time.Millisecond},
		{"in batches half as large", with(func(c *Config) { c.Batch = 25 }), false, 550, 480, 38400 * time.Millisecond}, // a step costs the same here
	}
	var configs []Config
	for _, w := range wants {
		configs = append(configs, w.config)
	}
	plan, err := Plan(t.Context(), configs, o)
	if err != nil || len(plan) != len(wants) {
		t.Fatalf("%d runs are planned, want %d; %v", len(plan), len(wants), err)
	}
	var took []time.Duration
	synctest.Test(t, func(t *testing.T) {
		took, err = Estimate(ticking{t.Context()}, plan, o)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range wants {
		p := plan[i]
		if p.Config != w.config || p.Made != w.made || p.Trained != w.trained || p.Scored != w.scored {
			t.Errorf("%s: made %t, %d images to train, %d to score; want %t, %d, %d", w.what, p.Made, p.Trained, p.Scored, w.made, w.trained, w.scored)
		}
		if off := took[i] - w.takes; off.Abs() > time.Millisecond {
			t.Errorf("%s: takes %v, want %v", w.what, took[i], w.takes)
		}
	}
}
