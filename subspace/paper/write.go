package paper

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

// Tables returns the tables of all figures that have one as Markdown.
func Tables(all []RecordedRuns) string {
	var b strings.Builder
	b.WriteString("# The recorded figures in numbers\n\nWritten by `go run ./kernel verify -write` from the recorded runs in this folder, with [figures.csv](figures.csv).\n" +
		"Mean ± standard deviation over n seeds; differences are under the same seeds, with their 95 % interval by Student's t. " +
		"Where there is one seed, they are of two networks over the same test images, with the interval of Agresti and Min.\n")
	for _, f := range all {
		if table := f.Table(Markdown); table != "" {
			missing := ""
			if len(f.Missing) > 0 {
				missing = "Not recorded: " + strings.Join(f.Missing, ", ") + ".\n\n"
			}
			fmt.Fprintf(&b, "\n## Figure %d: %s\n\n%s.\n\n%s%s", f.Number, f.Title, f.Budget(), missing, table)
		}
	}
	return b.String()
}

// TablesCSV returns the same tables for programs.
func TablesCSV(all []RecordedRuns) (string, error) {
	rows := [][]string{{"figure", "method", "quantity", "unit", "n", "mean", "deviation", "compared with", "pairs", "images", "difference", "low", "high"}}
	for _, f := range all {
		for _, e := range f.Entries() {
			mean, std := metric.MeanStd(e.Sample)
			cells := []string{fmt.Sprint(f.Number), e.Method, e.Quantity.Name, e.Quantity.Unit, fmt.Sprint(len(e.Sample)),
				full(mean), full(std), e.Against, "", "", "", "", ""}
			if d := e.Difference; e.Against != "" {
				copy(cells[8:], []string{fmt.Sprint(d.N), over(d), full(d.Mean), full(d.Low), full(d.High)})
			}
			rows = append(rows, cells)
		}
	}
	return inCSV(rows)
}

// over is how many images a comparison of two networks is over; "" of one over seeds.
func over(c Comparison) string {
	if c.Images == 0 {
		return ""
	}
	return fmt.Sprint(c.Images)
}

// ClaimsCSV returns the claims with their verdicts for programs.
func ClaimsCSV(all []RecordedRuns) (string, error) {
	rows := [][]string{{"figure", "claim", "method", "against", "quantity", "claimed sign", "n", "images", "difference", "low", "high",
		"p", "verdict", "corrected p", "corrected verdict", "command"}}
	for _, f := range all {
		for _, x := range f.Findings() {
			against := x.Against.Method
			if against == x.First.Method {
				against += ": " + x.Against.Quantity.Name
			}
			d := x.Difference
			cells := []string{fmt.Sprint(x.Figure), x.Says, x.First.Method, against, x.First.Quantity.Name, fmt.Sprint(x.Sign),
				fmt.Sprint(d.N), over(d), "", "", "", full(x.P), x.Verdict(), full(x.Corrected), x.CorrectedVerdict(), x.Command}
			if d.N > 0 {
				copy(cells[8:], []string{full(d.Mean), full(d.Low), full(d.High)})
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

const noClaims = "The claims are not recorded yet.\n"

// ClaimsTable returns the claims that the runs tell of, with their verdicts, as Markdown,
// and how many they do not.
func ClaimsTable(all []RecordedRuns) string {
	rows := [][]string{{"figure", "claim", "measured", "n", "p", "verdict", "corrected", "command"}}
	family, unmeasured := 0, 0
	seeds, images, untested := false, false, false
	for _, f := range all {
		for _, x := range f.Findings() {
			d := x.Difference
			if d.N == 0 {
				unmeasured++
				continue
			}
			n := fmt.Sprint(d.N)
			if d.Images > 0 {
				n += ", over " + experiment.Thousands(d.Images) + " images"
			}
			family = max(family, x.Family)
			seeds, images, untested = seeds || d.N > 1, images || d.Images > 0, untested || x.Verdict() == Untested
			rows = append(rows, []string{fmt.Sprint(x.Figure), x.Says, x.measured(), n, strings.TrimPrefix(shortP(x.P), "= "), x.Verdict(), x.CorrectedVerdict(), "`" + x.Command + "`"})
		}
	}
	if len(rows) == 1 {
		return noClaims
	}
	text := Markdown.Write(rows) + fmt.Sprintf("\n\"%s\": the 95 %% interval of the difference lies on the claimed side of 0, and p is below 0.05; \"%s\": on the other side; else it is %s. ",
		Holds, Opposite, Open)
	if untested {
		text += fmt.Sprintf("\"%s\": there is no interval. ", Untested)
	}
	if seeds {
		text += "Under several seeds interval and p are Student's, over the n seeds that both methods have. "
	}
	if images {
		text += "Under one seed two networks are compared, and not the methods: image by image, with the interval of Agresti and Min and McNemar's p, of means over severities with those of the normal distribution. "
	}
	text += fmt.Sprintf("One in 20 such verdicts comes by chance where there is no difference; \"corrected\" is the verdict by Holm's method for all %d comparisons together, one that stands under two figures counted once: at most one in 20 such tables has a mistake.", family)
	if unmeasured > 0 {
		text += fmt.Sprintf(" Not recorded yet: %s.", experiment.Count(unmeasured, "claim"))
	}
	return text + "\n"
}
