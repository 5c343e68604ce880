package subspace_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gosubspace/subspace"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/shapetest"
)

func TestComplexConforms(t *testing.T) {
	for _, name := range []string{"complex-2-1", "complex-3-2", "layerwise-complex-4-4"} {
		s, err := subspace.ParseSampler(name)
		if err != nil || s.String() != name {
			t.Fatal(s, err)
		}
		shapetest.Conforms(t, s.Shape)
	}
	for _, name := range []string{"complex-1-1", "complex-2-0", "complex-2-5", "complex-02-1", "complex-2-1x", "complex"} {
		if s, err := subspace.ParseSampler(name); err == nil || !strings.Contains(err.Error(), "complex-F-B") {
			t.Errorf("%s is %v, %v", name, s, err)
		}
	}
}

// A point lies on the simplex of one network; each is drawn as often, and inside it
// every coefficient is 1/(B+1) in the mean.
func TestComplexSample(t *testing.T) {
	c, rng, n := subspace.Simplexes{Fixed: 3, Between: 2}, rand.New(rand.NewPCG(4, 4)), 20_000
	sums := make([]float64, c.Endpoints())
	for range n {
		w := c.Sample(rng)
		if others := slices.DeleteFunc(slices.Clone(w[:3]), func(v float64) bool { return v == 0 }); len(others) != 1 {
			t.Fatalf("%v lies on the simplex of %d networks", w, len(others))
		}
		for i, v := range w {
			sums[i] += v / float64(n)
		}
	}
	for i, want := range c.Midpoint() {
		if math.Abs(sums[i]-want) > 0.01 {
			t.Errorf("the coefficients are %.3v in the mean, want %.3v", sums, c.Midpoint())
		}
	}
}

func TestComplexVolumeIsNumPys(t *testing.T) {
	text, err := os.ReadFile("relatives/testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Volumes []struct {
			Fixed, Between int
			Theta          [][]float32
			Volume         float64
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, want := range file.Volumes {
		c := subspace.Simplexes{Fixed: want.Fixed, Between: want.Between}
		theta := tensors.FromFlatDataAndDimensions(slices.Concat(want.Theta...), c.Endpoints(), len(want.Theta[0]))
		got, err := graph.CallOnce(backendtest.Open(t), func(theta *graph.Node) *graph.Node { return c.Volume(theta) }, theta)
		if err != nil {
			t.Fatal(err)
		}
		if v := float64(tensors.ToScalar[float32](got)); math.Abs(v-want.Volume) > 1e-5*want.Volume {
			t.Errorf("the volume of %s is %v, want %v", c, v, want.Volume)
		}
	}
}
