package experiment

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
)

// Without points along it a Bézier curve is scored at its two ends and in the middle, and
// as the ensemble of its ends: its bend is no point of it.
func TestEndsAlone(t *testing.T) {
	c := light().With("bezier", 1)
	c.Points = 0
	r := train(t, c, Options{})
	ends := []subspace.Weights{{1, 0, 0}, {0, 1, 0}}
	middle := r.Result.Midpoint().Weights
	if !slices.EqualFunc(r.Result.Points, append(ends, middle), func(p PointScore, w subspace.Weights) bool { return slices.Equal(p.Weights, w) }) {
		t.Errorf("it is scored at %+v", r.Result.Points)
	}
	if e := r.Result.Ensembles; len(e) != 1 || !slices.EqualFunc(e[0].Points, ends, slices.Equal) {
		t.Errorf("ensembles %+v", e)
	}
}

// All other shapes are scored at all of their endpoints, a complex at those between too.
func TestCorners(t *testing.T) {
	for _, c := range []struct {
		shape subspace.Shape
		want  []int
	}{
		{subspace.Simplex(1), []int{0}}, {subspace.Simplex(3), []int{0, 1, 2}}, {subspace.Line{}, []int{0, 1}}, {subspace.Bezier{}, []int{0, 1}},
		{subspace.Simplexes{Fixed: 2, Between: 1}, []int{0, 1, 2}}, {chain{}, []int{0, 1, 2, 3}}, {inside{}, []int{0, 1}},
	} {
		if got := corners(c.shape); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.shape, got, c.want)
		}
	}
}

// chain goes through four endpoints, inside goes past both of its two.
type (
	chain  struct{ subspace.Line }
	inside struct{ subspace.Line }
)

func (chain) Endpoints() int { return 4 }

func (chain) At(alpha float64) subspace.Weights {
	w := make(subspace.Weights, 4)
	i := min(int(3*alpha), 2)
	w[i], w[i+1] = 1-(3*alpha-float64(i)), 3*alpha-float64(i)
	return w
}

func (inside) At(alpha float64) subspace.Weights { return subspace.Line{}.At(0.25 + alpha/2) }

// The published corruptions are needed to make a run, and not to use one that is made.
func TestPublishedFilesAreGone(t *testing.T) {
	c := light()
	c.Corrupt, c.Published = "snow", true
	o := Options{Dir: t.TempDir(), CorruptedDir: t.TempDir()}
	r, err := open(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if _, err := Train(t.Context(), c, o); err == nil || !strings.Contains(err.Error(), "unpack CIFAR-10-C") {
		t.Errorf("training says %v", err)
	}
	if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 {
		t.Errorf("it has begun: %v, %v", left, err)
	}
}

// Batch norm is re-estimated once for all severities, and where the midpoint was scored
// last not again.
func TestPlannedScoring(t *testing.T) {
	for shape, again := range map[string]int{"standard": 0, "line": 1, "simplex-3": 0} {
		c := Quick().With(shape, 1)
		plain, _, err := planned(t.Context(), c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.Corrupt = "snow,fog"
		p, _, err := planned(t.Context(), c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := p.Scored-plain.Scored, 2*5*500+again*200; got != want {
			t.Errorf("%s: two corruptions take %d passes, want %d", shape, got, want)
		}
	}
}

// Who may read the files of a run may ask whether it is being made.
func TestLockIsReadable(t *testing.T) {
	r := train(t, light(), Options{})
	info, err := os.Stat(filepath.Join(r.Dir, lockFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&0o044 == 0 {
		t.Errorf("the lock has the mode %v", info.Mode())
	}
}
