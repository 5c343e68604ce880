package jupyter

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// An Outcome is how the execution of one notebook went.
type Outcome struct {
	Name    string
	Took    time.Duration
	Figures int
	Problem string // empty if all went well
}

// Execute executes one notebook and writes it to target, a file and not a link to one:
// whole, or, if it failed, only where keepFailed asks for it.
func (j Installation) Execute(ctx context.Context, path, target string, timeout time.Duration, keepFailed bool, stdout io.Writer) (o Outcome) {
	o.Name = filepath.Base(path)
	began := time.Now()
	defer func() { o.Took = time.Since(began) }()
	nb, err := Read(path)
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	temp, err := tempNotebook(filepath.Dir(target))
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	defer os.Remove(temp)
	last := time.Now()
	err = j.play(ctx, path, temp, timeout, func(index int, c Cell, reply Reply, problem string) bool {
		took := time.Since(last)
		last = time.Now()
		o.Figures += c.figures()
		failed := ""
		if problem == "" {
			problem = judge(c, reply)
		}
		if problem != "" && c.tagged(raises) && reply.Status != "" {
			problem, failed = "", ", failed as its tag lets it: "+problem
		}
		if problem != "" {
			o.Problem = fmt.Sprintf("cell %d (%s): %s", index+1, c.firstSource(), problem)
			fmt.Fprintf(stdout, "%s: %s\n", o.Name, o.Problem)
			if do := remedy(c); do != "" {
				fmt.Fprintf(stdout, "  %s\n", do)
			}
			return false
		}
		fmt.Fprintf(stdout, "%s: cell %d of %d, %.1f s%s\n", o.Name, index+1, len(nb.Cells), took.Seconds(), failed)
		return true
	})
	if err == nil && (o.Problem == "" || keepFailed) {
		mode := os.FileMode(0o644)
		if there, err := os.Stat(target); err == nil {
			mode = there.Mode().Perm() // as readable as it was
		}
		if err = os.Chmod(temp, mode); err == nil {
			err = os.Rename(temp, target)
		}
	}
	if err != nil && o.Problem == "" {
		o.Problem = err.Error()
	}
	return o
}

// tempNotebook makes an empty file for a notebook that is being executed, beside
// where it will be, for its owner alone. Its name tells the process, so that RemoveStale
// knows what one that was killed left.
func tempNotebook(dir string) (string, error) {
	file, err := os.CreateTemp(dir, fmt.Sprintf(".executed-%d-*.ipynb", os.Getpid()))
	if err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}

// executed matches the names of those files, of earlier versions too, which told no
// process.
var executed = regexp.MustCompile(`^\.executed-(?:(\d+)-)?\d+\.ipynb$`)

// RemoveStale removes what executions that were killed left in these folders, or
// beside these files: that of processes that are gone, and what is older than a day,
// for another process may have the number by now. One that is still at work loses
// nothing by that: it writes its file at its end.
func RemoveStale(paths []string) {
	seen := map[string]bool{}
	for _, dir := range paths {
		if !place.IsFolder(dir) {
			dir = filepath.Dir(dir)
		}
		if seen[dir] {
			continue
		}
		seen[dir] = true
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			m := executed.FindStringSubmatch(e.Name())
			if m == nil || !e.Type().IsRegular() {
				continue
			}
			info, err := e.Info()
			if err != nil {
				continue
			}
			process, err := strconv.Atoi(m[1])
			if time.Since(info.ModTime()) > 24*time.Hour || err == nil && program.Gone(process) {
				os.Remove(filepath.Join(dir, e.Name()))
			}
		}
	}
}
