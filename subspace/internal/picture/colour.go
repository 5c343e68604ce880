package picture

import "image"

// A codec makes red, green and blue of a brightness and two differences of colour,
// in the integer arithmetic of the library that files of its kind are usually read by.
type codec func(y, cb, cr int) (r, g, b int)

// jfif is what JPEG files mean, as libjpeg rounds it: 16 bits behind the point.
func jfif(y, cb, cr int) (r, g, b int) {
	cb, cr = cb-128, cr-128
	const half = 1 << 15
	return y + (91881*cr+half)>>16, y + (-22554*cb-46802*cr+half)>>16, y + (116130*cb+half)>>16
}

// studio is what lossy WebP files mean, brightness from 16 to 235, as libwebp rounds it.
func studio(y, cb, cr int) (r, g, b int) {
	y = y * 19077 >> 8
	return (y + cr*26149>>8 - 14234) >> 6, (y - cb*6419>>8 - cr*13320>>8 + 8708) >> 6, (y + cb*33050>>8 - 17685) >> 6
}

// paint fills a page with the pixels of m, of the same size.
func (colour codec) paint(page *image.RGBA, m *image.YCbCr) {
	width, height := page.Rect.Dx(), page.Rect.Dy()
	cb, cr := newPlane(m, m.Cb), newPlane(m, m.Cr)
	for y := range height {
		blue, red := cb.row(y), cr.row(y)
		bright := m.Y[m.YOffset(m.Rect.Min.X, m.Rect.Min.Y+y):][:width]
		row := page.Pix[y*page.Stride:][:4*width]
		for x, v := range bright {
			r, g, b := colour(int(v), blue[x], red[x])
			p := row[4*x:][:4]
			p[0], p[1], p[2], p[3] = level(r), level(g), level(b), 255
		}
	}
}

func level(v int) uint8 { return uint8(min(max(v, 0), 255)) }

// A plane holds a difference of colour, at the resolution that the file has, and gives
// it at that of the image.
type plane struct {
	samples       []uint8
	stride        int
	width, height int // of the plane, in samples
	across, down  int // pixels of the image a sample stands for
	sums, out     []int
}

// newPlane returns a plane of m.
func newPlane(m *image.YCbCr, samples []uint8) *plane {
	across, down := 1, 1
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		across = 2
	case image.YCbCrSubsampleRatio420:
		across, down = 2, 2
	case image.YCbCrSubsampleRatio440:
		down = 2
	case image.YCbCrSubsampleRatio411:
		across = 4
	case image.YCbCrSubsampleRatio410:
		across, down = 4, 2
	}
	p := &plane{samples: samples[m.COffset(m.Rect.Min.X, m.Rect.Min.Y):], stride: m.CStride, across: across, down: down,
		width: (m.Rect.Dx() + across - 1) / across, height: (m.Rect.Dy() + down - 1) / down}
	p.sums, p.out = make([]int, p.width), make([]int, p.width*across)
	return p
}

// row returns the values of the pixels of a line; they are good until the next call.
//
// Between samples that stand for two pixels it interpolates, three parts of the nearer
// one and one part of the farther, in both directions, as libjpeg does ("fancy
// upsampling") and libwebp nearly so. Where libjpeg repeats samples, so does this:
// where one stands for four pixels, and in a plane two samples wide. Halves are rounded
// as there: to one side at the first of the two pixels, to the other at the second.
func (p *plane) row(y int) []int {
	near := p.samples[y/p.down*p.stride:][:p.width]
	repeats := p.across == 4 || p.across == 2 && p.width <= 2
	if repeats || p.across == 1 && p.down == 1 {
		for x := range p.out {
			p.out[x] = int(near[x/p.across])
		}
		return p.out
	}
	// A sum is of four parts of this line of samples, or of three, and one of the next.
	far := near
	if p.down == 2 {
		other := min(max(y/2+y%2*2-1, 0), p.height-1)
		far = p.samples[other*p.stride:][:p.width]
	}
	for x, v := range near {
		p.sums[x] = 3*int(v) + int(far[x])
	}
	if p.across == 1 {
		for x, s := range p.sums {
			p.out[x] = (s + 1 + y%2) >> 2
		}
		return p.out
	}
	left, right := 4, 8 // added before four bits are dropped
	if p.down == 2 {
		left, right = 8, 7
	}
	for x, s := range p.sums {
		p.out[2*x] = (3*s + p.sums[max(x-1, 0)] + left) >> 4
		p.out[2*x+1] = (3*s + p.sums[min(x+1, p.width-1)] + right) >> 4
	}
	return p.out
}
