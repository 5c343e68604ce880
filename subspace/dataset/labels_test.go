package dataset

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func wrongLabels(t *testing.T, s *Set, share float64, anyClass bool) *Set {
	t.Helper()
	out, err := s.WrongLabels(share, anyClass)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// changed returns the images that have another label in b than in a.
func changed(a, b *Set) []int {
	var at []int
	for i, label := range a.Labels {
		if label != b.Labels[i] {
			at = append(at, i)
		}
	}
	return at
}

// Exactly the share is wrong, a larger share keeps what a smaller one did, and
// the set itself stays as it is.
func TestWrongLabels(t *testing.T) {
	s := noise(501, 1, 1, 1, 7)
	labels, pixels := slices.Clone(s.Labels), slices.Clone(s.Pixels)
	last := s
	for _, c := range []struct {
		share float64
		wrong int
		name  string
	}{
		{.001, 1, "noise, 0.1 % wrong labels"},
		{.07, 35, "noise, 7 % wrong labels"},
		{.2, 100, "noise, 20 % wrong labels"},
		{.5, 251, "noise, 50 % wrong labels"}, // 250.5
		{1, 501, "noise, 100 % wrong labels"},
	} {
		out := wrongLabels(t, s, c.share, false)
		if err := out.Check(); err != nil {
			t.Fatal(err)
		}
		if out.Name != c.name {
			t.Errorf("named %q, expected %q", out.Name, c.name)
		}
		if n := len(changed(s, out)); n != c.wrong {
			t.Errorf("share %g: %d labels are wrong, expected %d", c.share, n, c.wrong)
		}
		for _, i := range changed(s, last) {
			if out.Labels[i] != last.Labels[i] {
				t.Fatalf("share %g: image %d lost the wrong label of a smaller share", c.share, i)
			}
		}
		if !slices.Equal(out.Labels, wrongLabels(t, s, c.share, false).Labels) {
			t.Errorf("share %g: two draws differ", c.share)
		}
		if &out.Pixels[0] != &s.Pixels[0] {
			t.Error("the pixels are copied")
		}
		last = out
	}
	if !slices.Equal(s.Labels, labels) || !slices.Equal(s.Pixels, pixels) {
		t.Error("the set itself has changed")
	}
	if out := wrongLabels(t, s, 0, false); out != s {
		t.Error("a share of 0 is not the set itself")
	}
	if out := wrongLabels(t, s, .2, true); out.Name != "noise, 20 % random labels" {
		t.Errorf("named %q", out.Name)
	}
}

// Which images are chosen and which classes they get is uniform: chi-squared over
// true and new class, and over the images.
func TestWrongLabelsAreUniform(t *testing.T) {
	const classes, each = 5, 4000
	s := noise(1, 1, 1, 1, classes)
	s.Labels, s.Pixels = nil, make([]uint8, classes*each)
	for i := range classes * each {
		s.Labels = append(s.Labels, int32(i%classes))
	}
	for _, c := range []struct {
		anyClass bool
		possible int     // new classes of an image
		limit    float64 // p = .001
	}{
		{false, classes - 1, 43.8}, // 19 degrees of freedom: 20 cells of a given total
		{true, classes, 51.2},      // 24
	} {
		out := wrongLabels(t, s, 1, c.anyClass)
		var count [classes][classes]int
		for i, label := range out.Labels {
			count[s.Labels[i]][label]++
		}
		chi, cells := 0.0, 0
		for from := range classes {
			for to := range classes {
				if from == to && !c.anyClass {
					if count[from][to] != 0 {
						t.Errorf("%d images of class %d got their own class", count[from][to], from)
					}
					continue
				}
				want := float64(each) / float64(c.possible)
				chi += math.Pow(float64(count[from][to])-want, 2) / want
				cells++
			}
		}
		if cells != classes*c.possible || chi > c.limit {
			t.Errorf("any class %t: chi-squared %.1f over %d cells", c.anyClass, chi, cells)
		}
	}

	// A fifth of the images, in ten stretches of the set.
	var stretches [10]int
	for _, i := range changed(s, wrongLabels(t, s, .2, false)) {
		stretches[i*10/s.Len()]++
	}
	chi := 0.0
	for _, n := range stretches {
		chi += math.Pow(float64(n)-400, 2) / 400
	}
	if chi > 27.9 { // 9 degrees of freedom
		t.Errorf("wrong labels in %v: chi-squared %.1f", stretches, chi)
	}
}

// Drawn from all classes, one label in so many stays right.
func TestAnyClass(t *testing.T) {
	s := noise(20_000, 1, 1, 1, 10)
	wrong := float64(len(changed(s, wrongLabels(t, s, .2, true))))
	if want := 4000 * .9; math.Abs(wrong-want) > 5*math.Sqrt(want*.1) {
		t.Errorf("%g wrong labels, expected about %g", wrong, want)
	}
}

func TestWrongLabelsErrors(t *testing.T) {
	for _, share := range []float64{-.1, 1.1, math.NaN(), math.Inf(1)} {
		if _, err := noise(10, 1, 1, 1, 2).WrongLabels(share, false); err == nil || !strings.Contains(err.Error(), "want 0 to 1") {
			t.Errorf("share %g: error %v", share, err)
		}
	}
	if _, err := noise(10, 1, 1, 1, 1).WrongLabels(.2, false); err == nil || !strings.Contains(err.Error(), "want two or more") {
		t.Errorf("one class: error %v", err)
	}
}
