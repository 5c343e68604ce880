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
	path := filepath.Join(home, "lock")
	for waited := false; ; {
		if err := claim(home); err != nil {
			return nil, err
		}
		lock := flock.New(path)
		held, err := lock.TryLock()
		if err == nil && !held {
			if !waited {
				fmt.Fprintf(report, "%-12s another set-up is running, waiting for it\n", "lock")
				waited = true
			}
			held, err = lock.TryLockContext(ctx, 200*time.Millisecond)
		}
		switch {
		case ctx.Err() != nil:
			lock.Close()
			return nil, ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			continue // removed since it was claimed
		case err != nil || !held:
			return nil, fmt.Errorf("cannot lock %s: %w", home, err)
		}
		if isSame(lock, path) {
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
