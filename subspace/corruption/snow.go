package corruption

import "math"

// snowfall is the layer of snow at severity 1 to 5, the same for both sizes.
var snowfall = [5]struct {
	mean, std float64 // of the noise that snow is made of
	zoom      float64 // how much larger than a pixel a flake is
	threshold float64 // below which noise is no snow
	radius    int     // of the motion blur, in pixels
	sigma     float64 // of the motion blur, in pixels
}{
	{.1, .2, 1, .6, 8, 3},
	{.1, .2, 1, .5, 10, 4},
	{.15, .3, 1.75, .55, 10, 4},
	{.25, .3, 2.25, .6, 12, 6},
	{.3, .3, 1.25, .65, 14, 12},
}

// snowKeep is the share of the image that is not whitened.
var snowKeep = bySize[float64]{
	cifar: [5]float64{.95, .9, .9, .85, .8},
	tiny:  [5]float64{.8, .8, .7, .65, .6},
}

// snow whitens the image and lays falling snow on it, and the same snow turned
// by half a turn. It takes side² normal draws, row by row, and one uniform draw
// for the angle at which snow falls, within 45° of straight down.
func snow(side, severity int) effect {
	c, keep := snowfall[severity-1], snowKeep.at(side, severity)
	kernel := streak(c.radius, c.sigma)
	return func(image []uint8, rng *random) {
		noise := make([]float64, side*side)
		for i := range noise {
			noise[i] = c.mean + float64(c.std*rng.normal())
		}
		flakes := make([]uint8, side*side)
		for i, v := range zoomCentre(noise, side, c.zoom) {
			if v >= c.threshold {
				flakes[i] = uint8(255 * min(v, 1))
			}
		}
		sin, cos := direction(float64(90*rng.uniform()) - 135)
		flakes = motionBlur(flakes, side, kernel, sin, cos)
		for p, flake := range flakes {
			turned := flakes[len(flakes)-1-p]
			whiten(image[3*p:3*p+3], keep, unit[flake]+unit[turned])
		}
	}
}

// whiten mixes a pixel with a brighter grey one and adds the light of the snow.
func whiten(pixel []uint8, keep, light float64) {
	grey := float64(.299*unit[pixel[0]]) + float64(.587*unit[pixel[1]]) + float64(.114*unit[pixel[2]])
	white := float64(1.5*grey) + .5
	for c, level := range pixel {
		x := unit[level]
		pixel[c] = quantise(float64(keep*x) + float64((1-keep)*max(x, white)) + light)
	}
}

// zoomCentre returns the centre of a grey image [side, side] enlarged by factor
// to the same size: ⌈side/factor⌉ pixels are stretched, bilinearly and corner to
// corner, over their number times factor, rounded, and what is over is cut off
// at both ends.
func zoomCentre(x []float64, side int, factor float64) []float64 {
	crop := int(math.Ceil(float64(side) / factor))
	size := int(math.RoundToEven(float64(crop) * factor))
	first, trim := (side-crop)/2, (size-side)/2
	step := float64(crop-1) / float64(size-1)
	place := func(i int) (at int, share float64) { // pixel before, and share of the one after it
		p := float64(float64(trim+i) * step)
		at = min(int(p), crop-2)
		return first + at, p - float64(at)
	}
	out := make([]float64, 0, side*side)
	for i := range side {
		y, down := place(i)
		above, below := x[y*side:], x[(y+1)*side:]
		for j := range side {
			k, right := place(j)
			upper := float64((1-right)*above[k]) + float64(right*above[k+1])
			lower := float64((1-right)*below[k]) + float64(right*below[k+1])
			out = append(out, float64((1-down)*upper)+float64(down*lower))
		}
	}
	return out
}
