package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gosubspace/subspace/internal/safetensors"
	"gosubspace/subspace/place"
)

// State is how a run stands, as its folder shows it.
type State string

// Values of State.
const (
	Finished    State = "finished"
	Running     State = "running"     // a process has its folder's lock
	Interrupted State = "interrupted" // it goes on where it was when it is made again
	Damaged     State = "damaged"     // see Found.Why
)

// Found is a run as its folder shows it: no data set is read, and nothing is changed.
type Found struct {
	Name   string // of its folder
	Dir    string
	Config Config // zero where it cannot be read
	State  State

	// Where it is running or interrupted: how far its last checkpoint is, in steps of
	// training, or while Scoring in scores. A Total of 0 is not known.
	Scoring     bool
	Done, Total int
	spent       float64 // seconds of training so far
	own         bool    // it has a checkpoint: of its training it needs nothing of others

	Why    string    // of a damaged run: what is wrong, and what to do
	Result Result    // of a finished run
	Bytes  int64     // on disk
	At     time.Time // when it was finished, or else last written
}

// Standing says in words how far a run is, or what is wrong with it; "" of a finished
// one.
func (f Found) Standing() string {
	of := ""
	if f.Total > 0 {
		of = fmt.Sprintf(" of %d", f.Total)
	}
	switch {
	case f.State == Finished:
		return ""
	case f.State == Damaged:
		return f.Why
	case f.Scoring:
		return fmt.Sprintf("trained, %d%s points scored", f.Done, of)
	}
	return fmt.Sprintf("step %d%s", f.Done, of)
}

// History returns the epochs of a run so far.
func (f Found) History() (history []Epoch, err error) {
	if f.State == Finished {
		return f.Result.History, nil
	}
	err = readJSON(filepath.Join(f.Dir, historyFile), &history)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return history, err
}

// FindRuns looks into a folder of runs and returns those in it, the newest first; none
// where the folder is not there. An empty root is [place.Runs]. What is no run is left
// out.
func FindRuns(root string) (all []Found, err error) {
	if root, err = (Options{Dir: root}).root(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot look into the folder of runs: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if f, isRun := look(filepath.Join(root, e.Name())); isRun {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b Found) int { return b.At.Compare(a.At) })
	return all, nil
}

// look looks into a folder; isRun is false where it is no run's.
func look(dir string) (f Found, isRun bool) {
	f = Found{Name: filepath.Base(dir), Dir: dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return f, false
	}
	files := map[string]bool{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // removed meanwhile, or none of ours
		}
		files[e.Name()] = true
		f.Bytes += info.Size()
		if info.ModTime().After(f.At) {
			f.At = info.ModTime()
		}
	}
	known := []string{configFile, checkpointFile, endpointsFile, resultFile, lockFile}
	if !slices.ContainsFunc(known, func(name string) bool { return files[name] }) {
		return f, false
	}
	making := false
	if files[lockFile] {
		making, err = locked(filepath.Join(dir, lockFile))
	}
	if err == nil {
		err = f.read(files)
	}
	switch {
	case making && f.State != Finished: // what is unfinished may be just being written
		f.State = Running
	case err != nil:
		f.State, f.Why = Damaged, err.Error()
	case f.State == "":
		f.State = Interrupted
	}
	return f, true
}

// read reads what the files say of the run.
func (f *Found) read(files map[string]bool) error {
	if files[resultFile] {
		return f.readFinished()
	}
	err := readJSON(filepath.Join(f.Dir, configFile), &f.Config)
	if err != nil || f.Config.Data == "" {
		f.Config = Config{}
		switch {
		case !files[configFile]:
			err = errors.New("it is not there")
		case err == nil:
			err = errors.New("it names no data set")
		}
		return fmt.Errorf("%s cannot be read (%v): delete the run", configFile, err)
	}
	if f.own = files[checkpointFile]; f.own {
		return f.readUnfinished()
	}
	if f.Scoring = files[endpointsFile]; f.Scoring {
		f.countScores()
	} else {
		f.Total = f.Config.steps(progress{})
	}
	return nil
}

// readFinished reads a result.
func (f *Found) readFinished() error {
	again := "delete the run to make it again"
	r, err := ReadResult(filepath.Join(f.Dir, resultFile))
	if err != nil || len(r.Identity) < 8 || len(r.Points) == 0 {
		readJSON(filepath.Join(f.Dir, configFile), &f.Config) // where it is there, the settings are known
		return fmt.Errorf("%s cannot be read: %s", resultFile, again)
	}
	f.Config = r.Config
	if err := f.isOf(r.Identity); err != nil {
		return err
	}
	if _, err := safetensors.Metadata(filepath.Join(f.Dir, endpointsFile)); err != nil {
		return fmt.Errorf("%s: %v: %s", endpointsFile, err, again)
	}
	if r.Calibration == nil { // from before calibration was scored
		f.Scoring = true
		f.Total = r.Config.scores()
		return nil
	}
	f.State, f.Result = Finished, r
	if at, err := time.Parse(time.RFC3339, r.Finished); err == nil {
		f.At = at
	}
	return nil
}

// isOf reports a run under another name than its own.
func (f *Found) isOf(identity string) error {
	if name := f.Config.folder(identity); name != f.Name {
		return fmt.Errorf("it is the run %s, and is found under that name alone: rename its folder", name)
	}
	return nil
}

// readUnfinished reads how far the checkpoint is.
func (f *Found) readUnfinished() error {
	about, err := safetensors.Metadata(filepath.Join(f.Dir, checkpointFile))
	var p progress
	if err == nil {
		err = p.parse(about)
	}
	if err != nil {
		return fmt.Errorf("%s: %v: move it away to train the run from its beginning, or delete the run", checkpointFile, err)
	}
	if identity := about["identity"]; len(identity) >= 8 {
		if err := f.isOf(identity); err != nil {
			return err
		}
	}
	f.Done, f.Total, f.spent = p.Step, f.Config.steps(p), p.Seconds
	if _, err := os.Stat(filepath.Join(f.Dir, endpointsFile)); err == nil && f.Done == f.Total {
		f.Scoring = true
		f.countScores()
	}
	return nil
}

// countScores counts what there are of scores. Where they cannot be read there are none.
func (f *Found) countScores() {
	var a answers
	if readJSON(filepath.Join(f.Dir, scoresFile), &a) != nil {
		a.Scores = nil
	}
	f.Done, f.Total = len(a.Scores), f.Config.scores()
	f.spent += a.Seconds
}

// Making returns the folders of the runs in root that processes are making now.
func Making(root string) ([]string, error) {
	paths, err := place.Glob(root, "*/"+lockFile)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, path := range paths {
		making, err := locked(path)
		if err != nil {
			return nil, err
		}
		if making {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return dirs, nil
}
