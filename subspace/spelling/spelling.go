// Package spelling tells how far words are apart, to ask whether another one was meant.
package spelling

// Edits returns how many letters have to be put in, left out or replaced to make one
// word of another (Levenshtein 1966), a row of the table at a time.
func Edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
