package experiment

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/place"
)

// The lock of a run's maker is open for writing, without which NFS version 4 refuses it,
// also where an older build or a strict umask has made its file for the owner alone.
func TestMakersLock(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("how a file is open is read from /proc")
	}
	for _, mode := range []os.FileMode{0, 0o600, 0o644} {
		dir := t.TempDir()
		path := filepath.Join(dir, lockFile)
		if mode > 0 {
			if err := os.WriteFile(path, nil, mode); err != nil {
				t.Fatal(err)
			}
		}
		lock := makersLock(dir)
		if free, err := try(lock); !free || err != nil {
			t.Fatal(free, err)
		}
		open := ""
		fds, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range fds {
			if to, _ := os.Readlink("/proc/self/fd/" + fd.Name()); to == path {
				text, err := os.ReadFile("/proc/self/fdinfo/" + fd.Name())
				if err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(string(text)) {
					if flags, is := strings.CutPrefix(line, "flags:"); is {
						open = strings.TrimSpace(flags)
					}
				}
			}
		}
		if !strings.HasSuffix(open, "2") { // O_RDWR
			t.Errorf("with permissions %o the lock is open with flags %q, want them to end in 2", mode, open)
		}
		if !place.LeadsTo(lock.Path(), lock) {
			t.Error("the lock is not that of its path")
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if place.LeadsTo(lock.Path(), lock) {
			t.Error("the lock of a file that is gone is taken for that of its path")
		}
		lock.Close()
	}
}

// A run under another name than its own is found by nobody: neither planned as made nor
// shared.
func TestRenamedRun(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	made := train(t, light(), o)
	made.Close()
	isMade := func() bool {
		t.Helper()
		plan, err := Plan(t.Context(), []Config{light()}, o)
		if err != nil || len(plan) != 1 {
			t.Fatal(plan, err)
		}
		if plan[0].Made != (plan[0].Trained == 0) {
			t.Errorf("made: %t, and %d images to train on", plan[0].Made, plan[0].Trained)
		}
		return plan[0].Made
	}
	if !isMade() {
		t.Error("the run that was made is planned anew")
	}
	if err := os.Rename(made.Dir, made.Dir+".old"); err != nil {
		t.Fatal(err)
	}
	if isMade() {
		t.Error("a run in a folder that was renamed counts as made")
	}
	again := train(t, light(), o)
	if again.Close(); again.Result.TrainedIn != "" {
		t.Errorf("it was taken from %s", again.Result.TrainedIn)
	}
}

// What is said to be safe before a run is deleted is safe: an unfinished run that builds on
// others asks for them whatever it has done, and one that shares a training has it only
// with a checkpoint of its own, or when it is finished.
func TestBuiltOnUnfinished(t *testing.T) {
	o := Options{Dir: t.TempDir(), Checkpoint: 1}
	apart, shared, ahead := light(), light(), light()
	apart.Independent = true
	for _, member := range apart.Members(nil) {
		train(t, member, o).Close()
	}
	stoppedAt(t, apart, o, true, 1)
	ahead.Points = 7
	stoppedAt(t, ahead, o, false, 2)
	train(t, light(), o).Close()
	shared.Points = 5
	stoppedAt(t, shared, o, true, 1)
	all, err := FindRuns(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	says := map[string]string{}
	for _, f := range all {
		if f.Config.Points == 3 { // not of each other
			says[f.Config.Method()] = strings.Join(f.BuiltOn(all), "\n")
		}
	}
	for method, wanted := range map[string][]string{
		"standard": {" starts from its endpoints, and would make them again"},
		"line":     {" shares its training, and would train again", " shares its training, and has all that it needs of it"},
	} {
		for _, want := range wanted {
			if strings.Count(says[method], want) != 1 {
				t.Errorf("of %s it says %q, want %q once", method, says[method], want)
			}
		}
	}
}

// A run that goes on takes over what has been trained meanwhile, and names the run that
// was trained also where it took it from one that had taken it over.
func TestAdoptLater(t *testing.T) {
	o := Options{Dir: t.TempDir(), Checkpoint: 1}
	first, second, third := light(), light(), light()
	second.Points, third.Points = 5, 7
	stoppedAt(t, second, o, false, 2)
	a := train(t, first, o)
	a.Close()
	b := train(t, second, o)
	b.Close()
	if err := os.RemoveAll(a.Dir); err != nil {
		t.Fatal(err)
	}
	c := train(t, third, o)
	c.Close()
	for _, r := range []*Run{b, c} {
		if want := filepath.Base(a.Dir); r.Result.TrainedIn != want {
			t.Errorf("%d points: trained in %q, want %s", r.Config.Points, r.Result.TrainedIn, want)
		}
	}
}

// Scores of other points than those that are asked for are not taken for them.
func TestScoresOfOtherPoints(t *testing.T) {
	for _, changed := range []bool{false, true} {
		o := Options{Dir: t.TempDir()}
		stoppedAt(t, light(), o, true, 2)
		all, err := FindRuns(o.Dir)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		path := filepath.Join(all[0].Dir, scoresFile)
		var a answers
		if err := readJSON(path, &a); err != nil || len(a.Scores) != 2 || a.Asked == "" {
			t.Fatalf("%+v, %v", a, err)
		}
		if changed {
			a.Asked = "other points"
			if err := writeJSON(path, a); err != nil {
				t.Fatal(err)
			}
		}
		scored := 0
		o.Report = func(r Report) {
			if r.Scoring {
				scored++
			}
		}
		r := train(t, light(), o)
		r.Close()
		if want := a.Tasks; !changed && scored != want-2 || changed && scored != want {
			t.Errorf("changed %t: %d points were scored of %d, of which there were 2", changed, scored, want)
		}
	}
}

// A run of other images under the same name is another run: it is planned whole.
func TestPlanOfOtherImages(t *testing.T) {
	c := light()
	images := func(changed, test bool) *dataset.Data {
		data, err := dataset.Digits()
		if err != nil {
			t.Fatal(err)
		}
		if changed {
			train := data.Train
			from := train
			if test {
				from = data.Test
			}
			pixels := slices.Clone(from.Pixels)
			for i := range pixels {
				pixels[i] ^= 1
			}
			other := &dataset.Set{Name: from.Name, Height: from.Height, Width: from.Width, Channels: from.Channels, Pixels: pixels, Labels: from.Labels, Classes: from.Classes}
			data = &dataset.Data{Train: other, Test: data.Test, Mean: data.Mean, Std: data.Std}
			if test {
				data.Train, data.Test = train, other
			}
		}
		return data
	}
	o := Options{Dir: t.TempDir(), Data: images(false, false)}
	c.Data = "mine"
	r, err := Train(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	for _, x := range []struct{ changed, test, made, trained bool }{
		{false, false, true, true}, {true, false, false, false}, {true, true, false, true},
	} {
		o.Data = images(x.changed, x.test)
		plan, err := Plan(t.Context(), []Config{c}, o)
		if err != nil || len(plan) != 1 {
			t.Fatal(plan, err)
		}
		if p := plan[0]; p.Made != x.made || (p.Trained == 0) != x.trained {
			t.Errorf("%+v: made %t, %d images to train on", x, p.Made, p.Trained)
		}
	}
}
