package paper

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"text/tabwriter"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// line is a line of a figure's table before its runs are known.
type line struct {
	term    Term
	against Term // of no method: compared with nothing
	name    string
}

// lines are those of a table, to which a figure adds.
type lines []line

// alone adds a quantity that is compared with nothing.
func (t *lines) alone(m Method, q Quantity) { *t = append(*t, line{term: Term{m.Name, q}}) }

// within adds a quantity that is compared with another of the same method.
func (t *lines) within(m Method, q, other Quantity, name string) {
	*t = append(*t, line{Term{m.Name, q}, Term{m.Name, other}, name})
}

// toStandard adds quantities that are compared with those of standard training.
func (t *lines) toStandard(m Method, quantities ...Quantity) {
	for _, q := range quantities {
		if m.Name == Standard {
			t.alone(m, q)
		} else {
			*t = append(*t, line{Term{m.Name, q}, Term{Standard, q}, Standard})
		}
	}
}

// lines returns the lines of a figure's table, those of methods that have not been
// recorded too.
func (f Figure) lines() (t lines) {
	if add := f.definition().lines; add != nil {
		for _, m := range f.Methods {
			add(&t, m)
		}
	}
	return t
}

// Entry is a line of a figure's table: a quantity of a method, and how it differs
// from another one under the same seeds.
type Entry struct {
	Method   string
	Quantity Quantity
	Sample   []float64 // a value of each run
	// Against is what it is compared with, "" for nothing.
	Against    string
	Difference Comparison
}

// Entries returns the lines of the figure's table; none for figure 1. What no run
// has is left out.
func (f RecordedRuns) Entries() (entries []Entry) {
	for _, l := range f.lines() {
		results, _ := f.Rows.find(l.term.Method) // none where it has not been recorded
		e := Entry{Method: l.term.Method, Quantity: l.term.Quantity, Sample: l.term.Quantity.values(results)}
		if len(e.Sample) == 0 {
			continue
		}
		if d := f.paired(l.term, l.against); d.N > 0 {
			e.Against, e.Difference = l.name, d
		}
		entries = append(entries, e)
	}
	return entries
}

// Markup is how a table is written.
type Markup int

const (
	Plain    Markup = iota // aligned columns
	Markdown               // | a | b |
)

// trailing are the blanks before the end of a line.
var trailing = regexp.MustCompile(`(?m) +$`)

// Table returns the figure's table; "" where there is nothing to tell.
func (f RecordedRuns) Table(m Markup) string {
	rows := [][]string{{"method", "quantity", "n", "mean ± deviation", "compared with", "difference [95 % interval]"}}
	for _, e := range f.Entries() {
		q, n := e.Quantity, len(e.Sample)
		cells := []string{e.Method, fmt.Sprintf("%s (%s)", q.Name, q.Unit), fmt.Sprint(n), metric.Spread(e.Sample, q.Digits), "", ""}
		if e.Against != "" {
			cells[4], cells[5] = e.Against, difference(e.Difference.Difference, q.Digits)
			switch {
			case e.Difference.Images > 0:
				cells[5] += " over " + experiment.Thousands(e.Difference.Images) + " images"
			case e.Difference.N != n:
				cells[5] += fmt.Sprintf(", n = %d", e.Difference.N)
			}
		}
		rows = append(rows, cells)
	}
	if len(rows) == 1 {
		return ""
	}
	return m.Write(rows)
}

// Write writes rows of cells as a table, the first of them its head.
func (m Markup) Write(rows [][]string) string {
	var b strings.Builder
	if m == Plain {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, cells := range rows {
			fmt.Fprintln(w, strings.Join(cells, "\t")) // empty cells too: a column ends where a line lacks it
		}
		w.Flush() // to memory
		return trailing.ReplaceAllString(b.String(), "")
	}
	for i, cells := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			fmt.Fprintf(&b, "|%s\n", strings.Repeat(" --- |", len(cells)))
		}
	}
	return b.String()
}

// difference is "+0.73 [−8.07, +9.53]"; of one pair there is no interval.
func difference(d metric.Difference, digits int) string {
	if math.IsNaN(d.Low) {
		return signed(d.Mean, digits) + " [unknown]"
	}
	return fmt.Sprintf("%s [%s, %s]", signed(d.Mean, digits), signed(d.Low, digits), signed(d.High, digits))
}

func signed(x float64, digits int) string {
	return strings.Replace(fmt.Sprintf("%+.*f", digits, x), "-", "−", 1)
}
