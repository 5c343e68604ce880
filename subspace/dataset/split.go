package dataset

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"slices"
)

// Split returns n images to train on, and others that are held out to validate
// with. Both keep the order that they have in s.
//
// The training images are those of [Set.Subset](n, 0), whatever heldOut is: a
// run with a validation split trains on the same images as one without. n = 0
// means all that are left.
//
// The images that are held out come from the other end of the class-balanced
// order that Subset takes its images from: the last of every class that is not
// trained on, then the one before it, and so on. Their classes differ by at most
// one image as long as none runs out. So as long as enough are left of each
// class, the same images are held out whatever n is.
//
// Fewer than 0 images, no training image, and more than there are are errors.
func (s *Set) Split(n, heldOut int) (train, held *Set, err error) {
	if n < 0 || heldOut < 0 || max(n, 1)+heldOut > s.Len() {
		return nil, nil, fmt.Errorf("dataset: a validation split of %d images and %d training images of %s; it has %d",
			heldOut, n, s.Name, s.Len())
	}
	order := s.balanced(0)[n:]
	if n == 0 {
		order = s.withoutFirsts(order)
		if heldOut > len(order) {
			return nil, nil, fmt.Errorf("dataset: a validation split of %d images of %s; it has %d, of which %d stay to train on, one a class: want at most %d",
				heldOut, s.Name, s.Len(), s.Len()-len(order), len(order))
		}
	}
	out := make([]bool, s.Len())
	for _, i := range s.lastOfEach(order)[:heldOut] {
		out[i] = true
	}
	held = s.where(fmt.Sprintf("%s[%d held out]", s.Name, heldOut), out, true)
	if n == 0 && heldOut > 0 {
		return s.where(fmt.Sprintf("%s[without %d]", s.Name, heldOut), out, false), held, nil
	}
	train, err = s.Subset(n, 0)
	return train, held, err
}

// withoutFirsts returns images without the first of each class.
func (s *Set) withoutFirsts(images []int) (rest []int) {
	seen := make([]bool, len(s.Classes))
	for _, i := range images {
		if seen[s.Labels[i]] {
			rest = append(rest, i)
		}
		seen[s.Labels[i]] = true
	}
	return rest
}

// lastOfEach sorts images of s anew: the last of every class, then the last but
// one of every class, and so on; within such a round, later ones first.
func (s *Set) lastOfEach(images []int) []int {
	images = slices.Clone(images)
	slices.Reverse(images)
	round := make(map[int]int, len(images)) // how many of its class come before an image
	seen := make([]int, len(s.Classes))
	for _, i := range images {
		round[i] = seen[s.Labels[i]]
		seen[s.Labels[i]]++
	}
	slices.SortStableFunc(images, func(a, b int) int { return cmp.Compare(round[a], round[b]) })
	return images
}

// Firsts returns the number of the first image of each class, −1 where a class has none.
func (s *Set) Firsts() []int {
	numbers := make([]int, len(s.Classes))
	for class := range numbers {
		numbers[class] = slices.Index(s.Labels, int32(class))
	}
	return numbers
}

// Images returns the set of some images of s, in memory, by their numbers from 0 and in
// that order, see [Set.Image].
func (s *Set) Images(name string, numbers []int) (*Set, error) {
	some := s.Empty(name)
	for _, i := range numbers {
		one, err := s.Image(i)
		if err != nil {
			return nil, err
		}
		some.Labels, some.Pixels = append(some.Labels, one.Labels...), append(some.Pixels, one.Pixels...)
	}
	return some, nil
}

// Image returns the set of one image of s, in memory, by its number from 0. Of a streamed
// set it is decoded.
func (s *Set) Image(number int) (*Set, error) {
	if number < 0 || number >= s.Len() || s.Pixels == nil && !s.streamed() {
		return nil, fmt.Errorf("image %d of %s: want one of its numbers, 0 to %d", number, s.Name, s.Len()-1)
	}
	one := s.Empty(fmt.Sprintf("%s, image %d", s.Name, number))
	one.Labels = s.Labels[number:][:1]
	if s.streamed() {
		one.Pixels = make([]uint8, s.imageSize())
		return one, s.stream(one.Pixels, number)
	}
	one.Pixels = s.image(number)
	return one, nil
}

// Picture returns image i of a set in memory, of 1 to 3 channels, to look at: one channel
// is grey.
func (s *Set) Picture(i int) *image.RGBA {
	picture, pixels, c := image.NewRGBA(image.Rect(0, 0, s.Width, s.Height)), s.image(i), s.Channels
	for k := range s.Width * s.Height {
		p := pixels[k*c:]
		picture.SetRGBA(k%s.Width, k/s.Width, color.RGBA{p[0], p[c/2], p[c-1], 255})
	}
	return picture
}
