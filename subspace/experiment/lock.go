package experiment

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// readable are the permissions of a lock: who may read a run's other files can ask whether
// it is being made.
var readable = flock.SetPermissions(0o644)

// makersLock is the lock of whoever makes or deletes a run, which keeps others out. The
// system gives it back when the process ends, however it ends. Over NFS version 4 a lock that
// keeps others out wants a file that is open for writing; the lock of another member of a
// group, which may only be read, is taken as it is.
func makersLock(dir string) *flock.Flock {
	path, mode := filepath.Join(dir, lockFile), os.O_RDWR
	if f, err := os.OpenFile(path, mode, 0); err == nil {
		f.Close()
	} else if errors.Is(err, fs.ErrPermission) {
		mode = os.O_RDONLY
	}
	return flock.New(path, readable, flock.SetFlag(os.O_CREATE|mode))
}

// try takes a lock. Who only looks ([locked]) has it for a moment: where it is taken it is
// asked for again.
func try(lock *flock.Flock) (free bool, err error) {
	for i := 0; ; i++ {
		if free, err = lock.TryLock(); free || err != nil || i == 3 {
			return free, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// locked reports whether a process has the lock of a run's folder.
func locked(path string) (bool, error) {
	// A moment's shared lock: two who ask do not see each other.
	lock := flock.New(path, readable)
	free, err := lock.TryRLock()
	lock.Close()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) { // removed meanwhile, or another user's
		return false, nil
	}
	return !free && err == nil, err
}
