package plots

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// farthest is how much a channel of a pixel may change, of 255, before a picture
// keeps its full colours.
const farthest = 28

// paletted returns the picture with at most 256 colours, which makes a line
// plot's file a third as large, and notebooks keep these files. A line plot has
// few colours; the many others are the shades of its smoothed edges. A picture
// with more is returned as it is.
func paletted(picture *image.RGBA) image.Image {
	bins, used := histogram(picture)
	// Half of the palette are the most frequent shades, the other half each the
	// one that so far is farthest from the palette.
	var palette color.Palette
	for len(palette) < min(256, len(used)) {
		next := len(palette)
		if next >= 128 {
			for i := range used {
				if used[i].distance > used[next].distance {
					next = i
				}
			}
			used[next], used[len(palette)] = used[len(palette)], used[next]
		}
		c := used[len(palette)].color
		for i := range used {
			if d := apart(used[i].color, c); d < used[i].distance {
				used[i].distance, used[i].index = d, uint8(len(palette))
			}
		}
		palette = append(palette, c)
	}
	index := make([]uint8, len(bins))
	for _, s := range used {
		if s.distance > farthest {
			return picture
		}
		index[s.bin] = s.index
	}
	small := image.NewPaletted(picture.Rect, palette)
	for i := range small.Pix {
		small.Pix[i] = index[binOf(picture.Pix[4*i:])]
	}
	return small
}

// shade is a group of like colours: how many pixels have it, its mean colour,
// and which entry of the palette is nearest to it, how far.
type shade struct {
	bin, count int
	color      color.RGBA
	distance   int
	index      uint8
}

// binOf numbers colours that agree in five bits of each channel.
func binOf(p []uint8) int { return int(p[0]>>3)<<10 | int(p[1]>>3)<<5 | int(p[2]>>3) }

// histogram counts the picture's pixels by bin and lists the shades in use, the
// most frequent first.
func histogram(picture *image.RGBA) (bins [][4]int, used []shade) {
	bins = make([][4]int, 1<<15)
	for i := 0; i < len(picture.Pix); i += 4 {
		p := picture.Pix[i : i+3]
		b := &bins[binOf(p)]
		b[0], b[1], b[2], b[3] = b[0]+1, b[1]+int(p[0]), b[2]+int(p[1]), b[3]+int(p[2])
	}
	for i, b := range bins {
		if n := b[0]; n > 0 {
			mean := func(sum int) uint8 { return uint8((sum + n/2) / n) }
			used = append(used, shade{bin: i, count: n, color: color.RGBA{mean(b[1]), mean(b[2]), mean(b[3]), 255}, distance: 256})
		}
	}
	slices.SortStableFunc(used, func(a, b shade) int { return cmp.Compare(b.count, a.count) })
	return bins, used
}

// apart is the largest difference between two colours' channels.
func apart(a, b color.RGBA) int {
	d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B))
}
