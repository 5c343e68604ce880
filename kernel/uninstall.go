package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gosubspace/subspace/place"
)

// uninstall takes away what set-up put outside the project's folder.
func uninstall(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("uninstall", "go run ./kernel uninstall [-all]",
		"Removes what set-up put outside this folder: the Python environment (of one that was\n"+
			"active, only our kernel) and JupyterLab's files. Data sets and runs stay, unless -all\n"+
			"is given; what stays is listed. A folder that set-up did not make is never removed.", stdout)
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
	remove := []string{filepath.Join(home, "jupyter"), own}
	if used := readRecord(home).Environment; used != "" && used != own {
		remove = append([]string{environment{dir: used}.kernel()}, remove...)
	}
	for _, dir := range remove {
		if err := removeSaying(dir, stdout); err != nil {
			return err
		}
	}
	if !isMarked(home) {
		fmt.Fprintf(stdout, "nothing else of ours in %s\n", home)
		return nil
	}
	if *all {
		return removeSaying(home, stdout)
	}
	for _, name := range []string{"setup.json", "lock"} {
		if err := os.Remove(filepath.Join(home, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return keepRest(home, stdout)
}

// removeSaying removes a folder of ours and says so.
func removeSaying(dir string, stdout io.Writer) error {
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := removeMarked(dir); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "removed  %s\n", dir)
	return nil
}

// keepRest lists what stays, and removes the folder where nothing does.
func keepRest(home string, stdout io.Writer) error {
	entries, err := os.ReadDir(home)
	if err != nil {
		return err
	}
	left := 0
	for _, e := range entries {
		if e.Name() != marker {
			left++
			fmt.Fprintf(stdout, "kept     %s\n", filepath.Join(home, e.Name()))
		}
	}
	if left == 0 {
		return removeSaying(home, stdout)
	}
	return nil
}
