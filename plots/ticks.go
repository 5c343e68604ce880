package plots

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// ticks puts labelled marks at round numbers, at most about most of them and at
// least three where there is room. With whole they are whole numbers (epochs,
// endpoints, severities); with halves, 0.5 is marked whenever 0 and 1 are.
type ticks struct {
	most          float64
	whole, halves bool
}

// Ticks implements [plot.Ticker].
func (t ticks) Ticks(low, high float64) []plot.Tick {
	least := (high - low) / max(t.most, 2)
	marks := t.marks(t.step(least), low, high)
	for tries := 0; len(marks) < 3 && tries < 3; tries++ { // whole numbers stop at a step of 1
		least /= 2
		marks = t.marks(t.step(least), low, high)
	}
	return marks
}

// step returns the least of 1, 2, 2.5, 5 times a power of ten that is not below
// least.
func (t ticks) step(least float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	step := 10 * power
	for _, m := range []float64{5, 2.5, 2, 1} {
		if m*power >= least*(1-1e-9) && !(t.halves && m == 2) {
			step = m * power
		}
	}
	if t.whole {
		return math.Ceil(step)
	}
	return step
}

// marks returns the marks at all multiples of step.
func (t ticks) marks(step, low, high float64) []plot.Tick {
	digits := decimals(step)
	var marks []plot.Tick
	slack := (high - low) * 1e-6
	for i := math.Ceil((low - slack) / step); i*step <= high+slack; i++ {
		value := i*step + 0 // not −0
		marks = append(marks, plot.Tick{Value: value, Label: minus(strconv.FormatFloat(value, 'f', digits, 64))})
	}
	return marks
}

// decimals is how many digits after the point it takes to write v, up to about
// nine in all.
func decimals(v float64) int {
	digits := 0
	for d := math.Abs(v); d < 1e9 && math.Abs(d-math.Round(d)) > 1e-6*d; d *= 10 {
		digits++
	}
	return digits
}

// number writes v for a reader: four significant digits, or all before the point.
func number(v float64) string {
	format, precision := byte('g'), 4
	if a := math.Abs(v); a >= 1000 && a < 1e9 {
		format, precision = 'f', 0
	}
	return minus(strconv.FormatFloat(v, format, precision, 64))
}

// minus puts the sign of subtraction for hyphens.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }
