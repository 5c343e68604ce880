package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// A failure says which part failed, why, and what to do about it.
type failure struct{ part, why, do string }

func (f failure) Error() string {
	if f.do == "" {
		return f.part + ": " + f.why
	}
	return f.part + ": " + f.why + "\n  what to do: " + f.do
}

// output runs a program to its end and returns what it printed to its standard
// output. An interrupt reaches the program too. The error is what it said on its
// standard error stream, if it said something.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	var out, errs bytes.Buffer
	err := start(ctx, dir, env, &out, &errs, name, args...)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		if said := strings.TrimSpace(errs.String()); said != "" {
			return "", errors.New(said)
		}
		return "", err
	}
	return out.String(), nil
}

func start(ctx context.Context, dir string, env []string, stdout, stderr io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.Run()
}

// setenv returns the environment with some variables set, or removed where the
// value is nil.
func setenv(env []string, values map[string]*string) []string {
	var out []string
	for _, line := range env {
		name, _, _ := strings.Cut(line, "=")
		if _, replaced := values[name]; !replaced {
			out = append(out, line)
		}
	}
	for name, value := range values {
		if value != nil {
			out = append(out, name+"="+*value)
		}
	}
	return out
}

var (
	noNetwork = regexp.MustCompile(`(?i)name resolution|name or service not known|no such host|nodename nor servname|NewConnectionError|` +
		`failed to establish a new connection|connection (refused|reset|aborted)|network is unreachable|no route to host|timed out|i/o timeout|` +
		`ProxyError|could not resolve|max retries exceeded|dial tcp|certificate verify failed`)
	noSpace   = regexp.MustCompile(`(?i)no space left on device|disk quota exceeded|not enough space`)
	errorLine = regexp.MustCompile(`(?m)^(?:ERROR|error|fatal|go): .*$`)
)

// advice is what to do where a program that downloads and writes fails.
type advice struct {
	part    string
	folder  string // where it writes
	offline string // how to do without the network
	other   string // where it failed for another reason
}

// explain turns the failure of such a program into one that says what to do.
func explain(err error, a advice) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	text := err.Error()
	switch {
	case noSpace.MatchString(text):
		// Programs also write where the system keeps what is temporary.
		return failure{a.part, fmt.Sprintf("no space left on the disk of %s, or of %s", a.folder, os.TempDir()),
			"free some, or set GOSUBSPACE_HOME (or TMPDIR) to a folder on another disk, and start again"}
	case noNetwork.MatchString(text):
		do := "connect and start again"
		if a.offline != "" {
			do += ", or " + a.offline
		}
		return failure{a.part, "no connection to where it is downloaded from (" + lastLine(text) + ")", do}
	}
	return failure{a.part, lastLine(text), a.other}
}

// lastLine picks the line of a program's output that says most: the last that
// is marked as an error, else the last.
func lastLine(text string) string {
	if strings.TrimSpace(text) == "" {
		return "it said nothing"
	}
	if marked := errorLine.FindAllString(text, -1); len(marked) > 0 {
		return marked[len(marked)-1]
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
