package paper

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gosubspace/subspace/metric"
)

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
	rows := [][]string{{"figure", "method", "quantity", "unit", "n", "mean", "deviation", "compared with", "pairs", "difference", "low", "high"}}
	for _, f := range all {
		for _, e := range f.Entries() {
			mean, std := metric.MeanStd(e.Sample)
			cells := []string{fmt.Sprint(f.Number), e.Method, e.Quantity.Name, e.Quantity.Unit, fmt.Sprint(len(e.Sample)),
				full(mean), full(std), e.Against, "", "", "", ""}
			if d := e.Difference; e.Against != "" {
				copy(cells[8:], []string{fmt.Sprint(d.N), full(d.Mean), full(d.Low), full(d.High)})
			}
			rows = append(rows, cells)
		}
	}
	return inCSV(rows)
}

// ClaimsCSV returns the claims with their verdicts for programs.
func ClaimsCSV(all []RecordedRuns) (string, error) {
	rows := [][]string{{"figure", "claim", "method", "against", "quantity", "claimed sign", "n", "difference", "low", "high", "verdict", "command"}}
	for _, f := range all {
		for _, x := range f.Findings() {
			against := x.Against.Method
			if against == x.First.Method {
				against += ": " + x.Against.Quantity.Name
			}
			cells := []string{fmt.Sprint(x.Figure), x.Says, x.First.Method, against, x.First.Quantity.Name, fmt.Sprint(x.Sign),
				"0", "", "", "", x.Verdict(), x.Command}
			if d := x.Difference; d.N > 0 {
				copy(cells[6:], []string{fmt.Sprint(d.N), full(d.Mean), full(d.Low), full(d.High)})
			}
			rows = append(rows, cells)
		}
	}
	return inCSV(rows)
}

func inCSV(rows [][]string) (string, error) {
	var b strings.Builder
	err := csv.NewWriter(&b).WriteAll(rows)
	return b.String(), err
}

// full is a number to six digits, which machines agree on; "" where it is unknown.
func full(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
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
	return Markdown.Write(rows) + fmt.Sprintf("\n\"%s\": the 95 %% interval (Student's t) of the difference under the same n seeds lies on the claimed side of 0; "+
		"\"%s\": on the other side; else it \"%s\". One in 20 such intervals misses its true value by chance; here are %d.\n", Holds, Opposite, Open, told)
}
