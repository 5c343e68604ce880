package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/place"
)

// A holder is somebody who works with what set-up left.
type holder struct {
	What    string `json:"what"`    // for example JupyterLab at http://127.0.0.1:8888
	Process int    `json:"process"` // 0 where it is not known
}

func (h holder) String() string {
	if h.Process == 0 {
		return h.What
	}
	return fmt.Sprintf("%s (process %d)", h.What, h.Process)
}

// A hold says that this process works with what set-up left, so that nobody
// removes it: a file that says who it is, with a lock that the system gives back
// when the process ends, however it ends. Holds are each in a file of their own:
// they do not wait for each other, nor set-up for them.
type hold struct{ lock *flock.Flock }

// holders is the folder of the holds' files.
func holders(home string) string { return filepath.Join(home, "jupyter", "running") }

// hold takes the hold of this process. The caller has the home's lock.
func (s *setUp) hold(what string) error {
	dir := holders(s.home)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	old, err := place.Glob(dir, "*.json")
	if err != nil {
		return err
	}
	for _, path := range old {
		if lock := flock.New(path); isFree(lock) {
			os.Remove(path) // its process was killed
			lock.Close()
		}
	}
	file, err := os.CreateTemp(dir, "*.json")
	if err != nil {
		return err
	}
	file.Close()
	s.held = &hold{flock.New(file.Name())}
	if held, err := s.held.lock.TryRLock(); err != nil || !held {
		return fmt.Errorf("cannot lock %s: %w", file.Name(), err)
	}
	return s.held.say(holder{what, os.Getpid()})
}

// isFree takes a lock if nobody has it.
func isFree(lock *flock.Flock) bool {
	free, err := lock.TryLock()
	return err == nil && free
}

// say tells who it is.
func (h *hold) say(who holder) error {
	if h == nil {
		return nil
	}
	text, err := json.Marshal(who)
	if err != nil {
		return err
	}
	return os.WriteFile(h.lock.Path(), append(text, '\n'), 0o600)
}

// share gives the hold to a program that is about to be started as well: it keeps
// it where this process is killed and the program goes on. Started must be called
// afterwards.
func (h *hold) share(cmd *exec.Cmd) (started func()) {
	if h == nil {
		return func() {}
	}
	return program.ShareLock(cmd, h.lock.Path())
}

func (h *hold) release() {
	if h != nil {
		os.Remove(h.lock.Path())
		h.lock.Close()
	}
}

// held returns the holders in a home.
func held(home string) []holder {
	paths, _ := place.Glob(holders(home), "*.json")
	var all []holder
	for _, path := range paths {
		lock := flock.New(path)
		free := isFree(lock)
		lock.Close()
		if free {
			continue // its process was killed
		}
		h := holder{What: "a command of another process"}
		if text, err := os.ReadFile(path); err == nil {
			json.Unmarshal(text, &h)
		}
		if program.Gone(h.Process) {
			h.Process = 0 // it was killed, and what it started goes on
		}
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b holder) int { return strings.Compare(a.What, b.What) })
	return all
}

// users returns the processes that run a program of these folders or have one of
// their libraries loaded. Only Linux tells, and of one's own processes.
func users(dirs []string) []holder {
	for _, dir := range slices.Clone(dirs) {
		if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
			dirs = append(dirs, real)
		}
	}
	ours := func(path string) bool {
		return slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(path, dir+string(filepath.Separator)) })
	}
	processes, _ := place.Glob("/proc", "[0-9]*")
	var all []holder
	for _, process := range processes {
		pid, err := strconv.Atoi(filepath.Base(process))
		if err != nil || pid == os.Getpid() {
			continue
		}
		typed, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		words := strings.Split(string(typed), "\x00")
		uses := ours(words[0])
		maps, _ := os.ReadFile(filepath.Join(process, "maps"))
		for line := range bytes.Lines(maps) {
			// The path is at the end. A line feed in it is written as \012.
			if _, path, ok := strings.Cut(strings.TrimSuffix(string(line), "\n"), " /"); ok && !uses {
				uses = ours("/" + strings.ReplaceAll(path, `\012`, "\n"))
			}
		}
		if !uses {
			continue
		}
		what := filepath.Base(words[0])
		switch { // python -m jupyterlab, kernel train
		case len(words) > 2 && words[1] == "-m":
			what += " -m " + words[2]
		case len(words) > 1 && slices.ContainsFunc(commands(), func(c command) bool { return c.name != "" && c.name == words[1] }):
			what += " " + words[1]
		}
		all = append(all, holder{what, pid})
	}
	return all
}

// inUse returns who works with what is about to be removed: these folders, with runs
// everything in the home.
func inUse(home string, dirs []string, runs bool) ([]holder, error) {
	all := held(home)
	if !slices.ContainsFunc(all, func(h holder) bool { return h.Process > 0 }) {
		// Else they end with one of those.
		all = append(all, users(dirs)...)
	}
	if !runs {
		return all, nil
	}
	making, err := experiment.Making(filepath.Join(home, "runs"))
	for _, dir := range making {
		all = append(all, holder{What: "the process that makes the run " + filepath.Base(dir)})
	}
	return all, err
}

// lockedBy is who has the home's lock.
func lockedBy(home string) holder {
	h := holder{What: "a set-up, or another uninstall"}
	if text, err := os.ReadFile(filepath.Join(home, "lock")); err == nil {
		fmt.Sscanf(string(text), lockText+"process %d", &h.Process)
	}
	return h
}

// usedBy says by whom the home is in use, and what to do about it.
func usedBy(home string, all []holder) error {
	who, kill := "", ""
	for i, h := range all {
		if i > 0 {
			who += ", and by "
		}
		who += h.String()
		if h.Process > 0 {
			kill += " " + strconv.Itoa(h.Process)
		}
	}
	do := "end it with Ctrl-C where it was started"
	if kill != "" {
		do += ", or with kill" + kill + " (kill -9 where that does not help)"
	}
	return program.Fail("uninstall", home+" is in use by "+who, do+"; then uninstall again. Nothing has been removed")
}
