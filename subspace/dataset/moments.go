package dataset

import (
	"errors"
	"math"
	"sync"

	"gosubspace/subspace/internal/parallel"
)

// Moments returns the mean and the standard deviation (divisor n) of pixel/255
// of each channel over the whole set, the numbers that [Data] normalises with. Of
// a streamed set it decodes every image, and fails where one can't be read.
func (s *Set) Moments() (mean, std []float32, err error) {
	if s.Len() == 0 {
		return nil, nil, errors.New("dataset: no images to take the mean of")
	}
	counts, err := s.histogram()
	if err != nil {
		return nil, nil, err
	}
	for _, count := range counts {
		// Counts are exact, and each product is rounded before it is added
		// (float64(…) forbids fusing the two), so every machine agrees.
		var n, sum, squares float64
		for value, k := range count {
			n += float64(k)
			sum += float64(k * value)
		}
		m := sum / n
		for value, k := range count {
			d := float64(value) - m
			squares += float64(float64(k) * float64(d*d))
		}
		mean = append(mean, float32(m/255))
		std = append(std, float32(math.Sqrt(squares/n)/255))
	}
	return mean, std, nil
}

// histogram returns how many pixels have each value, for each channel.
func (s *Set) histogram() ([][256]int, error) {
	counts := make([][256]int, s.Channels)
	add := func(pixels []uint8) {
		for i, v := range pixels {
			counts[i%s.Channels][v]++
		}
	}
	if !s.streamed() {
		add(s.Pixels)
		return counts, nil
	}
	var mutex sync.Mutex
	err := parallel.For(s.Len(), func(i int) error {
		pixels := make([]uint8, s.imageSize())
		if err := s.stream(pixels, i); err != nil {
			return err
		}
		mutex.Lock()
		defer mutex.Unlock()
		add(pixels)
		return nil
	})
	return counts, err
}
