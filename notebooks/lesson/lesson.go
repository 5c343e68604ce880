// Package lesson is what the cells of the notebooks share, so that a cell can
// say what it does in a line: make these runs, show this figure, read what was
// recorded. It holds no method; package experiment trains, package paper draws the
// figures of the paper and measures runs, package plots draws.
//
// A file with the name of a notebook is for that notebook alone: its tables, and
// figures that the paper has not.
//
// The functions are for cells: where something fails they print one line that
// says what, and end the program.
package lesson

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/gomlx/compute"

	"gosubspace/plots"
	"gosubspace/subspace/backend"
)

// Check ends the program with one line where err is not nil: the line of the
// cell, and the error.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, callingCell()+err.Error())
		os.Exit(1)
	}
}

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
// that what runs under it can end cleanly. A second press ends the program.
func Context() (ctx context.Context, stop context.CancelFunc) {
	// When Jupyter itself ends, nobody reads what is printed: that must not kill
	// the program before it has saved its work.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// Figure shows a figure under the cell: Figure(AlongCurve(…)).
func Figure(f *plots.Figure, err error) {
	Check(err)
	Check(f.Show())
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
