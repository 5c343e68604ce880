package place

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Files returns the files of a folder whose names have an ending, such as .json, in order:
// records, endpoints, notebooks. A hidden one is none of them: beside NAME.json macOS leaves
// ._NAME.json on disks and in archives that know less of a file than its own, and who writes
// a file whole has a hidden half of it for a moment.
func Files(dir, ending string) ([]string, error) { return Glob(dir, "[^.]*"+ending) }

// Glob returns the paths below a folder that match a pattern, in order. Of the
// pattern, whose separator is a slash, [path.Match] tells the syntax; the folder is
// none, whatever characters the user has named it with: [filepath.Glob] of the two
// joined finds nothing in "course [2026]".
//
// Of a folder that is not there nothing matches. One that cannot be read is an
// error, and not the same as an empty one; what cannot be read below it is left out.
func Glob(dir, pattern string) ([]string, error) {
	dir = cmp.Or(dir, ".")
	if _, err := os.ReadDir(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("cannot look into a folder: %w", err)
	}
	names, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return paths, nil
}
