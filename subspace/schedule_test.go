package subspace_test

import (
	"math"
	"slices"
	"testing"

	"gosubspace/subspace"
)

func TestSchedules(t *testing.T) {
	constant := subspace.Constant{Peak: 0.1, Warmup: 5, Epochs: 160}
	cyclic := subspace.Cyclic{Peak: 0.1, Warmup: 5, Epochs: 160, Cycles: 5}
	for _, c := range []struct {
		schedule subspace.Schedule
		epoch    int
		rate     float64
		collects bool
	}{
		{constant, 0, 0.02, false}, {constant, 79, 0.1, false}, {constant, 80, 0.1, false}, {constant, 112, 0.075, false},
		{constant, 119, 0.1 * (1 - (119./160-0.5)/0.8), false}, {constant, 120, 0.1 * (1 - 0.25/0.8), true},
		{constant, 144, 0.05, true}, {constant, 159, 0.05, true},
		{cyclic, 0, 0.02, false}, {cyclic, 5, 0.1, false}, {cyclic, 119, 0.05 * (1 + math.Cos(math.Pi*114/115)), false},
		{cyclic, 120, 0.05, false}, {cyclic, 124, 0.025, false}, {cyclic, 127, 0.025 * (1 + math.Cos(math.Pi*7/8)), true},
		{cyclic, 128, 0.05, false}, {cyclic, 159, 0.025 * (1 + math.Cos(math.Pi*7/8)), true},
		{subspace.Cosine{Peak: 0.1, Epochs: 4}, 3, 0.05 * (1 + math.Cos(math.Pi*3/4)), false},
	} {
		if rate := c.schedule.Rate(c.epoch); math.Abs(rate-c.rate) > 1e-12 {
			t.Errorf("%T epoch %d: rate %v, want %v", c.schedule, c.epoch, rate, c.rate)
		}
		if got := c.schedule.Collects(c.epoch); got != c.collects {
			t.Errorf("%T epoch %d: collects %v, want %v", c.schedule, c.epoch, got, c.collects)
		}
	}
}

// Cyclic averaging collects as many models as it has cycles, the last of them
// at the end, also where the cycles cannot be of equal length.
func TestCyclicCollectsItsCycles(t *testing.T) {
	for epochs := 4; epochs < 60; epochs++ {
		for cycles := 1; cycles <= epochs-(3*epochs+3)/4; cycles++ {
			s := subspace.Cyclic{Peak: 1, Epochs: epochs, Cycles: cycles}
			n := 0
			for e := range epochs {
				if s.Collects(e) {
					n++
				}
			}
			if n != cycles || !s.Collects(epochs-1) {
				t.Errorf("%d epochs, %d cycles: %d models", epochs, cycles, n)
			}
		}
	}
}

func TestAverage(t *testing.T) {
	one := [][]float32{{1.1, -2, 3e-9}, {0, 5, 7}}
	two := [][]float32{{3.1, 4, 1}, {1, -5, 8}}
	var a subspace.Average
	add := func(rows [][]float32) {
		if err := a.Add(rows); err != nil {
			t.Fatal(err)
		}
	}
	add(one)
	if !slices.EqualFunc(a.Endpoints, one, slices.Equal[[]float32]) {
		t.Errorf("the average of one model is %v, the model %v", a.Endpoints, one)
	}
	add(one)
	if !slices.EqualFunc(a.Endpoints, one, slices.Equal[[]float32]) {
		t.Errorf("the average of a model twice is %v, the model %v", a.Endpoints, one)
	}
	one[0][0] = 9 // the average keeps nothing
	add(two)
	want := (2*float64(float32(1.1)) + float64(float32(3.1))) / 3
	if got := float64(a.Endpoints[0][0]); a.Models != 3 || math.Abs(got-want) > 1e-6 {
		t.Errorf("the average of %d models is %v, want %v", a.Models, got, want)
	}
	if a.Add(two[:1]) == nil || a.Add([][]float32{{1}, {2}}) == nil {
		t.Error("a model of another size entered the average")
	}
}
