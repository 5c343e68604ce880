package watch

import (
	"testing"
	"time"

	"gosubspace/subspace/experiment"
)

// How far a campaign is, and what is open beside it, in a line each.
func TestStandings(t *testing.T) {
	c := experiment.Quick()
	list := experiment.Campaign{Name: "paper.txt"}
	for seed := range uint64(4) {
		list.Runs = append(list.Runs, c.With("line", seed+1))
	}
	found := func(seed uint64, state experiment.State) experiment.Found {
		f := finished(c.With("line", seed), "digits-line-seed"+string(rune('0'+seed)), 0.9)
		f.State = state
		if state != experiment.Finished {
			f.Result = experiment.Result{}
			f.Done, f.Total = 400, 800
		} else {
			f.Result.Training, f.Result.Evaluation = 3500, 100
		}
		return f
	}
	for name, x := range map[string]struct {
		runs []experiment.Found
		want []string
	}{
		"nothing yet":    {nil, []string{"paper.txt: 0 of 4 runs finished"}},
		"one is made":    {[]experiment.Found{found(1, experiment.Finished)}, []string{"paper.txt: 1 of 4 runs finished; about 3h00m left"}},
		"one is at work": {[]experiment.Found{found(3, experiment.Interrupted), found(2, experiment.Running), found(1, experiment.Finished)}, []string{"paper.txt: 1 of 4 runs finished; digits-line-seed2 running, step 400 of 800; about 2h06m left"}}, // half of the training is not half of the run
		"two are at work": {[]experiment.Found{found(3, experiment.Running), found(2, experiment.Running), found(1, experiment.Finished)},
			[]string{"paper.txt: 1 of 4 runs finished; digits-line-seed2 running, step 400 of 800; about 1h03m left"}},
		"all are made": {[]experiment.Found{found(1, experiment.Finished), found(2, experiment.Finished), found(3, experiment.Finished), found(4, experiment.Finished)}, nil},
		"others": {[]experiment.Found{found(7, experiment.Interrupted), found(8, experiment.Running), found(9, experiment.Finished)},
			[]string{"paper.txt: 0 of 4 runs finished", "2 runs are not finished; digits-line-seed8 running, step 400 of 800"}},
	} {
		got := Standings(t.Context(), []experiment.Campaign{list}, x.runs)
		if len(got) != len(x.want) {
			t.Errorf("%s: it says %q, want %q", name, got, x.want)
			continue
		}
		for i := range got {
			if got[i] != x.want[i] {
				t.Errorf("%s: it says\n%q, want\n%q", name, got[i], x.want[i])
			}
		}
	}
	// A run that is trained already is only scored, and what a run builds on is made too.
	snow, apart := c.With("line", 1), c.With("line", 1)
	snow.Corrupt, apart.Independent = "snow", true
	for runs, want := range map[*[]experiment.Config]string{
		{c.With("line", 1), snow}:  "paper.txt: 1 of 2 runs finished; about 8m left",
		{c.With("line", 1), apart}: "paper.txt: 1 of 2 runs finished; about 1h54m left",
	} {
		list := experiment.Campaign{Name: "paper.txt", Runs: *runs}
		if got := Standings(t.Context(), []experiment.Campaign{list}, []experiment.Found{found(1, experiment.Finished)}); len(got) != 1 || got[0] != want {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "1s", 59 * time.Second: "60s", 90 * time.Second: "2m", 99 * time.Minute: "1h39m", 30 * time.Hour: "30 hours", 100 * time.Hour: "4 days"} {
		if got := roughly(d); got != want {
			t.Errorf("%v is roughly %s, want %s", d, got, want)
		}
	}
}
