package experiment

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/gofrs/flock"

	"gosubspace/subspace/place"
)

// Making returns the folders of the runs in root that processes are making now.
func Making(root string) ([]string, error) {
	paths, err := place.Glob(root, "*/"+lockFile)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, path := range paths {
		// A moment's shared lock: two who ask do not see each other.
		lock := flock.New(path)
		free, err := lock.TryRLock()
		lock.Close()
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
		case err != nil:
			return nil, err
		case !free:
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return dirs, nil
}
