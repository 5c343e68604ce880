package main

import (
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4/transport"
)

// A speaker is a client that says one thing, and notes how long it is waited for.
type speaker struct {
	net.Conn
	says   []byte
	until  time.Time
	closed bool
}

func (s *speaker) Read(p []byte) (int, error) {
	if len(s.says) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(p, s.says)
	s.says = s.says[n:]
	return n, nil
}
func (s *speaker) SetReadDeadline(at time.Time) error { s.until = at; return nil }
func (s *speaker) Close() error                       { s.closed = true; return nil }

// A client is waited for only until it has greeted, to the last byte, however that comes;
// then it may be silent.
func TestGreeting(t *testing.T) {
	short := append(make([]byte, 64), 4, 3, 'a', 'b', 'c')
	long := append(append(make([]byte, 64), 6), binary.BigEndian.AppendUint64(nil, 300)...)
	long = append(long, make([]byte, 300)...)
	for _, whole := range [][]byte{short, long} {
		for _, piece := range []int{1, 7, 66, len(whole)} {
			for missing := range 2 {
				client := &speaker{says: whole[1 : len(whole)-missing], until: time.Unix(1, 0)}
				g := &guest{Conn: client, first: whole[:1]}
				n := 0
				for n < len(whole)-missing {
					k, err := g.Read(make([]byte, min(piece, len(whole)-n)))
					if err != nil {
						t.Fatal(err)
					}
					n += k
				}
				if waits := client.until.IsZero(); waits != (missing == 0) {
					t.Errorf("%d of %d bytes, in pieces of %d: waited for without end: %v", n, len(whole), piece, waits)
				}
				if _, err := g.Read(make([]byte, 1)); err == nil || !client.closed {
					t.Errorf("who says no more stays, %v", err)
				}
			}
		}
	}
}

// A kernel that was killed leaves its sockets; the next one listens there. Where somebody
// listens, or where there is something else, it does not.
func TestListensWhereNobodyDoes(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "ipc") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ipc := patient{transport.New("unix"), "unix"}
	socket, file := filepath.Join(dir, "kernel-1"), filepath.Join(dir, "file")
	killed, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	killed.(*net.UnixListener).SetUnlinkOnClose(false)
	killed.Close()
	l, err := ipc.Listen(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := ipc.Listen(t.Context(), socket); err == nil {
		t.Error("two listen at one socket")
	}
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal("the first listens no more: ", err)
	}
	c.Close()
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ipc.Listen(t.Context(), file); err == nil {
		t.Error("it listens at a file that is no socket")
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}
