package watch

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gosubspace/subspace/experiment"
)

// tableWidth is how many characters a line of a table has at most.
const tableWidth = 100

// A column of the table of runs.
type column struct {
	head  string
	right bool // its cells end below each other
	cell  func(f experiment.Found, now time.Time) string
}

var runColumns = []column{
	{"preset", false, func(f experiment.Found, _ time.Time) string { return preset(f) }},
	{"seed", true, func(f experiment.Found, _ time.Time) string {
		if !known(f) {
			return ""
		}
		return fmt.Sprint(f.Config.Seed)
	}},
	{"state", false, func(f experiment.Found, _ time.Time) string { return string(f.State) }},
	{"acc %", true, func(f experiment.Found, _ time.Time) string {
		return percent(f, f.Result.Midpoint().Accuracy)
	}},
	{"ECE %", true, func(f experiment.Found, _ time.Time) string { return percent(f, f.Result.Midpoint().ECE) }},
	{"size", true, func(f experiment.Found, _ time.Time) string { return Size(f.Bytes) }},
	{"age", true, func(f experiment.Found, now time.Time) string { return age(now.Sub(f.At)) }},
}

// Table is a table of runs, in their order, with their disk space in all below it:
// accuracy and calibration error are the midpoint's. Below a run stands how far it is
// where it is not finished, and in which settings it differs from its preset, shape and
// seed aside. Names that are too long are cut in the middle; [experiment.Find] takes
// them so.
func Table(runs []experiment.Found, now time.Time) string {
	rows := [][]string{{"run"}}
	for _, c := range runColumns {
		rows[0] = append(rows[0], c.head)
	}
	var bytes int64
	for _, f := range runs {
		row := []string{f.Name}
		for _, c := range runColumns {
			row = append(row, c.cell(f, now))
		}
		rows, bytes = append(rows, row), bytes+f.Bytes
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	room := tableWidth
	for _, w := range widths[1:] {
		room -= w + 2
	}
	widths[0] = min(widths[0], max(room, 8))
	var b strings.Builder
	for i, row := range rows {
		b.WriteString(tableLine(row, widths))
		if i > 0 {
			b.WriteString(wrapped(notes(runs[i-1])))
		}
	}
	fmt.Fprintf(&b, "%s, %s\n", experiment.Count(len(runs), "run"), Size(bytes))
	return b.String()
}

// tableLine puts cells side by side.
func tableLine(cells []string, widths []int) string {
	var b strings.Builder
	for i, text := range cells {
		text = cutMiddle(text, widths[i])
		blank := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
		if i > 0 && runColumns[i-1].right {
			text = blank + text
		} else {
			text += blank
		}
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(text)
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// notes are what stands below a run.
func notes(f experiment.Found) (words []string) {
	if standing := f.Standing(); standing != "" {
		words = append(words, strings.Fields(standing)...)
	}
	if !known(f) {
		return words
	}
	_, differ := f.Config.Nearest()
	if n := len(words); n > 0 && len(differ) > 0 {
		words[n-1] += ";"
	}
	for i, s := range differ {
		if i < len(differ)-1 {
			s.Value += ","
		}
		words = append(words, s.String())
	}
	return words
}

// wrapped breaks words into lines of a table, indented.
func wrapped(words []string) string {
	const indent = "    "
	var b strings.Builder
	line := ""
	for _, word := range words {
		switch {
		case line == "":
			line = indent + word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > tableWidth:
			b.WriteString(line + "\n")
			line = indent + word
		default:
			line += " " + word
		}
	}
	if line == "" {
		return ""
	}
	return b.String() + line + "\n"
}

// known reports whether a run's configuration could be read.
func known(f experiment.Found) bool { return f.Config != experiment.Config{} }

func preset(f experiment.Found) string {
	if !known(f) {
		return ""
	}
	name, _ := f.Config.Nearest()
	return name
}

func percent(f experiment.Found, share float64) string {
	if f.State != experiment.Finished {
		return ""
	}
	return fmt.Sprintf("%.1f", 100*share)
}

// Size says how much room bytes take on a disk.
func Size(bytes int64) string {
	size, unit := float64(bytes)/1e3, "KB"
	for _, larger := range []string{"MB", "GB", "TB"} {
		if size < 999.5 {
			break
		}
		size, unit = size/1e3, larger
	}
	if size < 9.95 && unit != "KB" {
		return fmt.Sprintf("%.1f %s", size, unit)
	}
	return fmt.Sprintf("%.0f %s", size, unit)
}

// age says how long ago something was.
func age(d time.Duration) string {
	switch hours := int(d.Hours()); {
	case d < time.Minute:
		return "now"
	case hours < 1:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case hours < 48:
		return fmt.Sprintf("%d h", hours)
	default:
		return fmt.Sprintf("%d days", hours/24)
	}
}
