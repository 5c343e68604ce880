package relatives

import (
	"math"
	"slices"
)

// assign returns the permutation p that maximises Σᵢ gain[i][p(i)] over n×n numbers:
// row by row, each time along the shortest path that frees a column (Jonker and
// Volgenant, "A shortest augmenting path algorithm for dense and sparse linear
// assignment problems", 1987, without its shortcuts), in O(n³). Go has no library
// for it that is kept; this is short.
func assign(gain [][]float64) []int {
	n := len(gain)
	rowPrice, columnPrice := make([]float64, n), make([]float64, n)
	owner := slices.Repeat([]int{-1}, n) // the row that has a column, or −1
	for row := range n {
		distance, from := make([]float64, n), make([]int, n) // of the shortest path to a column, and the column before it
		reached := make([]bool, n)
		for j := range distance {
			distance[j], from[j] = math.Inf(1), -1
		}
		at, length, end := -1, 0.0, -1 // the column whose row is looked from; −1 is the new row
		for end < 0 {
			i := row
			if at >= 0 {
				i, reached[at] = owner[at], true
			}
			next := -1
			for j := range n {
				if reached[j] {
					continue
				}
				if d := length - gain[i][j] - rowPrice[i] - columnPrice[j]; d < distance[j] {
					distance[j], from[j] = d, at
				}
				if next < 0 || distance[j] < distance[next] {
					next = j
				}
			}
			at, length = next, distance[next]
			if owner[at] < 0 {
				end = at
			}
		}
		// Prices keep every assigned pair the cheapest of its row.
		rowPrice[row] += length
		for j := range n {
			if reached[j] {
				rowPrice[owner[j]] += length - distance[j]
				columnPrice[j] -= length - distance[j]
			}
		}
		for j := end; j >= 0; j = from[j] {
			if from[j] < 0 {
				owner[j] = row
			} else {
				owner[j] = owner[from[j]]
			}
		}
	}
	p := make([]int, n)
	for j, i := range owner {
		p[i] = j
	}
	return p
}
