package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A queue hands requests for cells to GoNB one after the other. GoNB has a queue
// of its own, and runs what is in it whatever becomes of the cells before: with
// "Run all", the cells below one that failed would go on with what is not there.
// Here those that wait are told that they are aborted, as IPython's kernel does.
type queue struct {
	relay *relay

	mu      sync.Mutex
	running *cell
	waiting []request
	codes   map[int]string // the source of each cell that has run, by its number
	failed  time.Time      // when a cell that stops those behind it failed last
}

// behind reports whether a request was made with that of the cell before it, which
// failed: "Run all" makes one a cell, and GoNB may have refused the first before the
// last is made. When that was the request says; a clock that differs counts for little.
func (q *queue) behind(r request) bool {
	const together = 20 * time.Millisecond
	made, err := time.Parse(time.RFC3339, r.message.header.Date)
	return err == nil && made.Before(q.failed.Add(together)) && time.Since(q.failed) < longestBehind
}

// longestBehind is how long after a failure a request may come that was made before it. It
// is longer where a test waits for none to come late.
var longestBehind = time.Second

// A request is an execute_request.
type request struct {
	message message
	frames  [][]byte // as it came
}

func (q *queue) add(r request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, r)
	switch {
	case q.running != nil:
		q.relay.live.waiting()
	case q.behind(r):
		q.abortAll()
	default:
		q.next()
	}
}

// request returns the request for the running cell.
func (q *queue) request() (m message, runs bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running == nil {
		return m, false
	}
	return q.running.request, true
}

// waits reports whether a cell waits.
func (q *queue) waits() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) > 0
}

// next runs the first cell that waits, where none runs.
func (q *queue) next() {
	if len(q.waiting) == 0 {
		return
	}
	r := q.waiting[0]
	q.waiting = q.waiting[1:]
	var content struct {
		Code string `json:"code"`
		Stop *bool  `json:"stop_on_error"`
	}
	r.message.content(&content) // what lacks in it, GoNB will say
	q.running = &cell{id: r.message.header.ID, code: content.Code, stop: content.Stop == nil || *content.Stop, request: r.message}
	if line := secondMark(content.Code); line > 0 {
		q.refuse(fmt.Sprintf("line %d: a second line %%%%: a cell has one, above its statements", line))
		return
	}
	q.relay.shellB.send(r.frames)
}

// secondMark returns the second line of code that begins a main function, 0 where
// there is none: GoNB cannot build such a cell. What is below %%writefile or %%script is
// no Go.
func secondMark(code string) int {
	first, _, _ := strings.Cut(code, "\n")
	first = strings.TrimLeft(strings.TrimPrefix(first, "//gonb:"), " \t")
	if i := strings.IndexAny(first, " \t"); i >= 0 {
		first = first[:i]
	}
	if slices.Contains([]string{"%%writefile", "%%script", "%%bash", "%%sh", "%%gx"}, first) {
		return 0
	}
	found := 0
	for i, line := range strings.Split(code, "\n") {
		if word, _, _ := strings.Cut(strings.TrimSpace(line), " "); word != "%%" {
			continue
		}
		if found++; found == 2 {
			return i + 1
		}
	}
	return 0
}

// refuse ends the running cell with an error that GoNB does not come to say.
func (q *queue) refuse(why string) {
	c := q.running
	c.failure = &failure{"ERROR", why, []string{why}}
	reply := c.request.answer("execute_reply", map[string]string{"status": "error"}) // why, end adds
	reply.identities = c.request.identities
	idle := c.request.answer("status", map[string]string{"execution_state": "idle"})
	c.reply, c.idle = &reply, &idle
	q.publish(c.request.answer("status", map[string]string{"execution_state": "busy"}))
	q.publish(c.request.answer("error", c.failure))
	q.end()
}

// died ends the running cell, whose GoNB is no more, and any that would run after it.
func (q *queue) died() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.running != nil {
		q.refuse("the kernel ended while it worked on this cell: what cells above have defined is gone, run them again")
	}
}

// interrupt notes that the running cell was interrupted, and returns it, nil where none
// runs: what waits behind it does not run, whether or not the cell calls its end a failure.
func (q *queue) interrupt() *cell {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.running
	if c == nil {
		return nil
	}
	c.interrupted = true
	if len(q.waiting) > 0 {
		q.abortAll()
		// What was aborted is idle now, and the kernel is not.
		q.publish(c.request.answer("status", map[string]string{"execution_state": "busy"}))
	}
	return c
}

// insist hands the interrupt of a cell on to GoNB again and again, until the cell has
// ended: while it builds a cell's program, GoNB listens to none, and then runs it. A program
// that goes on for five seconds GoNB kills, but not what that has started, as a line of the
// shell does, and waits until nobody can write to the cell: what is left is ended here.
func (q *queue) insist(c *cell, frames [][]byte) {
	const again, killed = 200 * time.Millisecond, 6 * time.Second
	since := time.Now()
	stop := func() (ended bool) { // of this cell, and not of the next
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.running != c || c.idle != nil {
			return true
		}
		q.relay.controlB.send(frames)
		if time.Since(since) > killed {
			go endLeft(q.relay.gonb)
			since = time.Now()
		}
		return false
	}
	for time.Sleep(again); !stop(); time.Sleep(again) {
	}
}

func (q *queue) abort() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.abortAll()
}

// abortAll answers all requests that wait.
func (q *queue) abortAll() {
	for _, r := range q.waiting {
		q.publish(r.message.answer("status", map[string]string{"execution_state": "busy"}))
		reply := r.message.answer("execute_reply", map[string]string{"status": "aborted"})
		reply.identities = r.message.identities
		q.relay.shell.send(q.relay.key.frames(reply))
		q.publish(r.message.answer("status", map[string]string{"execution_state": "idle"}))
	}
	q.waiting = nil
}

func (q *queue) publish(m message) {
	if m.identities == nil {
		m.identities = [][]byte{[]byte(m.header.Type)} // the topic
	}
	q.relay.publish.send(q.relay.key.frames(m))
}

// reply takes the reply to a cell. It goes out when all that the cell published
// has: the two come on different sockets, and what the reply says of a failure
// follows from what was published.
func (q *queue) reply(m message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running == nil || m.parent.ID != q.running.id {
		q.relay.shell.send(q.relay.key.frames(m))
		return
	}
	q.running.reply = &m
	q.end()
}

// published takes what GoNB publishes.
func (q *queue) published(m message, frames [][]byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.running
	if c == nil || m.parent.ID != c.id {
		q.relay.publish.send(frames)
		return
	}
	for _, out := range c.published(m, q.source) {
		q.publish(out)
	}
	if c.number > 0 {
		if q.codes == nil {
			q.codes = map[int]string{}
		}
		q.codes[c.number] = c.code
	}
	q.end()
}

func (q *queue) source(number int) string { return q.codes[number] }

// end ends the running cell once both its reply and its last publication, that
// it is idle, are there, and runs the next.
func (q *queue) end() {
	c := q.running
	if c.reply == nil || c.idle == nil {
		return
	}
	reply, failed := c.answer()
	q.running = nil
	q.relay.shell.send(q.relay.key.frames(reply))
	if failed && c.stop {
		q.failed = time.Now()
		q.abortAll()
	}
	q.publish(*c.idle)
	q.next()
}
