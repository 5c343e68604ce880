package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A relay holds both ends of a kernel's sockets: the front towards Jupyter, where
// it is the kernel, and the back towards GoNB, where it is the client.
type relay struct {
	gonb                                   int                          // its process
	spared                                 atomic.Pointer[map[int]bool] // its children when it was to end
	key                                    key
	shell, control, stdin, publish, beat   *socket // front
	shellB, controlB, stdinB, publicationB *socket // back

	queue queue
	live  live
	asked sync.Map // the ids of requests on control that GoNB has not answered
}

// A socket is one of ZeroMQ's, for one sender at a time.
type socket struct {
	zmq4.Socket
	sending sync.Mutex
}

// send has no error. Of Jupyter's clients one may have gone: its server asks whether the
// kernel is there every half second, until the first answer, and closes. libzmq drops what
// is for such a client; go-zeromq 0.17 fails while it goes, and the others are to be served
// all the same. GoNB may have ended, which is seen where it was started.
func (s *socket) send(frames [][]byte) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.SendMulti(zmq4.NewMsgFrom(frames...))
}

// newRelay connects to GoNB, as soon as that listens, and then listens itself.
func newRelay(ctx context.Context, front, back connection) (*relay, error) {
	options := []zmq4.Option{
		// GoNB asks for input, and answers on shell what was asked on control, with the
		// address that the request came from: the sockets have to have the same.
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
		{&r.beat, zmq4.NewRouter(ctx, quiet), front.Beat}, // echoes whatever comes
	} {
		*s.at = &socket{Socket: s.socket}
		if err := s.socket.Listen(patiently + front.address(s.port)); err != nil {
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

// start relays, until the relay is closed. What it returns is closed once GoNB says no
// more: it has closed its sockets, and is about to end.
func (r *relay) start() (silent <-chan struct{}) {
	type way struct {
		from *socket
		do   func([][]byte)
	}
	pump := func(w way) {
		for m, err := w.from.Recv(); err == nil; m, err = w.from.Recv() {
			w.do(m.Frames)
		}
	}
	for _, w := range []way{{r.shell, r.toShell}, {r.control, r.toControl}, {r.stdin, r.toStdin}, {r.beat, r.beat.send}} {
		go pump(w)
	}
	var back sync.WaitGroup
	for _, w := range []way{{r.shellB, r.fromShell}, {r.controlB, r.control.send}, {r.stdinB, r.fromStdin}, {r.publicationB, r.fromPublication}} {
		back.Go(func() { pump(w) })
	}
	over := make(chan struct{})
	go func() {
		back.Wait()
		close(over)
	}()
	return over
}

// toShell hands a request to GoNB: one for a cell when its turn comes. What is no message
// of Jupyter's goes nowhere, here and below: GoNB would stop.
func (r *relay) toShell(frames [][]byte) {
	m, err := r.key.read(frames)
	switch {
	case err != nil:
	case m.header.Type == "execute_request":
		r.queue.add(request{message: m, frames: frames})
	case m.header.Type == "inspect_request" || m.header.Type == "complete_request":
		r.ask(m)
	case !r.live.take(m):
		r.shellB.send(frames)
	}
}

// whole is a request for a cell with all that GoNB takes from it: it ends over one that
// lacks. What is added are the protocol's own defaults.
func (r *relay) whole(q request) [][]byte {
	content := map[string]json.RawMessage{}
	q.message.content(&content)
	if content == nil { // it was null
		content = map[string]json.RawMessage{}
	}
	lacks := false
	for name, usual := range map[string]any{"code": "", "silent": false, "store_history": true, "allow_stdin": true} {
		if value, ok := content[name]; !ok || string(value) == "null" {
			content[name], lacks = mustJSON(usual), true
		}
	}
	if !lacks {
		return q.frames
	}
	return r.key.frames(q.message.with(content))
}

// ask hands a request for help or completion to GoNB. While a cell runs it would be
// answered behind that, when nobody waits for it any more, and before the next cell, by
// seconds for each place where the cursor has rested: then, and where GoNB must not have it,
// there is an answer at once, that there is nothing.
func (r *relay) ask(m message) {
	kind, nothing := nothing(m)
	asked, ok := gonb.ask(m)
	if !r.queue.settleAhead(!ok, m, kind, nothing) {
		r.shellB.send(r.key.frames(asked))
	}
}

func (r *relay) toControl(frames [][]byte) {
	m, err := r.key.read(frames)
	if err != nil {
		return
	}
	r.asked.Store(m.header.ID, true)
	switch m.header.Type {
	case "interrupt_request":
		if c := r.queue.interrupt(); c != nil {
			go r.queue.insist(c, frames)
		}
	case "shutdown_request":
		r.queue.abort()
		r.ending()
	}
	r.controlB.send(frames)
}

// ending is called before GoNB ends because Jupyter wants it to. GoNB interrupts its
// children, a cell's program or a shell, and does not wait for them.
func (r *relay) ending() {
	spared := children(r.gonb)
	r.spared.CompareAndSwap(nil, &spared)
}

// endRest ends, after that end of GoNB, what its children have started, as a line of the
// shell does: nobody else would, and it would go on, seen by no one. The children have had
// their signal, and a training may be saving.
func (r *relay) endRest() {
	if spared := r.spared.Load(); spared != nil {
		endOthers(func(pid int) bool { return !(*spared)[pid] })
	}
}

func (r *relay) toStdin(frames [][]byte) {
	if _, err := r.key.read(frames); err == nil {
		r.stdinB.send(frames)
	}
}

func (r *relay) fromStdin(frames [][]byte) {
	if m, err := r.key.read(frames); err == nil && m.header.Type == "input_request" && r.queue.unheard(m) {
		return
	}
	r.stdin.send(frames)
}

// fromShell hands on what GoNB answers. That is all on this socket, also what was asked on
// control, where who has asked waits for it; an interrupt that was sent several times is
// answered as often, and the first answer is enough.
func (r *relay) fromShell(frames [][]byte) {
	m, err := r.key.read(frames)
	if err != nil {
		r.shell.send(frames)
		return
	}
	to := r.shell
	if _, onControl := r.asked.LoadAndDelete(m.parent.ID); onControl {
		to = r.control
	}
	switch m.header.Type {
	case "execute_reply":
		r.queue.reply(m)
		return
	case "interrupt_reply":
		if to != r.control {
			return
		}
	case "inspect_reply":
		frames = r.key.frames(help(m))
	case "kernel_info_reply":
		frames = r.key.frames(language(m))
	}
	to.send(frames)
}

func (r *relay) fromPublication(frames [][]byte) {
	m, err := r.key.read(frames)
	if err != nil {
		r.publish.send(frames)
		return
	}
	r.queue.published(m, frames)
}
