package plots

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// ticks puts about count labelled marks at round numbers; whole keeps them at
// whole numbers (epochs, endpoints, severities).
type ticks struct {
	count int
	whole bool
}

// Ticks implements [plot.Ticker].
func (t ticks) Ticks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / float64(t.count))
	if t.whole {
		step = math.Ceil(step)
	}
	decimals := 0
	for d := step; d < 1e9 && math.Abs(d-math.Round(d)) > 1e-6; d *= 10 {
		decimals++
	}
	var marks []plot.Tick
	slack := step * 1e-6
	for i := math.Ceil((low - slack) / step); i*step <= high+slack; i++ {
		marks = append(marks, plot.Tick{Value: i * step, Label: minus(strconv.FormatFloat(i*step+0, 'f', decimals, 64))})
	}
	return marks
}

// roundStep returns the least of 1, 2, 2.5, 5 times a power of ten that is not
// below least.
func roundStep(least float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= least*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// number writes v for a reader: four significant digits at most.
func number(v float64) string {
	return minus(strconv.FormatFloat(v, 'g', 4, 64))
}

// minus puts the sign of subtraction for the hyphen.
func minus(s string) string { return strings.Replace(s, "-", "−", 1) }
