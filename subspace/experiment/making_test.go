package experiment

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gofrs/flock"
)

// Runs that somebody is making are told from those that are made, in folders of any
// name; asking takes no lock away and leaves none.
func TestMaking(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs [2026]")
	for _, run := range []string{"made", "at work", "also at work", "without a lock"} {
		if err := os.MkdirAll(filepath.Join(root, run), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, run := range []string{"made", "at work", "also at work"} {
		if err := os.WriteFile(filepath.Join(root, run, lockFile), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{filepath.Join(root, "also at work"), filepath.Join(root, "at work")}
	for _, dir := range want {
		lock := flock.New(filepath.Join(dir, lockFile))
		if held, err := lock.TryLock(); err != nil || !held {
			t.Fatal(held, err)
		}
		defer lock.Close()
	}
	for range 2 {
		if got, err := Making(root); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
	if got, err := Making(filepath.Join(root, "nowhere")); err != nil || len(got) > 0 {
		t.Errorf("of no folder: %v, %v", got, err)
	}
	free := flock.New(filepath.Join(root, "made", lockFile))
	defer free.Close()
	if held, err := free.TryLock(); err != nil || !held {
		t.Errorf("a lock was left: %v, %v", held, err)
	}
}

// Recorded runs are found, and drafts of files removed, whatever the folder is called.
func TestFilesBelowAnyFolder(t *testing.T) {
	for _, name := range []string{"course [2026]", "*", "100 %d", "[^.]"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := full(1).Record(filepath.Join(dir, "r.json")); err != nil {
			t.Fatal(err)
		}
		rec, err := ReadRecord(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, there := rec.WithIdentity("identity 1"); !there {
			t.Errorf("%q: the recorded run was not found", name)
		}
		draft := filepath.Join(dir, ".result.json.123")
		if err := os.WriteFile(draft, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		(&Run{Dir: dir}).removeTemporary()
		if _, err := os.Stat(draft); err == nil {
			t.Errorf("%q: a draft was left", name)
		}
		if _, err := os.Stat(filepath.Join(dir, "r.json")); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
