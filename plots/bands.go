package plots

import (
	"image"
	"image/color"
	"slices"
)

// fine is how many samples a pixel has, each way, so that edges come out smooth.
const fine = 3

// What a sample shows beside the bands, which are numbered from 0.
const (
	nothing      = -1 // the page
	notEvaluated = -2
)

// bandImage is a picture of bands, fine × fine samples to a pixel, rows from the
// top. light is how bright each is, 1 for the map's own colour; nil means all 1.
type bandImage struct {
	width, height int // in pixels
	band          []int16
	light         []float32
}

func newBandImage(width, height int) *bandImage {
	return &bandImage{width: width, height: height, band: slices.Repeat([]int16{nothing}, width*height*fine*fine)}
}

// paint sets the samples on the picture, their upper left corner at a pixel.
// Where a band meets another there is a contour line one pixel wide.
func (s *bandImage) paint(picture *image.RGBA, left, top int, scale scale) {
	inks := make([]color.RGBA, scale.bands())
	for i := range inks {
		inks[i] = scale.ink(i)
	}
	for y := range s.height {
		for x := range s.width {
			picture.SetRGBA(left+x, top+y, s.pixel(x, y, inks, picture.RGBAAt(left+x, top+y)))
		}
	}
}

// pixel is the mean of a pixel's samples over the page.
func (s *bandImage) pixel(x, y int, inks []color.RGBA, page color.RGBA) color.RGBA {
	var r, g, b, a float64
	edges, stride := 0, s.width*fine
	for k := range fine * fine {
		column, row := x*fine+k%fine, y*fine+k/fine
		i := row*stride + column
		ink, light := page, 1.0
		switch band := s.band[i]; band {
		case nothing:
		case notEvaluated:
			ink = hatchInk(x, y)
		default:
			ink = inks[band]
			if s.light != nil {
				light = float64(s.light[i])
			}
			if column+1 < stride && s.meets(i, i+1) || row+1 < s.height*fine && s.meets(i, i+stride) {
				edges++
			}
		}
		r, g, b = r+float64(float64(ink.R)*light), g+float64(float64(ink.G)*light), b+float64(float64(ink.B)*light)
		a += float64(ink.A)
	}
	// A straight line passes fine of the samples. It takes its colour from what
	// is below, which shows on dark and on bright bands.
	const dark = 0.4
	keep := (1 - dark*min(1, float64(edges)/fine)) / (fine * fine)
	channel := func(sum float64) uint8 { return uint8(min(float64(sum*keep)+0.5, 255)) }
	return color.RGBA{channel(r), channel(g), channel(b), uint8(a/(fine*fine) + 0.5)} // a page may be transparent
}

// meets says whether a contour line passes between two samples.
func (s *bandImage) meets(i, j int) bool { return s.band[j] >= 0 && s.band[i] != s.band[j] }

// hatchInk is the pattern of what could not be evaluated, grey like none of the
// map's colours even in print.
func hatchInk(x, y int) color.RGBA {
	if (x+y)%10 < 3 {
		return color.RGBA{0x9a, 0x9a, 0x9a, 255}
	}
	return color.RGBA{0xdd, 0xdd, 0xdd, 255}
}
