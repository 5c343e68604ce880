package dataset

import (
	"math/bits"
	"math/rand/v2"
)

// The streams of random numbers, so that no two uses of one seed share numbers:
// the name in ASCII, filled up with zero bytes, the first byte highest.
const (
	streamOrder  uint64 = 0x6f72646572 << 24   // "order"
	streamSubset uint64 = 0x737562736574 << 16 // "subset"
	streamWrong  uint64 = 0x77726f6e67 << 24   // "wrong"
)

// stream returns the random numbers of one use of a seed in one epoch.
func stream(seed, use uint64, epoch int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, use+uint64(epoch)))
}

// Order returns the seeded permutation of 0 … n−1 in which an epoch visits n
// images: a Fisher–Yates shuffle, from the last place down, by PCG(seed, "order" +
// epoch). Any epoch can be had without those before it.
func Order(n int, seed uint64, epoch int) []int {
	order := sequence(n)
	shuffle(stream(seed, streamOrder, epoch), order)
	return order
}

// sequence returns 0 … n−1.
func sequence(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// shuffle permutes s by Fisher–Yates. It does not use [rand.Rand.Shuffle],
// whose numbers differ between 32- and 64-bit machines.
func shuffle(rng *rand.Rand, s []int) {
	for i := len(s) - 1; i > 0; i-- {
		j := below(rng, i+1)
		s[i], s[j] = s[j], s[i]
	}
}

// below returns a number in [0, n): the high word of n × a 64-bit draw. Its
// bias, at most n/2⁶⁴, is far below what any run could see.
func below(rng *rand.Rand, n int) int {
	high, _ := bits.Mul64(rng.Uint64(), uint64(n))
	return int(high)
}
