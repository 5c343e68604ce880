package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// run executes notebooks without a browser.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("run", "go run ./kernel run [-o DIR] [-timeout D] [NOTEBOOK…]",
		"Executes notebooks from the top, all of notebooks/ if none is named, and writes them\n"+
			"with their outputs in place of what was there, or to the folder of -o. A cell that\n"+
			"fails, a shell line (!) that fails and an unknown command (%) end the notebook and\n"+
			"fail the command; in place, the file then stays as it was.", stdout)
	dir := fs.String("o", "", "write the executed notebooks to this `folder`")
	timeout := fs.Duration("timeout", 0, "how long one cell may take, for example 10m; 0 is as long as it wants")
	if err := parse(fs, args, -1); err != nil {
		return err
	}
	p, err := here()
	if err != nil {
		return err
	}
	paths, err := p.find(fs.Args())
	if err != nil {
		return err
	}
	for _, path := range paths {
		if _, err := readNotebook(path); err != nil {
			return err
		}
	}
	targets, err := targetsOf(paths, *dir)
	if err != nil {
		return err
	}
	removeStale(append([]string{p.notebooks()}, targets...))
	s, err := ensure(ctx, nil, stdout)
	if err != nil {
		return err
	}
	s.cleanFlags()
	defer s.held.Release()
	if err := s.held.Say("go run ./kernel run", os.Getpid()); err != nil {
		return err
	}
	var all []outcome
	for i, path := range paths {
		// A failed run never takes the place of its notebook.
		o := s.execute(ctx, path, targets[i], *timeout, !sameFile(path, targets[i]), stdout)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		all = append(all, o)
	}
	return summary(all, stdout)
}

// targetsOf returns where the executed notebooks go: their own places, or the
// folder, which it makes.
func targetsOf(paths []string, dir string) ([]string, error) {
	if dir == "" {
		return paths, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	from := map[string]string{}
	var targets []string
	for _, path := range paths {
		target := filepath.Join(dir, filepath.Base(path))
		if other, taken := from[target]; taken {
			return nil, fmt.Errorf("%s and %s would both be written to %s: run them one by one, to folders of their own", other, path, target)
		}
		from[target] = path
		targets = append(targets, target)
	}
	return targets, nil
}

// sameFile reports whether both paths lead to one file.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// find returns the notebooks that the arguments name: files, or names in the
// notebooks folder, with or without their ending.
func (p project) find(names []string) ([]string, error) {
	if len(names) == 0 {
		all, err := place.Glob(p.notebooks(), notebookFiles)
		if err == nil && len(all) == 0 {
			err = fmt.Errorf("%s holds no notebook", p.notebooks())
		}
		return all, err
	}
	var paths []string
next:
	for _, name := range names {
		for _, path := range []string{name, filepath.Join(p.notebooks(), name), filepath.Join(p.notebooks(), name+".ipynb")} {
			if place.IsFile(path) {
				abs, err := filepath.Abs(path)
				if err != nil {
					return nil, err
				}
				paths = append(paths, abs)
				continue next
			}
		}
		return nil, fmt.Errorf("no notebook %s, neither here nor in %s", name, p.notebooks())
	}
	return paths, nil
}

// An outcome is how the execution of one notebook went.
type outcome struct {
	name    string
	took    time.Duration
	figures int
	problem string // empty if all went well
}

// execute executes one notebook and writes it to target: whole, or, if it
// failed, only where keepFailed asks for it.
func (s *setUp) execute(ctx context.Context, path, target string, timeout time.Duration, keepFailed bool, stdout io.Writer) (o outcome) {
	o.name = filepath.Base(path)
	began := time.Now()
	defer func() { o.took = time.Since(began) }()
	nb, err := readNotebook(path)
	if err != nil {
		o.problem = err.Error()
		return o
	}
	temp, err := tempNotebook(filepath.Dir(target))
	if err != nil {
		o.problem = err.Error()
		return o
	}
	defer os.Remove(temp)
	last := time.Now()
	err = s.play(ctx, path, temp, timeout, func(index int, c cell, problem string) bool {
		took := time.Since(last)
		last = time.Now()
		o.figures += c.figures()
		if problem == "" {
			problem = judge(c)
		}
		if problem != "" {
			o.problem = fmt.Sprintf("cell %d (%s): %s", index+1, c.firstSource(), problem)
			fmt.Fprintf(stdout, "%s: %s\n", o.name, o.problem)
			if do := remedy(c); do != "" {
				fmt.Fprintf(stdout, "  %s\n", do)
			}
			return false
		}
		fmt.Fprintf(stdout, "%s: cell %d of %d, %.1f s\n", o.name, index+1, len(nb.Cells), took.Seconds())
		return true
	})
	if err == nil && (o.problem == "" || keepFailed) {
		err = os.Rename(temp, target)
	}
	if err != nil && o.problem == "" {
		o.problem = err.Error()
	}
	return o
}

// tempNotebook makes an empty file for a notebook that is being executed, beside
// where it will be. Its name tells the process, so that removeStale knows what one
// that was killed left.
func tempNotebook(dir string) (string, error) {
	file, err := os.CreateTemp(dir, fmt.Sprintf(".executed-%d-*.ipynb", os.Getpid()))
	if err != nil {
		return "", err
	}
	if err := errors.Join(file.Chmod(0o644), file.Close()); err != nil {
		os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}

// executed matches the names of those files, of earlier versions too, which told no
// process.
var executed = regexp.MustCompile(`^\.executed-(?:(\d+)-)?\d+\.ipynb$`)

// removeStale removes what executions that were killed left in these folders, or
// beside these files: that of processes that are gone, and what is older than a day,
// for another process may have the number by now. One that is still at work loses
// nothing by that: it writes its file at its end.
func removeStale(paths []string) {
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

//go:embed run.py
var runPy string

// play executes a notebook cell by cell. After every code cell it calls seen
// with the cell's index, the cell with its outputs, and what kept the cell from
// its end, if something did; seen says whether to go on. The notebook, as far as
// it was executed, is written to target.
func (s *setUp) play(ctx context.Context, path, target string, timeout time.Duration, seen func(int, cell, string) bool) error {
	cmd := exec.Command(s.env.python(), "-c", runPy, path, target, kernelName, fmt.Sprint(timeout.Seconds()), filepath.Dir(path))
	cmd.Env = s.jupyterEnv(nil)
	program.OwnGroup(cmd)
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = 5 * time.Second // for what the kernel leaves behind and still holds the stream
	answers, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	started := s.held.Share(cmd)
	err = cmd.Start()
	started()
	if err != nil {
		return err
	}
	undo := killAfterGrace(ctx, cmd)
	defer undo()
	kernel, done, err := follow(json.NewDecoder(events), answers, seen)
	if err != nil {
		program.KillGroup(cmd.Process.Pid)
	}
	if !done && kernel > 0 {
		program.KillGroup(kernel) // Python did not get to it
	}
	ended := cmd.Wait()
	if done && errors.Is(ended, exec.ErrWaitDelay) {
		ended = nil // a cell started what outlives it
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	case ended != nil || !done:
		return fmt.Errorf("cannot be executed: %s", program.LastLine(said.String()))
	}
	return nil
}

// killAfterGrace interrupts the program when the context ends, and kills it if
// 15 seconds later it is still there: the kernel gets the time to stop its cell.
func killAfterGrace(ctx context.Context, cmd *exec.Cmd) (undo func()) {
	over := make(chan struct{})
	undoInterrupt := context.AfterFunc(ctx, func() {
		cmd.Process.Signal(os.Interrupt)
		select {
		case <-over:
		case <-time.After(15 * time.Second):
			program.KillGroup(cmd.Process.Pid)
		}
	})
	return func() {
		close(over)
		undoInterrupt()
	}
}

// follow reads what run.py says cell by cell, and answers. It returns the
// kernel's process, 0 if none was started.
func follow(events *json.Decoder, answers io.Writer, seen func(int, cell, string) bool) (kernel int, done bool, err error) {
	for {
		var event struct {
			Kernel  *int
			Index   int
			Cell    cell
			Problem string
			Done    bool
		}
		if err := events.Decode(&event); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return kernel, done, nil
		} else if err != nil {
			return kernel, done, fmt.Errorf("run.py does not say what it should: %w", err)
		}
		if event.Kernel != nil {
			kernel = *event.Kernel
			continue
		}
		if event.Done {
			done = true
			continue
		}
		answer := "stop"
		if seen(event.Index, event.Cell, event.Problem) {
			answer = "go on"
		}
		if _, err := fmt.Fprintln(answers, answer); err != nil {
			return kernel, done, fmt.Errorf("its Python ended early: %w", err)
		}
	}
}

// summary prints a table of the outcomes. It returns errReported if one failed.
func summary(all []outcome, stdout io.Writer) error {
	var err error
	table := tabwriter.NewWriter(stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "\nnotebook\ttime\tfigures\tresult")
	for _, o := range all {
		result := "pass"
		if o.problem != "" {
			result, err = "FAIL: "+o.problem, errReported
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", strings.TrimSuffix(o.name, ".ipynb"), o.took.Round(100*time.Millisecond), o.figures, result)
	}
	table.Flush()
	return err
}
