package subspace

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// layoutFor lays out weights of the given shapes one after the other.
func layoutFor(dims ...[]int) (l Layout) {
	for i, d := range dims {
		w := Weight{Path: fmt.Sprint("weight", i), Dims: d, Offset: l.Size, Size: 1, Layer: i}
		for _, n := range d {
			w.Size *= n
		}
		l.Weights = append(l.Weights, w)
		l.Layers = append(l.Layers, w.Path)
		l.Size += w.Size
	}
	return l
}

// A convolution, its batch norm, a dense layer and its bias.
var filtered = layoutFor([]int{3, 3, 2, 4}, []int{4}, []int{4}, []int{8, 5}, []int{5})

func weightsFor(l Layout, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 8))
	theta := make([]float32, l.Size)
	for i := range theta {
		theta[i] = float32(rng.NormFloat64())
	}
	return theta
}

func direction(t *testing.T, l Layout, theta []float32, seed uint64) []float32 {
	t.Helper()
	d, err := FilterNormalised(l, theta, rand.New(rand.NewPCG(seed, 7)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// filterNorms returns the norm of every filter of a weight.
func filterNorms(w Weight, v []float32) []float64 {
	norms := make([]float64, w.Dims[len(w.Dims)-1])
	for i, x := range v[w.Offset : w.Offset+w.Size] {
		f := i % len(norms)
		norms[f] = math.Hypot(norms[f], float64(x))
	}
	return norms
}

func TestFilterParity(t *testing.T) {
	var file struct {
		Direction []struct {
			Dims        []int
			Theta       []float32
			Drawn, Want []float64
		}
	}
	geometry(t, &file)
	var dims [][]int
	var theta []float32
	var drawn, want []float64
	for _, w := range file.Direction {
		dims, theta = append(dims, w.Dims), append(theta, w.Theta...)
		drawn, want = append(drawn, w.Drawn...), append(want, w.Want...)
	}
	l := layoutFor(dims...)
	if l.Size != len(want) || l.Size != len(theta) || l.Size < 100 {
		t.Fatalf("%d weights, %d numbers", l.Size, len(want))
	}
	for i, got := range normaliseFilters(l, theta, drawn) {
		alike(t, fmt.Sprint("weight ", i), float64(got), want[i], 1e-7, max(1e-3, math.Abs(want[i])))
	}
}

// Filter by filter the direction has the weights' norm; batch norms and biases stay.
func TestFilterNorms(t *testing.T) {
	theta := weightsFor(filtered, 1)
	d := direction(t, filtered, theta, 1)
	for _, w := range filtered.Weights {
		if len(w.Dims) < 2 {
			if part := d[w.Offset : w.Offset+w.Size]; slices.Max(part) != 0 || slices.Min(part) != 0 {
				t.Errorf("%s moves: %v", w.Path, part)
			}
			continue
		}
		got, want := filterNorms(w, d), filterNorms(w, theta)
		for f := range want {
			alike(t, fmt.Sprintf("norm of filter %d of %s", f, w.Path), got[f], want[f], 1e-6, want[f])
		}
	}
}

// Scaling a filter of the weights scales the direction's and touches no other; a
// filter of zeros gets zeros. (Scales are powers of 2, which round nothing.)
func TestScaledFilter(t *testing.T) {
	w := filtered.Weights[0]
	filters := w.Dims[3]
	theta := weightsFor(filtered, 2)
	before := direction(t, filtered, theta, 2)
	for _, scale := range []float32{4, 0.125, 0, -1} {
		scaled := slices.Clone(theta)
		for i := w.Offset + 1; i < w.Offset+w.Size; i += filters { // filter 1
			scaled[i] *= scale
		}
		after := direction(t, filtered, scaled, 2)
		for i := range after {
			want := before[i]
			if i < w.Offset+w.Size && (i-w.Offset)%filters == 1 {
				want *= max(scale, -scale)
			}
			if after[i] != want {
				t.Fatalf("scale %g: weight %d of the direction is %g, want %g", scale, i, after[i], want)
			}
		}
	}
}

// A drawn filter is only scaled: its weights keep their proportions and signs.
func TestFilterKeepsProportions(t *testing.T) {
	theta := weightsFor(filtered, 3)
	rng := rand.New(rand.NewPCG(3, 9))
	drawn := make([]float64, filtered.Size)
	for i := range drawn {
		drawn[i] = rng.NormFloat64()
	}
	d := normaliseFilters(filtered, theta, drawn)
	for _, w := range []Weight{filtered.Weights[0], filtered.Weights[3]} {
		filters := w.Dims[len(w.Dims)-1]
		for i := w.Offset; i < w.Offset+w.Size; i++ {
			first := w.Offset + (i-w.Offset)%filters
			ratio := float64(d[first]) / drawn[first]
			if ratio <= 0 {
				t.Fatalf("weight %d turned: %g was %g", first, d[first], drawn[first])
			}
			alike(t, fmt.Sprint("weight ", i), float64(d[i]), ratio*drawn[i], 1e-6, math.Abs(ratio*drawn[i]))
		}
	}
	clear(drawn)
	for i, v := range normaliseFilters(filtered, theta, drawn) {
		if v != 0 {
			t.Fatalf("weight %d of a direction of zeros is %g", i, v)
		}
	}
}

// Directions depend on the generator alone, and two draws of one are nearly
// orthogonal.
func TestDirectionsAreDrawn(t *testing.T) {
	l := layoutFor([]int{3, 3, 64, 64})
	theta := weightsFor(l, 4)
	rng := rand.New(rand.NewPCG(4, 7))
	first, err := FilterNormalised(l, theta, rng)
	if err != nil {
		t.Fatal(err)
	}
	second, err := FilterNormalised(l, theta, rng)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, direction(t, l, theta, 4)) {
		t.Error("equal generators gave different directions")
	}
	a, b := make([]float64, l.Size), make([]float64, l.Size)
	for i := range a {
		a[i], b[i] = float64(first[i]), float64(second[i])
	}
	// The cosine has standard deviation 1/√P.
	if cosine := dot(a, b) / (norm(a) * norm(b)); math.Abs(cosine) > 5/math.Sqrt(float64(l.Size)) {
		t.Errorf("two draws have the cosine %g", cosine)
	}
}

func TestNoDirection(t *testing.T) {
	l := layoutFor([]int{2, 2}, []int{2})
	for want, theta := range map[string][]float32{
		"a direction for 5 weights: the network has 6": make([]float32, 5),
		"weight1[1] = +Inf":                            {0, 0, 0, 0, 0, float32(math.Inf(1))},
		"weight0[2] = NaN":                             {0, 0, float32(math.NaN()), 0, 0, 0},
	} {
		if _, err := FilterNormalised(l, theta, rand.New(rand.NewPCG(1, 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
