package place

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// CanWrite says why a folder, which need not be there, cannot be written to: nil where it,
// or the nearest one above it, can.
func CanWrite(dir string) error {
	for !IsFolder(dir) && dir != filepath.Dir(dir) { // a drive of Windows need not be there
		if IsFile(dir) {
			return fmt.Errorf("%s is a file", dir)
		}
		dir = filepath.Dir(dir)
	}
	made, err := os.MkdirTemp(dir, ".gosubspace-")
	if err != nil {
		return err
	}
	return os.Remove(made)
}

// LeadsTo reports whether a path leads to a file that is open: another process may have
// removed that, and put one of its own there.
func LeadsTo(path string, open interface{ Stat() (os.FileInfo, error) }) bool {
	info, err := open.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(info, there)
}

// Replace gives a file that was written beside it the name of another, whose place it
// takes: at any moment, power cuts included, that name stands for the old or the new
// contents, whole. It gets the mode.
func Replace(path, by string, mode os.FileMode) error {
	f, err := os.OpenFile(by, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil { // or the name could be on the disk before what it stands for
		return err
	}
	if err := os.Chmod(by, mode); err != nil { // now: it may be one that nobody opens for writing
		return err
	}
	return os.Rename(by, path)
}

// WriteFile writes a file so that at any moment, power cuts included, its name
// stands for the old or the new contents, whole.
func WriteFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w; make the folder writable or choose another", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("cannot write %s: %w", path, err)
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return Replace(path, f.Name(), 0o644)
}
