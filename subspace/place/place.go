// Package place says where things live on this machine.
//
// Everything the project writes outside its own folder lies under one folder,
// [Home]: the Python environment with JupyterLab and the PJRT plugin, the data
// sets, the runs, the compiled programs, what is kept of image files. Removing that
// folder removes the project from the machine.
package place

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Home returns the project's folder in the user's cache folder, for example
// ~/.cache/gosubspace on Linux. The environment variable GOSUBSPACE_HOME
// names another one. The folder need not exist yet.
func Home() (string, error) {
	if dir := os.Getenv("GOSUBSPACE_HOME"); dir != "" {
		return Absolute("GOSUBSPACE_HOME", dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for this user: %w; set GOSUBSPACE_HOME to a folder of your own", err)
	}
	return filepath.Join(cache, "gosubspace"), nil
}

// Environment returns the folder of the project's own Python environment.
func Environment() (string, error) { return under("env") }

// Data returns the folder that holds the data sets, one folder each. The
// environment variable GOSUBSPACE_DATA names another one.
func Data() (string, error) { return override("GOSUBSPACE_DATA", "data") }

// Runs returns the folder that holds the runs, one folder each. The
// environment variable GOSUBSPACE_RUNS names another one.
func Runs() (string, error) { return override("GOSUBSPACE_RUNS", "runs") }

// ProgramsVariable is the environment variable that names another folder for
// [Programs]; with NoPrograms none are kept.
const (
	ProgramsVariable = "GOSUBSPACE_PROGRAMS"
	NoPrograms       = "off"
)

// ProgramSuffix is the end of the names of the files in [Programs].
const ProgramSuffix = ".program"

// Programs returns the folder that holds the programs which XLA has compiled, a file
// each, so that another process need not compile them again. It is empty where the
// user wants none kept. What is in it can be removed at any time.
func Programs() (string, error) {
	if os.Getenv(ProgramsVariable) == NoPrograms {
		return "", nil
	}
	return override(ProgramsVariable, "programs")
}

// The ends of the names of the files in [Images].
const (
	SumsSuffix   = ".sums"
	PixelsSuffix = ".pixels"
)

// Images returns the folder of what is kept of image files, so that they need not be
// read again: which they were, a file for each folder of images, and the pixels that
// were made of them. What is in it can be removed at any time.
func Images() (string, error) { return under("images") }

func override(variable, name string) (string, error) {
	if dir := os.Getenv(variable); dir != "" {
		return Absolute(variable, dir)
	}
	return under(name)
}

// Absolute is the folder that an environment variable names, whatever the current one is
// later.
func Absolute(variable, dir string) (string, error) {
	if err := NoTilde(variable+"="+dir, dir); err != nil {
		return "", err
	}
	return filepath.Abs(dir)
}

// NoTilde refuses a path that begins with ~ for the home folder; said is how the error calls
// it. A ~ is the shell's, and where there was none a folder of that name would be made. One
// that is really called so is ./~ to us.
func NoTilde(said, path string) error {
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, "~"+string(filepath.Separator)) {
		return fmt.Errorf("%s: no shell has replaced the ~; write the home folder's path instead", said)
	}
	return nil
}

func under(name string) (string, error) {
	home, err := Home()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, name), nil
}

// Real is where a file or a folder really lies that may be reached by a link; the path
// itself where nothing is there yet.
func Real(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// Same reports whether both paths lead to one file or folder.
func Same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// IsFile reports whether a path leads to a regular file.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// IsFolder reports whether a path leads to a folder.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
