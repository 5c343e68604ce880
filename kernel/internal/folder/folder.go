// Package folder keeps the folders on this machine that are ours.
//
// What set-up leaves must be taken away whole one day, and nothing else with it. So
// a folder of ours bears a marker, from its first moment to its last ([Mark],
// [Remove]), and one without it is left alone, unless all in it are remains of ours
// ([IsOurs]). Whoever changes the home, the folder of the whole project, locks it
// ([Lock]); whoever works with what lies there has a [Hold], so that nobody takes it
// away under their hands ([InUse]).
package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gosubspace/subspace/place"
)

// marker is the file that makes a folder ours.
const marker = ".gosubspace"

// Mark makes a folder and puts the marker into it.
func Mark(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, marker),
		[]byte("This folder belongs to gosubspace; `go run ./kernel uninstall` removes it.\n"), 0o644)
}

// IsMarked reports whether a folder is ours by its marker.
func IsMarked(dir string) bool { return place.IsFile(filepath.Join(dir, marker)) }

// Remove removes a folder if it is ours. A folder that is not there is
// no error. A link to one is somebody else's, and stays with its folder, empty; to remove
// that again is no error either.
func Remove(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	linked := err == nil && info.Mode()&os.ModeSymlink != 0
	if linked {
		if there, err := os.ReadDir(dir); len(there) == 0 && (err == nil || errors.Is(err, os.ErrNotExist)) {
			return nil
		}
	}
	if !IsMarked(dir) {
		return fmt.Errorf("%s was not made by this command (it has no file %s): move it away, or set GOSUBSPACE_HOME to another folder", dir, marker)
	}
	// The marker goes last, and after it but the lock, which is known for ours too:
	// what is left of an interrupted removal still is.
	rest, err := Rest(dir)
	if err != nil {
		return err
	}
	for _, path := range rest {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	for _, name := range []string{marker, lockName} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if !linked {
		err = os.Remove(dir)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		return errors.Join(Mark(dir), fmt.Errorf("%s is written to while it is being removed (%s): end what writes there, and do it again", dir, left[0].Name()))
	}
	return err
}

// Rest returns the paths of what is in a home beside its marker and its lock.
func Rest(home string) (paths []string, err error) {
	entries, err := os.ReadDir(home)
	for _, e := range entries {
		if e.Name() != marker && e.Name() != lockName {
			paths = append(paths, filepath.Join(home, e.Name()))
		}
	}
	return paths, err
}

// claim makes the project's folder, or sees that it is the project's: nothing
// is put into, and later removed from, a folder of somebody else's.
func claim(home string) error {
	if IsMarked(home) {
		return nil
	}
	foreign, _, err := unmarked(home)
	if err != nil {
		return err
	}
	if foreign != "" {
		return fmt.Errorf("%s holds files that are not ours (%s): set GOSUBSPACE_HOME to a new folder", home, foreign)
	}
	if err := Mark(home); err != nil {
		return fmt.Errorf("cannot make the project's folder: %w; set GOSUBSPACE_HOME to a folder that you may write", err)
	}
	return nil
}

// Inside reports whether a folder is the other, or lies in it.
func Inside(dir, other string) bool {
	rest, err := filepath.Rel(other, dir)
	return err == nil && filepath.IsLocal(rest)
}
