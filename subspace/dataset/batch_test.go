package dataset

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestOrder(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1297} {
		order := Order(n, 9, 4)
		sorted := slices.Sorted(slices.Values(order))
		if !slices.Equal(sorted, sequence(n)) {
			t.Errorf("Order(%d) is no permutation", n)
		}
	}
	seen := map[int]bool{}
	for epoch := range 50 {
		for seed := range uint64(5) {
			order := Order(100, seed, epoch)
			key := 0
			for _, i := range order[:4] {
				key = 100*key + i
			}
			if seen[key] {
				t.Errorf("seed %d, epoch %d starts like another", seed, epoch)
			}
			seen[key] = true
		}
	}
}

// Every image comes first equally often: chi-squared over 20,000 epochs.
func TestOrderIsFair(t *testing.T) {
	const n, epochs = 10, 20000
	var first [n]int
	for epoch := range epochs {
		first[Order(n, 1, epoch)[0]]++
	}
	chi := 0.0
	for _, k := range first {
		d := float64(k) - epochs/n
		chi += d * d / (epochs / n)
	}
	if chi > 27.9 { // 9 degrees of freedom, p = .001
		t.Errorf("first images %v: chi-squared %.1f", first, chi)
	}
}

// naive computes one value of an augmented image as one would on paper.
func naive(d *Data, s *Set, i, y, x, c, dy, dx int, flip bool) float32 {
	if flip {
		x = s.Width - 1 - x
	}
	y, x = y+dy, x+dx
	pixel := uint8(0)
	if y >= 0 && y < s.Height && x >= 0 && x < s.Width {
		pixel = s.Pixels[((i*s.Height+y)*s.Width+x)*s.Channels+c]
	}
	return float32((float64(pixel)/255 - float64(d.Mean[c])) / float64(d.Std[c]))
}

// TestFill compares every value with naive, for images of odd shapes, channels
// one to four, and padding up to more than the image.
func TestFill(t *testing.T) {
	for _, shape := range [][3]int{{5, 7, 3}, {4, 4, 1}, {3, 2, 2}, {1, 1, 4}, {6, 3, 3}} {
		s := noise(11, shape[0], shape[1], shape[2], 4)
		d := &Data{Train: s}
		for c := range s.Channels {
			d.Mean = append(d.Mean, .3+.1*float32(c))
			d.Std = append(d.Std, .2+.1*float32(c))
		}
		for _, augment := range []Augment{{}, {Flip: true}, {Pad: 1}, {Pad: 2, Flip: true}, {Pad: 9, Flip: true}} {
			index := []int{10, 0, 3, 3, 7, 1, 2, 5, 6, 9}
			images, labels := make([]float32, len(index)*s.imageSize()), make([]int32, len(index))
			d.Fill(images, labels, s, index, augment, rand.New(rand.NewPCG(5, 5)))
			rng := rand.New(rand.NewPCG(5, 5))
			at := 0
			for k, i := range index {
				if labels[k] != s.Labels[i] {
					t.Fatalf("label %d of image %d", labels[k], i)
				}
				v := augment.Draw(rng)
				dy, dx, flip := v.DY, v.DX, v.Flip
				for y := range s.Height {
					for x := range s.Width {
						for c := range s.Channels {
							if want := naive(d, s, i, y, x, c, dy, dx, flip); images[at] != want {
								t.Fatalf("%v %+v (%d, %d, %v): value (%d, %d, %d) of image %d is %g, want %g",
									shape, augment, dy, dx, flip, y, x, c, i, images[at], want)
							}
							at++
						}
					}
				}
			}
		}
	}
}

// The draws of an augmentation cover every offset and both mirrorings evenly.
func TestDraw(t *testing.T) {
	const draws = 81 * 2 * 500
	rng := rand.New(rand.NewPCG(6, 1))
	count := map[[3]int]int{}
	for range draws {
		v := Standard.Draw(rng)
		key := [3]int{v.DY, v.DX, 0}
		if v.Flip {
			key[2] = 1
		}
		if max(v.DY, -v.DY, v.DX, -v.DX) > 4 {
			t.Fatalf("offset %d, %d", v.DY, v.DX)
		}
		count[key]++
	}
	chi := 0.0
	for _, k := range count {
		chi += float64(k-500) * float64(k-500) / 500
	}
	if len(count) != 162 || chi > 221 { // 161 degrees of freedom, p = .001
		t.Errorf("%d cells of 162, chi-squared %.1f", len(count), chi)
	}
}

// An augmented image takes one number from the generator, and none without.
func TestFillDraws(t *testing.T) {
	data := digits(t)
	images, labels := make([]float32, 3*64), make([]int32, 3)
	a, b := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	data.Fill(images, labels, data.Test, []int{1, 2, 3}, Standard, a)
	for range 3 {
		b.Uint64()
	}
	data.Fill(images, labels, data.Test, []int{1, 2, 3}, Augment{}, a)
	data.Fill(images, labels, data.Test, []int{1, 2, 3}, Augment{}, nil)
	if a.Uint64() != b.Uint64() {
		t.Error("the generators are out of step")
	}
}

// Training images are normalised to mean 0 and deviation 1.
func TestNormalised(t *testing.T) {
	data := digits(t)
	n := data.Train.Len()
	images, labels := make([]float32, n*64), make([]int32, n)
	data.Fill(images, labels, data.Train, sequence(n), Augment{}, nil)
	sum, squares := 0.0, 0.0
	for _, v := range images {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	mean := sum / float64(len(images))
	std := math.Sqrt(squares/float64(len(images)) - mean*mean)
	if math.Abs(mean) > 1e-6 || math.Abs(std-1) > 1e-6 {
		t.Errorf("mean %g, deviation %g", mean, std)
	}
}

func TestFillPanics(t *testing.T) {
	data := digits(t)
	colour := noise(1, 8, 8, 3, 2)
	images, labels := make([]float32, 64), make([]int32, 1)
	for name, call := range map[string]func(){
		"images too short":   func() { data.Fill(images[:63], labels, data.Test, []int{0}, Augment{}, nil) },
		"labels too short":   func() { data.Fill(images, nil, data.Test, []int{0}, Augment{}, nil) },
		"index too large":    func() { data.Fill(images, labels, data.Test, []int{500}, Augment{}, nil) },
		"negative padding":   func() { data.Fill(images, labels, data.Test, []int{0}, Augment{Pad: -1}, nil) },
		"another data set's": func() { data.Fill(make([]float32, 192), labels, colour, []int{0}, Augment{}, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

// BenchmarkFill is a training batch of CIFAR-10: 128 images, augmented.
func BenchmarkFill(b *testing.B) {
	s := noise(2000, 32, 32, 3, 10)
	data := &Data{Train: s, Mean: []float32{.5, .5, .5}, Std: []float32{.2, .2, .2}}
	index := Order(s.Len(), 1, 0)[:128]
	images, labels := make([]float32, 128*s.imageSize()), make([]int32, 128)
	rng := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		data.Fill(images, labels, s, index, Standard, rng)
	}
	b.ReportMetric(128*float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
