package jupyter

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gosubspace/kernel/internal/program"
)

//go:embed run.py
var runPy string

// play executes a notebook cell by cell. After every code cell it calls seen
// with the cell's index, the cell with its outputs, the kernel's reply, and what kept
// the cell from its end, if something did; seen says whether to go on. A cell that is
// tagged skip-execution is left as it is. The notebook, as far as
// it was executed, is written to target; its cells see dir as the current folder.
func (j Installation) play(ctx context.Context, dir, path, target string, timeout time.Duration, seen func(int, Cell, Reply, string) bool) error {
	cmd := exec.Command(j.Python, "-c", runPy, path, target, Kernel, strconv.FormatInt(int64(math.Ceil(timeout.Seconds())), 10), dir)
	cmd.Env = j.env(nil)
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
	started := j.Hold.Share(cmd)
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
		return fmt.Errorf("cannot be executed: %s", whyEnded(said.String()))
	}
	return nil
}

var (
	// ofRelay are the relay's last words; it may say before that no figure moves.
	ofRelay = regexp.MustCompile(`(?m)^relay: (.*?)(?:: go run \./kernel doctor looks for the reason)?$`)
	// ofGoNB are GoNB's, which its stacks follow.
	ofGoNB = regexp.MustCompile(`(?m)^F\d{4} [^\]\n]*\] (.*)$`)
)

// whyEnded picks, of what was said until a notebook's execution ended early, the line that
// says why. A kernel that does not start has said it before nbclient closes with no more
// than that it died.
func whyEnded(said string) string {
	why := ""
	for _, m := range ofRelay.FindAllStringSubmatch(said, -1) {
		if !strings.HasPrefix(m[1], "no figure moves: ") {
			why = m[1]
		}
	}
	if fatal := ofGoNB.FindAllStringSubmatch(said, -1); len(fatal) > 0 {
		why = cmp.Or(why, "GoNB ended") + ": " + fatal[len(fatal)-1][1]
	}
	return cmp.Or(why, program.LastLine(said))
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
func follow(events *json.Decoder, answers io.Writer, seen func(int, Cell, Reply, string) bool) (kernel int, done bool, err error) {
	for {
		var event struct {
			Kernel  *int
			Index   int
			Cell    Cell
			Reply   Reply
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
		if seen(event.Index, event.Cell, event.Reply, event.Problem) {
			answer = "go on"
		}
		if _, err := fmt.Fprintln(answers, answer); err != nil {
			return kernel, done, fmt.Errorf("its Python ended early: %w", err)
		}
	}
}
