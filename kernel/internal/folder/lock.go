package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"gosubspace/subspace/place"
)

// lockName is the file of a home that is locked.
const lockName = "lock"

// Lock takes the home for this process, and makes it if need
// be. The system gives the lock back when the process ends, however it ends.
func Lock(ctx context.Context, home string, report io.Writer) (unlock func(), err error) {
	for waited := false; ; waited = true {
		unlock, err := TryLock(home)
		if !errors.Is(err, ErrTaken) {
			return unlock, err
		}
		if !waited {
			fmt.Fprintf(report, "%-12s another set-up is running, waiting for it\n", "lock")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// ErrTaken says that another process has the lock.
var ErrTaken = errors.New("another process has it")

// TryLock is Lock, but does not wait: its error may be [ErrTaken].
func TryLock(home string) (unlock func(), err error) {
	path := filepath.Join(home, lockName)
	for {
		if err := claim(home); err != nil {
			return nil, err
		}
		lock := flock.New(path)
		held, err := lock.TryLock()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // removed since it was claimed
		case err != nil:
			return nil, fmt.Errorf("cannot lock %s: %w; set GOSUBSPACE_HOME to a folder of your own on a disk of this machine", home, err)
		case !held:
			lock.Close()
			return nil, ErrTaken
		}
		if place.LeadsTo(path, lock) && IsMarked(home) {
			os.WriteFile(path, fmt.Appendf(nil, "%sprocess %d\n", lockText, os.Getpid()), 0o600)
			return func() { lock.Close() }, nil
		}
		lock.Close() // whoever had it removed the folder
	}
}
