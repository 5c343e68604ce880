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
	shell, control, stdin, publish, beat   *socket // front
	shellB, controlB, stdinB, publicationB *socket // back

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
		at     **socket
		socket zmq4.Socket
		port   int
	}{
		{&r.shell, zmq4.NewRouter(ctx, quiet), front.Shell},
		{&r.control, zmq4.NewRouter(ctx, quiet), front.Control},
		{&r.stdin, zmq4.NewRouter(ctx, quiet), front.Stdin},
		{&r.publish, zmq4.NewPub(ctx, quiet), front.IOPub},
		{&r.beat, zmq4.NewRep(ctx, quiet), front.Beat},
	} {
		*s.at = &socket{Socket: s.socket}
		if err := s.socket.Listen(front.address(s.port)); err != nil {
			return nil, fmt.Errorf("cannot listen where Jupyter wants it: %w", err)
		}
	}
	return r, nil
}

func (r *relay) close() {
	for _, s := range []*socket{r.shell, r.control, r.stdin, r.publish, r.beat, r.shellB, r.controlB, r.stdinB, r.publicationB} {
		s.Close()
	}
}

// serve relays until a socket towards Jupyter fails.
func (r *relay) serve() error {
	for _, way := range []struct {
		from *socket
		do   func([][]byte) error
	}{
		{r.shellB, r.fromShell}, {r.controlB, r.fromControl}, {r.stdinB, r.stdin.send}, {r.publicationB, r.fromPublication},
	} {
		r.readers.Go(func() { pump(way.from, way.do) })
	}
	failed := make(chan error)
	for _, way := range []struct {
		from *socket
		do   func([][]byte) error
	}{
		{r.shell, r.toShell}, {r.control, r.toControl}, {r.stdin, r.stdinB.send}, {r.beat, r.beat.send},
	} {
		go func() { failed <- pump(way.from, way.do) }()
	}
	return <-failed
}

// pump hands on what a socket receives until it fails.
func pump(from *socket, do func([][]byte) error) error {
	for {
		m, err := from.Recv()
		if err != nil {
			return err
		}
		if err := do(m.Frames); err != nil {
			return err
		}
	}
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
	if err := r.live.take(m); err != errNotLive {
		return err
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
		if err = r.queue.interrupt(); err == nil {
			if err = r.controlB.send(frames); err == nil {
				go r.queue.insist(frames)
			}
			return err
		}
	case "shutdown_request":
		err = r.queue.abort()
	}
	if err != nil {
		return err
	}
	return r.controlB.send(frames)
}

// fromControl hands a reply on; of those to an interrupt that was sent several times,
// the first.
func (r *relay) fromControl(frames [][]byte) error {
	if m, err := r.key.read(frames); err == nil && m.header.Type == "interrupt_reply" {
		r.replying.Lock()
		again := r.replied == m.parent.ID
		r.replied = m.parent.ID
		r.replying.Unlock()
		if again {
			return nil
		}
	}
	return r.control.send(frames)
}

func (r *relay) fromShell(frames [][]byte) error {
	if m, err := r.key.read(frames); err == nil {
		switch m.header.Type {
		case "execute_reply":
			return r.queue.reply(m)
		case "inspect_reply":
			return r.shell.send(r.key.frames(help(m)))
		case "kernel_info_reply":
			return r.shell.send(r.key.frames(language(m)))
		}
	}
	return r.shell.send(frames)
}

func (r *relay) fromPublication(frames [][]byte) error {
	m, err := r.key.read(frames)
	if err != nil {
		return r.publish.send(frames)
	}
	return r.queue.published(m, frames)
}
