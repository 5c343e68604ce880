// Package live lets the program of a running cell talk with the pages that show its
// output: a reader moves something there, the program answers. See kernel/relay/live.go
// for the way between them.
package live

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Why a live cell ends, by [Cell.Next]; the last two, why it does not begin, by [Open].
var (
	ErrNoPage   = errors.New("no page has answered")        // there is no browser, or none that runs scripts
	ErrDone     = errors.New("the reader is done")          // a button of the page
	ErrWaiting  = errors.New("another cell is to run")      // which this one holds up
	ErrNoKernel = errors.New("the kernel has gone")         // or lets go of the program
	ErrNowhere  = errors.New("no page can reach this cell") // there is no JupyterLab, or another kernel
	ErrNoWay    = errors.New("the kernel's socket is gone") // swept away with old temporary files
)

// Cell is a running cell as pages find it.
type Cell struct {
	ID     string // the comm_id of what it says and is told
	Kernel string // Jupyter's name of the kernel

	conn net.Conn

	mu   sync.Mutex
	last []byte // what was said last, for a page that comes later

	moves chan json.RawMessage // the latest
	heard chan struct{}        // closed when the first page has said something
	ended chan error           // why; one value
}

// Open opens the cell for pages. Outside of a notebook with this project's kernel it is
// an error.
func Open() (*Cell, error) {
	path, kernel := os.Getenv("GOSUBSPACE_LIVE"), os.Getenv("GONB_JUPYTER_KERNEL_ID")
	if path == "" || kernel == "" {
		return nil, ErrNowhere
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, ErrNoWay
	}
	c := &Cell{ID: "gosubspace-" + rand.Text(), Kernel: kernel, conn: conn,
		moves: make(chan json.RawMessage, 1), heard: make(chan struct{}), ended: make(chan error, 1)}
	if _, err := fmt.Fprintln(conn, c.ID); err != nil {
		conn.Close()
		return nil, ErrNoWay
	}
	go c.read(conn)
	return c, nil
}

// read takes what comes, and keeps of the moves the latest alone: a point that has been
// moved on is of no interest.
func (c *Cell) read(from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	heard := false
	for lines.Scan() {
		var note struct {
			Waiting bool
			Data    json.RawMessage
		}
		if json.Unmarshal(lines.Bytes(), &note) != nil {
			continue
		}
		if note.Waiting {
			c.end(ErrWaiting)
			continue
		}
		if !heard {
			heard = true
			close(c.heard)
		}
		var said struct {
			Hello, Done bool
			Move        json.RawMessage
		}
		json.Unmarshal(note.Data, &said) // what is none of these is passed over
		switch {
		case said.Done:
			c.end(ErrDone)
		case said.Hello: // also to hear whether anybody is here
			c.again()
		case said.Move != nil:
			select {
			case <-c.moves:
			default:
			}
			c.moves <- bytes.Clone(said.Move) // nobody else fills it
		}
	}
	c.end(ErrNoKernel)
}

func (c *Cell) end(why error) {
	select {
	case c.ended <- why:
	default: // the first counts
	}
}

// Next waits for the next move of a reader, the latest where there were several, or for
// the end: of ctx, or one of the errors above. Where no page has said anything for as
// long as patience the end is [ErrNoPage].
func (c *Cell) Next(ctx context.Context, patience time.Duration) (json.RawMessage, error) {
	waited := time.NewTimer(patience)
	defer waited.Stop()
	for {
		select { // an end comes before a move
		case why := <-c.ended:
			return nil, why
		default:
		}
		select {
		case move := <-c.moves:
			return move, nil
		case why := <-c.ended:
			return nil, why
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-waited.C:
			select {
			case <-c.heard: // by now nothing needs to be waited for
			default:
				return nil, ErrNoPage
			}
		}
	}
}

// Say says something, which becomes JSON, to all pages. A page that comes later is told
// the last.
func (c *Cell) Say(what any) error {
	line, err := json.Marshal(what)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = append(line, '\n')
	_, err = c.conn.Write(c.last)
	return err
}

func (c *Cell) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = []byte("{}\n")
	}
	c.conn.Write(c.last)
}

// Close lets go of the pages: they say that nobody is here any more.
func (c *Cell) Close() { c.conn.Close() }
