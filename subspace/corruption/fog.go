package corruption

import "slices"

// fogBank is how thick fog is and how quickly its detail fades: the amplitude of
// the plasma falls by decay² with every halving of the scale.
type fogBank struct{ strength, decay float64 }

var fogBanks = bySize[fogBank]{
	cifar: [5]fogBank{{.2, 3}, {.5, 3}, {.75, 2.5}, {1, 2}, {1.5, 1.75}},
	tiny:  [5]fogBank{{.4, 3}, {.7, 3}, {1, 2.5}, {1.5, 2}, {2, 1.75}},
}

// fog adds a grey plasma to the image and scales the sum so that the brightest
// value stays what it was under the thickest fog.
func fog(side, severity int) effect {
	c := fogBanks.at(side, severity)
	return func(image []uint8, rng *random) {
		clouds := plasma(side, c.decay, rng)
		brightest := unit[slices.Max(image)]
		for i, level := range image {
			x := unit[level] + float64(c.strength*clouds[i/3])
			image[i] = quantise(x * brightest / (brightest + c.strength))
		}
	}
}

// plasma returns a fractal height map [side, side] in [0, 1] by the
// diamond–square algorithm on a torus; side is a power of two. At each scale the
// centres of all squares, then the middles of their upper and of their left
// edges become the mean of their four neighbours plus a uniform number in ±w², of
// which each takes one draw, row by row; w starts at 100 and is divided by decay
// from scale to scale.
func plasma(side int, decay float64, rng *random) []float64 {
	height := make([]float64, side*side)
	at := func(y, x int) float64 { return height[(y+side)%side*side+(x+side)%side] }
	w := 100.0
	for step := side; step >= 2; step /= 2 {
		half := step / 2
		vary := func(sum float64) float64 {
			return float64(sum/4) + float64(w*w*(float64(2*rng.uniform())-1))
		}
		diamond := func(y, x int) {
			height[y*side+x] = vary(at(y-half, x) + at(y+half, x) + at(y, x-half) + at(y, x+half))
		}
		lattice(side, step, half, half, func(y, x int) {
			height[y*side+x] = vary(at(y-half, x-half) + at(y-half, x+half) + at(y+half, x-half) + at(y+half, x+half))
		})
		lattice(side, step, 0, half, diamond)
		lattice(side, step, half, 0, diamond)
		w /= decay
	}
	lowest := slices.Min(height)
	highest := slices.Max(height)
	for i := range height {
		height[i] = (height[i] - lowest) / (highest - lowest)
	}
	return height
}

// lattice calls do for every step-th pixel from (y, x) on, row by row.
func lattice(side, step, y, x int, do func(y, x int)) {
	for ; y < side; y += step {
		for k := x; k < side; k += step {
			do(y, k)
		}
	}
}
