package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gosubspace/kernel/internal/page"
	"gosubspace/plots"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

const exploreAbout = `Makes a page of a trained subspace: one HTML file, that opens from the disk in any
browser and can be handed on. A point is moved through the line, the curve or the
triangle, and beyond its edge; the page shows how well the network there does and
what it takes ten photographs for.

The networks on a grid are looked at when the page is made: 101 on a curve,
41 × 41 on the plane of a triangle; between them the page interpolates, and says
so. At each, batch norm is re-estimated on 256 training images, where the run's
images are on this machine; elsewhere its statistics are interpolated between the
points that have some. Without test images the page has the photographs alone.
Nothing is downloaded.

What is named is a run, as for runs show, or a file that train -ship wrote; nothing
is the shipped line of the checkout. A page that is there already is made anew, any
other file stays.

Examples:

    go run ./kernel explore
    go run ./kernel explore -o triangle.html notebooks/results/endpoints/simplex-3.safetensors
    go run ./kernel explore -test-images 2000 digits-bezier`

// An exploring is what a command line of explore says.
type exploring struct {
	name         string // of a run or a file
	path         string // of the page
	runs, data   string
	human        string // a file or a folder
	corners      string
	tests        int
	interpolated bool
}

// explorePage is the subcommand that makes a page of a trained subspace.
func explorePage(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var e exploring
	fs := flags("explore", "go run ./kernel explore [flags] [RUN or FILE.safetensors]", exploreAbout, stdout)
	fs.StringVar(&e.path, "o", "", "write the page to this `file`, whose name ends in .html (default: explore- and the name of run or file, in the folder of "+plots.FolderVariable+", else in the current one)")
	fs.StringVar(&e.runs, "runs", "", runsFolder)
	fs.StringVar(&e.data, "data", "", dataFolder)
	fs.StringVar(&e.human, "human-file", "", humanFile)
	fs.StringVar(&e.corners, "corners", "", "three `endpoints` of a simplex of more, such as 1,2,4 (default: 1,2,3)")
	fs.IntVar(&e.tests, "test-images", 0, "test images behind accuracy, loss and calibration error; 0: 500, and all where there are fewer")
	fs.BoolVar(&e.interpolated, "interpolated", false, "interpolate batch norm's statistics also where training images are: quicker, less exact")
	if err := parse(fs, args, 1); err != nil {
		return err
	}
	e.name = fs.Arg(0)
	o, err := e.options()
	if err != nil {
		return err
	}
	from, err := e.find()
	if err != nil {
		return err
	}
	if e.path == "" {
		dir, err := plots.Folder()
		if err != nil {
			return err
		}
		e.path = filepath.Join(dir, "explore-"+from.title+".html")
	}
	// What would fail at the end fails here.
	if err := willBePage(e.path); err != nil {
		return err
	}
	opened, err := from.open(ctx, e, stdout)
	if err != nil {
		return err
	}
	defer opened.close()
	began := time.Now()
	p, err := measured(ctx, opened, o)
	if err != nil {
		return err
	}
	file, err := p.File()
	if err != nil {
		return err
	}
	if err := place.WriteFile(e.path, file); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d points, on %s, in %s; %.2f MB\n", e.path, p.Grid.Len(), p.Tested,
		time.Since(began).Round(100*time.Millisecond), float64(len(file))/1e6)
	return nil
}

// options are those of the page's maker.
func (e *exploring) options() (o page.Options, err error) {
	if e.path != "" && filepath.Ext(e.path) != ".html" {
		return o, usageError{fmt.Sprintf("-o %s: want the name of a file that ends in .html", e.path)}
	}
	if e.tests < 0 {
		return o, usageError{fmt.Sprintf("-test-images %d: want %s", e.tests, wantsCount)}
	}
	if e.interpolated {
		o.Statistics = explore.Interpolated
	}
	if e.corners == "" {
		return o, nil
	}
	for _, word := range parted(e.corners) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return o, usageError{fmt.Sprintf("-corners %s: want the numbers of three endpoints, such as 1,2,4", e.corners)}
		}
		o.Corners = append(o.Corners, n-1)
	}
	return o, nil
}

// measured looks at the grid of a page under a line of progress.
func measured(ctx context.Context, opened *explorable, o page.Options) (*page.Page, error) {
	progress := plots.NewProgress(os.Stderr)
	began := time.Now()
	at, total := 0, 0
	o.Report = func(n, of int) {
		if at, total = n, of; n == 1 {
			began = time.Now() // the first point compiles
		}
		left := time.Duration(-1)
		if n > 1 {
			left = time.Since(began) / time.Duration(n-1) * time.Duration(of-n)
		}
		progress.Update(watch.Line([]string{opened.title}, []string{fmt.Sprintf("point %*d of %d", len(fmt.Sprint(of)), n, of), watch.Left(left)}), float64(n)/float64(of))
	}
	p, err := page.Measure(ctx, opened.viewer, o)
	switch {
	case ctx.Err() != nil && at == 0:
		return nil, errors.New("interrupted: no page has been written")
	case ctx.Err() != nil:
		progress.Done("stopped")
		return nil, fmt.Errorf("interrupted after point %d of %d: no page has been written", at, total)
	case err != nil:
		if at > 0 {
			progress.Done("stopped")
		}
		return nil, fmt.Errorf("%s: %w", opened.title, err)
	}
	progress.Done(fmt.Sprintf("%s: looked at %d points", opened.title, total))
	opened.describe(p)
	return p, nil
}

// willBePage reports why no page can be written to a path: one that holds a file of
// another kind, or a folder that cannot be written to.
func willBePage(path string) error {
	if place.IsFolder(path) {
		return fmt.Errorf("%s is a folder: want the name of a file that ends in .html", path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe, say, which nobody reads from
		return fmt.Errorf("%s is there, and no file: choose another name with -o", path)
	}
	if there, err := os.ReadFile(path); err == nil && !page.IsPage(there) {
		return fmt.Errorf("%s is there, and no page of this command's: it stays; choose another name with -o", path)
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("no page can be written to %s: %w; choose another folder with -o", folder, err)
	}
	probe, err := os.CreateTemp(folder, ".explore-*.html")
	if err != nil {
		return fmt.Errorf("no page can be written to %s: %w; choose another folder with -o", folder, err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}
