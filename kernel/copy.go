package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/subspace/place"
)

// copies writes notebooks without their outputs, to work in.
func copies(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flags("copy", "go run ./kernel copy [NOTEBOOK…]",
		"Writes copies without outputs to notebooks/work, where git does not look: what you\n"+
			"change and run there leaves the notebooks as they are. All of notebooks/ if none is\n"+
			"named; a folder is all notebooks in it. A copy that is there stays as it is.", stdout)
	if err := parse(set, args, -1); err != nil {
		return err
	}
	p, err := checkout.Here()
	if err != nil {
		return err
	}
	paths, err := jupyter.Find(p.Notebooks(), set.Args())
	if err != nil {
		return err
	}
	dir := filepath.Join(p.Notebooks(), "work")
	targets, err := targetsOf(paths, dir)
	if err != nil {
		return err
	}
	for i, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
		if place.IsFile(targets[i]) {
			fmt.Fprintf(stdout, "%-16s  is there already\n", name)
			continue
		}
		if err := blankCopy(path, targets[i]); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%-16s  copied\n", name)
	}
	fmt.Fprintf(stdout, "JupyterLab shows them in its folder work: %s\n", dir)
	return nil
}

// blankCopy writes a copy of a notebook without its outputs.
func blankCopy(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	up, err := filepath.Rel(filepath.Dir(to), filepath.Dir(from))
	if err != nil {
		return err
	}
	if text, err = jupyter.Blank(text, filepath.ToSlash(up)); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil // another copy was quicker
	} else if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		os.Remove(to) // half of one would count as one, after a power cut too
	}
	return err
}
