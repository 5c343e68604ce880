package corruption

// The constants of the three kinds of noise.
var (
	gaussianStd = bySize[float64]{ // standard deviation of a value in [0, 1]
		cifar: [5]float64{.04, .06, .08, .09, .10},
		tiny:  [5]float64{.04, .08, .12, .15, .18},
	}
	shotPhotons = bySize[float64]{ // expected count at the value 1
		cifar: [5]float64{500, 250, 100, 75, 50},
		tiny:  [5]float64{250, 100, 50, 30, 15},
	}
	impulseShare = bySize[float64]{ // share of values that are hit
		cifar: [5]float64{.01, .02, .03, .05, .07},
		tiny:  [5]float64{.01, .02, .05, .08, .14},
	}
)

// gaussianNoise adds N(0, std²) to every value, one normal draw each in the order
// of memory.
func gaussianNoise(side, severity int) effect {
	std := gaussianStd.at(side, severity)
	return func(image []uint8, rng *random) {
		for i, level := range image {
			image[i] = quantise(unit[level] + float64(std*rng.normal()))
		}
	}
}

// shotNoise makes every value x a count of photons, Poisson(c·x)/c, one uniform
// draw each.
func shotNoise(side, severity int) effect {
	photons := shotPhotons.at(side, severity)
	var counts [256]poisson
	for level := range counts {
		counts[level] = newPoisson(photons * unit[level])
	}
	return func(image []uint8, rng *random) {
		for i, level := range image {
			image[i] = quantise(float64(counts[level].draw(rng)) / photons)
		}
	}
}

// impulseNoise, also salt and pepper, sets a share of the values to 0 or 255,
// evenly, each channel by itself. One uniform draw each decides: the lower half
// of the share is pepper, the upper half salt.
func impulseNoise(side, severity int) effect {
	share := impulseShare.at(side, severity)
	return func(image []uint8, rng *random) {
		for i := range image {
			switch u := rng.uniform(); {
			case u < share/2:
				image[i] = 0
			case u < share:
				image[i] = 255
			}
		}
	}
}
