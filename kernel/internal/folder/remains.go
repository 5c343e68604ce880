package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gosubspace/subspace/place"
)

// writtenAgain are the files, below the home, that Jupyter and the kernel write again
// where their folder was removed while they ran.
var writtenAgain = []string{
	"jupyter/gonb.log*", "jupyter/lab-*.log", "jupyter/runtime/*", "jupyter/running/*.json",
	"jupyter/config/migrated", "jupyter/config/labconfig/page_config.json",
	"jupyter/config/lab/workspaces/*", "jupyter/config/lab/user-settings/*/*/*",
	"jupyter/data/nbsignatures.db*", "jupyter/data/notebook_secret",
}

// remains counts the files of a folder of the home, env or jupyter. They are ours
// though nothing marks them if they are such as are written again, or if there are
// none: set-up, or a removal, was cut off between the folder and its marker.
func remains(home, name string) (files int, ours bool) {
	known := map[string]bool{}
	for _, pattern := range writtenAgain {
		paths, err := place.Glob(home, pattern)
		if err != nil {
			return 0, false
		}
		for _, path := range paths {
			known[path] = true
		}
	}
	err := filepath.WalkDir(filepath.Join(home, name), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		compiled := name == "env" && strings.HasSuffix(path, ".pyc") // Python's
		if !d.Type().IsRegular() || !known[path] && !compiled {
			return errors.New("somebody's")
		}
		return nil
	})
	return files, err == nil
}

// lockText begins the file that is locked, by which an otherwise empty home is known
// for ours: of what a removal takes away it is the last.
const lockText = "gosubspace: "

// unmarked looks into a home without a marker. Foreign is the name of something in
// it that set-up did not make, if there is something; ours says that there are remains
// of what set-up made. Data sets, runs, programs and what is kept of images may be
// anybody's.
func unmarked(home string) (foreign string, ours bool, err error) {
	entries, err := os.ReadDir(home)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", false, err
	}
	for _, e := range entries {
		fine := false
		switch name := e.Name(); name {
		case "data", "runs", "programs", "images":
			fine = true
		case lockName:
			text, err := os.ReadFile(filepath.Join(home, name))
			known := strings.HasPrefix(string(text), lockText)
			fine, ours = err == nil && (known || len(text) == 0), ours || known
		case "env", "jupyter":
			files := 0
			files, fine = remains(home, name)
			ours = ours || fine && files > 0
		}
		if !fine {
			return e.Name(), false, nil
		}
	}
	return "", ours, nil
}

// Reclaim marks the folders of a home of ours that have lost their marker, or did
// not get it. Home is locked.
func Reclaim(home string) error {
	for _, name := range []string{"env", "jupyter"} {
		dir := filepath.Join(home, name)
		if _, ours := remains(home, name); ours && !IsMarked(dir) {
			if err := Mark(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// IsOurs reports whether a home is ours: by its marker, or by what is left in it.
func IsOurs(home string) (bool, error) {
	if IsMarked(home) {
		return true, nil
	}
	_, ours, err := unmarked(home)
	return ours, err
}
