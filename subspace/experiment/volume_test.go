package experiment

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// The networks stay, what is between them is trained, and with a weight of the volume
// the complex is larger.
func TestComplex(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	c := light().With("complex-2-1", 1)
	c.Independent = true
	rows := networksOf(t, c, o)
	if first, second := networksOf(t, light().With("standard", 1), o), networksOf(t, light().With("standard", 1001), o); !slices.Equal(rows[0], first[0]) || !slices.Equal(rows[1], second[0]) {
		t.Error("the networks have moved")
	}
	c.Volume = 100
	large := networksOf(t, c, o)
	way := func(rows [][]float32) float64 { return distance(rows[0], rows[2]) + distance(rows[1], rows[2]) }
	if !(way(large) > 1.1*way(rows)) {
		t.Errorf("the ways between the networks are %v long with a weight of the volume and %v without", way(large), way(rows))
	}
	// Several between start apart: a simplex with equal corners has no volume.
	c.Shape, c.Volume = "complex-2-2", 0.1
	rows = networksOf(t, c, o)
	if apart, far := distance(rows[0], rows[1]), distance(rows[2], rows[3]); far == 0 || far > 2*apart {
		t.Errorf("two between are %v apart, the networks %v", far, apart)
	}
	c.Root, c.Branch = 7, c.Epochs // then the networks are equal
	if _, err := Train(context.Background(), c, o); err == nil || !strings.Contains(err.Error(), "that are equal has no volume") {
		t.Error(err)
	}
}
