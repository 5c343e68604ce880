package dataset

import (
	"slices"
	"strings"
	"testing"
)

func split(t *testing.T, s *Set, n, heldOut int) (train, held *Set) {
	t.Helper()
	train, held, err := s.Split(n, heldOut)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []*Set{train, held} {
		if err := part.Check(); err != nil {
			t.Fatal(err)
		}
	}
	return train, held
}

// Training images are those of Subset, held-out images are none of them, and
// their classes are balanced as long as none runs out.
func TestSplit(t *testing.T) {
	s := noise(200, 2, 3, 3, 7)
	var usual []int
	for _, c := range [][2]int{{10, 21}, {0, 21}, {50, 21}, {100, 21}, {150, 50}, {199, 1}, {0, 193}, {1, 199}, {20, 0}} {
		n, k := c[0], c[1]
		train, held := split(t, s, n, k)
		trained, out := positions(t, s, train), positions(t, s, held)
		if !slices.IsSorted(trained) || !slices.IsSorted(out) {
			t.Errorf("split %v: the images are not in the order of the set", c)
		}
		if n > 0 && train.Fingerprint() != subset(t, s, n, 0).Fingerprint() {
			t.Errorf("split %v: the training images are not those of Subset", c)
		}
		if n == 0 {
			n = s.Len() - k
		}
		if len(trained) != n || len(out) != k {
			t.Errorf("split %v: %d and %d images", c, len(trained), len(out))
		}
		all := slices.Concat(trained, out)
		slices.Sort(all)
		if len(slices.Compact(all)) != n+k {
			t.Errorf("split %v: images to train on are held out", c)
		}
		if k == 21 {
			if classes := counts(held); slices.Max(classes)-slices.Min(classes) > 1 {
				t.Errorf("split %v: held-out classes %v", c, classes)
			}
			if usual == nil {
				usual = out
			}
			if !slices.Equal(out, usual) {
				t.Errorf("split %v holds other images out than the first", c)
			}
		}
	}
	if train, held := split(t, s, 0, 0); train != s || held.Len() != 0 {
		t.Error("nothing held out is not the set itself")
	}
}

// Where a class is rare, held-out classes are still as even as they can be.
func TestSplitOfRareClass(t *testing.T) {
	s := noise(100, 2, 2, 3, 3)
	for i := range s.Labels {
		s.Labels[i] = min(int32(i)/48, 2) // 48, 48 and 4
	}
	if _, held := split(t, s, 0, 9); !slices.Equal(counts(held), []int{3, 3, 3}) {
		t.Errorf("classes %v of 9", counts(held))
	}
	// One of the rare class stays to be trained on.
	train, held := split(t, s, 0, 20)
	if got := counts(held); got[2] != 3 || got[0]+got[1] != 17 || got[0]-got[1] > 1 || got[1]-got[0] > 1 {
		t.Errorf("classes %v of 20", got)
	}
	if got := counts(train); got[2] != 1 || len(train.Missing()) > 0 {
		t.Errorf("classes %v to train on, without %v", got, train.Missing())
	}
	// A class that is trained on as a whole has none held out, and that can be told.
	if _, held := split(t, s, 30, 20); !slices.Equal(held.Missing(), s.Classes[2:3]) {
		t.Errorf("no held-out image of %v, expected of %v", held.Missing(), s.Classes[2:3])
	}
}

// In a set of equal classes the last images of the balanced order are held out.
func TestSplitOfEqualClasses(t *testing.T) {
	s := noise(60, 2, 2, 3, 6)
	for i := range s.Labels {
		s.Labels[i] = int32(i % 6)
	}
	for _, k := range []int{4, 6, 15, 30} {
		_, held := split(t, s, 20, k)
		want := s.balanced(0)[60-k:]
		slices.Sort(want)
		if got := positions(t, s, held); !slices.Equal(got, want) {
			t.Errorf("%d held out: %v, expected %v", k, got, want)
		}
	}
}

func TestSplitErrors(t *testing.T) {
	s := noise(20, 1, 1, 1, 2)
	for _, c := range [][2]int{{15, 6}, {0, 20}, {-1, 3}, {3, -1}, {21, 0}} {
		if _, _, err := s.Split(c[0], c[1]); err == nil || !strings.Contains(err.Error(), "it has 20") {
			t.Errorf("split %v: error %v", c, err)
		}
	}
	_, _, err := s.Split(0, 19)
	wantError(t, err, "want at most 18")
}
