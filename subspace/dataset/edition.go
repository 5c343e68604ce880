package dataset

import (
	"fmt"
	"os"
	"path/filepath"

	"gosubspace/subspace/internal/picture"
	"gosubspace/subspace/place"
)

// locate returns the folder with the files: dir itself if any of them is in it,
// or else the folder cifar-10-batches-bin in dir, with fs.ErrNotExist if that is
// not there.
func locate(dir string) (string, error) {
	for _, name := range cifarFiles {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir, nil
		}
	}
	folder := filepath.Join(dir, cifarFolder)
	_, err := os.Stat(folder)
	return folder, err
}

// editions are the other two that CIFAR-10 is published in, by what lies in their
// archives, and the archives themselves.
var editions = []struct {
	name  string
	files []string
}{
	{"Python", []string{"cifar-10-batches-py", "data_batch_1", "test_batch", "cifar-10-python.tar.gz"}},
	{"MATLAB", []string{"cifar-10-batches-mat", "data_batch_1.mat", "test_batch.mat", "cifar-10-matlab.tar.gz"}},
}

// otherEdition reports what is there in place of the files: a file where a folder is
// wanted, another edition, or the files in the folder above or in one below.
func otherEdition(dir string) error {
	wanted := fmt.Sprintf("want the folder that holds %s, of the binary edition (%s)", cifarFolder, official.url)
	if place.IsFile(dir) {
		return fmt.Errorf("%s is a file; %s", dir, wanted)
	}
	if archive := filepath.Join(dir, filepath.Base(official.url)); place.IsFile(archive) {
		return nil // it is unpacked
	}
	for _, e := range editions {
		for _, name := range e.files {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				return fmt.Errorf("%s is of the %s edition; %s, or an empty one to have it downloaded (170 MB)", filepath.Join(dir, name), e.name, wanted)
			}
		}
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	candidates := []string{filepath.Dir(full)}
	entries, _ := os.ReadDir(full) // none yet
	for _, entry := range entries {
		if name := entry.Name(); !picture.OfSystem(name) && filepath.Ext(name) != ".part" { // which an unpacking that was cut off leaves
			candidates = append(candidates, filepath.Join(full, name))
		}
	}
	for _, c := range candidates {
		if folder, err := locate(c); err == nil && folder != full {
			return fmt.Errorf("looked for %s, and for its files, in %s; they are in %s: name that folder", cifarFolder, dir, folder)
		}
	}
	return nil
}
