package experiment

import (
	"context"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"gosubspace/subspace"
	"gosubspace/subspace/place"
	"gosubspace/subspace/place/placetest"
	"gosubspace/subspace/torch"
)

// foundIn looks into a folder of runs and returns what it found, by the method.
func foundIn(t *testing.T, root string) map[string]Found {
	t.Helper()
	all, err := FindRuns(root)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Found{}
	for _, f := range all {
		by[f.Config.Method()] = f
	}
	return by
}

// stoppedAt makes a run up to the nth report of its training, or of its scoring.
func stoppedAt(t *testing.T, c Config, o Options, scoring bool, n int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	o.Together = -1 // a report of each step
	o.Report = func(r Report) {
		if r.Scoring == scoring && r.Done == n {
			cancel()
		}
	}
	if _, err := Train(ctx, c, o); err == nil || ctx.Err() == nil {
		t.Fatalf("it was not stopped: %v", err)
	}
}

// Runs in every state are told apart, with how far they are; what is no run is left out.
func TestFindRuns(t *testing.T) {
	root := t.TempDir()
	if all, err := FindRuns(filepath.Join(root, "nowhere")); err != nil || len(all) > 0 {
		t.Errorf("of no folder: %v, %v", all, err)
	}
	o := Options{Dir: root}
	c := light()
	c.Batch = 20 // 6 steps an epoch, the last of them short
	made := train(t, c, o)
	made.Close()
	stoppedAt(t, c.With("bezier", 1), o, false, 8)
	stoppedAt(t, c.With("layerwise-line", 1), o, false, 2)
	stoppedAt(t, c.With("simplex-3", 1), o, true, 2)
	for _, dir := range []string{"notes", "cut"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{"notes/readme.txt": "none of ours", "file": "", "cut/lock": ""} {
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	check := func(by map[string]Found, method string, state State, standing string) Found {
		t.Helper()
		f, there := by[method]
		if !there || f.State != state || !strings.Contains(f.Standing(), standing) || f.At.IsZero() {
			t.Errorf("%s is %s, %q; want %s, %q", method, f.State, f.Standing(), state, standing)
		}
		return f
	}
	by := foundIn(t, root)
	if len(by) != 5 {
		t.Errorf("%d runs: %v, want 5", len(by), by)
	}
	line := check(by, "line", Finished, "")
	if line.Result.Midpoint().N != 50 || line.Bytes == 0 || line.Check() != nil || line.Dir != made.Dir {
		t.Errorf("finished: %+v, %v", line, line.Check())
	}
	bezier := check(by, "bezier", Interrupted, "step 8 of 30")
	if history, err := bezier.History(); err != nil || len(history) != 1 || bezier.Check() != nil {
		t.Errorf("its history is %v, %v", history, err)
	}
	check(by, "layerwise-line", Interrupted, "step 2 of 30")
	check(by, "simplex-3", Interrupted, "trained, 2 of 5 points scored")
	check(by, "", Damaged, "config.json cannot be read (it is not there): delete the run")

	// While a process has the lock, what is half written is no damage.
	lock := flock.New(filepath.Join(root, "cut", lockFile))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	check(foundIn(t, root), "", Running, "step 0")
	lock.Close()

	// What a copy that broke off, a full disk or a hand leaves.
	cut := func(dir, file string) {
		path := filepath.Join(dir, file)
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, text[:len(text)-9], 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cut(bezier.Dir, checkpointFile)
	cut(line.Dir, endpointsFile)
	by = foundIn(t, root)
	check(by, "bezier", Damaged, "checkpoint.safetensors: it has ")
	check(by, "line", Damaged, "endpoints.safetensors: it has ")
	if bad := (Campaign{Runs: []Config{line.Config, bezier.Config, by["simplex-3"].Config}}).Damaged(append(slices.Collect(maps.Values(by)),
		Found{Name: "copy", Config: line.Config, State: Damaged})); len(bad) != 2 {
		t.Errorf("damaged of the campaign are %v", bad)
	}
	os.WriteFile(filepath.Join(root, "cut", configFile), []byte("{}"), 0o644)
	check(foundIn(t, root), "", Damaged, "config.json cannot be read (it names no data set): delete the run")
	cut(line.Dir, resultFile)
	os.WriteFile(filepath.Join(line.Dir, configFile), []byte("{"), 0o644)
	check(foundIn(t, root), "", Damaged, "cannot be read")
	simplex := by["simplex-3"]
	if err := os.Rename(simplex.Dir, simplex.Dir+"-copy"); err != nil {
		t.Fatal(err)
	}
	check(foundIn(t, root), "simplex-3", Damaged, "it is the run "+simplex.Name+", and is found under that name alone: rename its folder")
}

// A finished run under another name is one that nobody finds.
func TestFindRenamed(t *testing.T) {
	r := train(t, light(), Options{})
	root := filepath.Dir(r.Dir)
	r.Close()
	name := filepath.Base(r.Dir)
	if err := os.Rename(r.Dir, filepath.Join(root, "mine")); err != nil {
		t.Fatal(err)
	}
	f := foundIn(t, root)["line"]
	if f.State != Damaged || !strings.Contains(f.Why, "it is the run "+name) {
		t.Errorf("%s: %s", f.State, f.Why)
	}
}

// A run is found by its name, by a beginning that it has alone, and as a table cuts it;
// for another word the nearest is asked for.
func TestFind(t *testing.T) {
	var all []Found
	for _, name := range []string{"digits-line-cnnx8-seed1-0123abcd", "digits-line-cnnx8-seed10-4567cdef", "digits-bezier-cnnx8-seed1-89ab0123", "digits"} {
		all = append(all, Found{Name: name})
	}
	for word, want := range map[string]string{
		"digits":                            "digits",
		"digits-b":                          "digits-bezier-cnnx8-seed1-89ab0123",
		"digits-line-cnnx8-seed1-":          "digits-line-cnnx8-seed1-0123abcd",
		"digits-line-cnnx8-seed10/":         "digits-line-cnnx8-seed10-4567cdef",
		"digits-li…0123abcd":                "digits-line-cnnx8-seed1-0123abcd",
		"digits-line-cnnx8-seed1":           "begins 2 runs, digits-line-cnnx8-seed1-0123abcd, digits-line-cnnx8-seed10-4567cdef: say more",
		"digits-bezir-cnnx8-seed1":          "did you mean digits-bezier-cnnx8-seed1-89ab0123?",
		"digits-line-cnnx8-seed10-4567cdff": "did you mean digits-line-cnnx8-seed10-4567cdef?",
		"digit":                             "begins 4 runs",
		"":                                  "the name of a run is empty",
	} {
		f, err := Find(all, word)
		switch {
		case err != nil && !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v, want %q", word, err, want)
		case err == nil && f.Name != want:
			t.Errorf("%q is %s, want %q", word, f.Name, want)
		}
	}
	there := Found{Name: "line-1", Dir: filepath.Join(t.TempDir(), "line-1")}
	if f, err := Find([]Found{there}, there.Dir+"/"); err != nil || f.Name != there.Name {
		t.Errorf("by its folder: %v, %v", f.Name, err)
	}
	if _, err := Find([]Found{there}, filepath.Join(t.TempDir(), "line-1")); err == nil {
		t.Error("a folder of another place is taken for the run's")
	}
	if _, err := Find(nil, "x"); err == nil || !strings.Contains(err.Error(), "there are no runs here") {
		t.Errorf("of no runs: %v", err)
	}
}

// What others have of a run is said before it is deleted; one that is being made stays.
func TestDelete(t *testing.T) {
	root := t.TempDir()
	o := Options{Dir: root}
	apart, wider := light(), light()
	apart.Independent = true
	wider.Points = 5
	train(t, apart, o).Close()                          // and the two networks that it is made of
	train(t, light().With("standard", 2001), o).Close() // is none of them
	train(t, light(), o).Close()                        // is trained
	train(t, wider, o).Close()                          // takes that over
	stoppedAt(t, apart.With("bezier", 1), o, false, 2)  // is made of the two as well
	all, err := FindRuns(root)
	if err != nil {
		t.Fatal(err)
	}
	words := func(method string, seed uint64, points int) string {
		t.Helper()
		i := slices.IndexFunc(all, func(f Found) bool {
			return f.Config.Method() == method && f.Config.Seed == seed && f.Config.Points == points
		})
		if i < 0 {
			t.Fatalf("no %s of seed %d among %v", method, seed, all)
		}
		return strings.Join(all[i].BuiltOn(all), "\n")
	}
	for _, c := range []struct {
		says   string
		wanted []string
	}{
		{words("standard", 1, 3), []string{"digits-independent-line-", " starts from its endpoints, and has all that it needs of it",
			"digits-independent-bezier-", " starts from its endpoints, and would make them again"}},
		{words("standard", 1001, 3), []string{"digits-independent-line-"}},
		{words("line", 1, 3), []string{"digits-line-", " shares its training, and has all that it needs of it"}},
	} {
		for _, want := range c.wanted {
			if !strings.Contains(c.says, want) {
				t.Errorf("it says %q, want %q", c.says, want)
			}
		}
	}
	for _, says := range []string{words("standard", 2001, 3), words("line", 1, 5), words("independent-line", 1, 3)} {
		if says != "" {
			t.Errorf("nothing builds on it, and it says %q", says)
		}
	}
	f := all[0]
	lock := flock.New(filepath.Join(f.Dir, lockFile))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	if err := f.Delete(); err == nil || !strings.Contains(err.Error(), "is being made by another process") {
		t.Errorf("while it is being made: %v", err)
	}
	lock.Close()
	if err := f.Delete(); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(root)
	if err != nil || len(left) != len(all)-1 {
		t.Errorf("%v are left of %d, %v", left, len(all), err)
	}
}

// Of a run that is a link the link goes: others may use what it leads to.
func TestDeleteLinked(t *testing.T) {
	root := t.TempDir()
	weights := placetest.Write(t, filepath.Join(t.TempDir(), "a", endpointsFile), "the weights")
	linked := filepath.Join(root, "linked")
	if err := os.Symlink(filepath.Dir(weights), linked); err != nil {
		t.Skip(err) // Windows asks for a right
	}
	if err := (Found{Name: "linked", Dir: linked}).Delete(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 0 || !place.IsFile(weights) {
		t.Errorf("left are %v, %v, and the weights: %v", left, err, place.IsFile(weights))
	}
}

// A ~ in a path of Go's makes no folder of that name.
func TestTilde(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Load(t.Context(), Quick(), Options{Dir: "~/runs"})
	_, wrong := Train(t.Context(), Quick(), Options{Dir: "~/runs"})
	_, written := (&Run{Config: Quick(), sampler: subspace.Sampler{Shape: subspace.Line{}}}).WriteWeights(t.Context(), subspace.Weights{0.5, 0.5}, "~/w", torch.Mapping{})
	for _, err := range []error{err, wrong, written} {
		if err == nil || !strings.Contains(err.Error(), "no shell has replaced the ~") {
			t.Errorf("error %v", err)
		}
	}
	if place.IsFolder("~") {
		t.Error("a folder ~ was made")
	}
}

// The nearest preset is the one that a run was made from, and what differs is told by
// the names of config.json.
func TestNearest(t *testing.T) {
	for _, name := range Presets() {
		c, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		c.Smoothing, c.Width = 0.1, 3
		c.Augment.Pad = 2
		preset, differ := c.With("bezier", 5).Nearest()
		var said []string
		for _, s := range differ {
			said = append(said, s.String())
		}
		want := []string{"width 3", "augment pad=2,flip=" + map[bool]string{true: "true", false: "false"}[c.Augment.Flip], "label_smoothing 0.1"}
		if preset != name || !slices.Equal(said, want) {
			t.Errorf("%s: nearest is %s with %q, want %q", name, preset, said, want)
		}
	}
	c := Quick()
	c.LearningRate = math.Nextafter(0.1, 1)
	if _, differ := c.Nearest(); len(differ) != 1 || differ[0].String() != "learning_rate 0.1" {
		t.Errorf("a rate beside 0.1 differs in %q", differ)
	}
	for _, s := range (Config{}).Settings() {
		if s.Name == "" || s.Value == "" {
			t.Errorf("a setting is %q", s)
		}
	}
}

// Whatever a checkpoint says of its progress is an error or gives a number of steps.
func FuzzProgress(f *testing.F) {
	f.Add(`{"step": 3}`)
	f.Add(`{"step": -1}`)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		var p progress
		if p.parse(map[string]string{"progress": text}) == nil {
			tiny().steps(p)
		}
	})
}
