package watch

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gosubspace/subspace/experiment"
)

// A line of progress is no longer than a terminal is wide, its bar included, which
// package plots draws: 20 characters, how much is done in percent, and spaces.
const (
	columns    = 100
	barColumns = 28
)

// Line makes a line of progress: the names of what is at work, the longest that fits, and
// as many of the parts as fit, the first first. Parts that keep their width keep their
// place.
func Line(names, parts []string) string { return line(columns-barColumns, names, parts) }

// LogLine is [Line] for a log, which has no bar, and no use for what is not known yet.
func LogLine(names, parts []string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(part string) bool { return part == Left(-1) })
	return strings.Join(strings.Fields(line(columns, names, parts)), " ")
}

func line(width int, names, parts []string) string {
	const few = 3 // of the parts, for which a name is rather cut
	for n := len(parts); n > 0; n-- {
		said := strings.Join(parts[:n], ", ")
		for i, name := range names {
			room := width - utf8.RuneCountInString(said) - len(": ")
			if utf8.RuneCountInString(name) <= room {
				return name + ": " + said
			}
			if n <= few && i+1 == len(names) && room >= 8 {
				return cutMiddle(name, room) + ": " + said
			}
		}
	}
	return cutMiddle(strings.Join(parts, ", "), width)
}

// cutMiddle cuts the middle out of a text that is longer than width.
func cutMiddle(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	end := width / 2
	return string(runes[:width-1-end]) + "…" + string(runes[len(runes)-end:])
}

// Names are what a run is called in a line: whole, and by its method and seed alone.
func Names(c experiment.Config) []string {
	return []string{c.Name(), fmt.Sprintf("%s, seed %d", c.Method(), c.Seed)}
}

// Left says how much time is left, always as wide: not known where it is negative. It is
// rounded to what can be known of it.
func Left(d time.Duration) string {
	said := "…"
	switch s := int(d.Round(time.Second).Seconds()); {
	case d < 0:
	case s < 60:
		said = fmt.Sprintf("%ds", s)
	case s < 600:
		s = (s + 4) / 5 * 5
		said = fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 100*3600:
		said = fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	default:
		said = fmt.Sprintf("%dh", s/3600)
	}
	return fmt.Sprintf("%6s left", said)
}
