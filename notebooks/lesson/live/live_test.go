package live

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// never is longer than a test.
const never = time.Hour

// open opens a cell at a relay that the test plays.
func open(t *testing.T) (*Cell, net.Conn, *bufio.Scanner) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "live") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "live")
	socket, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	t.Setenv("GOSUBSPACE_LIVE", path)
	t.Setenv("GONB_JUPYTER_KERNEL_ID", "kernel")
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	relay, err := socket.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { relay.Close() })
	lines := bufio.NewScanner(relay)
	if lines.Scan(); lines.Text() != c.ID || !strings.HasPrefix(c.ID, "gosubspace-") {
		t.Fatalf("the cell calls itself %q, and is %q", lines.Text(), c.ID)
	}
	return c, relay, lines
}

func say(t *testing.T, to net.Conn, text string) {
	t.Helper()
	if _, err := to.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// A page that says hello is told the last state; of moves that come while nobody looks
// the last is answered, the others are dropped.
func TestLatestMove(t *testing.T) {
	c, relay, lines := open(t)
	if err := c.Say(map[string]int{"n": 1}); err != nil {
		t.Fatal(err)
	}
	lines.Scan()
	say(t, relay, `{"data":{"move":1}}`+"\nnonsense\n"+`{"data":{"move":2}}`+"\n"+`{"data":{"move":3}}`+"\n"+`{"data":{"hello":true}}`+"\n")
	if lines.Scan(); lines.Text() != `{"n":1}` {
		t.Errorf("a page that comes hears %s", lines.Text())
	}
	move, err := c.Next(context.Background(), never)
	if err != nil || string(move) != "3" {
		t.Errorf("the next move is %s, %v", move, err)
	}
	if len(c.moves) > 0 {
		t.Error("a move is queued")
	}
}

func TestEnds(t *testing.T) {
	for text, want := range map[string]error{
		`{"data":{"done":true}}`:                          ErrDone,
		`{"waiting":true}`:                                ErrWaiting,
		"{\"waiting\":true}\n" + `{"data":{"done":true}}`: ErrWaiting,
	} {
		c, relay, _ := open(t)
		say(t, relay, text+"\n")
		if _, err := c.Next(context.Background(), never); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	c, relay, _ := open(t)
	relay.Close()
	if _, err := c.Next(context.Background(), never); !errors.Is(err, ErrNoKernel) {
		t.Errorf("without a relay: %v", err)
	}
	c, _, _ = open(t)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := c.Next(ctx, never); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// Without a page the cell ends by itself; with one it stays.
func TestNoPage(t *testing.T) {
	c, relay, lines := open(t)
	if _, err := c.Next(context.Background(), 0); !errors.Is(err, ErrNoPage) {
		t.Errorf("without a page: %v", err)
	}
	say(t, relay, `{"data":{"hello":true}}`+"\n")
	lines.Scan() // it has been heard
	go relay.Write([]byte(`{"data":{"move":[0.5]}}` + "\n"))
	if move, err := c.Next(context.Background(), 0); err != nil || !json.Valid(move) {
		t.Errorf("with a page: %s, %v", move, err)
	}
}

func TestNoNotebook(t *testing.T) {
	t.Setenv("GOSUBSPACE_LIVE", "")
	if _, err := Open(); err == nil {
		t.Error("it opens without a kernel")
	}
	t.Setenv("GOSUBSPACE_LIVE", filepath.Join(t.TempDir(), "gone"))
	t.Setenv("GONB_JUPYTER_KERNEL_ID", "kernel")
	if _, err := Open(); !errors.Is(err, ErrNoWay) {
		t.Errorf("without its socket: %v", err)
	}
}
