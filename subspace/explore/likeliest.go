package explore

import (
	"cmp"
	"iter"
	"slices"

	"gosubspace/subspace"
)

// Guess is a class and its probability.
type Guess struct {
	Class       int
	Probability float64 // in [0, 1]
}

// Likeliest returns the n classes of the largest probabilities, the likeliest first;
// of equal ones the first.
func Likeliest(probabilities []float64, n int) []Guess {
	guesses := make([]Guess, len(probabilities))
	for c, p := range probabilities {
		guesses[c] = Guess{c, p}
	}
	slices.SortStableFunc(guesses, func(a, b Guess) int { return cmp.Compare(b.Probability, a.Probability) })
	return guesses[:min(n, len(guesses))]
}

// each yields batches that have been made.
func each(batches []subspace.Batch) iter.Seq2[subspace.Batch, error] {
	return func(yield func(subspace.Batch, error) bool) {
		for _, b := range batches {
			if !yield(b, nil) {
				return
			}
		}
	}
}
