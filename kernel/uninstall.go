package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/scratch"
	"gosubspace/kernel/internal/setup"
	"gosubspace/subspace/place"
)

// uninstall takes away what set-up put outside the project's folder.
func uninstall(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("uninstall", "go run ./kernel uninstall [-all]",
		"Removes what set-up put outside this folder: the Python environment (of those that were\n"+
			"active, only our kernel), JupyterLab's files, the compiled programs, what is kept of\n"+
			"image files, and what kernels that were killed, or set-ups a day ago, left among\n"+
			"temporary files.\n"+
			"Data sets and runs stay, unless -all is given; where GOSUBSPACE_DATA and the like name\n"+
			"folders elsewhere, they stay even so. What stays is listed. A folder that set-up did\n"+
			"not make is never removed.", stdout)
	all := fs.Bool("all", false, "remove the data sets and the runs too")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	home, err := place.Home()
	if err != nil {
		return err
	}
	own, err := place.Environment()
	if err != nil {
		return err
	}
	ours, err := folder.IsOurs(home)
	if err != nil {
		return err
	}
	if ours {
		unlock, err := folder.TryLock(home)
		if errors.Is(err, folder.ErrTaken) {
			return folder.UsedBy("uninstall", home, []folder.Holder{folder.LockedBy(home)}, "uninstall again")
		}
		if err != nil {
			return err
		}
		defer unlock()
		if err := folder.Reclaim(home); err != nil {
			return err
		}
	}
	kernels := setup.KernelFolders(home, own)
	users, err := folder.InUse(home, append(kernels, own), *all && ours, subcommands())
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return folder.UsedBy("uninstall", home, users, "uninstall again")
	}
	scratch.Sweep()
	if err := removeTools(home, own, kernels, stdout); err != nil {
		return err
	}
	defer keptElsewhere(home, stdout)
	if !ours {
		fmt.Fprintf(stdout, "nothing else of ours in %s\n", home)
		return nil
	}
	if *all {
		return removeSaying(home, stdout)
	}
	if err := setup.Forget(home); err != nil {
		return err
	}
	return keepRest(home, stdout)
}

// removeTools removes what set-up installed: the kernels in environments of the
// user's, JupyterLab's files, our own environment, and what only spares work.
func removeTools(home, own string, kernels []string, stdout io.Writer) error {
	for _, dir := range kernels {
		if entries, err := os.ReadDir(dir); err == nil && len(entries) == 0 { // set-up, or a removal, was cut off
			if err := folder.Mark(dir); err != nil {
				return err
			}
		}
	}
	var failed []error
	for _, dir := range append(kernels, filepath.Join(home, "jupyter"), own) {
		failed = append(failed, removeSaying(dir, stdout))
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return errors.Join(
		removeKept(filepath.Join(home, "programs"), stdout, place.ProgramSuffix),
		removeKept(filepath.Join(home, "images"), stdout, place.SumsSuffix, place.PixelsSuffix))
}

// removeKept removes the files of a folder that only spare work, such as the programs
// that XLA has compiled, and the folder if nothing else is in it. They are known by
// the ends of their names: any process may have made the folder.
func removeKept(dir string, stdout io.Writer, suffixes ...string) error {
	if !place.IsFolder(dir) {
		return nil
	}
	found := ""
	for _, suffix := range suffixes {
		for _, pattern := range []string{"*" + suffix, ".*" + suffix + ".*"} {
			paths, err := place.Glob(dir, pattern)
			if err != nil {
				return err
			}
			for _, path := range paths {
				found = suffix
				if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
					return err
				}
			}
		}
	}
	switch {
	case os.Remove(dir) == nil:
		fmt.Fprintf(stdout, "removed  %s\n", dir)
	case found != "":
		fmt.Fprintf(stdout, "removed  %s\n", filepath.Join(dir, "*"+found))
	}
	return nil
}

// keptElsewhere lists the folders outside the project's that data sets, runs and
// programs are in. They are the user's, and are never removed.
func keptElsewhere(home string, stdout io.Writer) {
	for _, variable := range []string{"GOSUBSPACE_DATA", "GOSUBSPACE_RUNS", place.ProgramsVariable, "GOSUBSPACE_CIFAR10"} {
		dir := os.Getenv(variable)
		if dir == "" {
			continue
		}
		if abs, err := filepath.Abs(dir); err == nil && place.IsFolder(abs) && !folder.Inside(abs, home) {
			fmt.Fprintf(stdout, "kept     %s (%s)\n", abs, variable)
		}
	}
}

// removeSaying removes a folder of ours and says so.
func removeSaying(dir string, stdout io.Writer) error {
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := folder.Remove(dir); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "removed  %s\n", dir)
	return nil
}

// keepRest lists what stays, and removes the folder where nothing does.
func keepRest(home string, stdout io.Writer) error {
	rest, err := folder.Rest(home)
	if err != nil {
		return err
	}
	for _, path := range rest {
		fmt.Fprintf(stdout, "kept     %s\n", path)
	}
	if len(rest) == 0 {
		return removeSaying(home, stdout)
	}
	return nil
}
