package corruption

// The constants of contrast and brightness.
var (
	contrastFactor = bySize[float64]{
		cifar: [5]float64{.75, .5, .4, .3, .15},
		tiny:  [5]float64{.4, .3, .2, .1, .05},
	}
	brightnessGain = bySize[float64]{
		cifar: [5]float64{.05, .1, .15, .2, .3},
		tiny:  [5]float64{.1, .2, .3, .4, .5},
	}
)

// contrast shrinks the distance of every value to the mean of its channel over
// the image.
func contrast(side, severity int) effect {
	factor := contrastFactor.at(side, severity)
	return func(image []uint8, _ *random) {
		var sums [3]int
		for i, level := range image {
			sums[i%3] += int(level)
		}
		for i, level := range image {
			mean := float64(sums[i%3]) / float64(255*side*side)
			image[i] = quantise(mean + float64(factor*(unit[level]-mean)))
		}
	}
}

// brightness adds to V of HSV and leaves hue and saturation. V is the largest
// of the three values and the other two keep their ratio to it, so that the
// pixel is scaled; black, which has no ratio, becomes grey.
func brightness(side, severity int) effect {
	gain := brightnessGain.at(side, severity)
	return func(image []uint8, _ *random) {
		for ; len(image) > 0; image = image[3:] {
			largest := max(image[0], image[1], image[2])
			bright := clip(unit[largest] + gain)
			for c, level := range image[:3] {
				if largest == 0 {
					image[c] = quantise(bright)
				} else {
					image[c] = quantise(bright * float64(level) / float64(largest))
				}
			}
		}
	}
}
