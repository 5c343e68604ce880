package dataset

import (
	"image"
	"math"
)

// resizeAndCrop resizes src until its shorter side has side pixels, and writes
// the middle square to dst [side, side, 3]. The filter is the bilinear one,
// widened where the image shrinks so that every pixel counts; columns first, then
// rows, each rounded to 8 bits. Sizes, offsets and results are those of
// torchvision's Resize and CenterCrop on a PIL image, bit for bit.
func resizeAndCrop(dst []uint8, src *image.RGBA, side int) {
	width, height := src.Rect.Dx(), src.Rect.Dy()
	across, down := middle(width, min(width, height), side), middle(height, min(width, height), side)
	first := down[0].first
	last := down[side-1].first + len(down[side-1].weights)

	rows := make([]uint8, (last-first)*side*3)
	for y := first; y < last; y++ {
		row := src.Pix[y*src.Stride:][:4*width]
		for x, t := range across {
			t.apply(rows[((y-first)*side+x)*3:], row[4*t.first:], 4)
		}
	}
	for y, t := range down {
		for x := range side {
			t.apply(dst[(y*side+x)*3:], rows[((t.first-first)*side+x)*3:], 3*side)
		}
	}
}

// taps say which pixels of a line make one pixel of the resized line: weights of
// the pixel first and of those after it, in units of 2⁻²².
type taps struct {
	first   int
	weights []int
}

const one = 1 << 22 // the sum of the weights, but for rounding

// apply writes three channels: sums over pixels of src that lie stride bytes
// apart.
func (t taps) apply(dst, src []uint8, stride int) {
	red, green, blue := one/2, one/2, one/2
	for k, w := range t.weights {
		p := src[k*stride:][:3]
		red += w * int(p[0])
		green += w * int(p[1])
		blue += w * int(p[2])
	}
	dst[0], dst[1], dst[2] = uint8(min(red/one, 255)), uint8(min(green/one, 255)), uint8(min(blue/one, 255))
}

// middle returns the taps of the middle side pixels of a line of length pixels,
// resized by side/shorter.
func middle(length, shorter, side int) []taps {
	resized := side * length / shorter
	offset := int(math.RoundToEven(float64(resized-side) / 2))
	scale := float64(length) / float64(resized)
	reach := max(scale, 1) // of the triangle, in pixels of the line
	result := make([]taps, side)
	for k := range result {
		// The conversions forbid fusing product and sum: a weight is the same on
		// every machine.
		centre := float64((float64(offset+k) + 0.5) * scale)
		low := max(0, int(centre-reach+0.5))
		high := min(length, int(centre+reach+0.5))
		triangle, sum := make([]float64, high-low), 0.0
		for i := range triangle {
			distance := math.Abs(float64(low+i) - centre + 0.5)
			triangle[i] = max(0, 1-float64(distance*(1/reach)))
			sum += triangle[i]
		}
		result[k] = taps{low, make([]int, len(triangle))}
		for i, w := range triangle {
			result[k].weights[i] = int(0.5 + float64(w/sum*one))
		}
	}
	return result
}
