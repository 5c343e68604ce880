package dataset

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// noise returns a set of n random images with random labels.
func noise(n, height, width, channels, classes int) *Set {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	s := &Set{
		Name: "noise", Height: height, Width: width, Channels: channels,
		Pixels: make([]uint8, n*height*width*channels),
		Labels: make([]int32, n),
	}
	for i := range s.Pixels {
		s.Pixels[i] = uint8(rng.Uint32())
	}
	for i := range s.Labels {
		s.Labels[i] = rng.Int32N(int32(classes))
	}
	for c := range classes {
		s.Classes = append(s.Classes, string(rune('a'+c)))
	}
	return s
}

// counts returns the number of images of each class.
func counts(s *Set) []int {
	n := make([]int, len(s.Classes))
	for _, label := range s.Labels {
		n[label]++
	}
	return n
}

func subset(t *testing.T, s *Set, n int, seed uint64) *Set {
	t.Helper()
	out, err := s.Subset(n, seed)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// positions returns where the images of part, all of them different, lie in s.
func positions(t *testing.T, s, part *Set) []int {
	t.Helper()
	at := map[string]int{}
	for i := range s.Len() {
		at[string(s.image(i))] = i
	}
	found := make([]int, part.Len())
	for i := range found {
		j, ok := at[string(part.image(i))]
		if !ok {
			t.Fatalf("image %d of %s is not in %s", i, part.Name, s.Name)
		}
		if part.Labels[i] != s.Labels[j] {
			t.Fatalf("image %d of %s has another label", i, part.Name)
		}
		found[i] = j
	}
	return found
}

func TestDigits(t *testing.T) {
	data := digits(t)
	if got, want := counts(data.Test), slices.Repeat([]int{50}, 10); !slices.Equal(got, want) {
		t.Errorf("test classes %v, want %v", got, want)
	}
	// The class counts of the source, less 50 each.
	if got, want := counts(data.Train), []int{128, 132, 127, 133, 131, 132, 131, 129, 124, 130}; !slices.Equal(got, want) {
		t.Errorf("training classes %v, want %v", got, want)
	}
	for _, s := range []*Set{data.Train, data.Test} {
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		if s.Height != 8 || s.Width != 8 || s.Channels != 1 {
			t.Errorf("%s: %d × %d × %d", s.Name, s.Height, s.Width, s.Channels)
		}
		if low, high := slices.Min(s.Pixels), slices.Max(s.Pixels); low != 0 || high != 255 {
			t.Errorf("%s: pixels from %d to %d", s.Name, low, high)
		}
	}
	// A class centre is a picture of its digit: nearest centre is right far more
	// often than the 10 % of labels that do not belong to their images.
	if right := nearestCentre(data); right < .85 {
		t.Errorf("nearest class centre is right on %.1f %% of the test images", 100*right)
	}
}

// nearestCentre returns the accuracy on the test images of the class whose mean
// training image is nearest.
func nearestCentre(data *Data) float64 {
	size := data.Train.imageSize()
	centres := make([][]float64, len(data.Train.Classes))
	for c, n := range counts(data.Train) {
		centres[c] = make([]float64, size)
		for i, label := range data.Train.Labels {
			if int(label) == c {
				for p, v := range data.Train.image(i) {
					centres[c][p] += float64(v) / float64(n)
				}
			}
		}
	}
	right := 0
	for i, label := range data.Test.Labels {
		best, nearest := 0, math.Inf(1)
		for c, centre := range centres {
			distance := 0.0
			for p, v := range data.Test.image(i) {
				distance += (float64(v) - centre[p]) * (float64(v) - centre[p])
			}
			if distance < nearest {
				best, nearest = c, distance
			}
		}
		if best == int(label) {
			right++
		}
	}
	return float64(right) / float64(data.Test.Len())
}

func TestSubset(t *testing.T) {
	full := noise(200, 2, 3, 3, 7)
	last := map[string]bool{}
	for _, n := range []int{1, 6, 7, 50, 140, 199} {
		s := subset(t, full, n, 3)
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		if s.Len() != n {
			t.Fatalf("%d images, want %d", s.Len(), n)
		}
		if c := counts(s); n <= 50 && slices.Max(c)-slices.Min(c) > 1 {
			t.Errorf("subset of %d: classes %v", n, c)
		}
		if s.Fingerprint() != subset(t, full, n, 3).Fingerprint() {
			t.Errorf("subset of %d: two draws with one seed differ", n)
		}
		if n < 199 && s.Fingerprint() == subset(t, full, n, 4).Fingerprint() {
			t.Errorf("subset of %d: seeds 3 and 4 give the same", n)
		}
		// Images are all different here, so their pixels name them.
		here := map[string]bool{}
		at := 0
		for i := range n {
			key := string(s.image(i))
			here[key] = true
			for string(full.image(at)) != key { // fails if not in the order of full
				at++
			}
			if full.Labels[at] != s.Labels[i] {
				t.Fatalf("subset of %d: image %d has another label", n, i)
			}
		}
		for key := range last {
			if !here[key] {
				t.Fatalf("subset of %d lacks an image of the one before", n)
			}
		}
		last = here
	}
	for _, n := range []int{0, 200} {
		if subset(t, full, n, 3) != full {
			t.Errorf("subset of %d is not the set itself", n)
		}
	}
	for _, n := range []int{-1, 201} {
		if _, err := full.Subset(n, 3); err == nil || !strings.Contains(err.Error(), "it has 200") {
			t.Errorf("subset of %d: error %v", n, err)
		}
	}
}

func TestFingerprint(t *testing.T) {
	build := func(change func(*Set)) string {
		s := noise(10, 4, 6, 3, 5)
		change(s)
		return s.Fingerprint()
	}
	want := build(func(*Set) {})
	if got := build(func(s *Set) { s.Name = "other"; s.Classes = slices.Repeat([]string{"x"}, 5) }); got != want {
		t.Error("names change the fingerprint")
	}
	for name, change := range map[string]func(*Set){
		"a pixel":   func(s *Set) { s.Pixels[77] ^= 1 },
		"a label":   func(s *Set) { s.Labels[9]++ },
		"the shape": func(s *Set) { s.Height, s.Width = s.Width, s.Height },
		"a class":   func(s *Set) { s.Classes = append(s.Classes, "more") },
		"the order": func(s *Set) { s.Labels[0], s.Labels[1] = 4, 3 },
	} {
		if build(change) == want {
			t.Errorf("%s does not change the fingerprint", name)
		}
	}
}

func TestSetCheck(t *testing.T) {
	for want, change := range map[string]func(*Set){
		"images of 0 × 6 × 3":                              func(s *Set) { s.Height = 0 },
		"719 pixel values; 10 labels × 4 × 6 × 3 make 720": func(s *Set) { s.Pixels = s.Pixels[1:] },
		"label 5 of image 3 is outside [0, 5)":             func(s *Set) { s.Labels[3] = 5 },
		"label -1 of image 0 is outside":                   func(s *Set) { s.Labels[0] = -1 },
	} {
		s := noise(10, 4, 6, 3, 5)
		change(s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := noise(10, 4, 6, 3, 5).Check(); err != nil {
		t.Error(err)
	}
}

func TestMoments(t *testing.T) {
	s := &Set{Height: 1, Width: 2, Channels: 2, Pixels: []uint8{0, 255, 255, 255}, Labels: []int32{0}, Classes: []string{"a"}}
	mean, std, err := s.Moments()
	if err != nil || !slices.Equal(mean, []float32{.5, 1}) || !slices.Equal(std, []float32{.5, 0}) {
		t.Errorf("Moments = %v, %v, %v", mean, std, err)
	}
	if _, _, err := (&Set{Channels: 1}).Moments(); err == nil {
		t.Error("moments of no images")
	}
}

func TestImage(t *testing.T) {
	digits, err := Digits()
	if err != nil {
		t.Fatal(err)
	}
	one, err := digits.Test.Image(7)
	if err != nil || one.Check() != nil || one.Len() != 1 || one.Labels[0] != digits.Test.Labels[7] ||
		!slices.Equal(one.Pixels, digits.Test.Pixels[7*64:8*64]) {
		t.Errorf("image 7: %+v, %v", one, err)
	}
	for _, number := range []int{-1, 500} {
		if _, err := digits.Test.Image(number); err == nil {
			t.Errorf("image %d of 500", number)
		}
	}
}
