package corruption

// pixelSize is the side of the coarse image as a part of the side.
var pixelSize = bySize[float64]{
	cifar: [5]float64{.95, .9, .85, .75, .65},
	tiny:  [5]float64{.9, .8, .7, .6, .5},
}

// pixelate shrinks the image and enlarges it again, both by a box filter along
// rows, then along columns, with 8 bits between, as Pillow's resize does.
func pixelate(side, severity int) effect {
	small := int(float64(side) * pixelSize.at(side, severity))
	down, up := boxes(side, small), boxes(small, side)
	return func(image []uint8, _ *random) {
		copy(image, resize(resize(image, side, down), small, up))
	}
}

// A box is a run of pixels, from first to before end.
type box struct{ first, end int }

// boxes returns which of n pixels in a line each of m pixels over the same length
// averages: those whose centres lie in a window around its own, as wide as the
// larger of the two kinds of pixels. In units of 1/(2nm) of the length, centres
// are whole numbers, so this is exact.
func boxes(n, m int) []box {
	out := make([]box, m)
	for i := range out {
		for j := range n {
			if d := (2*j+1)*m - (2*i+1)*n; -max(n, m) < d && d <= max(n, m) {
				if out[i].end == 0 {
					out[i].first = j
				}
				out[i].end = j + 1
			}
		}
	}
	return out
}

// resize returns an image [side, side, 3] averaged over boxes in both directions.
func resize(image []uint8, side int, boxes []box) []uint8 {
	return average(average(image, side, boxes), side, boxes)
}

// average averages an image [height, side, 3] over boxes in each row, to the
// nearest level, and returns it turned: [len(boxes), height, 3]. Twice is both
// directions.
func average(image []uint8, side int, boxes []box) []uint8 {
	height := len(image) / (3 * side)
	out := make([]uint8, 0, 3*height*len(boxes))
	for _, b := range boxes {
		n := b.end - b.first
		for y := range height {
			for c := range 3 {
				sum := 0
				for x := b.first; x < b.end; x++ {
					sum += int(image[(y*side+x)*3+c])
				}
				out = append(out, uint8((2*sum+n)/(2*n)))
			}
		}
	}
	return out
}
