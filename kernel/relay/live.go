package main

import (
	"bufio"
	"encoding/json"
	"net"
	"strings"
	"sync"
)

// live is the way between a cell's running program and the pages that show its output,
// for figures that move under the reader's hand. A page sends a comm_msg of Jupyter's
// with the program's name as comm_id, over the kernel's own WebSocket; the program, at a
// socket of this machine that only its user can open, gets what is in it as a line, and
// each line that it writes is published to all pages. So whoever reaches JupyterLab
// reaches the program: with a token, behind a proxy, in several browsers.
//
// GoNB has a way of its own, gonbui/comms, which is not used: its pages look for the
// kernel at ws:// and no base path, so that they find none over https or behind a hub;
// a second page cuts the first off; zero, false and "" do not arrive; messages overtake
// each other; and where no page answers a cell's output stands still for 3 seconds.
type live struct {
	relay *relay

	mu       sync.Mutex
	programs map[string]*livelyProgram // by comm_id
}

// liveVariable tells a cell's program where the socket is.
const liveVariable = "GOSUBSPACE_LIVE"

// livePrefix begins the comm_id of every such program.
const livePrefix = "gosubspace-"

// A livelyProgram is one that talks with pages.
type livelyProgram struct {
	request message // for its cell
	lines   chan []byte
}

// note is a line to a program.
type note struct {
	Data    json.RawMessage `json:"data,omitempty"`    // what a page says
	Waiting bool            `json:"waiting,omitempty"` // another cell is to run
}

// longestNote is how long a line to a program is at most: it reads no longer ones.
const longestNote = 1 << 19

// tell hands a line to the program; one that does not read loses it, and one that is too
// long no page of ours has sent.
func (p *livelyProgram) tell(n note) {
	line := append(mustJSON(n), '\n')
	if len(line) > longestNote {
		return
	}
	select {
	case p.lines <- line:
	default:
	}
}

// listen takes the programs that come to the socket.
func (l *live) listen(socket net.Listener) {
	for {
		c, err := socket.Accept()
		if err != nil {
			return
		}
		go l.serve(c)
	}
}

// serve talks with a program: its first line is its comm_id.
func (l *live) serve(c net.Conn) {
	defer c.Close()
	from := bufio.NewScanner(c)
	from.Buffer(nil, 16<<20)
	request, runs := l.relay.queue.request()
	if !from.Scan() || !runs || !strings.HasPrefix(from.Text(), livePrefix) {
		return
	}
	id := from.Text()
	p := &livelyProgram{request, make(chan []byte, 64)}
	l.mu.Lock()
	if l.programs == nil {
		l.programs = map[string]*livelyProgram{}
	}
	l.programs[id] = p
	l.mu.Unlock()
	over := make(chan struct{})
	go func() {
		for {
			select {
			case line := <-p.lines:
				c.Write(line) // a program that has gone is found where it is read from
			case <-over:
				return
			}
		}
	}()
	if l.relay.queue.waits() {
		p.tell(note{Waiting: true})
	}
	for from.Scan() {
		if json.Valid(from.Bytes()) {
			l.publish(request, "comm_msg", id, from.Bytes())
		}
	}
	l.mu.Lock()
	delete(l.programs, id)
	l.mu.Unlock()
	close(over)
	l.publish(request, "comm_close", id, nil)
}

func (l *live) publish(to message, kind, id string, data []byte) {
	if data == nil {
		data = []byte("{}")
	}
	l.relay.queue.publish(to.answer(kind, map[string]any{"comm_id": id, "data": json.RawMessage(data)}))
}

// waiting tells all programs that another cell is to run.
func (l *live) waiting() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.programs {
		p.tell(note{Waiting: true})
	}
}

// take hands a page's message to its program, and reports whether it is for one. A page
// of one that has gone is told.
func (l *live) take(m message) bool {
	var content struct {
		ID   string          `json:"comm_id"`
		Data json.RawMessage `json:"data"`
	}
	if m.header.Type != "comm_msg" || m.content(&content) != nil || !strings.HasPrefix(content.ID, livePrefix) {
		return false
	}
	l.mu.Lock()
	p := l.programs[content.ID]
	l.mu.Unlock()
	if p == nil {
		l.publish(m, "comm_close", content.ID, nil)
	} else {
		p.tell(note{Data: content.Data})
	}
	return true
}
