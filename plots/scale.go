package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"sort"
	"strconv"
)

// scale turns the values of a field into bands of one colour each. The bands lie
// between levels; what is below the first or above the last level has an open
// band of its own.
type scale struct {
	levels      []float64
	under, over bool // whether the open bands are in use
}

// scales returns the scale of every field. Fields of the same quantity with the
// same wishes share one, so that their colours can be compared.
func scales(fields []Field) []scale {
	type group struct{ low, high float64 }
	groups := map[string]group{}
	key := func(f Field) string { return fmt.Sprint(f.ZLabel, f.Low, f.High, f.Levels) }
	for _, f := range fields {
		low, high := f.least().z, f.greatest().z
		if g, ok := groups[key(f)]; ok {
			low, high = min(low, g.low), max(high, g.high)
		}
		groups[key(f)] = group{low, high}
	}
	all := make([]scale, len(fields))
	for i, f := range fields {
		g := groups[key(f)]
		levels := f.Levels
		switch {
		case len(levels) > 0:
		case f.Low < f.High:
			levels = roundLevels(f.Low, f.High)
		default:
			levels = roundLevels(widen(g.low, g.high, 0))
		}
		first, last := levels[0], levels[len(levels)-1]
		slack := 1e-9 * (last - first) // 3·0.1 is a little more than 0.3
		all[i] = scale{levels, g.low < first-slack, g.high > last+slack}
	}
	return all
}

// roundLevels returns 5 to 15 evenly spaced round numbers, the first not above
// low and the last not below high.
func roundLevels(low, high float64) []float64 {
	step := ticks{}.step((high - low) / 12)
	var levels []float64
	for i := math.Floor(low/step + 1e-6); i <= math.Ceil(high/step-1e-6); i++ {
		levels = append(levels, i*step)
	}
	return levels
}

// bands is how many bands there are, open ones included.
func (s scale) bands() int {
	n := len(s.levels) - 1
	if s.under {
		n++
	}
	if s.over {
		n++
	}
	return n
}

// band is the number of the band that z lies in, from 0. A value on a level
// belongs to the band above it, if there is one.
func (s scale) band(z float64) int {
	below := sort.Search(len(s.levels), func(i int) bool { return s.levels[i] > z })
	if !s.under {
		below--
	}
	return min(max(below, 0), s.bands()-1)
}

// ink is the colour of a band.
func (s scale) ink(band int) color.RGBA {
	return mapInk(float64(band) / float64(max(s.bands()-1, 1)))
}

// height is where z stands between the first level (0) and the last (1), each
// step of levels counting the same. What is beyond them is cut off.
func (s scale) height(z float64) float64 {
	last := len(s.levels) - 1
	if z >= s.levels[last] {
		return 1
	}
	i := slices.IndexFunc(s.levels, func(level float64) bool { return level > z }) - 1
	if i < 0 {
		return 0
	}
	return (float64(i) + (z-s.levels[i])/(s.levels[i+1]-s.levels[i])) / float64(last)
}

// even reports whether the levels are evenly spaced.
func (s scale) even() bool {
	step := s.levels[1] - s.levels[0]
	for i, level := range s.levels {
		if math.Abs(level-s.levels[0]-float64(i)*step) >= 1e-6*step {
			return false
		}
	}
	return true
}

// labels writes the levels: evenly spaced ones with as many decimals each, unless
// that takes too many digits and fewer tell them apart.
func (s scale) labels() []string {
	labels := make([]string, len(s.levels))
	step, short := s.levels[1]-s.levels[0], true
	for i, level := range s.levels {
		labels[i] = number(level)
		short = short && math.Abs(level) < 1e6
	}
	digits := max(decimals(step), decimals(s.levels[0]))
	alike := len(slices.Compact(slices.Clone(labels))) < len(labels)
	if s.even() && (short && digits <= 4 || alike) {
		for i, level := range s.levels {
			labels[i] = minus(strconv.FormatFloat(level, 'f', digits, 64))
		}
	}
	return labels
}

// sample is the band of z, or that z could not be evaluated.
func (s scale) sample(z float64) int16 {
	if math.IsNaN(z) {
		return notEvaluated
	}
	return int16(s.band(z))
}
