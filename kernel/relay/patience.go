package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/transport"
)

// patience is how long one client of Jupyter's may keep the others waiting. libzmq works
// for each of them by itself. go-zeromq greets one before it lets the next in, and writes
// to one after the other: one that stands still, as a console that was suspended, would
// hold up all. Here it is let in when it speaks, and let go when it does not listen.
var patience = 10 * time.Second

// patiently begins the addresses of sockets that clients connect to.
const patiently = "patiently-"

func init() {
	for scheme, network := range map[string]string{"tcp": "tcp", "ipc": "unix"} {
		if err := zmq4.RegisterTransport(patiently+scheme, patient{transport.New(network)}); err != nil {
			panic(err)
		}
	}
}

// patient is a transport whose listeners are doors.
type patient struct{ transport.Transport }

func (p patient) Listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := p.Transport.Listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	d := &door{l, make(chan net.Conn), make(chan struct{})}
	go d.open()
	return d, nil
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
	c.SetReadDeadline(time.Time{})
	select {
	case d.ready <- &guest{c, first}:
	case <-d.closed:
		c.Close()
	}
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.ready:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// A guest is a client that was let in.
type guest struct {
	net.Conn
	first []byte // what it said at the door
}

func (g *guest) Read(p []byte) (int, error) {
	if len(g.first) > 0 {
		n := copy(p, g.first)
		g.first = g.first[n:]
		return n, nil
	}
	return g.Conn.Read(p)
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
