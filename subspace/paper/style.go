package paper

import "strings"

// styles are the colours, dashes and markers of methods, the numbers of plots.Series's
// Style: a method looks the same in every figure, whatever stands beside it.
var styles = map[string]int{
	"line": 1, "line, trained as one": 1,
	"layer-wise line": 2,
	"Bézier curve":    3, "curve between two networks": 3,
	"line + label smoothing": 4, "SAM": 4, "ensemble of 3 networks": 4,
	"label smoothing": 5, "straight between two networks": 5, "ensemble of 2 networks": 5,
	"SWA": 6, "SWA, cyclic rate": 6, "simplex-3": 6, "triangle, trained as one": 6,
	Standard:  7,
	"dropout": 8, "SWA, constant rate": 8, "three networks trained apart": 8,
}

// There are more methods than styles: those that share one stand in no figure together.

// free are the styles of what is none of these, a shape of your own for example: those
// that stand beside a curve least often first, but the sky blue of 6, which is like the
// blue of a line, later.
var free = []int{8, 5, 4, 6, 7, 3, 2, 1}

// Styles returns the styles of the methods of a figure: their own, also with what tells
// two settings of one method apart behind a comma; where two would have the same, the
// second has another.
func Styles(names ...string) []int {
	chosen, taken := make([]int, len(names)), map[int]bool{}
	for i, name := range names {
		style := styleOf(name)
		if !taken[style] {
			chosen[i] = style
			taken[style] = style != 0
		}
	}
	for i := range chosen {
		for k := 0; chosen[i] == 0 && k < len(free); k++ {
			if !taken[free[k]] {
				chosen[i], taken[free[k]] = free[k], true
			}
		}
	}
	return chosen
}

// styleOf is the style that a method has everywhere; 0 for none. What tells two settings
// of a method apart stands behind its name.
func styleOf(name string) int {
	for name != "" {
		if style := styles[name]; style > 0 {
			return style
		}
		name = name[:max(strings.LastIndex(name, ", "), 0)]
	}
	return 0
}
