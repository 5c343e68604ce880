package jupyter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
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

// Execute executes one notebook and writes it to target, a file and not a link to one. What
// somebody has saved there stays, see keep, and so does what is there when a cell fails: in
// place nothing is written then, elsewhere a file beside target.
func (j Installation) Execute(ctx context.Context, path, target string, timeout time.Duration, stdout io.Writer) (o Outcome) {
	o.Name = filepath.Base(path)
	began := time.Now()
	defer func() { o.Took = time.Since(began) }()
	temp, run, err := begin(path, target)
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	defer os.Remove(temp)
	nb := run.notebook
	last := time.Now()
	err = j.play(ctx, filepath.Dir(path), temp, temp, timeout, func(index int, c Cell, reply Reply, problem string) bool {
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
	if err == nil {
		err = run.keep(temp, o.Problem != "", stdout)
	}
	if err != nil && o.Problem == "" {
		o.Problem = err.Error()
	}
	return o
}

// An execution is one of a notebook as it was when it began, which may be an hour ago.
type execution struct {
	notebook Notebook
	text     []byte // of its file
	target   string
	inPlace  bool // target is that file
}

// begin reads a notebook once, and hands its text to Python in the file that the executed
// one is written to: what is executed is what was read, whatever becomes of the notebook.
func begin(path, target string) (temp string, e execution, err error) {
	e.target, e.inPlace = target, place.Same(path, target)
	if e.text, err = os.ReadFile(path); err != nil {
		return "", e, err
	}
	if e.notebook, err = parseNotebook(path, e.text); err != nil {
		return "", e, err
	}
	if temp, err = tempNotebook(filepath.Dir(target)); err != nil {
		return "", e, err
	}
	if err = os.WriteFile(temp, e.text, 0o600); err != nil {
		os.Remove(temp)
	}
	return temp, e, err
}

// keep gives the executed notebook in temp its place: target, unless somebody has saved
// something else there meanwhile, which stays and is an error. The executed one then lies
// beside it, as does one that failed, which is no replacement for one that went well.
func (e execution) keep(temp string, failed bool, stdout io.Writer) error {
	var saved error
	if e.inPlace {
		if there, err := os.ReadFile(e.target); err != nil || !bytes.Equal(there, e.text) {
			saved = fmt.Errorf("somebody saved %s while it ran, or moved it", e.target)
		}
	} else {
		saved = e.notebook.MayReplace(e.target)
	}
	path := e.target
	switch {
	case failed && e.inPlace:
		return nil
	case failed:
		path, saved = e.beside("failed"), nil
		fmt.Fprintf(stdout, "  as far as it came it is in %s\n", path)
	case saved != nil:
		path = e.beside("executed")
		saved = fmt.Errorf("%w: that stays as it is, and the executed notebook is in %s", saved, path)
	}
	if !e.inPlace || path != e.target {
		if err := mark(temp); err != nil {
			return err
		}
	}
	mode := os.FileMode(0o644)
	if there, err := os.Stat(e.target); err == nil {
		mode = there.Mode().Perm() // as readable as it was
	}
	if err := place.Replace(path, temp, mode); err != nil {
		return err
	}
	return saved
}

// beside is a path for what must not take the place of target: NAME.failed.ipynb, or
// NAME.failed-2.ipynb where that is somebody's by now.
func (e execution) beside(word string) string {
	stem := strings.TrimSuffix(e.target, ".ipynb") + "." + word
	path := stem + ".ipynb"
	for n := 2; n < 1000 && e.notebook.MayReplace(path) != nil; n++ {
		path = fmt.Sprintf("%s-%d.ipynb", stem, n)
	}
	return path
}

// keptBeside matches those paths.
var keptBeside = regexp.MustCompile(`\.(?:failed|executed)(?:-\d+)?\.ipynb$`)

// MayReplace says why an execution of nb may not take the place of a file: somebody works in
// it. Nothing is lost but outputs where an execution wrote it and it is untouched, of
// whatever state of nb it was, nor where its code is that of nb, its text edited or not; nor
// where nothing is.
func (nb Notebook) MayReplace(path string) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	there, err := parseNotebook(path, raw)
	if err != nil {
		return err
	}
	if there.untouched() {
		return nil
	}
	if there.Cells == nil { // of format 3, say, which has them elsewhere
		return fmt.Errorf("%s has no cells to be compared", path)
	}
	for i, c := range there.Cells {
		if strings.TrimSpace(string(c.Source)) != "" && !slices.ContainsFunc(nb.Cells, c.replacedBy) {
			return fmt.Errorf("%s has a cell that the notebook has not, number %d (%s)", path, i+1, c.firstSource())
		}
	}
	return nil
}

// replacedBy reports whether a cell of an executed notebook may become one of the notebook
// as it is now: the same code, or the same text, which may have been edited there.
func (c Cell) replacedBy(now Cell) bool {
	return c.Type == now.Type && (c.Source == now.Source || c.Type != "code" && c.ID != "" && c.ID == now.ID)
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
// for another process may have the number by now. One that is still at work, in another
// container say, loses nothing by that: it reads its file in its first minute, which is
// spared, and writes it at its end.
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
			if age := time.Since(info.ModTime()); age > 24*time.Hour || age > time.Minute && err == nil && program.Gone(process) {
				os.Remove(filepath.Join(dir, e.Name()))
			}
		}
	}
}
