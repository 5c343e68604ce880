package main

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
)

// lockHome takes the project's folder for this process, and makes it if need
// be. The system gives the lock back when the process ends, however it ends.
func lockHome(ctx context.Context, home string, report io.Writer) (unlock func(), err error) {
	for waited := false; ; waited = true {
		unlock, err := tryLockHome(home)
		if !errors.Is(err, errTaken) {
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

// errTaken says that another process has the lock.
var errTaken = errors.New("another process has it")

// tryLockHome does not wait.
func tryLockHome(home string) (unlock func(), err error) {
	path := filepath.Join(home, "lock")
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
			return nil, fmt.Errorf("cannot lock %s: %w", home, err)
		case !held:
			lock.Close()
			return nil, errTaken
		}
		if isSame(lock, path) && isMarked(home) {
			os.WriteFile(path, fmt.Appendf(nil, "%sprocess %d\n", lockText, os.Getpid()), 0o600)
			return func() { lock.Close() }, nil
		}
		lock.Close() // whoever had it removed the folder
	}
}

// isSame reports whether the path still leads to the file that is locked.
func isSame(lock *flock.Flock, path string) bool {
	locked, err := lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(locked, there)
}
