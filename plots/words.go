package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// words tells what the lines show: axes, from where to where they reach, then every series
// at its start, middle and end with its extremes, then the references.
func (l Lines) words() string {
	var b strings.Builder
	e := l.shown()
	fmt.Fprintf(&b, "%s Horizontal axis: %s, %s to %s. Vertical axis: %s, %s to %s.",
		sentence(l.Title), l.xLabel(), number(e.xLow), number(e.xHigh), l.YLabel, number(e.yLow), number(e.yHigh))
	for _, s := range l.Series {
		b.WriteString("\n" + s.words(symbol(l.XLabel)))
	}
	for _, r := range l.References {
		fmt.Fprintf(&b, "\n%s (horizontal line): %s", r.Name, number(r.Y))
		if r.band() {
			fmt.Fprintf(&b, " (%s to %s)", number(r.Low), number(r.High))
		}
		b.WriteString(".")
	}
	if n := len(l.behind); n > 0 {
		lines := "1 line"
		if n > 1 {
			lines = fmt.Sprint(n, " lines")
		}
		fmt.Fprintf(&b, "\nBehind them, in grey: %s (%s).", l.behind[0].Name, lines)
	}
	return b.String()
}

// words tells the series' course over x.
func (s Series) words(x string) string {
	n := len(s.X)
	at := func(i int) string {
		value := number(s.Y[i])
		if len(s.Low) > 0 {
			value += fmt.Sprintf(" (%s to %s)", number(s.Low[i]), number(s.High[i]))
		}
		return fmt.Sprintf("%s at %s = %s", value, x, number(s.X[i]))
	}
	if n == 1 {
		return s.Name + ": one point, " + at(0) + "."
	}
	places := []int{0, s.middle(), n - 1}
	var course []string
	for _, i := range slices.Compact(places) {
		course = append(course, at(i))
	}
	high := slices.Index(s.Y, slices.Max(s.Y))
	low := slices.Index(s.Y, slices.Min(s.Y))
	return fmt.Sprintf("%s: %d points, %s; highest %s, lowest %s.", s.Name, n, strings.Join(course, ", "), at(high), at(low))
}

// middle is the index of the point nearest to the middle of X.
func (s Series) middle() int {
	middle := (s.X[0] + s.X[len(s.X)-1]) / 2
	index := make([]int, len(s.X))
	for i := range index {
		index[i] = i
	}
	return slices.MinFunc(index, func(i, j int) int {
		return cmp.Compare(math.Abs(s.X[i]-middle), math.Abs(s.X[j]-middle))
	})
}

// sentence ends a title as a sentence does.
func sentence(title string) string {
	if strings.HasSuffix(title, ".") || strings.HasSuffix(title, "?") || strings.HasSuffix(title, "!") {
		return title
	}
	return title + "."
}

// symbol shortens an axis label to what stands before its unit or explanation.
func symbol(label string) string {
	if i := strings.IndexAny(label, "(,"); i > 0 {
		label = label[:i]
	}
	return strings.TrimSpace(label)
}

// fileName is name, or made from title: lower case, words joined by hyphens.
func fileName(name, title string) string {
	if name != "" {
		return name
	}
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return cmp.Or(strings.Join(words, "-"), "figure")
}
