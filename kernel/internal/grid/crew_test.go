package grid

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gosubspace/subspace/experiment"
)

// families returns n families of one run each.
func families(n int) (all [][]experiment.Planned) {
	for i := range n {
		c := experiment.Quick().With("line", uint64(i+1))
		all = append(all, []experiment.Planned{{Config: c, Trained: 100, Scored: 10}})
	}
	return all
}

// fakeCrew is a crew whose workers are no processes: hire puts them where fill would
// start some.
func fakeCrew(cores, runs int) *crew {
	c := &crew{title: "test", queue: families(runs), most: cores, places: make([]*worker, 1), trial: &trial{},
		say: func(string) {}}
	for i := range cores {
		c.cores = append(c.cores, i)
	}
	c.tally = tally{runs: runs, work: float64(runs) * c.queue[0][0].Work()}
	return c
}

func (c *crew) hire() {
	for i, w := range c.places {
		if w == nil && len(c.queue) > 0 {
			in := io.NopCloser(strings.NewReader(""))
			c.places[i] = &worker{in: in, family: c.queue[0], runs: c.queue[0]}
			c.queue = c.queue[1:]
		}
	}
}

// As many work side by side as is fastest, and the first run, which is measured, is
// never stopped for it.
func TestTrial(t *testing.T) {
	for name, c := range map[string]struct {
		cores, runs int
		speed       map[int]float64 // of each of so many side by side
		want        int
		says        string
	}{
		"none disturbs another": {8, 20, map[int]float64{1: 1, 2: 1, 4: 1, 8: 1}, 8, "8 runs side by side, which is 8.00"},
		"on two cores":          {2, 20, map[int]float64{1: 1, 2: 0.7}, 2, "2 runs side by side, which is 1.40 times"},
		"four are best":         {8, 20, map[int]float64{1: 1, 2: 0.8, 4: 0.5, 8: 0.2}, 4, "4 runs side by side, which is 2.00"},
		"one has all":           {8, 20, map[int]float64{1: 1, 2: 0.5}, 1, "other: 2 side by side are 1.00 times"},
		"two runs":              {8, 2, map[int]float64{1: 1, 2: 0.8}, 2, "2 runs side by side"},
		"three cores":           {3, 20, map[int]float64{1: 1, 2: 0.9, 3: 0.8}, 3, "3 runs side by side, which is 2.40 times"},
		"memory":                {8, 20, map[int]float64{1: 1}, 1, "there is memory for 1 runs"},
	} {
		t.Run(name, func(t *testing.T) {
			crew := fakeCrew(c.cores, c.runs)
			var said []string
			crew.say = func(line string) { said = append(said, line) }
			if name == "memory" {
				if _, known := freeMemory(); !known {
					t.Skip("free memory is not known here")
				}
				crew.peak = 1 << 60
			}
			crew.hire()
			first := crew.places[0]
			fraction := map[*worker]float64{}
			at := time.Now()
			for i := 0; crew.trial != nil; i++ {
				if i > 10_000 {
					t.Fatal("it does not end")
				}
				crew.hire()
				at = at.Add(100 * time.Millisecond)
				for _, w := range slices.Clone(crew.places) {
					if fraction[w] += 1e-4 * c.speed[len(crew.places)]; crew.trial != nil {
						w.begun, w.latest.Text, w.latest.Fraction = true, "at work", fraction[w]
						crew.trial.report(crew, event{worker: w, at: at, news: w.latest})
					}
				}
			}
			if len(crew.places) != c.want || crew.places[0] != first || first.back {
				t.Errorf("%d work side by side, want %d, the first among them", len(crew.places), c.want)
			}
			for _, w := range crew.leaving {
				if !w.back {
					t.Error("who leaves was not told that its runs are to be made later")
				}
			}
			if !strings.Contains(strings.Join(said, "\n"), c.says) {
				t.Errorf("it says %q, want %q", said, c.says)
			}
		})
	}
}

// Where runs end before anything is measured, there are as many as cores.
func TestTrialOfShortRuns(t *testing.T) {
	c := fakeCrew(4, 20)
	c.hire()
	w := c.places[0]
	c.places[0] = nil
	c.trial.left(c, w)
	if c.trial != nil || len(c.places) != 4 {
		t.Errorf("%d places, trial over: %t; want 4", len(c.places), c.trial == nil)
	}
}

// What is made comes out first; the rest is begun heaviest first, or in the order that
// was asked for, in which those that a run builds on come before it.
func TestSplit(t *testing.T) {
	var plan []experiment.Planned
	for i, trained := range []int{10, 40, 0, 30, 20} {
		c := experiment.Quick().With("line", uint64(i))
		plan = append(plan, experiment.Planned{Config: c, Trained: trained, Scored: 1, Made: i == 2})
	}
	seeds := func(families [][]experiment.Planned) (seeds []uint64) {
		for _, f := range families {
			seeds = append(seeds, f[0].Config.Seed)
		}
		return seeds
	}
	for inOrder, want := range map[bool][]uint64{false: {1, 3, 4, 0}, true: {0, 1, 3, 4}} {
		ready, left := split(plan, experiment.Families(plan, experiment.Options{}), inOrder)
		if !slices.Equal(seeds(ready), []uint64{2}) || !slices.Equal(seeds(left), want) {
			t.Errorf("in order %t: made are %v, left %v; want 2 and %v", inOrder, seeds(ready), seeds(left), want)
		}
	}
}

// Every core is some place's, and of one place alone, where there are as many.
func TestCoresOf(t *testing.T) {
	for cores := range 20 {
		for places := 1; places <= 24; places++ {
			c := &crew{places: make([]*worker, places)}
			for i := range cores {
				c.cores = append(c.cores, 10+i)
			}
			var all []int
			for i := range places {
				of := c.coresOf(i)
				if cores > 0 && len(of) == 0 {
					t.Errorf("%d cores, %d places: none for place %d", cores, places, i)
				}
				all = append(all, of...)
			}
			slices.Sort(all)
			if places <= cores && !slices.Equal(all, c.cores) {
				t.Errorf("%d cores, %d places: %v", cores, places, all)
			}
			if got := slices.Compact(all); !slices.Equal(got, c.cores) {
				t.Errorf("%d cores, %d places: some are left over: %v", cores, places, got)
			}
		}
	}
}

// The whole is the sum of what workers have done and of what is made; runs that were
// begun in another sitting count, but not for the speed.
func TestTally(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	stderr := os.Stderr
	os.Stderr = null
	defer func() { os.Stderr = stderr }()
	c := fakeCrew(2, 4) // of 310 each: 300 of training and 10 of scoring
	c.trial, c.places = nil, make([]*worker, 2)
	c.hire()
	one, two := c.places[0], c.places[1]
	report := func(w *worker, n news) {
		n.Text = "at work"
		c.handle(event{worker: w, at: time.Now(), news: n})
	}
	total := func(want, from float64) {
		t.Helper()
		if got := c.tally.total(c); got != want || c.tally.from != from {
			t.Errorf("%v of work are done, %v of them before; want %v and %v", got, c.tally.from, want, from)
		}
	}
	report(one, news{Fraction: 0})
	report(two, news{Fraction: 0.5})
	total(150, 150)
	report(one, news{Fraction: 0.5})
	total(300, 150)
	report(one, news{Scoring: true, Fraction: 0.5})
	total(150+305, 150)
	c.handle(event{worker: one, news: news{Made: true}})
	total(150+310, 150)
	if one.made != 1 || c.tally.made != 310 {
		t.Errorf("%d runs made, %v of work", one.made, c.tally.made)
	}
}

// An order that is none is an error, and so is a run that cannot be made: the worker
// says which, as its order wants it.
func TestWorkerRefuses(t *testing.T) {
	if err := Work(t.Context(), strings.NewReader("line"), io.Discard); err == nil ||
		!strings.Contains(err.Error(), "JSON") {
		t.Errorf("error %v", err)
	}
	var out strings.Builder
	bad := `{"Runs":[{"data":"nothing"}]}`
	err := Work(t.Context(), strings.NewReader(bad), &out)
	if err != ErrTold || !strings.Contains(out.String(), `"Error":"`) {
		t.Errorf("error %v, and it says %s", err, out.String())
	}
}

// Where failures stop nothing, a process that ends has failed in the run that it was at:
// the others of its family wait again, and one that says why goes on with the next.
func TestCrewGoesOn(t *testing.T) {
	c := fakeCrew(1, 3)
	one := slices.Concat(c.queue...)
	c.trial, c.queue = nil, [][]experiment.Planned{one}
	var failed []uint64
	made := 0
	c.failed = func(config experiment.Config, err error) { failed = append(failed, config.Seed) }
	c.done = func(family []experiment.Planned) error { made = len(family); return nil }
	c.hire()
	w := c.places[0]
	c.handle(event{worker: w, news: news{Error: "diverged"}})
	c.handle(event{worker: w, ended: true, err: io.ErrUnexpectedEOF})
	if !slices.Equal(failed, []uint64{1, 2}) || c.ended || len(c.queue) != 1 || made != 0 {
		t.Fatalf("failed are %v, ended %t, %d families wait", failed, c.ended, len(c.queue))
	}
	for i, p := range c.queue[0] {
		if p.Made != (i < 2) {
			t.Errorf("run %d of the family: made %t", i+1, p.Made)
		}
	}
	in := io.NopCloser(strings.NewReader(""))
	c.places[0] = &worker{in: in, family: c.queue[0], runs: c.queue[0][2:]}
	c.queue = nil
	c.handle(event{worker: c.places[0], ended: true}) // its only run
	if !slices.Equal(failed, []uint64{1, 2, 3}) || made != 3 || len(c.queue) != 0 || c.tally.runs != 0 {
		t.Errorf("failed are %v, %d runs were handed on, %d left", failed, made, c.tally.runs)
	}
}

// While a family is handed on the others work: what they say is read, and waits.
func TestCrewListensWhileItHandsOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("wants a shell")
	}
	c := fakeCrew(2, 2)
	c.trial, c.places = nil, make([]*worker, 2)
	file := filepath.Join(t.TempDir(), "said")
	// The first makes its run at once; the other says more than a pipe and the queue hold.
	c.program = []string{"/bin/sh", "-c", `if mkdir "$0.first" 2>/dev/null; then echo '{"Made":true}'; exit; fi
i=0; while [ $i -lt 20000 ]; do echo '{"Notice":"it goes on"}'; i=$((i+1)); done
echo '{"Made":true}'; : >"$0"`, file}
	handed := 0
	c.done = func(family []experiment.Planned) error {
		for end := time.Now().Add(time.Minute); handed == 0; time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(file); err == nil {
				break
			}
			if time.Now().After(end) {
				t.Error("the other worker waits for a reader")
				break
			}
		}
		handed++
		return nil
	}
	if err := c.make(context.Background()); err != nil || handed != 2 {
		t.Errorf("%d families were handed on, %v", handed, err)
	}
}
