package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A relay holds both ends of a kernel's sockets: the front towards Jupyter, where
// it is the kernel, and the back towards GoNB, where it is the client.
type relay struct {
	key                                    key
	shell, control, stdin, publish, beat   *clients
	shellB, controlB, stdinB, publicationB *socket

	queue   queue
	live    live
	readers sync.WaitGroup // of the back

	replying sync.Mutex
	replied  string // the interrupt that GoNB has replied to last
}

// A socket is one of ZeroMQ's, for one sender at a time.
type socket struct {
	zmq4.Socket
	sending sync.Mutex
}

func (s *socket) send(frames [][]byte) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	return s.SendMulti(zmq4.NewMsgFrom(frames...))
}

// clients is a socket of the front. Those behind it come and go: JupyterLab's server
// asks whether the kernel is there every half second, until the first answer, and closes.
type clients struct{ socket }

// send has no error. libzmq drops what is for a client that has gone; go-zeromq 0.17
// says so while that client is going, and the others are to be served all the same.
func (c *clients) send(frames [][]byte) { c.socket.send(frames) }

// newRelay connects to GoNB, as soon as that listens, and then listens itself.
func newRelay(ctx context.Context, front, back connection) (*relay, error) {
	options := []zmq4.Option{
		// GoNB asks for input with the address of the request for a cell, so that
		// both sockets have to have the same.
		zmq4.WithID(zmq4.SocketIdentity("relay")),
		zmq4.WithDialerRetry(20 * time.Millisecond), zmq4.WithDialerMaxRetries(-1),
		zmq4.WithLogger(log.New(io.Discard, "", 0)),
	}
	r := &relay{key: key(front.Key)}
	r.queue.relay, r.live.relay = r, r
	for _, s := range []struct {
		at     **socket
		socket zmq4.Socket
		port   int
	}{
		{&r.shellB, zmq4.NewDealer(ctx, options...), back.Shell},
		{&r.controlB, zmq4.NewDealer(ctx, options...), back.Control},
		{&r.stdinB, zmq4.NewDealer(ctx, options...), back.Stdin},
		{&r.publicationB, zmq4.NewSub(ctx, options...), back.IOPub},
	} {
		*s.at = &socket{Socket: s.socket}
		if err := s.socket.Dial(back.address(s.port)); err != nil {
			return nil, fmt.Errorf("GoNB does not answer: %w", err)
		}
	}
	if err := r.publicationB.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		return nil, err
	}
	quiet := zmq4.WithLogger(log.New(io.Discard, "", 0))
	for _, s := range []struct {
		at     **clients
		socket zmq4.Socket
		port   int
	}{
		{&r.shell, zmq4.NewRouter(ctx, quiet), front.Shell},
		{&r.control, zmq4.NewRouter(ctx, quiet), front.Control},
		{&r.stdin, zmq4.NewRouter(ctx, quiet), front.Stdin},
		{&r.publish, zmq4.NewPub(ctx, quiet), front.IOPub},
		{&r.beat, zmq4.NewRep(ctx, quiet), front.Beat},
	} {
		*s.at = &clients{socket{Socket: s.socket}}
		if err := s.socket.Listen(front.address(s.port)); err != nil {
			return nil, fmt.Errorf("cannot listen where Jupyter wants it: %w", err)
		}
	}
	return r, nil
}

func (r *relay) close() {
	for _, s := range []*clients{r.shell, r.control, r.stdin, r.publish, r.beat} {
		s.Close()
	}
	for _, s := range []*socket{r.shellB, r.controlB, r.stdinB, r.publicationB} {
		s.Close()
	}
}

// serve relays until a socket fails that it receives from Jupyter by, or GoNB takes no
// more.
func (r *relay) serve() error {
	for _, way := range []struct {
		from *socket
		do   func([][]byte)
	}{
		{r.shellB, r.fromShell}, {r.controlB, r.fromControl}, {r.stdinB, r.stdin.send}, {r.publicationB, r.fromPublication},
	} {
		r.readers.Go(func() { // until GoNB ends, which who started it sees
			for m, err := way.from.Recv(); err == nil; m, err = way.from.Recv() {
				way.do(m.Frames)
			}
		})
	}
	failed := make(chan error)
	for _, way := range []struct {
		from *clients
		do   func([][]byte) error
	}{
		{r.shell, r.toShell}, {r.control, r.toControl}, {r.stdin, r.stdinB.send}, {r.beat, r.echo},
	} {
		go func() {
			m, err := way.from.Recv()
			for ; err == nil; m, err = way.from.Recv() {
				if err = way.do(m.Frames); err != nil {
					break
				}
			}
			failed <- err
		}()
	}
	return <-failed
}

func (r *relay) echo(frames [][]byte) error {
	r.beat.send(frames)
	return nil
}

// drain waits until what GoNB said before it ended has gone out.
func (r *relay) drain() {
	done := make(chan struct{})
	go func() {
		r.readers.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
	}
	time.Sleep(50 * time.Millisecond) // ZeroMQ publishes in the background, and does not tell when it has
}

// toShell hands a request to GoNB: one for a cell when its turn comes.
func (r *relay) toShell(frames [][]byte) error {
	m, err := r.key.read(frames)
	if err != nil {
		return nil // GoNB would stop for a message that is none
	}
	if m.header.Type == "execute_request" {
		return r.queue.add(request{message: m, frames: frames})
	}
	if r.live.take(m) {
		return nil
	}
	return r.shellB.send(frames)
}

func (r *relay) toControl(frames [][]byte) error {
	m, err := r.key.read(frames)
	if err != nil {
		return nil
	}
	switch m.header.Type {
	case "interrupt_request":
		r.queue.interrupt()
		go r.queue.insist(frames)
	case "shutdown_request":
		r.queue.abort()
	}
	return r.controlB.send(frames)
}

// fromControl hands a reply on; of those to an interrupt that was sent several times,
// the first.
func (r *relay) fromControl(frames [][]byte) {
	if m, err := r.key.read(frames); err == nil && m.header.Type == "interrupt_reply" {
		r.replying.Lock()
		again := r.replied == m.parent.ID
		r.replied = m.parent.ID
		r.replying.Unlock()
		if again {
			return
		}
	}
	r.control.send(frames)
}

func (r *relay) fromShell(frames [][]byte) {
	if m, err := r.key.read(frames); err == nil {
		switch m.header.Type {
		case "execute_reply":
			r.queue.reply(m)
			return
		case "inspect_reply":
			frames = r.key.frames(help(m))
		case "kernel_info_reply":
			frames = r.key.frames(language(m))
		}
	}
	r.shell.send(frames)
}

func (r *relay) fromPublication(frames [][]byte) {
	m, err := r.key.read(frames)
	if err != nil {
		r.publish.send(frames)
		return
	}
	r.queue.published(m, frames)
}
