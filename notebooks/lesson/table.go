package lesson

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Entry is a line of a figure's table: a quantity of a method, and how it differs
// from another one under the same seeds.
type Entry struct {
	Method   string
	Quantity Quantity
	N        int
	Mean     float64
	Std      float64 // NaN for one seed
	// Against is what it is compared with, "" for nothing.
	Against    string
	Difference metric.Difference
}

// compared is a line of a table before its runs are known.
type compared struct {
	term    Term
	against Term // of no method: compared with nothing
	name    string
}

// lines returns the lines of a figure's table, those of methods that have not been
// recorded too.
func (f RecordedRuns) lines() (all []compared) {
	own := func(method string, q, other Quantity, name string) {
		all = append(all, compared{Term{method, q}, Term{method, other}, name})
	}
	alone := func(method string, q Quantity) { all = append(all, compared{term: Term{method, q}}) }
	toStandard := func(method string, quantities ...Quantity) {
		for _, q := range quantities {
			if method == standard {
				alone(method, q)
			} else {
				all = append(all, compared{Term{method, q}, Term{standard, q}, standard})
			}
		}
	}
	for _, m := range f.Methods {
		switch f.Number {
		case 2:
			own(m.Name, accuracyInside, accuracyOutside, "outside")
			alone(m.Name, accuracyOutside)
			own(m.Name, nllInside, nllOutside, "outside")
			alone(m.Name, nllOutside)
			own(m.Name, accuracyMidpoint, ends, "its corners")
			alone(m.Name, ends)
		case 3:
			toStandard(m.Name, accuracyMidpoint, eceMidpoint)
			own(m.Name, ends, accuracyMidpoint, "its midpoint")
		case 4:
			toStandard(m.Name, accuracyTogether, eceTogether)
			if !m.Config.Independent {
				own(m.Name, ends, accuracyTogether, "its centre")
			}
		case 5:
			toStandard(m.Name, accuracyMidpoint, nllMidpoint, eceMidpoint, eceScaled)
		case 6:
			toStandard(m.Name, accuracyClean)
			for severity := 1; severity <= 5; severity++ {
				toStandard(m.Name, accuracyUnder(severity))
			}
			toStandard(m.Name, underAll)
		case 7:
			toStandard(m.Name, accuracyMidpoint, eceMidpoint)
		}
	}
	return all
}

// Entries returns the lines of the figure's table; none for figure 1. What no run
// has is left out.
func (f RecordedRuns) Entries() (entries []Entry) {
	for _, c := range f.lines() {
		var sample []float64
		results, _ := f.Rows.find(c.term.Method) // none where it has not been recorded
		for _, r := range results {
			if v, there := c.term.Quantity.of(r); there {
				sample = append(sample, v)
			}
		}
		if len(sample) == 0 {
			continue
		}
		e := Entry{Method: c.term.Method, Quantity: c.term.Quantity, N: len(sample)}
		e.Mean, e.Std = metric.MeanStd(sample)
		if d := f.paired(c.term, c.against); d.N > 0 {
			e.Against, e.Difference = c.name, d
		}
		entries = append(entries, e)
	}
	return entries
}

// paired compares two terms over the seeds that both have, in their order.
func (f RecordedRuns) paired(first, against Term) metric.Difference {
	if against.Method == "" {
		return metric.Difference{}
	}
	one, _ := f.Rows.find(first.Method)
	other, _ := f.Rows.find(against.Method)
	a, b := first.Quantity.bySeed(one), against.Quantity.bySeed(other)
	var x, y []float64
	for _, seed := range f.seeds() {
		v, there := a[seed]
		w, found := b[seed]
		if there && found {
			x, y = append(x, v), append(y, w)
		}
	}
	d, err := metric.Paired(x, y)
	Check(err) // as many of each
	return d
}

// Findings returns what the runs say about the paper's claims of the figure.
func (f RecordedRuns) Findings() (findings []Finding) {
	for _, c := range Claims() {
		if c.Figure == f.Number {
			findings = append(findings, Finding{c, f.paired(c.First, c.Against), f.Command()})
		}
	}
	return findings
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
		q := e.Quantity
		cells := []string{e.Method, fmt.Sprintf("%s (%s)", q.Name, q.Unit), fmt.Sprint(e.N), spread(e.Mean, e.Std, q.Digits), "", ""}
		if e.Against != "" {
			cells[4], cells[5] = e.Against, difference(e.Difference, q.Digits)
			if e.Difference.N != e.N {
				cells[5] += fmt.Sprintf(", n = %d", e.Difference.N)
			}
		}
		rows = append(rows, cells)
	}
	if len(rows) == 1 {
		return ""
	}
	return m.table(rows)
}

func (m Markup) table(rows [][]string) string {
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

// kind is the quantity without where it is taken: "accuracy".
func (q Quantity) kind() string {
	kind, _, _ := strings.Cut(q.Name, ",")
	return kind
}

func spread(mean, std float64, digits int) string {
	if math.IsNaN(std) {
		return fmt.Sprintf("%.*f", digits, mean)
	}
	return fmt.Sprintf("%.*f ± %.*f", digits, mean, digits, std)
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

// ReadFigures finds the runs behind all figures of the paper, see [ReadFigure].
func ReadFigures(rec experiment.Record, base experiment.Config, flags string) (all []RecordedRuns, err error) {
	for number := 1; number <= experiment.Figures; number++ {
		f, err := ReadFigure(rec, number, base, flags)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// Tables returns the tables of all figures that have one as Markdown.
func Tables(all []RecordedRuns) string {
	var b strings.Builder
	b.WriteString("# The recorded figures in numbers\n\nWritten by `go run ./kernel verify -write` from the recorded runs in this folder, with [figures.csv](figures.csv).\n" +
		"Mean ± standard deviation over n seeds; differences are under the same seeds, with their 95 % interval by Student's t.\n")
	for _, f := range all {
		if table := f.Table(Markdown); table != "" {
			fmt.Fprintf(&b, "\n## Figure %d: %s\n\n%s.\n\n%s", f.Number, f.Title, f.Budget(), table)
		}
	}
	return b.String()
}

// TablesCSV returns the same tables for programs.
func TablesCSV(all []RecordedRuns) (string, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"figure", "method", "quantity", "unit", "n", "mean", "deviation", "compared with", "pairs", "difference", "low", "high"})
	for _, f := range all {
		for _, e := range f.Entries() {
			cells := []string{fmt.Sprint(f.Number), e.Method, e.Quantity.Name, e.Quantity.Unit, fmt.Sprint(e.N), full(e.Mean), full(e.Std), e.Against, "", "", "", ""}
			if d := e.Difference; e.Against != "" {
				copy(cells[8:], []string{fmt.Sprint(d.N), full(d.Mean), full(d.Low), full(d.High)})
			}
			w.Write(cells)
		}
	}
	w.Flush()
	return b.String(), w.Error()
}

// full is a number to six digits, which machines agree on; "" where it is unknown.
func full(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// ClaimsCSV returns the claims with their verdicts for programs.
func ClaimsCSV(all []RecordedRuns) (string, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"figure", "claim", "method", "against", "quantity", "claimed sign", "n", "difference", "low", "high", "verdict", "command"})
	for _, f := range all {
		for _, x := range f.Findings() {
			against := x.Against.Method
			if against == x.First.Method {
				against += ": " + x.Against.Quantity.Name
			}
			cells := []string{fmt.Sprint(x.Figure), x.Says, x.First.Method, against, x.First.Quantity.Name, fmt.Sprint(x.Sign), "0", "", "", "", x.Verdict(), x.Command}
			if d := x.Difference; d.N > 0 {
				copy(cells[6:], []string{fmt.Sprint(d.N), full(d.Mean), full(d.Low), full(d.High)})
			}
			w.Write(cells)
		}
	}
	w.Flush()
	return b.String(), w.Error()
}

// ClaimsTable returns the claims with their verdicts as Markdown.
func ClaimsTable(all []RecordedRuns) string {
	rows := [][]string{{"figure", "claim", "measured", "n", "verdict", "command"}}
	told := 0
	for _, f := range all {
		for _, x := range f.Findings() {
			cells := []string{fmt.Sprint(x.Figure), x.Says, "", "", x.Verdict(), "`" + x.Command + "`"}
			if x.Difference.N > 0 {
				cells[2], cells[3] = x.measured(), fmt.Sprint(x.Difference.N)
				told++
			}
			rows = append(rows, cells)
		}
	}
	return Markdown.table(rows) + fmt.Sprintf("\n\"%s\": the 95 %% interval (Student's t) of the difference under the same n seeds lies on the claimed side of 0; "+
		"\"%s\": on the other side; else it \"%s\". One in 20 such intervals misses its true value by chance; here are %d.\n", Holds, Opposite, Open, told)
}

// ClaimsBegin and ClaimsEnd are the comments of a Markdown file between which
// [InsertClaims] puts the claims.
const (
	ClaimsBegin = "<!-- claims: written by go run ./kernel verify -write -->"
	ClaimsEnd   = "<!-- claims: end -->"
)

// InsertClaims returns the text of a Markdown file with what stands between the two
// comments replaced.
func InsertClaims(file, table string) (string, error) {
	before, rest, there := strings.Cut(file, ClaimsBegin)
	_, after, ended := strings.Cut(rest, ClaimsEnd)
	if !there || !ended {
		return "", fmt.Errorf("there is no place for the claims: want the lines %s and %s, the table goes between them", ClaimsBegin, ClaimsEnd)
	}
	return before + ClaimsBegin + "\n\n" + strings.TrimSpace(table) + "\n\n" + ClaimsEnd + after, nil
}
