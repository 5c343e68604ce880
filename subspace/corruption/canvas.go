package corruption

import (
	"fmt"

	"gosubspace/subspace/dataset"
)

// A canvas is what the images of a set are enlarged to, side×side pixels of
// three channels: every pixel becomes a square of factor × factor equal ones.
type canvas struct {
	side     int // 32 or 64
	factor   int
	channels int // of the set, 1 or 3
}

// newCanvas returns the canvas for the images of s.
func newCanvas(s *dataset.Set) (canvas, error) {
	c := canvas{side: 32, channels: s.Channels}
	if s.Height == 64 {
		c.side = 64
	}
	if s.Height != s.Width || c.side%s.Height != 0 || s.Channels != 1 && s.Channels != 3 {
		return c, fmt.Errorf("corruption: %s has images of %d × %d pixels and %d channels; expected 32 × 32 or 64 × 64, or a side that divides 32, and 1 or 3 channels",
			s.Name, s.Height, s.Width, s.Channels)
	}
	c.factor = c.side / s.Height
	return c, nil
}

// enlarge returns a new image [side, side, 3] that shows image.
func (c canvas) enlarge(image []uint8) []uint8 {
	out := make([]uint8, 0, 3*c.side*c.side)
	width := c.side / c.factor
	for y := range c.side {
		for x := range c.side {
			pixel := image[(y/c.factor*width+x/c.factor)*c.channels:]
			if c.channels == 1 {
				out = append(out, pixel[0], pixel[0], pixel[0])
			} else {
				out = append(out, pixel[:3]...)
			}
		}
	}
	return out
}

// shrink is the way back: it writes to dst the means of what enlarge repeats,
// rounded to the nearest level.
func (c canvas) shrink(dst, image []uint8) {
	width := c.side / c.factor
	sums := make([]int, len(dst))
	for y := range c.side {
		for x := range c.side {
			for k := range 3 {
				to := (y/c.factor*width+x/c.factor)*c.channels + k%c.channels
				sums[to] += int(image[(y*c.side+x)*3+k])
			}
		}
	}
	n := c.factor * c.factor * 3 / c.channels
	for i, sum := range sums {
		dst[i] = uint8((sum + n/2) / n)
	}
}
