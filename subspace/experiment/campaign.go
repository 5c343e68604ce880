package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gosubspace/subspace/place"
)

// A Campaign is a list of runs that somebody wants made, one after the other. The folder
// of runs remembers it until all are, so that another process can say how far it is.
type Campaign struct {
	Name string   `json:"name"` // of the file that lists them
	Runs []Config `json:"runs"` // in their order
}

// campaignSuffix ends the names of the files that remember campaigns.
const campaignSuffix = ".campaign.json"

// Begin lets the folder of runs remember the campaign, in place of one of its name.
func (c Campaign) Begin(root string) error {
	root, err := (Options{Dir: root}).root()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return fmt.Errorf("cannot make the folder of runs: %w; make it writable, or choose another with GOSUBSPACE_RUNS", err)
	}
	return writeJSON(c.path(root), c)
}

// End forgets the campaign if all of its runs are made.
func (c Campaign) End(root string) error {
	all, err := FindRuns(root)
	if err != nil || c.Stand(context.Background(), all).Finished < len(c.Runs) {
		return err
	}
	if root, err = (Options{Dir: root}).root(); err != nil {
		return err
	}
	if err := os.Remove(c.path(root)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (c Campaign) path(root string) string { return filepath.Join(root, c.Name+campaignSuffix) }

// Campaigns returns those that a folder of runs remembers, by name. What cannot be read
// is left out: it costs a line of news, and no run.
func Campaigns(root string) (all []Campaign, err error) {
	if root, err = (Options{Dir: root}).root(); err != nil {
		return nil, err
	}
	paths, err := place.Glob(root, "*"+campaignSuffix)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		var c Campaign
		text, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(text, &c) == nil && len(c.Runs) > 0 {
			all = append(all, c)
		}
	}
	return all, nil
}

// Standing is how far a campaign is.
type Standing struct {
	Finished int           // of its runs
	At       Found         // the run that is being made, or else the first that was begun; its Name is "" where there is none
	Left     time.Duration // of all that is not made; 0 where that is not known
}

// Stand finds out how far a campaign is, from the runs in its folder. What is left is
// estimated from the time that its finished runs took, and that those at hand have, with
// the runs that others build on; what shares its training is trained once.
func (c Campaign) Stand(ctx context.Context, all []Found) (s Standing) {
	of := map[Config]Found{}
	for _, f := range all {
		if had, twice := of[f.Config]; !twice || had.State != Finished {
			of[f.Config] = f
		}
	}
	running := 0
	for _, config := range c.Runs {
		f, begun := of[config]
		switch {
		case f.State == Finished:
			s.Finished++
		case f.State == Running:
			running++
			if running == 1 {
				s.At = f
			}
		case begun && s.At.Name == "":
			s.At = f
		}
	}
	var done, left, took float64 // in work, in work, in seconds
	running = 0
	for _, p := range c.plan(ctx, all) {
		f := of[p.Config]
		if f.State == Running {
			running++
		}
		seconds := f.seconds()
		if seconds > 0 && f.State == Finished {
			whole, _, err := planned(ctx, p.Config, Options{})
			if err != nil {
				return s
			}
			done, took = done+whole.Work(), took+seconds
		}
		if f.State == Finished {
			continue
		}
		begun := f.work(p)
		left += p.Work() - begun
		if seconds > 0 {
			done, took = done+begun, took+seconds
		}
	}
	if done > 0 {
		s.Left = time.Duration(left / done * took / float64(max(running, 1)) * float64(time.Second))
	}
	return s
}

// plan is [Plan] of the campaign's runs in the light of those that were found; nothing
// where their sizes cannot be told without reading files.
func (c Campaign) plan(ctx context.Context, all []Found) []Planned {
	if slices.ContainsFunc(c.Runs, func(c Config) bool { return c.Data != "digits" && c.Data != "cifar10" }) {
		return nil
	}
	trained := map[Config][]Result{}
	for _, f := range all {
		if f.State == Finished {
			trained[f.Config.training()] = append(trained[f.Config.training()], f.Result)
		}
	}
	plan, err := planOf(ctx, c.Runs, Options{}, func(c Config) []Result { return trained[c.training()] })
	if err != nil {
		return nil
	}
	return plan
}

// Damaged returns the runs of the campaign that cannot be used as they lie there, and
// stop whoever wants them. A damaged one under a name that is not a run's is passed over:
// nobody looks for it there.
func (c Campaign) Damaged(all []Found) (bad []Found) {
	for _, f := range all {
		hash, own := strings.CutPrefix(f.Name, f.Config.Name()+"-")
		if f.State == Damaged && own && len(hash) == 8 && slices.Contains(c.Runs, f.Config) {
			bad = append(bad, f)
		}
	}
	return bad
}

// work returns how much of a run that is not finished is done, see [Planned.Work].
func (f Found) work(p Planned) float64 {
	share := 0.0
	if f.Total > 0 {
		share = min(float64(f.Done)/float64(f.Total), 1)
	}
	return p.Done(f.Scoring, share)
}

// seconds returns how long what is done of a run took; 0 where another run has trained
// it, or it is not known.
func (f Found) seconds() float64 {
	switch {
	case f.State == Finished && f.Result.TrainedIn != "":
		return 0
	case f.State == Finished:
		return f.Result.Training + f.Result.Evaluation
	}
	return f.spent
}
