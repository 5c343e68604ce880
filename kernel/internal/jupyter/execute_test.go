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

// A kernel that does not start says why before nbclient says that it died.
func TestWhyEnded(t *testing.T) {
	const (
		dead  = "Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\nRuntimeError: Kernel died before replying to kernel_info\n"
		ended = "relay: GoNB ended before it listened, exit status 255: go run ./kernel doctor looks for the reason\n"
		fatal = "F1130 17:08:22.000000   12345 main.go:55] Failed to create go.mod: no space left on device\ngoroutine 1 [running]:\n"
	)
	for said, want := range map[string]string{
		dead:                 "RuntimeError: Kernel died before replying to kernel_info",
		ended + dead:         "GoNB ended before it listened, exit status 255",
		fatal + ended + dead: "GoNB ended before it listened, exit status 255: Failed to create go.mod: no space left on device",
		"relay: no figure moves: the path is too long\nI1130 17:08:22.000000 1 a.go:1] fine\n" + dead: "RuntimeError: Kernel died before replying to kernel_info",
		"relay: listen tcp 127.0.0.1:4321: bind: address already in use\n" + dead:                     "listen tcp 127.0.0.1:4321: bind: address already in use",
		"": "it said nothing",
	} {
		if got := whyEnded(said); got != want {
			t.Errorf("of %q: %q, want %q", said, got, want)
		}
	}
}

// File names are UTF-8 to Python, whatever the locale is.
func TestPythonIsToldOfUTF8(t *testing.T) {
	t.Setenv("PYTHONUTF8", "0")
	if env := PythonEnv(); !slices.Contains(env, "PYTHONUTF8=1") || slices.Contains(env, "PYTHONUTF8=0") {
		t.Error("PYTHONUTF8 is not 1")
	}
}
