package subspace

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gosubspace/subspace/backend/backendtest"
)

// said returns the error of a call, or what it panics with.
func said(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panics: %v", p)
		}
	}()
	return call()
}

// What is nil, empty, negative or no number is said in one line, and never answered.
func TestSaysWhatIsMissing(t *testing.T) {
	s := cnn(t, 2, 1)
	b := backendtest.Open(t)
	middle := Uniform(Line{}.Midpoint(), len(s.Layout.Layers))
	nan, ctx := math.NaN(), context.Background()
	step := func(rate float64, o SGD) func() error {
		return func() error {
			_, _, err := s.Step(batchOf(4, 1), s.Draw(Sampler{Shape: Line{}}, rand.New(rand.NewPCG(1, 1))), rate, o)
			return err
		}
	}
	theta := make([]float32, s.Layout.Size)
	for want, call := range map[string]func() error{
		"there is no backend":                  func() error { _, err := New(nil, small, [3]int{8, 8, 1}, 2, 1); return err },
		"there is no network":                  func() error { _, err := New(b, nil, [3]int{8, 8, 1}, 2, 1); return err },
		"images of 0 × 8 × 1":                  func() error { _, err := New(b, small, [3]int{0, 8, 1}, 2, 1); return err },
		"images of 8 × -8 × 1":                 func() error { _, err := Blank(b, small, [3]int{8, -8, 1}, 2, 1); return err },
		"a subspace of -1 endpoints":           func() error { _, err := New(b, small, [3]int{8, 8, 1}, -1, 1); return err },
		"the learning rate of the step is NaN": step(nan, SGD{}),
		"the learning rate of the step is -1":  step(-1, SGD{}),
		"the momentum of the step is +Inf":     step(1, SGD{Momentum: math.Inf(1)}),
		"the weight decay of the step is -1":   step(1, SGD{WeightDecay: -1}),
		"the β of the step is NaN":             step(1, SGD{Beta: nan}),
		"the ε of label smoothing of the step": step(1, SGD{Smoothing: -0.1}),
		"the ρ of SAM of the step":             step(1, SGD{Rho: nan}),
		"no batches to re-estimate":            func() error { return s.Recalibrate(ctx, middle, nil) },
		"re-estimated with no batch":           func() error { return s.Recalibrate(ctx, middle, once()) },
		"no batches to evaluate":               func() error { _, _, err := s.Logits(ctx, middle, nil); return err },
		"point has 0 layers":                   func() error { _, _, err := s.Logits(ctx, nil, once(batchOf(1, 1))); return err },
		"0 endpoints for a subspace of 2":      func() error { return s.SetEndpoints(nil) },
		"endpoint -1 cannot be frozen":         func() error { return s.Freeze(-1) },
		"a model of no endpoints":              func() error { return new(Average).Add(nil) },
		"points of 0, 0 and 0 weights":         func() error { _, err := NewPlane(nil, nil, nil); return err },
		"rng is nil":                           func() error { _, err := FilterNormalised(s.Layout, theta, nil); return err },
		"a grid of -1 values":                  func() error { Plane{1, 0, 1}.Grid(-1, 0); return nil },
		"a margin of NaN":                      func() error { Plane{1, 0, 1}.Grid(2, nan); return nil },
		"a margin of -0.1":                     func() error { Plane{1, 0, 1}.Grid(2, -0.1); return nil },
		"endpoint 2 of 2":                      func() error { Endpoint(2, 2); return nil },
		"endpoint -1 of 3":                     func() error { Endpoint(-1, 3); return nil },
		"a simplex of 0 endpoints":             func() error { Simplex(0).Midpoint(); return nil },
		"a simplex of -2 endpoints":            func() error { Simplex(-2).Sample(rand.New(rand.NewPCG(1, 1))); return nil },
		"unknown shape \"\"":                   func() error { _, err := ParseSampler(""); return err },
		"has -3 endpoints":                     func() error { _, err := ParseSampler("simplex--3"); return err },
	} {
		if err := said(call); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want one line with %q, got %v", want, err)
		}
	}
	for _, schedule := range []Schedule{Cosine{}, Constant{}, Cyclic{}, Cosine{Peak: 1, Epochs: -3}, Cosine{Peak: 1, Warmup: 9, Epochs: 5},
		Constant{Peak: 1, Warmup: 9, Epochs: 5}, Cyclic{Peak: 1, Warmup: 9, Epochs: 5, Cycles: 1}, Cyclic{Peak: 1, Epochs: 8, Cycles: -1}} {
		for epoch := range 12 {
			if rate := schedule.Rate(epoch); math.IsNaN(rate) || rate < 0 || rate > 1 {
				t.Errorf("%#v: the rate of epoch %d is %v", schedule, epoch, rate)
			}
			schedule.Collects(epoch)
		}
	}
}
