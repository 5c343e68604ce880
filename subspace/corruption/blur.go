package corruption

import "math"

// blurSigma is the standard deviation of the Gaussian blur, in pixels.
var blurSigma = bySize[float64]{
	cifar: [5]float64{.4, .6, .7, .8, 1},
	tiny:  [5]float64{.5, .75, 1, 1.25, 1.5},
}

// gaussianBlur blurs along columns, then along rows, by a Gaussian cut off at
// four standard deviations; pixels outside are those of the edge.
func gaussianBlur(side, severity int) effect {
	sigma := blurSigma.at(side, severity)
	kernel := halfGaussian(int(float64(4*sigma)+.5), sigma)
	whole := -kernel[0] // what both sides sum to, the centre counted once
	for _, w := range kernel {
		whole += float64(2 * w)
	}
	for i := range kernel {
		kernel[i] /= whole
	}
	return func(image []uint8, _ *random) {
		x := units(image)
		x = blurAlong(x, side, 3*side, 3, kernel)
		x = blurAlong(x, side, 3, 3*side, kernel)
		for i, v := range x {
			image[i] = quantise(v)
		}
	}
}

// halfGaussian returns exp(−i²/2σ²) for i = 0 … radius, the largest of them 1.
func halfGaussian(radius int, sigma float64) []float64 {
	kernel := make([]float64, radius+1)
	for i := range kernel {
		kernel[i] = exp(-float64(i*i) / float64(2*sigma*sigma))
	}
	return kernel
}

// blurAlong convolves an image x [side, side, 3] with a symmetric kernel, of which
// the centre and one half are given, along lines whose pixels lie stride values
// apart; the lines themselves lie across values apart.
func blurAlong(x []float64, side, stride, across int, kernel []float64) []float64 {
	out := make([]float64, len(x))
	for line := range side {
		for c := range 3 {
			from, to := x[line*across+c:], out[line*across+c:]
			for p := range side {
				sum := float64(kernel[0] * from[p*stride])
				for i := 1; i < len(kernel); i++ {
					before, after := max(p-i, 0), min(p+i, side-1)
					sum += float64(kernel[i] * (from[before*stride] + from[after*stride]))
				}
				to[p*stride] = sum
			}
		}
	}
	return out
}

// streak returns the kernel of a motion blur of 2·radius+1 pixels: one side of
// a Gaussian, strongest at the pixel itself, with sum 1.
func streak(radius int, sigma float64) []float64 {
	kernel, sum := halfGaussian(2*radius, sigma), 0.0
	for _, w := range kernel {
		sum += w
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	return kernel
}

// direction returns the sine and the cosine of an angle in degrees.
func direction(degrees float64) (sin, cos float64) {
	return sincos(degrees * math.Pi / 180)
}

// motionBlur returns the grey image layer [side, side] smeared along a direction:
// pixel (y, x) is Σᵢ kernel[i]·layer(y + ⌈i·sin − ½⌉, x + ⌈i·cos − ½⌉), whole pixels without
// interpolation, those outside being those of the edge. y points down, so a sine
// of −1 smears downwards.
//
// The benchmark left this to ImageMagick, whose offsets these are. Its rounding
// is kept too: the sum is rounded to the nearest of 65,536 levels, then down to
// one of 256.
func motionBlur(layer []uint8, side int, kernel []float64, sin, cos float64) []uint8 {
	sum := make([]float64, len(layer))
	for i, w := range kernel {
		dy := int(math.Ceil(float64(float64(i)*sin) - .5))
		dx := int(math.Ceil(float64(float64(i)*cos) - .5))
		for y := range side {
			row := layer[min(max(y+dy, 0), side-1)*side:][:side]
			to := sum[y*side:][:side]
			for x := range to {
				to[x] += float64(w * float64(row[min(max(x+dx, 0), side-1)]))
			}
		}
	}
	out := make([]uint8, len(layer))
	for i, v := range sum {
		out[i] = uint8(int(float64(257*v)+.5) / 257)
	}
	return out
}
