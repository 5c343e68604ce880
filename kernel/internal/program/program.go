// Package program runs other people's programs, Python, pip, Go and what they
// start, and tells what became of them.
//
// Two things make that more than os/exec. A program is interrupted with us and never
// left behind: [Run] and [Output] hand Ctrl-C on, and a long-lived one leads a group
// ([OwnGroup]) that can be ended whole ([KillGroup]). And its failure is told as
// somebody wants to read it who has never heard of it: which part, why, what to do
// ([Failure], [Explain]), with the one line of its output that says why ([LastLine],
// [Because]).
package program

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Exe is the suffix of programs' file names.
var Exe = map[bool]string{true: ".exe"}[runtime.GOOS == "windows"]

// Output runs a program to its end and returns what it printed to its standard
// output. An interrupt reaches the program too. The error is what it said on its
// standard error stream, if it said something.
func Output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	var out, errs bytes.Buffer
	err := Run(ctx, dir, env, &out, &errs, name, args...)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		if said := strings.TrimSpace(errs.String()); said != "" {
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && !exit.Exited() {
				said += "\n" + err.Error() // killed, which it could not say itself
			}
			return "", errors.New(said)
		}
		return "", err
	}
	return out.String(), nil
}

// Run runs a program to its end, with its output to where it is wanted. An
// interrupt reaches the program too.
func Run(ctx context.Context, dir string, env []string, stdout, stderr io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.Run()
}

// Setenv returns the environment with some variables set, and others removed.
func Setenv(env []string, set map[string]string, removed ...string) []string {
	var out []string
	for _, line := range env {
		name, _, _ := strings.Cut(line, "=")
		if _, replaced := set[name]; !replaced && !slices.Contains(removed, name) {
			out = append(out, line)
		}
	}
	for name, value := range set {
		out = append(out, name+"="+value)
	}
	return out
}

// Gone reports whether a process has ended.
func Gone(pid int) bool {
	process, err := os.FindProcess(pid)
	return err != nil || errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
