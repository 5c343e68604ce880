package speed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A worker is a process that does one job.
type worker struct {
	job     Job
	greeted greeting
	cmd     *exec.Cmd
	in      io.WriteCloser
	send    *json.Encoder
	answers *json.Decoder
	said    *tail

	seconds []float64 // of the samples that count
	starts  [][]Phase // of the processes that were started to see how long it takes
	before  bool      // they found what another has compiled
	peak    int64
}

// startWorker starts a command with the job as its last argument and waits until
// the job has been done once.
func startWorker(ctx context.Context, command, env []string, j Job) (*worker, error) {
	argument, err := j.argument()
	if err != nil {
		return nil, err
	}
	w := &worker{job: j, said: &tail{}}
	w.cmd = exec.CommandContext(ctx, command[0], append(command[1:len(command):len(command)], argument)...)
	w.cmd.Env = append(os.Environ(), env...)
	w.cmd.Stderr = w.said
	w.cmd.WaitDelay = 10 * time.Second
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("the worker does not start: %w", err)
	}
	w.send, w.answers = json.NewEncoder(w.in), json.NewDecoder(out)
	if err := w.answers.Decode(&w.greeted); err != nil {
		return nil, w.failed(ctx, err)
	}
	return w, nil
}

// do does the job n times and returns the seconds that each took.
func (w *worker) do(ctx context.Context, n int, a Amount) ([]float64, error) {
	if err := w.send.Encode(request{n, a}); err != nil {
		return nil, w.failed(ctx, err)
	}
	var got answer
	if err := w.answers.Decode(&got); err != nil {
		return nil, w.failed(ctx, err)
	}
	if len(got.Seconds) != n {
		return nil, w.failed(ctx, fmt.Errorf("it answers with %d samples: want %d", len(got.Seconds), n))
	}
	w.peak = got.Peak
	return got.Seconds, nil
}

// failed ends a worker and says why it failed: what it said last, or else err.
func (w *worker) failed(ctx context.Context, err error) error {
	ended := w.end()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if said := w.said.last(); said != "" {
		err = errors.New(said)
	} else if ended != nil {
		err = ended
	}
	return fmt.Errorf("%s of %s: %w", w.job.Work, w.job.Shape, err)
}

// end lets the worker end by itself, as it does when nothing more is asked.
func (w *worker) end() error {
	w.in.Close()
	return w.cmd.Wait()
}

// tail keeps the end of what a process prints.
type tail struct{ text []byte }

func (t *tail) Write(p []byte) (int, error) {
	const most = 4096
	t.text = append(t.text, p...)
	t.text = bytes.Clone(t.text[max(0, len(t.text)-most):])
	return len(p), nil
}

// last returns the last line that says something.
func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
