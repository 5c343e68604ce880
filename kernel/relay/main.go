// Relay is the kernel that Jupyter starts. It starts GoNB, which builds and runs
// the cells, and hands Jupyter's messages on to it and GoNB's answers back. Some
// things it does differently from GoNB alone, as readers know them from IPython's
// kernel:
//
//   - When a cell fails or is interrupted, the cells that were waiting behind it
//     do not run (see queue.go).
//   - A cell that fails says why in one place: the line of the cell and the
//     message, not the compiler's command, a temporary file and a stack
//     (see cell.go and explain.go).
//   - Where an error of Go has a remedy that is ours, the remedy stands below it.
//   - A cell's running program talks with the pages that show its output (see
//     live.go).
//   - Stop interrupts what a line of the shell waits for, too, and what Jupyter asks on
//     its control channel is answered there.
//   - A cell that would end GoNB, and with it what all cells have defined, is refused with
//     the line that it is about (see dialect.go).
//   - Tab and Shift+Tab are asked such that GoNB and gopls understand them, and have no
//     answer where GoNB would look for one for ever, or while a cell runs (see question.go).
//   - A cell that asks for input fails where nobody can give any, as when a notebook is run
//     without a browser: it would wait for ever.
//
// Everything else passes through as it is, byte for byte.
//
//	relay CONNECTION-FILE GONB [GONB'S FLAGS]
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"gosubspace/kernel/internal/scratch"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "relay: want a connection file of Jupyter's, and GoNB with its flags; Jupyter starts this program")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		os.Exit(1)
	}
}

// run relays until GoNB ends.
func run(connectionFile, gonb string, flags []string) error {
	// Jupyter ends a kernel by a message, or by a signal to its process group. GoNB,
	// in the same group, gets it too and ends; the relay ends after it.
	signal.Ignore(os.Interrupt)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP)

	g, err := start(connectionFile, gonb, flags)
	if err != nil {
		return err
	}
	defer g.close()

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	type connected struct {
		relay *relay
		err   error
	}
	ready, alone := make(chan connected, 1), orphaned()
	go func() { // for as long as GoNB does not listen
		r, err := newRelay(ctx, g.front, g.back)
		ready <- connected{r, err}
	}()
	var r *relay
	end := func() error {
		if r != nil {
			r.ending()
		}
		g.cmd.Process.Signal(syscall.SIGTERM)
		<-g.ended
		return nil
	}
	select {
	case c := <-ready:
		if c.err != nil {
			g.cmd.Process.Kill()
			return c.err
		}
		r = c.relay
	case err := <-g.ended:
		return fmt.Errorf("GoNB ended before it listened, %w: go run ./kernel doctor looks for the reason", cmp.Or(err, errors.New("as if all were well")))
	case <-alone:
		return end()
	case <-signals:
		return end()
	}
	defer r.close()
	if g.socket != nil {
		go r.live.listen(g.socket)
	}
	r.gonb = g.cmd.Process.Pid
	defer r.endRest()
	silent := r.start()
	select {
	case err = <-g.ended:
	case <-alone:
		return end()
	case <-signals:
		return end()
	case <-silent:
		select {
		case err = <-g.ended:
		case <-time.After(20 * time.Second): // it takes a second
			g.cmd.Process.Kill()
			err = <-g.ended
		}
	}
	// What GoNB said before it ended is to go out. ZeroMQ publishes in the background, and
	// does not tell when it has.
	const publishes = 50 * time.Millisecond
	select {
	case <-silent:
	case <-time.After(2 * time.Second):
	}
	time.Sleep(publishes)
	r.queue.died()
	time.Sleep(publishes)
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		return fmt.Errorf("GoNB ended with %w", err)
	}
	return err
}

// A started is GoNB, with what it needs for as long as it runs.
type started struct {
	front, back connection   // Jupyter's with us, and ours with GoNB
	dir         string       // of the file that says back
	socket      net.Listener // of live figures; nil where there can be none
	cmd         *exec.Cmd
	ended       chan error // how it ended
}

// start starts GoNB, which talks with us as if we were Jupyter.
func start(connectionFile, gonb string, flags []string) (_ *started, err error) {
	g := &started{ended: make(chan error, 1)}
	if g.front, err = readConnection(connectionFile); err != nil {
		return nil, err
	}
	scratch.Sweep()
	if g.dir, g.socket, err = scratch.Make(); g.dir == "" {
		return nil, err
	}
	at := "" // without a socket no figure moves, and says so
	if g.socket != nil {
		at = g.socket.Addr().String()
	} else {
		fmt.Fprintln(os.Stderr, "relay: no figure moves:", err)
	}
	defer func() {
		if err != nil {
			g.close()
		}
	}()
	if g.back, err = g.front.sibling(); err != nil {
		return nil, err
	}
	// GoNB takes the kernel's name in Jupyter from the name of the file.
	file := filepath.Join(g.dir, filepath.Base(connectionFile))
	if err := g.back.write(file); err != nil {
		return nil, err
	}
	g.cmd = exec.Command(gonb, append(flags, "-kernel", file)...)
	g.cmd.Env = append(os.Environ(), liveVariable+"="+at, "TMPDIR="+scratch.Temporary(g.dir))
	g.cmd.Stdout, g.cmd.Stderr = os.Stdout, os.Stderr
	endWithParent(g.cmd)
	// GoNB looks for Jupyter's folder in its parent process, which we are.
	if g.cmd.Dir, err = os.Getwd(); err != nil {
		return nil, err
	}
	if parent, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", os.Getppid())); err == nil {
		os.Chdir(parent)
	}
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { g.ended <- g.cmd.Wait() }()
	return g, nil
}

// close takes away what GoNB needed.
func (g *started) close() {
	if g.socket != nil {
		g.socket.Close()
	}
	os.RemoveAll(g.dir)
}

// orphaned is closed when the process that started this one has ended: a Jupyter that
// was killed tells nobody, and its kernels would stay for ever.
func orphaned() <-chan struct{} {
	alone := make(chan struct{})
	parent := os.Getppid()
	go func() {
		for os.Getppid() == parent {
			time.Sleep(time.Second)
		}
		close(alone)
	}()
	return alone
}
