package main

import (
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
	failed  lastFailure
}

// A lastFailure is that of the last cell that failed and stops those behind it.
type lastFailure struct {
	request request
	at      time.Time
}

// behind reports whether a request was made with that of the cell before it, which
// failed: "Run all" makes one a cell, and GoNB may have refused the first before the
// last is made. When they were made the requests say, by the clock of the browser's machine,
// which may differ from ours: from the one to the other no more time has gone by there than
// here from the coming of the first to its failure. What another session sends was not made
// with it, and its clock may be a third one.
func (q *queue) behind(r request) bool {
	const together = 20 * time.Millisecond
	first := q.failed.request
	if q.failed.at.IsZero() || time.Since(q.failed.at) >= longestBehind || r.message.header.Session != first.message.header.Session {
		return false
	}
	made, err := time.Parse(time.RFC3339, r.message.header.Date)
	if err != nil {
		return false
	}
	before, err := time.Parse(time.RFC3339, first.message.header.Date)
	return err == nil && made.Sub(before) < q.failed.at.Sub(first.came)+together
}

// longestBehind is how long after a failure a request may come that was made before it. It
// is longer where a test waits for none to come late.
var longestBehind = time.Second

// A request is an execute_request.
type request struct {
	message message
	frames  [][]byte // as it came
	came    time.Time
}

func (q *queue) add(r request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	r.came = time.Now()
	q.waiting = append(q.waiting, r)
	switch {
	case q.running != nil:
		q.relay.live.waiting()
	case q.behind(r):
		q.abortAll()
		q.failed = lastFailure{r, r.came} // what was made right after it is behind too
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
	return q.running.request.message, true
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
		Code  string `json:"code"`
		Stop  *bool  `json:"stop_on_error"`
		Stdin *bool  `json:"allow_stdin"`
		// These are GoNB's alone, which ends over others than yes and no.
		Silent *bool `json:"silent"`
		Store  *bool `json:"store_history"`
	}
	err := r.message.content(&content)
	q.running = &cell{
		id: r.message.header.ID, code: content.Code, stop: content.Stop == nil || *content.Stop,
		deaf: content.Stdin != nil && !*content.Stdin, request: r,
	}
	if err != nil {
		q.refuse("the request for this cell is none of Jupyter's: " + err.Error())
		return
	}
	if why := gonb.refusal(content.Code, false); why != "" {
		q.refuse(why)
		return
	}
	q.relay.shellB.send(q.relay.whole(r))
}

// refuse ends the running cell with an error that GoNB does not come to say.
func (q *queue) refuse(why string) {
	c := q.running
	c.failure = &failure{"ERROR", why, []string{why}}
	to := c.request.message
	reply := to.reply("execute_reply", map[string]string{"status": "error"}) // why, end adds
	idle := to.state("idle")
	c.reply, c.idle = &reply, &idle
	q.publish(to.state("busy"))
	q.publish(to.answer("error", c.failure))
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
		q.publish(c.request.message.state("busy"))
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

// unheard reports whether a cell's question is not to be handed on: the cell has ended, or
// whoever runs it says that it takes no questions, as what runs notebooks without a browser
// does. GoNB asks all the same, and the cell would wait for ever: it is stopped, and says why.
func (q *queue) unheard(question message) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.running
	if c == nil || question.parent.ID != c.id {
		return true
	}
	if c.deaf && !c.asked {
		c.asked = true
		stop := q.relay.key.frames(c.request.message.answer("interrupt_request", struct{}{}))
		q.relay.controlB.send(stop)
		go q.insist(c, stop)
	}
	return c.deaf
}

func (q *queue) abort() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.abortAll()
}

// abortAll answers all requests that wait.
func (q *queue) abortAll() {
	for _, r := range q.waiting {
		q.settle(r.message, "execute_reply", map[string]string{"status": "aborted"})
	}
	q.waiting = nil
}

// settle answers a request that GoNB does not get, as GoNB would: it is busy with it, and
// idle then.
func (q *queue) settle(m message, kind string, content any) {
	q.publish(m.state("busy"))
	q.relay.shell.send(q.relay.key.frames(m.reply(kind, content)))
	q.publish(m.state("idle"))
}

// settleAhead settles a request while a cell runs, or with always, and reports whether it
// has.
func (q *queue) settleAhead(always bool, m message, kind string, content any) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running == nil && !always {
		return false
	}
	q.settle(m, kind, content)
	if q.running != nil { // by a status of what was asked: the cell's say when it began
		q.publish(m.state("busy"))
	}
	return true
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
		q.failed = lastFailure{c.request, time.Now()}
		q.abortAll()
	}
	q.publish(*c.idle)
	q.next()
}
