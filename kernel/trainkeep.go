package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gosubspace/subspace/experiment"
	"gosubspace/subspace/paper"
)

// keep writes what is to be kept of a run beside its folder.
func (t *training) keep(ctx context.Context, run *experiment.Run, stdout io.Writer) error {
	if t.record != "" {
		if !run.Result.Marked() { // from before it was written
			fmt.Fprintln(stdout, "  finding out which test images it has right, which its result does not say yet")
			if err := run.MarkRight(ctx); err != nil {
				return err
			}
		}
		if err := run.Result.Record(filepath.Join(t.record, filepath.Base(run.Dir)+".json")); err != nil {
			return err
		}
	}
	if t.ship == "" || run.Config.Seed != t.seed {
		return nil
	}
	return shipRun(ctx, run, t.ship, stdout)
}

// shippedFile is where a run is shipped to in a folder.
func shippedFile(dir string, c experiment.Config) string {
	return filepath.Join(dir, c.Method()+".safetensors")
}

// shipRun writes a run's subspace and the images to a folder.
func shipRun(ctx context.Context, run *experiment.Run, dir string, stdout io.Writer) error {
	path := shippedFile(dir, run.Config)
	if err := run.ShipSamples(dir); err != nil {
		return err
	}
	if err := run.Ship(ctx, path); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "  shipped to", path)
	return nil
}

// drawnAs are the files that a picture of a figure becomes: for a page, for a paper, and
// its numbers.
var drawnAs = []string{".png", ".svg", ".pdf", ".csv"}

// drawFigure draws a figure of the paper from the results of its runs: files in a folder,
// and their words.
func drawFigure(f paper.Figure, results []experiment.Result, dir string, stdout io.Writer) error {
	pictures, err := f.Draw(f.Rows(results))
	if err != nil {
		return err
	}
	// In full: joined with a name ./~/x would be ~/x, which is refused as one that the shell
	// should have replaced.
	full, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(full, 0o755)
	}
	if err != nil {
		return fmt.Errorf("cannot draw to %s: %w; choose another folder", dir, err)
	}
	for i, picture := range pictures {
		name := pictureName(f.Number, i, len(pictures))
		for _, ending := range drawnAs {
			if err := picture.Write(filepath.Join(full, name+ending)); err != nil {
				return err
			}
		}
		fmt.Fprintf(stdout, "%s.png, and as %s\n%s\n", filepath.Join(dir, name), strings.Join(drawnAs[1:], ", "), picture.Alt)
	}
	return nil
}

// pictureName names picture i of n of a figure: figure-3, or figure-5a, figure-5b.
func pictureName(figure, i, n int) string {
	if n == 1 {
		return fmt.Sprintf("figure-%d", figure)
	}
	return fmt.Sprintf("figure-%d%c", figure, 'a'+i)
}
