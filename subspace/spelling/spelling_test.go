package spelling

import "testing"

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"kitten", "sitting", 3}, {"", "ab", 2}, {"a", "a", 0}, {"Bézier", "Bezier", 1}} {
		a, b := []rune(c.a), []rune(c.b)
		if got, back := Edits(a, b), Edits(b, a); got != c.want || back != c.want {
			t.Errorf("%q and %q: %d and %d edits, want %d", c.a, c.b, got, back, c.want)
		}
	}
}
