package dataset

import (
	"fmt"
	"math/rand/v2"

	"gosubspace/subspace/internal/parallel"
)

// Augment says how training images are varied, as is usual for CIFAR-10. The
// zero value leaves images as they are.
type Augment struct {
	Pad  int  `json:"pad"`  // pad by this many black pixels on each side, then crop back at random
	Flip bool `json:"flip"` // mirror left and right, half of the images
}

// Standard is the augmentation of the paper's CIFAR-10 and TinyImageNet runs.
var Standard = Augment{Pad: 4, Flip: true}

// Fill writes the images index of s, augmented and normalised, to the start of
// images [len(index), height, width, channels], and their labels to the start
// of labels [len(index)]. A normalised value is (pixel/255 − Mean)/Std of its
// channel, rounded once to float32.
//
// An augmented image takes one 64-bit number from rng, whatever its index: its
// lowest bit says flip, the 31 bits above it choose among the 2·Pad+1 offsets in
// height, the upper 32 bits among those in width. Without augmentation rng is
// not used and may be nil. The order of the two, crop then flip, and black
// padding before normalisation are those of the usual PyTorch recipe.
//
// Fill fails where an image of a streamed set can't be read, and then names its
// file; on a set in memory it never fails. It panics if images or labels are too
// short, an index is out of range, Pad is negative, or the channels of s and d
// differ. It may run on many goroutines at once, each with its own rng.
func (d *Data) Fill(images []float32, labels []int32, s *Set, index []int, augment Augment, rng *rand.Rand) error {
	size := s.imageSize()
	if len(images) < len(index)*size || len(labels) < len(index) {
		panic(fmt.Sprintf("dataset: %d images of %d values need more room than %d values and %d labels",
			len(index), size, len(images), len(labels)))
	}
	if augment.Pad < 0 {
		panic(fmt.Sprintf("dataset: padding by %d pixels", augment.Pad))
	}
	table := d.Normalised(s.Channels)
	variations := make([]Variation, len(index))
	for k, i := range index {
		labels[k] = s.Labels[i]
		variations[k] = augment.Draw(rng)
	}
	if s.streamed() {
		return parallel.For(len(index), func(k int) error {
			pixels := make([]uint8, size)
			if err := s.stream(pixels, index[k]); err != nil {
				return err
			}
			copyImage(images[k*size:(k+1)*size], s, pixels, variations[k], table)
			return nil
		})
	}
	for k, i := range index {
		copyImage(images[k*size:(k+1)*size], s, s.image(i), variations[k], table)
	}
	return nil
}

// Normalised returns the normalised value of each of the 256 values of a pixel,
// for each channel. It panics where d has not so many channels.
func (d *Data) Normalised(channels int) [][256]float32 {
	if len(d.Mean) != channels || len(d.Std) != channels {
		panic(fmt.Sprintf("dataset: %d means and %d standard deviations for %d channels", len(d.Mean), len(d.Std), channels))
	}
	table := make([][256]float32, channels)
	for c := range table {
		for v := range table[c] {
			table[c][v] = float32((float64(v)/255 - float64(d.Mean[c])) / float64(d.Std[c]))
		}
	}
	return table
}

// Variation says how one image is varied: pixel (y, x) of the result is pixel
// (y+DY, x+DX) of the image, or black outside it; Flip then mirrors the result,
// left and right.
type Variation struct {
	DY, DX int // pixels, each in [−Pad, Pad]
	Flip   bool
}

// Draw draws how one image is varied, as [Data.Fill] does for each of its images
// in turn.
func (a Augment) Draw(rng *rand.Rand) Variation {
	if a == (Augment{}) {
		return Variation{}
	}
	u, offsets := rng.Uint64(), uint64(2*a.Pad+1)
	return Variation{
		DY:   int((u>>1&(1<<31-1))*offsets>>31) - a.Pad,
		DX:   int((u>>32)*offsets>>32) - a.Pad,
		Flip: a.Flip && u&1 == 1,
	}
}

// copyImage writes an image of s to dst, varied and normalised.
func copyImage(dst []float32, s *Set, image []uint8, v Variation, table [][256]float32) {
	dy, dx, width, channels := v.DY, v.DX, s.Width, s.Channels
	first, last := max(0, -dx), min(width, width-dx) // columns x with x+dx inside the image
	for y := range s.Height {
		row := dst[y*width*channels : (y+1)*width*channels]
		if y+dy < 0 || y+dy >= s.Height || first >= last {
			blacken(row, table)
		} else {
			from := ((y+dy)*width + first + dx) * channels
			blacken(row[:first*channels], table)
			lookUp(row[first*channels:last*channels], image[from:], table)
			blacken(row[last*channels:], table)
		}
		if v.Flip {
			mirror(row, channels)
		}
	}
}

// lookUp writes the normalised values of the pixels src to dst.
func lookUp(dst []float32, src []uint8, table [][256]float32) {
	src = src[:len(dst)]
	if len(table) == 3 { // the usual case, without a loop over channels
		red, green, blue := &table[0], &table[1], &table[2]
		for j := 0; j+2 < len(dst) && j+2 < len(src); j += 3 {
			dst[j], dst[j+1], dst[j+2] = red[src[j]], green[src[j+1]], blue[src[j+2]]
		}
		return
	}
	for j := range dst {
		dst[j] = table[j%len(table)][src[j]]
	}
}

// blacken fills dst with black pixels.
func blacken(dst []float32, table [][256]float32) {
	for j := range dst {
		dst[j] = table[j%len(table)][0]
	}
}

// mirror reverses the order of the pixels of a row.
func mirror(row []float32, channels int) {
	for a, b := 0, len(row)-channels; a < b; a, b = a+channels, b-channels {
		for c := range channels {
			row[a+c], row[b+c] = row[b+c], row[a+c]
		}
	}
}
