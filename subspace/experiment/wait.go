package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gosubspace/subspace/place"
)

// standingFile holds how a run stands in the process that makes it, for others who wait
// for it.
const standingFile = "standing.json"

// standing is its contents.
type standing struct {
	Report  Report
	Process string // "process 12 on NAME"
}

// thisProcess names this process.
func thisProcess() string {
	host, err := os.Hostname()
	if err != nil {
		return fmt.Sprintf("process %d", os.Getpid())
	}
	host, _, _ = strings.Cut(host, ".")
	host = host[:min(len(host), 20)] // a line of progress has room for no more
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

// stand writes how the run stands, once a second at most. That it cannot be written must
// not stop the run.
func (r *Run) stand(report Report) {
	if r.lock == nil || !r.stood.IsZero() && time.Since(r.stood) < time.Second {
		return
	}
	r.stood = time.Now()
	text, err := json.Marshal(standing{report, thisProcess()})
	if err != nil {
		return // a loss that is no number
	}
	draft := filepath.Join(r.Dir, "."+standingFile+".draft")
	if os.WriteFile(draft, text, 0o644) == nil {
		os.Rename(draft, filepath.Join(r.Dir, standingFile))
	}
}

// stands reads how the run stands elsewhere, as far as that is known.
func (r *Run) stands() Report {
	now := standing{Process: "another process"}
	if text, err := os.ReadFile(filepath.Join(r.Dir, standingFile)); err == nil {
		var there standing
		if json.Unmarshal(text, &there) == nil && there.Process != "" {
			now = there
		}
	}
	now.Report.Run, now.Report.Config, now.Report.Elsewhere = r.Config.Name(), r.Config, now.Process
	return now.Report
}

// lookAgain is how often one who waits for a run looks how it stands.
const lookAgain = 200 * time.Millisecond

// wait locks the run's folder. While another process has it, which makes the run, it
// reports how that stands; when it ends the run is made, or this one goes on with it.
func (r *Run) wait(ctx context.Context) error {
	told, last := false, Report{Done: -1}
	for gone := 0; ; {
		if err := os.MkdirAll(r.Dir, 0o755); err != nil { // it may have been deleted meanwhile
			return fmt.Errorf("cannot make the run's folder: %w; make it writable, or choose another with GOSUBSPACE_RUNS", err)
		}
		lock := makersLock(r.Dir)
		free, err := try(lock)
		if (errors.Is(err, fs.ErrNotExist) || free && !place.LeadsTo(lock.Path(), lock)) && gone < 10 {
			lock.Close()
			gone++ // and again, unless a file system calls one file by two names
			continue
		}
		if err != nil {
			return fmt.Errorf("cannot lock the run's folder %s: %w; make it writable, or choose another with GOSUBSPACE_RUNS, on a file system with locks (flock)", r.Dir, err)
		}
		if free {
			r.lock = lock
			os.Remove(filepath.Join(r.Dir, standingFile)) // of a process that was killed
			return nil
		}
		lock.Close()
		now := r.stands()
		if !told {
			r.notice(fmt.Sprintf("%s is being made by %s: waiting for it (its folder is %s)", now.Run, now.Elsewhere, r.Dir))
		}
		told = true
		if now.Done != last.Done || now.Scoring != last.Scoring || now.Elsewhere != last.Elsewhere {
			last = now
			if r.options.Report != nil {
				// None yet, or one that is damaged: there is nothing to draw, and no harm.
				readJSON(filepath.Join(r.Dir, historyFile), &now.History)
				r.options.Report(now)
			}
		}
		select {
		case <-ctx.Done():
			return waiting{now.Elsewhere, context.Cause(ctx)}
		case <-time.After(lookAgain):
		}
	}
}

// waiting is the error of one whose context has ended while it waited.
type waiting struct {
	process string
	cause   error
}

func (w waiting) Error() string {
	return fmt.Sprintf("stopped waiting for %s, which goes on making it; run it again to see how far it is", w.process)
}

func (w waiting) Unwrap() error { return w.cause }
