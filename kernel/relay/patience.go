package main

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/transport"
)

// patience is how long one client of Jupyter's may keep the others waiting. libzmq works
// for each of them by itself. go-zeromq greets one before it lets the next in, and writes
// to one after the other: one that stands still, as a console that was suspended, would
// hold up all. Here it is let in when it speaks, and let go when it does not greet to the
// end, or does not listen.
var patience = 10 * time.Second

// patiently begins the addresses of sockets that clients connect to.
const patiently = "patiently-"

func init() {
	for scheme, network := range map[string]string{"tcp": "tcp", "ipc": "unix"} {
		if err := zmq4.RegisterTransport(patiently+scheme, patient{transport.New(network), network}); err != nil {
			panic(err)
		}
	}
}

// patient is a transport whose listeners are doors.
type patient struct {
	transport.Transport
	network string
}

func (p patient) Listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := p.Transport.Listen(ctx, addr)
	if p.network == "unix" && errors.Is(err, syscall.EADDRINUSE) && deserted(addr) {
		// A kernel that was killed left its sockets, and is started anew with the same names.
		os.Remove(addr)
		l, err = p.Transport.Listen(ctx, addr)
	}
	if err != nil {
		return nil, err
	}
	d := &door{l, make(chan net.Conn), make(chan struct{})}
	go d.open()
	return d, nil
}

// deserted reports whether a file is a socket that nobody listens at.
func deserted(path string) bool {
	if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSocket {
		return false
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// A door lets clients in when they have begun to speak, which a client of ZeroMQ does at
// once.
type door struct {
	net.Listener
	ready  chan net.Conn
	closed chan struct{}
}

func (d *door) open() {
	defer close(d.closed)
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return
		}
		go d.wait(c)
	}
}

func (d *door) wait(c net.Conn) {
	first := make([]byte, 1)
	c.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(c, first); err != nil {
		c.Close()
		return
	}
	select {
	case d.ready <- &guest{Conn: c, first: first}:
	case <-d.closed:
		c.Close()
	}
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.ready:
		c.SetReadDeadline(time.Now().Add(patience)) // until it has greeted
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// A guest is a client that was let in.
type guest struct {
	net.Conn
	first   []byte // what it said at the door
	said    []byte // its greeting so far
	greeted bool
}

func (g *guest) Read(p []byte) (n int, err error) {
	if len(g.first) > 0 {
		n = copy(p, g.first)
		g.first = g.first[n:]
	} else if n, err = g.Conn.Read(p); errors.Is(err, os.ErrDeadlineExceeded) {
		g.Close() // go-zeromq leaves it open
	}
	if !g.greeted {
		if g.said = append(g.said, p[:n]...); greeted(g.said) {
			g.greeted, g.said = true, nil
			g.SetReadDeadline(time.Time{}) // from now on it may say nothing for as long as it likes
		}
	}
	return n, err
}

// greeted reports whether what a client has said is a whole greeting: 64 bytes and a first
// command, which has a byte of flags and its length, in one byte or in eight. See
// https://rfc.zeromq.org/spec/23/.
func greeted(said []byte) bool {
	const greeting, long = 64, 2
	if len(said) < greeting+2 {
		return false
	}
	flags, said := said[greeting], said[greeting+1:]
	if flags&long == 0 {
		return len(said)-1 >= int(said[0])
	}
	return len(said) >= 8 && uint64(len(said)-8) >= binary.BigEndian.Uint64(said)
}

func (g *guest) Write(p []byte) (int, error) {
	g.SetWriteDeadline(time.Now().Add(patience))
	n, err := g.Conn.Write(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		g.Close()
		err = net.ErrClosed // go-zeromq keeps one that is late
	}
	return n, err
}
