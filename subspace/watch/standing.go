package watch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gosubspace/subspace/experiment"
)

// Standings says in a line each how far the campaigns are that are not finished, and how
// many other runs are being made or were interrupted; nothing where nothing is open.
func Standings(ctx context.Context, campaigns []experiment.Campaign, runs []experiment.Found) (lines []string) {
	named := map[experiment.Config]bool{}
	for _, c := range campaigns {
		s := c.Stand(ctx, runs)
		for _, config := range c.Runs {
			named[config] = true
		}
		if s.Finished == len(c.Runs) {
			continue
		}
		line := fmt.Sprintf("%s: %d of %d runs finished", c.Name, s.Finished, len(c.Runs))
		if s.At.Name != "" {
			line += "; " + at(s.At)
		}
		if s.Left > 0 {
			line += "; about " + roughly(s.Left) + " left"
		}
		lines = append(lines, line)
	}
	open := slices.DeleteFunc(slices.Clone(runs), func(f experiment.Found) bool {
		return named[f.Config] || f.State != experiment.Running && f.State != experiment.Interrupted
	})
	if len(open) == 0 {
		return lines
	}
	first := open[0]
	if i := slices.IndexFunc(open, func(f experiment.Found) bool { return f.State == experiment.Running }); i >= 0 {
		first = open[i]
	}
	line := at(first)
	if n := len(open); n > 1 {
		line = fmt.Sprintf("%d runs are not finished; %s", n, line)
	}
	return append(lines, line)
}

// at says which run it is, and how far.
func at(f experiment.Found) string {
	return fmt.Sprintf("%s %s, %s", cutMiddle(f.Name, 48), f.State, f.Standing())
}

// roughly rounds a time to what can be known of it.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", 1+int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Round(time.Minute).Minutes()))
	case d < 10*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d < 72*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}
