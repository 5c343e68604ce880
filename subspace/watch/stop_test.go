package watch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// A process that has been asked to end twice, as all of a service's are, saves its work; one
// whose user presses Ctrl-C again does not.
func TestAtOnce(t *testing.T) {
	if os.Getenv("WATCH_AT_ONCE") != "" {
		save()
	}
	if runtime.GOOS == "windows" {
		t.Skip("there are no such signals")
	}
	for _, test := range []struct {
		signal syscall.Signal
		status int
	}{{syscall.SIGTERM, 0}, {syscall.SIGINT, 130}} {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAtOnce$")
		c.Env = append(os.Environ(), "WATCH_AT_ONCE=1")
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan() // it listens
		c.Process.Signal(test.signal)
		lines.Scan() // it has heard
		c.Process.Signal(test.signal)
		if test.status == 0 {
			in.Close() // its work is done
		}
		ended := make(chan error)
		go func() { ended <- c.Wait() }()
		for over := false; !over; {
			select {
			case err = <-ended:
				over = true
			case <-time.After(50 * time.Millisecond):
				c.Process.Signal(test.signal)
			}
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() != test.status || err == nil && test.status != 0 {
			t.Errorf("%v again and again: %v, want status %d", test.signal, err, test.status)
		}
	}
}

// save is the process of the test: it takes its time to save.
func save() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	AtOnce(ctx)
	fmt.Println("listening")
	<-ctx.Done()
	fmt.Println("saving")
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
