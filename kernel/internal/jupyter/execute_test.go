package jupyter

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gosubspace/subspace/place"
)

// What executions left that were killed goes; what one at work needs stays, and so
// does what others named.
func TestRemoveStale(t *testing.T) {
	ended := exec.Command(os.Args[0], "-test.run=^$")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	notebooks, out := t.TempDir(), t.TempDir()
	names := map[string]bool{ // and whether they stay
		fmt.Sprintf(".executed-%d-123.ipynb", ended.Process.Pid): false,
		fmt.Sprintf(".executed-%d-123.ipynb", os.Getpid()):       true,
		fmt.Sprintf(".executed-%d-old.ipynb", os.Getpid()):       true, // no name of ours
		fmt.Sprintf(".executed-%d-999.ipynb", os.Getpid()):       false,
		".executed-123.ipynb":                                    true,
		".executed-999.ipynb":                                    false,
		".executed-my.ipynb":                                     true,
		"01-line.ipynb":                                          true,
		".executed-1-2.txt":                                      true,
		"x.executed-1-9.ipynb":                                   true,
		".executed-99999.ipynb":                                  true,
	}
	old := map[string]bool{
		fmt.Sprintf(".executed-%d-999.ipynb", os.Getpid()): true, fmt.Sprintf(".executed-%d-old.ipynb", os.Getpid()): true,
		".executed-999.ipynb": true, ".executed-my.ipynb": true, "01-line.ipynb": true,
	}
	for _, dir := range []string{notebooks, out} {
		for name := range names {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte("{}\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if old[name] {
				yesterday := time.Now().Add(-25 * time.Hour)
				if err := os.Chtimes(path, yesterday, yesterday); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	mine, err := tempNotebook(out)
	if err != nil {
		t.Fatal(err)
	}
	if !executed.MatchString(filepath.Base(mine)) {
		t.Errorf("%s is not known for an execution's", mine)
	}
	RemoveStale([]string{notebooks, filepath.Join(out, "02-plane.ipynb"), filepath.Join(out, "03.ipynb"), "/nowhere/else.ipynb"})
	if !place.IsFile(mine) {
		t.Errorf("%s of this process is gone", mine)
	}
	for _, dir := range []string{notebooks, out} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for name, stays := range names {
			there := slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == name })
			if there != stays {
				t.Errorf("%s in %s: there %v, want %v", name, dir, there, stays)
			}
		}
	}
}
