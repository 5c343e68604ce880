package subspace

import (
	"math"
	"math/rand/v2"
	"testing"
)

// renamed is a shape under another type, as one of the reader's own.
type renamed struct{ Shape }

// The closed forms are what draws say, and so is the share of a shape that has none.
func TestStepShare(t *testing.T) {
	for _, c := range []struct {
		shape Shape
		want  float64
	}{
		{Simplex(1), 1}, {Line{}, 2.0 / 3}, {Simplex(2), 2.0 / 3}, {Bezier{}, 8.0 / 15}, {Simplex(3), 0.5}, {Simplex(6), 2.0 / 7},
	} {
		if got := StepShare(c.shape); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s: %v, want %v", c.shape, got, c.want)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		mean := 0.0
		const n = 200_000
		for range n {
			for _, v := range c.shape.Sample(rng) {
				mean += v * v / n
			}
		}
		if math.Abs(mean-c.want) > 0.003 {
			t.Errorf("%s: draws say %v, want %v", c.shape, mean, c.want)
		}
		if got := StepShare(renamed{c.shape}); math.Abs(got/c.want-1) > 0.01 || got != StepShare(renamed{c.shape}) {
			t.Errorf("%s as a shape of one's own: %v, want %v", c.shape, got, c.want)
		}
	}
}

// A step from equal endpoints, by the rate over the share: the midpoint of a line moves by
// 3/4 of what standard training moves, the centre of a triangle by 2/3, and the point that
// was drawn by ‖c‖² over its mean; standard training as ever.
func TestStepByShare(t *testing.T) {
	const rate = 0.1
	batch := batchOf(16, 1)
	one := mlp(t, 1)
	before, err := one.Endpoints()
	if err != nil {
		t.Fatal(err)
	}
	// move returns how far a step moves the point of given coefficients.
	move := func(shape Shape, at Weights, of Weights) []float64 {
		s := one
		if shape.Endpoints() > 1 {
			s = mlp(t, shape.Endpoints())
		}
		var rows [][]float32
		for range shape.Endpoints() {
			rows = append(rows, before[0])
		}
		if err := s.SetEndpoints(rows); err != nil {
			t.Fatal(err)
		}
		draw := Draw{At: []Point{Uniform(at, len(s.Layout.Layers))}}
		if shape.Endpoints() > 1 {
			draw.Pair = [2]int{0, 1}
		}
		if _, _, err := s.Step(batch, draw, rate/StepShare(shape), SGD{}); err != nil {
			t.Fatal(err)
		}
		rows, err := s.Endpoints()
		if err != nil {
			t.Fatal(err)
		}
		moved := make([]float64, len(rows[0]))
		for i, row := range rows {
			for j, w := range row {
				moved[j] += of[i] * float64(w-before[0][j])
			}
		}
		return moved
	}
	whole := move(Simplex(1), Weights{1}, Weights{1})
	for _, c := range []struct {
		shape  Shape
		at, of Weights
		want   float64
	}{
		{Line{}, Weights{0.3, 0.7}, Line{}.Midpoint(), 0.75},
		{Line{}, Weights{0.3, 0.7}, Weights{0.3, 0.7}, 1.5 * 0.58},
		{Simplex(3), Weights{0.2, 0.5, 0.3}, Simplex(3).Midpoint(), 2.0 / 3},
		{Bezier{}, Bezier{}.At(0.25), Bezier{}.At(0.25), 15.0 / 8 * (0.5625*0.5625 + 0.0625*0.0625 + 0.375*0.375)},
	} {
		for j, moved := range move(c.shape, c.at, c.of) {
			if math.Abs(moved-c.want*whole[j]) > 1e-6 {
				t.Fatalf("%s at %v: weight %d of the point %v moves by %v, want %v of %v", c.shape, c.at, j, c.of, moved, c.want, whole[j])
			}
		}
	}
}
