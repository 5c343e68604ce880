package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"gosubspace/kernel/internal/folder"
	"gosubspace/subspace/place"
	"gosubspace/subspace/place/placetest"
)

// put writes files below a folder, by their names.
func put(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		placetest.Write(t, filepath.Join(dir, name), "")
	}
}

// marker is the file of a folder of ours.
const marker = ".gosubspace"

// aHome makes a home as set-up leaves it, with data, a run, and the kernel in an
// environment of the user's, and makes it the one in use.
func aHome(t *testing.T) (home, kernel string) {
	t.Helper()
	dir := t.TempDir()
	home, mine := filepath.Join(dir, "my [ML]"), filepath.Join(dir, "mine")
	t.Setenv("GOSUBSPACE_HOME", home)
	kernel = filepath.Join(mine, "share", "jupyter", "kernels", "gosubspace")
	put(t, home, "env/bin/python", "env/lib/x.py", "jupyter/gonb.log", "jupyter/data/nbsignatures.db", "data/cifar10/a", "runs/line-1/result.json", "runs/line-1/lock", "lock")
	put(t, mine, "bin/python")
	put(t, kernel, "kernel.json", "bin/gonb")
	for _, of := range []string{home, filepath.Join(home, "env"), filepath.Join(home, "jupyter"), kernel} {
		if err := folder.Mark(of); err != nil {
			t.Fatal(err)
		}
	}
	type object = map[string]any
	record, err := json.Marshal(object{"environment": mine, "environments": object{mine: object{}, filepath.Join(home, "env"): object{}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "setup.json"), record, 0o644); err != nil {
		t.Fatal(err)
	}
	return home, kernel
}

// tree lists the files and folders below a folder.
func tree(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return nil
		}
		if err == nil {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// call runs the command and returns its exit status and what it said.
func call(args ...string) (status int, said string) {
	var out bytes.Buffer
	status = Main(context.Background(), args, &out, &out)
	return status, out.String()
}

// refused sees that uninstall, in both forms, says all this and removes nothing.
func refused(t *testing.T, home string, says ...string) {
	t.Helper()
	before := tree(t, home)
	for _, args := range [][]string{{"uninstall"}, {"uninstall", "-all"}} {
		status, said := call(args...)
		if status != 1 {
			t.Errorf("%v: exit status %d, want 1: %s", args, status, said)
		}
		for _, want := range append(says, home+" is in use by ", "what to do: end it with Ctrl-C where it was started", "Nothing has been removed") {
			if !strings.Contains(said, want) {
				t.Errorf("%v says %q, want %q in it", args, said, want)
			}
		}
		if after := tree(t, home); !slices.Equal(before, after) {
			t.Errorf("%v: there were\n%v\nnow\n%v", args, before, after)
		}
	}
}

func TestUninstallWhileHeld(t *testing.T) {
	home, _ := aHome(t)
	var holds []*folder.Hold
	for i := range 2 {
		hold, err := folder.TakeHold(home)
		if err != nil {
			t.Fatal(err)
		}
		holds = append(holds, hold)
		if err := hold.Say(fmt.Sprint("JupyterLab at http://127.0.0.1:", 8888+i), os.Getpid()); err != nil {
			t.Fatal(err)
		}
	}
	me := fmt.Sprintf("(process %d)", os.Getpid())
	refused(t, home, "JupyterLab at http://127.0.0.1:8888 "+me, ", and by JupyterLab at http://127.0.0.1:8889 "+me, "or with kill ")
	// Set-up does not wait for them.
	unlock, err := folder.TryLock(home)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	holds[0].Release()
	refused(t, home, "is in use by JupyterLab at http://127.0.0.1:8889 ")
	holds[1].Release()
	if status, said := call("uninstall"); status != 0 {
		t.Errorf("nobody holds it: exit status %d: %s", status, said)
	}
}

func TestUninstallWhileSetUpRuns(t *testing.T) {
	home, _ := aHome(t)
	unlock, err := folder.Lock(t.Context(), home, new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, home, fmt.Sprintf("a set-up, or another uninstall (process %d)", os.Getpid()))
	unlock()
	if status, said := call("uninstall", "-all"); status != 0 {
		t.Errorf("nobody holds it: exit status %d: %s", status, said)
	}
}

// Where nothing says who it is, a process is known by its program or a library: a
// kernel that outlived its JupyterLab.
func TestUninstallWhileAKernelRuns(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("finds the processes in /proc")
	}
	home, kernel := aHome(t)
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Skip("wants a program to copy")
	}
	text, err := os.ReadFile(cat)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(kernel, "bin"), filepath.Join(home, "env", "bin")} {
		path := filepath.Join(dir, "gonb-in-use")
		if err := os.WriteFile(path, text, 0o755); err != nil {
			t.Fatal(err)
		}
		running := exec.Command(path)
		in, err := running.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := running.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := running.Start(); err != nil {
			t.Fatal(err)
		}
		io.WriteString(in, "?")
		if _, err := out.Read(make([]byte, 1)); err != nil {
			t.Skip("cat is what it is by its name alone")
		}
		refused(t, home, fmt.Sprintf("gonb-in-use (process %d)", running.Process.Pid), fmt.Sprintf("or with kill %d (kill -9", running.Process.Pid))
		in.Close()
		running.Wait()
	}
	if status, said := call("uninstall"); status != 0 {
		t.Errorf("nobody uses it: exit status %d: %s", status, said)
	}
}

func TestUninstallWhileARunIsMade(t *testing.T) {
	home, _ := aHome(t)
	lock := flock.New(filepath.Join(home, "runs", "line-1", "lock"))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	status, said := call("uninstall", "-all")
	if status != 1 || !strings.Contains(said, "the process that makes the run line-1") || !place.IsFolder(filepath.Join(home, "env")) {
		t.Errorf("exit status %d: %s", status, said)
	}
	if status, said := call("uninstall"); status != 0 || !strings.Contains(said, "kept     "+filepath.Join(home, "runs")) {
		t.Errorf("what leaves the runs: exit status %d: %s", status, said)
	}
	lock.Close()
	if status, said := call("uninstall", "-all"); status != 0 || place.IsFolder(home) {
		t.Errorf("exit status %d: %s", status, said)
	}
}

// Compiled programs go with what they were compiled for, and what lies beside them
// stays; in a home that set-up did not make, too.
func TestUninstallPrograms(t *testing.T) {
	program, draft := "programs/0a1b.program", "programs/.0a1b.program.123"
	for what, c := range map[string]struct {
		files []string
		left  []string // in the home, below programs
	}{
		"programs":            {[]string{program, draft}, nil},
		"programs and a note": {[]string{program, draft, "programs/note.txt"}, []string{"note.txt"}},
		"no programs":         {nil, nil},
		"a file of that name": {[]string{"programs"}, nil},
	} {
		t.Run(what, func(t *testing.T) {
			home, _ := aHome(t)
			put(t, home, c.files...)
			status, said := call("uninstall")
			if status != 0 || strings.Contains(said, "removed  "+filepath.Join(home, "programs")) != slices.Contains(c.files, program) {
				t.Errorf("exit status %d: %s", status, said)
			}
			var left []string
			entries, _ := os.ReadDir(filepath.Join(home, "programs"))
			for _, e := range entries {
				left = append(left, e.Name())
			}
			if !slices.Equal(left, c.left) {
				t.Errorf("left %v, want %v", left, c.left)
			}
			if _, err := os.Stat(filepath.Join(home, "programs")); what == "a file of that name" && err != nil {
				t.Error("somebody's file was removed")
			}
		})
	}
	t.Run("not set up", func(t *testing.T) {
		home := filepath.Join(t.TempDir(), "home")
		t.Setenv("GOSUBSPACE_HOME", home)
		put(t, home, program, "runs/line-1/result.json")
		if status, said := call("uninstall"); status != 0 || place.IsFolder(filepath.Join(home, "programs")) || !place.IsFolder(filepath.Join(home, "runs")) {
			t.Errorf("exit status %d: %s", status, said)
		}
	})
}

// What is kept of image files goes, and nothing else of that folder.
func TestUninstallImages(t *testing.T) {
	home, _ := aHome(t)
	put(t, home, "images/0a.sums", "images/0b.pixels", "images/.0b.pixels.123", "images/mine.jpg")
	if status, said := call("uninstall"); status != 0 {
		t.Errorf("exit status %d: %s", status, said)
	}
	entries, err := os.ReadDir(filepath.Join(home, "images"))
	if err != nil || len(entries) != 1 || entries[0].Name() != "mine.jpg" {
		t.Errorf("left are %v, %v; want mine.jpg", entries, err)
	}
}

// Servers whose folder was removed write some files again, without a marker.
func TestUninstallAfterTheFolderWasWrittenAgain(t *testing.T) {
	again := []string{"jupyter/runtime/kernel-1.json", "jupyter/runtime/jpserver-1.json", "jupyter/config/lab/workspaces/default-37a8.jupyterlab-workspace",
		"jupyter/config/lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings", "jupyter/data/nbsignatures.db-journal", "jupyter/gonb.log",
		"env/lib/python3.11/site-packages/a/__pycache__/b.pyc", "images/0a.sums"}
	for _, all := range []bool{false, true} {
		for _, how := range []string{"uninstall", "uninstall -all", "rm -r"} {
			t.Run(fmt.Sprint(how, ", then all=", all), func(t *testing.T) {
				home, _ := aHome(t)
				if how == "rm -r" {
					if err := os.RemoveAll(home); err != nil {
						t.Fatal(err)
					}
				} else if status, said := call(strings.Fields(how)...); status != 0 {
					t.Fatal(said)
				}
				put(t, home, again...)
				args := []string{"uninstall"}
				if all {
					args = append(args, "-all")
				}
				status, said := call(args...)
				if status != 0 || place.IsFolder(filepath.Join(home, "jupyter")) || place.IsFolder(filepath.Join(home, "env")) {
					t.Errorf("exit status %d: %s", status, said)
				}
				if kept := how == "uninstall" && !all; place.IsFolder(home) != kept {
					t.Errorf("the home is there: %t, want %t: %v", !kept, kept, tree(t, home))
				}
			})
		}
	}
}

// What somebody else put there is never taken for what is written again.
func TestUninstallLeavesWhatIsNotOurs(t *testing.T) {
	for _, name := range []string{"jupyter/letters.txt", "jupyter/config/letters.txt", "jupyter/data/kernels/mine/kernel.json", "env/letters.txt", "letters.txt",
		"lock/letters.txt", "data/letters.txt", "runs/letters.txt"} {
		for _, args := range [][]string{{"uninstall"}, {"uninstall", "-all"}} {
			home := filepath.Join(t.TempDir(), "home")
			t.Setenv("GOSUBSPACE_HOME", home)
			put(t, home, name)
			if top, _, _ := strings.Cut(name, "/"); top == "jupyter" || top == "env" || name == "letters.txt" {
				put(t, home, "jupyter/runtime/kernel-1.json")
			}
			before := tree(t, home)
			call(args...)
			if after := tree(t, home); !slices.Equal(before, after) {
				t.Errorf("%v: there were\n%v\nnow\n%v", args, before, after)
			}
		}
	}
	// A folder of a home of ours, too.
	home, _ := aHome(t)
	if err := os.Remove(filepath.Join(home, "env", marker)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"uninstall"}, {"uninstall", "-all"}} {
		if status, said := call(args...); status != 1 || !strings.Contains(said, "env was not made by this command") || !place.IsFile(filepath.Join(home, "env/lib/x.py")) {
			t.Errorf("%v: exit status %d: %s", args, status, said)
		}
	}
	// An empty folder is somebody's as well.
	empty := t.TempDir()
	t.Setenv("GOSUBSPACE_HOME", empty)
	if status, said := call("uninstall", "-all"); status != 0 || !place.IsFolder(empty) {
		t.Errorf("an empty home: exit status %d: %s", status, said)
	}
}

// A removal or set-up may be killed at any moment: what is there then is removed by
// the next one. Files go one by one, in any order but that of the markers and the lock.
func TestUninstallGoesOnWhereItWasKilled(t *testing.T) {
	cut := map[string]func(home, kernel string) []string{
		"in the user's environment": func(home, kernel string) []string { return []string{filepath.Join(kernel, "kernel.json")} },
		"its marker": func(home, kernel string) []string {
			return []string{filepath.Join(kernel, "kernel.json"), filepath.Join(kernel, "bin"), filepath.Join(kernel, marker)}
		},
		"in jupyter": func(home, kernel string) []string { return []string{kernel, filepath.Join(home, "jupyter", "data")} },
		"jupyter's marker": func(home, kernel string) []string {
			return []string{kernel, filepath.Join(home, "jupyter", "data"), filepath.Join(home, "jupyter", "gonb.log"), filepath.Join(home, "jupyter", marker)}
		},
		"in env": func(home, kernel string) []string {
			return []string{kernel, filepath.Join(home, "jupyter"), filepath.Join(home, "env", "lib")}
		},
		"env's marker": func(home, kernel string) []string {
			return []string{kernel, filepath.Join(home, "jupyter"), filepath.Join(home, "env", "lib"), filepath.Join(home, "env", "bin"), filepath.Join(home, "env", marker)}
		},
		"env": func(home, kernel string) []string {
			return []string{kernel, filepath.Join(home, "jupyter"), filepath.Join(home, "env")}
		},
		"the record": func(home, kernel string) []string {
			return []string{kernel, filepath.Join(home, "jupyter"), filepath.Join(home, "env"), filepath.Join(home, "setup.json")}
		},
	}
	for _, name := range slices.Sorted(maps.Keys(cut)) {
		for _, all := range []bool{false, true} {
			home, kernel := aHome(t)
			if err := os.WriteFile(filepath.Join(home, ".setup.json.123"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, path := range cut[name](home, kernel) {
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"uninstall"}
			if all {
				args = append(args, "-all")
			}
			status, said := call(args...)
			if status != 0 || place.IsFolder(kernel) {
				t.Errorf("cut off at %s, %v: exit status %d: %s", name, args, status, said)
			}
			want := []string{".gosubspace", "data", "lock", "runs"}
			if all {
				want = nil
			}
			var left []string
			entries, _ := os.ReadDir(home)
			for _, e := range entries {
				left = append(left, e.Name())
			}
			if !slices.Equal(left, want) {
				t.Errorf("cut off at %s, %v: left %v, want %v", name, args, left, want)
			}
		}
	}
	// The last moments of -all.
	home, _ := aHome(t)
	unlock, err := folder.TryLock(home)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	for _, name := range []string{"env", "jupyter", "data", "runs", "setup.json", marker} {
		if err := os.RemoveAll(filepath.Join(home, name)); err != nil {
			t.Fatal(err)
		}
	}
	if left := tree(t, home); len(left) != 2 {
		t.Fatalf("%v, want the home and its lock alone", left)
	}
	if status, said := call("uninstall"); status != 0 || place.IsFolder(home) {
		t.Errorf("the lock alone was left: exit status %d: %s", status, said)
	}
}
