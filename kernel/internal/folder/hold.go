package folder

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

// A Holder is somebody who works with what set-up left.
type Holder struct {
	What    string `json:"what"`    // for example JupyterLab at http://127.0.0.1:8888
	Process int    `json:"process"` // 0 where it is not known
}

func (h Holder) String() string {
	if h.Process == 0 {
		return h.What
	}
	return fmt.Sprintf("%s (process %d)", h.What, h.Process)
}

// A Hold says that this process works with what set-up left, so that nobody
// removes it: a file that says who it is, with a lock that the system gives back
// when the process ends, however it ends. Holds are each in a file of their own:
// they do not wait for each other, nor set-up for them.
type Hold struct{ lock *flock.Flock }

// holders is the folder of the holds' files.
func holders(home string) string { return filepath.Join(home, "jupyter", "running") }

// TakeHold takes the hold of this process, which is told as the command until it says
// otherwise, see [Hold.Say]. The caller has the home's lock.
func TakeHold(home string) (*Hold, error) {
	dir := holders(home)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	old, err := place.Glob(dir, "*.json")
	if err != nil {
		return nil, err
	}
	for _, path := range old {
		if lock := flock.New(path); isFree(lock) {
			os.Remove(path) // its process was killed
			lock.Close()
		}
	}
	file, err := os.CreateTemp(dir, "*.json")
	if err != nil {
		return nil, err
	}
	file.Close()
	h := &Hold{flock.New(file.Name())}
	switch held, err := h.lock.TryRLock(); {
	case err != nil:
		return nil, fmt.Errorf("cannot lock %s: %w", file.Name(), err)
	case !held: // by one who looked at it just now
		return nil, fmt.Errorf("cannot lock %s: another process has it; try again", file.Name())
	}
	return h, h.Say("go run ./kernel", os.Getpid())
}

// isFree takes a lock if nobody has it.
func isFree(lock *flock.Flock) bool {
	free, err := lock.TryLock()
	return err == nil && free
}

// Say tells who it is. Process is this one or one that has a share.
func (h *Hold) Say(what string, process int) error {
	if h == nil {
		return nil
	}
	text, err := json.Marshal(Holder{what, process})
	if err != nil {
		return err
	}
	return os.WriteFile(h.lock.Path(), append(text, '\n'), 0o600)
}

// Share gives the hold to a program that is about to be started as well: it keeps
// it where this process is killed and the program goes on. Started must be called
// afterwards.
func (h *Hold) Share(cmd *exec.Cmd) (started func()) {
	if h == nil {
		return func() {}
	}
	return program.ShareLock(cmd, h.lock.Path())
}

// Release gives the hold back.
func (h *Hold) Release() {
	if h != nil {
		os.Remove(h.lock.Path())
		h.lock.Close()
	}
}

// Held returns the holders in a home, of other machines too where the disk's locks are
// theirs as well.
func Held(home string) []Holder {
	paths, _ := place.Glob(holders(home), "*.json")
	var all []Holder
	for _, path := range paths {
		lock := flock.New(path)
		free := isFree(lock)
		lock.Close()
		if free {
			continue // its process was killed
		}
		h := Holder{What: "a command of another process"}
		if text, err := os.ReadFile(path); err == nil {
			json.Unmarshal(text, &h)
		}
		if program.Gone(h.Process) {
			h.Process = 0 // it was killed, and what it started goes on
		}
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b Holder) int { return strings.Compare(a.What, b.What) })
	return all
}

// users returns the processes that run a program of these folders or have one of
// their libraries loaded. A word of the command line that is one of the subcommands
// is told with it. Only Linux tells, and of one's own processes.
func users(dirs, subcommands []string) []Holder {
	for _, dir := range slices.Clone(dirs) {
		if real := place.Real(dir); real != dir {
			dirs = append(dirs, real)
		}
	}
	ours := func(path string) bool {
		return slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(path, dir+string(filepath.Separator)) })
	}
	processes, _ := place.Glob("/proc", "[0-9]*")
	var all []Holder
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
		case len(words) > 1 && slices.Contains(subcommands, words[1]):
			what += " " + words[1]
		}
		all = append(all, Holder{what, pid})
	}
	return all
}

// InUse returns who works with what is about to be removed: these folders, with runs
// everything in the home. The subcommands are those of our command, by which a
// process is told.
func InUse(home string, dirs []string, runs bool, subcommands []string) ([]Holder, error) {
	all := Held(home)
	if !slices.ContainsFunc(all, func(h Holder) bool { return h.Process > 0 }) {
		// Else they end with one of those.
		all = append(all, users(dirs, subcommands)...)
	}
	if !runs {
		return all, nil
	}
	making, err := experiment.Making(filepath.Join(home, "runs"))
	for _, dir := range making {
		all = append(all, Holder{What: "the process that makes the run " + filepath.Base(dir)})
	}
	return all, err
}

// LockedBy is who has the home's lock.
func LockedBy(home string) Holder {
	h := Holder{What: "a set-up, or another uninstall"}
	if text, err := os.ReadFile(filepath.Join(home, lockName)); err == nil {
		fmt.Sscanf(string(text), lockText+"process %d", &h.Process)
	}
	return h
}

// UsedBy says, of a part, by whom the home is in use, and what to do about it. Nothing has
// been removed.
func UsedBy(part, home string, all []Holder, then string) error {
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
	return program.Fail(part, home+" is in use by "+who, do+"; then "+then+". Nothing has been removed")
}
