package watch

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/metric"
)

func finished(c experiment.Config, name string, accuracy float64) experiment.Found {
	return experiment.Found{Name: name, Config: c, State: experiment.Finished, Bytes: 61_400,
		Result: experiment.Result{Config: c, Points: []experiment.PointScore{{Midpoint: true, Scores: metric.Scores{Accuracy: accuracy, ECE: 0.031}}}}}
}

// What stands in the table of runs, and where.
func TestTable(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := experiment.Quick().With("line", 2)
	done := finished(c, "digits-line-cnnx8-seed2-0123abcd", 0.974)
	done.At = now.Add(-3 * time.Hour)
	c.Width, c.Smoothing, c.Seed = 4, 0.1, 1
	half := experiment.Found{Name: "digits-line+label-smoothing-0.1-cnnx4-seed1-4567abcd", Config: c, State: experiment.Interrupted,
		Done: 12, Total: 800, Bytes: 12_345_678, At: now.Add(-72 * time.Hour)}
	broken := experiment.Found{Name: "x", State: experiment.Damaged, Why: "config.json cannot be read (it is not there): delete the run", At: now}
	want := `run                                    preset  seed  state        acc %  ECE %   size     age
digits-line-cnnx8-seed2-0123abcd       quick      2  finished      97.4    3.1  61 KB     3 h
digits-line+label-smoothing-0.1-cnnx4-seed1-4567abcd  quick      1  interrupted                12 MB  3 days
    step 12 of 800; width 4, label_smoothing 0.1
x                                                    damaged                     0 KB     now
    config.json cannot be read (it is not there): delete the run
3 runs, 12 MB
`
	got := Table([]experiment.Found{done, half, broken}, now)
	if squeeze(got) != squeeze(strings.ReplaceAll(want, half.Name, cutMiddle(half.Name, 44))) {
		t.Errorf("the table is\n%s", got)
	}
	if empty := Table(nil, now); !strings.HasSuffix(empty, "0 runs, 0 KB\n") {
		t.Errorf("of no runs the table is\n%s", empty)
	}
}

func squeeze(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

// No line of a table is too long, whatever runs are called and wherever they are; its
// columns stand below each other; and a name that it cuts is found by what is left of it.
func TestTableFits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	full := experiment.Full().With("layerwise-simplex-12", 123456789012)
	full.Smoothing, full.Rho, full.Dropout, full.SWA, full.WrongLabels, full.Corrupt = 0.123456, 0.05, 0.25, "cyclic-5", 0.2, "snow,fog"
	full.Data, full.Network, full.Width = "a-folder-of-photographs-of-mushrooms-in-the-north", "münchen", 0
	var runs []experiment.Found
	for i := range 40 {
		f := finished([]experiment.Config{full, experiment.Quick(), experiment.Small()}[i%3], "", rng.Float64())
		f.Name = f.Config.Name() + "-" + []string{"00000000", "11111111"}[i%2] + string(rune('a'+i/2))
		f.Bytes = int64(rng.Uint64() >> (1 + rng.IntN(63)))
		switch i % 4 {
		case 1:
			f.State, f.Done, f.Total = experiment.Running, 31_415, 62_560
		case 2:
			f.State, f.Why = experiment.Damaged, strings.Repeat("a long reason ", 20)
		}
		runs = append(runs, f)
	}
	now := time.Now()
	lines := strings.Split(Table(runs, now), "\n")
	age := 0
	for i, line := range lines {
		if n := utf8.RuneCountInString(line); n > tableWidth {
			t.Errorf("%d characters: %q", n, line)
		}
		if i == 0 {
			age = utf8.RuneCountInString(line)
		}
		if strings.HasPrefix(line, "    ") || i == 0 || i >= len(lines)-2 {
			continue
		}
		if n := utf8.RuneCountInString(line); n != age {
			t.Errorf("the age ends at %d, its head at %d: %q", n, age, line)
		}
		name, _, _ := strings.Cut(line, " ")
		if f, err := experiment.Find(runs, name); err != nil || !strings.HasPrefix(f.Name, name[:5]) {
			t.Errorf("%q: %v, %v", name, f.Name, err)
		}
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 KB", 499: "0 KB", 61_400: "61 KB", 999_499: "999 KB", 999_500: "1.0 MB",
		9_949_999: "9.9 MB", 9_950_000: "10 MB", 123_456_789: "123 MB", 5e12: "5.0 TB", 5e15: "5000 TB"} {
		if got := Size(bytes); got != want {
			t.Errorf("%d bytes are %s, want %s", bytes, got, want)
		}
	}
}
