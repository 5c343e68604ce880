package dataset

import (
	"fmt"
	"math/rand/v2"
)

// Noise returns n images [height, width, channels] of random pixels, with the
// labels of classes in turn: to measure with, where nothing depends on what the
// images show. It is the same for the same arguments.
func Noise(n int, image [3]int, classes int) *Set {
	s := &Set{Name: "noise", Height: image[0], Width: image[1], Channels: image[2],
		Pixels: make([]uint8, n*image[0]*image[1]*image[2]), Labels: make([]int32, n)}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range s.Pixels {
		s.Pixels[i] = uint8(rng.Uint32())
	}
	for i := range s.Labels {
		s.Labels[i] = int32(i % classes)
	}
	for c := range classes {
		s.Classes = append(s.Classes, fmt.Sprint(c))
	}
	return s
}
