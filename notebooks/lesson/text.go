package lesson

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
	"gosubspace/subspace/paper"
)

// A Text is what the text of a notebook says of the runs that it was written of, held
// against the reader's in the notebook's last cell.
//
// Where the reader's settings are those of the text, all that the text claims has to
// hold, or the cell fails. Where some were changed nothing can be wrong: the numbers
// stand side by side, and what holds no more is told.
type Text struct {
	changed []string   // the reader's settings that are not those of the text
	numbers [][]string // of each: what it is, in the text, of the reader's runs
	claims  []string   // with a sign before each: whether it holds
	broken  int        // how many do not
}

// Written begins a text of runs with the settings of c, under the seeds 1 to n, beside
// which the reader has yours, under the seeds 1 to yourN.
func Written(c experiment.Config, n int, yours experiment.Config, yourN int) *Text {
	t := &Text{}
	for _, s := range yours.Differs(c) {
		t.changed = append(t.changed, strings.ReplaceAll(s.Name, "_", " ")+" "+s.Value)
	}
	return t.Setting("seeds", n, yourN)
}

// Setting adds a setting that stands elsewhere than in the configuration: its value in
// the text, and the reader's.
func (t *Text) Setting(name string, written, yours any) *Text {
	if written != yours {
		t.changed = append(t.changed, fmt.Sprint(name, " ", yours))
	}
	return t
}

// Number sets a number of the text, to as many digits as it has there, beside the
// reader's: the mean of what there is of each seed.
func (t *Text) Number(what, written string, yours ...float64) *Text {
	_, decimals, _ := strings.Cut(written, ".")
	here := "none"
	if mean := metric.Mean(yours); !math.IsNaN(mean) {
		here = strings.ReplaceAll(fmt.Sprintf("%.*f", len(decimals), mean), "-", "−")
	}
	t.numbers = append(t.numbers, []string{what, written, here})
	return t
}

// Claim adds a sentence of the text, and whether it is true of the reader's runs.
func (t *Text) Claim(sentence string, holds bool) *Text {
	sign := "✓ "
	if !holds {
		sign = "✗ "
		t.broken++
	}
	t.claims = append(t.claims, sign+sentence)
	return t
}

// Ahead reports whether a is above b by more than so much under every seed.
func Ahead(a, b []float64, by float64) bool {
	for i := range a {
		if !(a[i] > b[i]+by) {
			return false
		}
	}
	return len(a) > 0
}

// Compare prints numbers and claims. It ends the program where a claim is not true of
// runs with the settings of the text.
func (t *Text) Compare() {
	if len(t.numbers) > 0 {
		fmt.Print(paper.Plain.Write(append([][]string{{"", "in the text", "your runs"}}, t.numbers...)))
	}
	for _, c := range t.claims {
		fmt.Println(c)
	}
	if len(t.changed) > 0 {
		fmt.Printf("Your settings are not those of the text: %s.\n", strings.Join(t.changed, ", "))
		if t.broken > 0 {
			fmt.Printf("What has an ✗ (%d of %d) holds of its runs, and not of yours: trust the figures.\n", t.broken, len(t.claims))
		}
		return
	}
	if t.broken > 0 {
		Check(errors.New("the text does not fit these runs, though their settings are its own: trust the figures"))
	}
}
