// Package lesson is what the cells of the notebooks share, so that a cell can
// say what it does in a line: make these runs, show this figure, read what was
// recorded. It holds no method; package experiment trains, package paper draws the
// figures of the paper and measures runs, package plots draws.
//
// A file with the name of a notebook has what that notebook needs first: its tables, and
// figures that the paper has not. Others use some of it too.
//
// The functions are for cells: where something fails they print one line that
// says what, and end the program; those that draw return the error, for [Figure].
package lesson

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"

	"github.com/gomlx/compute"

	"gosubspace/plots"
	"gosubspace/subspace"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/dataset"
	"gosubspace/subspace/experiment"
	"gosubspace/subspace/explore"
	"gosubspace/subspace/paper"
	"gosubspace/subspace/place"
	"gosubspace/subspace/watch"
)

// Check ends the program with one line where err is not nil: the line of the
// cell, and the error.
func Check(err error) {
	if err != nil {
		end(callingCell() + err.Error())
	}
}

// end ends the program with a line. Tests put theirs in its place.
var end = func(line string) {
	fmt.Fprintln(os.Stderr, line)
	os.Exit(1)
}

// What is said where something that a function wants is nil.
var (
	errNoSet   = errors.New("the set of images is nil: want one such as dataset.Digits().Test")
	errNoScore = errors.New("the score is nil: want one such as paper.Accuracy")
)

// callingCell is the line of the program that GoNB made of the cell, which the
// kernel replaces by the cell's own; nothing in any other program.
func callingCell() string {
	dir := os.Getenv("GONB_TMP_DIR")
	if dir == "" {
		return ""
	}
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if filepath.Dir(f.File) == dir {
			return fmt.Sprintf("%s:%d: ", f.File, f.Line)
		}
		if !more {
			return ""
		}
	}
}

// Context returns a context that ends with Jupyter's stop button (or Ctrl-C), so
// that what runs under it can end cleanly; so it does where the process is asked to end. In
// a notebook it has five seconds for that; elsewhere a second Ctrl-C ends it at once.
func Context() (ctx context.Context, stop context.CancelFunc) {
	// When Jupyter itself ends, nobody reads what is printed: that must not kill
	// the program before it has saved its work.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	watch.AtOnce(ctx)
	return ctx, stop
}

// Figure shows a figure under the cell: Figure(AlongCurve(…)).
func Figure(f *plots.Figure, err error) {
	Check(err)
	Check(f.Show())
}

// Drawn is the figure that a function drew, to change it or to write it to a file:
//
//	lesson.Save(lesson.Drawn(paper.AlongCurve("Ours", nil, line)), "ours.pdf")
//	lesson.Figure(lesson.Drawn(paper.AlongCurve("Ours", nil, line)).Style(plots.Style{Width: 500, Font: "Serif"}))
func Drawn(f *plots.Figure, err error) *plots.Figure {
	Check(err)
	return f
}

// Save writes a figure to a file, from the notebook's folder on, and says so in a line. The
// ending of its name says as what: .png is a picture, .svg and .pdf are for a paper, .csv
// holds the figure's numbers.
func Save(f *plots.Figure, path string) {
	Check(f.Write(path))
	saved(path)
}

// SaveRuns writes all scores of runs to a file of comma-separated values, from the
// notebook's folder on: a row a score, as [paper.RunsCSV] has them.
func SaveRuns(runs []experiment.Result, path string) {
	if filepath.Ext(path) != ".csv" {
		Check(fmt.Errorf("runs are written as comma-separated values: want a name that ends in .csv, not %q", path))
	}
	var names []string
	for _, r := range runs {
		names = append(names, r.Config.Name())
	}
	text, err := paper.RunsCSV(names, runs)
	Check(err)
	Check(place.NoTilde(path, path))
	Check(place.WriteFile(path, []byte(text)))
	saved(path)
}

// saved says that a file was written, by its own name: the folder is the reader's.
func saved(path string) {
	info, err := os.Stat(path)
	Check(err)
	fmt.Printf("%s was written, %.0f kB\n", path, math.Ceil(float64(info.Size())/1000))
}

// Backend opens the backend and says in a line which it is.
func Backend() compute.Backend {
	b, info, err := backend.Open()
	Check(err)
	if info.Notice != "" {
		fmt.Println(info.Notice)
	}
	fmt.Println("computing with", info)
	return b
}

// overTriangle adds to a field a value of every point of the plane through three points
// that are one apart, on a grid of so many points a side that reaches beyond the triangle
// by a margin, and the triangle.
func overTriangle(f plots.Field, name string, side int, margin float64, value func(subspace.Weights) float64) plots.Field {
	f.XLabel, f.YLabel = "distance", "distance"
	f.X, f.Y = explore.Equilateral.Grid(side, margin)
	for _, y := range f.Y {
		row := make([]float64, len(f.X))
		for j, x := range f.X {
			row[j] = value(explore.Equilateral.At(x, y))
		}
		f.Z = append(f.Z, row)
	}
	f.Paths = append(f.Paths, paper.Outline(name, explore.Equilateral))
	return f
}

// firsts returns the number of the first image of each class.
func firsts(s *dataset.Set) []int {
	if s == nil {
		return nil
	}
	return slices.DeleteFunc(s.Firsts(), func(i int) bool { return i < 0 })
}

// mostChanged returns the n images whose probability changes most between points,
// [point][image], the one that changes most first.
func mostChanged(probability [][]float64, n int) []int {
	if len(probability) == 0 {
		return nil
	}
	change := make([]float64, len(probability[0]))
	images := make([]int, len(change))
	for k := range change {
		low, high := math.Inf(1), math.Inf(-1)
		for _, row := range probability {
			low, high = min(low, row[k]), max(high, row[k])
		}
		change[k], images[k] = high-low, k
	}
	slices.SortStableFunc(images, func(a, b int) int { return cmp.Compare(change[b], change[a]) })
	return images[:min(max(n, 0), len(images))]
}
