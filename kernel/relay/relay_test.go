package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// A stage is a relay between a Jupyter and a GoNB that the test plays.
type stage struct {
	t       *testing.T
	relay   *relay
	front   connection
	date    time.Time // of requests; if it is zero, each is made long after the one before
	asked   int       // such requests
	key     key
	name    string // of the client
	session string // of its requests
	live    net.Listener

	shell, control, stdin, heard *socket // Jupyter's
	gonb                         struct{ shell, control, stdin, publish *socket }
}

func newStage(t *testing.T) *stage {
	t.Helper()
	front, err := connection{Scheme: "hmac-sha256", Key: "secret"}.sibling()
	if err != nil {
		t.Fatal(err)
	}
	back, err := front.sibling()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, front: front, key: key("secret"), name: "client", session: "session"}
	ctx := t.Context()
	s.gonb.shell = &socket{Socket: zmq4.NewRouter(ctx)}
	s.gonb.control = &socket{Socket: zmq4.NewRouter(ctx)}
	s.gonb.stdin = &socket{Socket: zmq4.NewRouter(ctx)}
	s.gonb.publish = &socket{Socket: zmq4.NewPub(ctx)}
	for socket, port := range map[*socket]int{s.gonb.shell: back.Shell, s.gonb.control: back.Control, s.gonb.stdin: back.Stdin, s.gonb.publish: back.IOPub} {
		if err := socket.Listen(back.address(port)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := newRelay(ctx, front, back)
	if err != nil {
		t.Fatal(err)
	}
	s.relay = r
	r.start()
	t.Cleanup(r.close)
	id := zmq4.WithID(zmq4.SocketIdentity(s.name))
	s.shell = &socket{Socket: zmq4.NewDealer(ctx, id)}
	s.control = &socket{Socket: zmq4.NewDealer(ctx, id)}
	s.stdin = &socket{Socket: zmq4.NewDealer(ctx, id)}
	s.heard = &socket{Socket: zmq4.NewSub(ctx)}
	for socket, port := range map[*socket]int{s.shell: front.Shell, s.control: front.Control, s.stdin: front.Stdin, s.heard: front.IOPub} {
		if err := socket.Dial(front.address(port)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.heard.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	// A subscription takes its time, and nobody tells when it is there: publish
	// until something is heard.
	hello := make(chan struct{})
	go func() {
		s.hear()
		close(hello)
	}()
	for {
		s.publish("hello")
		select {
		case <-hello:
			s.heardSoFar()
			return s
		case <-time.After(time.Millisecond):
		}
	}
}

// publish lets GoNB publish something for no cell.
func (s *stage) publish(kind string) {
	s.t.Helper()
	none := message{}
	none.body[headerPart] = json.RawMessage("{}")
	m := none.answer(kind, nil)
	m.identities = [][]byte{[]byte("topic")}
	s.send(s.gonb.publish, m)
}

// heardSoFar is what Jupyter heard up to now: up to a mark that is published.
func (s *stage) heardSoFar() (all []message) {
	s.publish("mark")
	for {
		m := s.hear()
		if m.header.Type == "mark" {
			return all
		}
		all = append(all, m)
	}
}

func (s *stage) send(to *socket, m message) {
	s.t.Helper()
	to.send(s.key.frames(m))
}

func (s *stage) receive(from *socket) message {
	s.t.Helper()
	got, err := from.Recv()
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := s.key.read(got.Frames)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func (s *stage) hear() message { s.t.Helper(); return s.receive(s.heard) }

// ask sends a request of the client's, for a cell or another one.
func (s *stage) ask(to *socket, kind, id string, content any) {
	s.t.Helper()
	date := s.date
	if date.IsZero() {
		s.asked++
		date = time.Now().Add(time.Duration(s.asked) * time.Hour)
	}
	m := message{header: header{ID: id, Type: kind, Session: s.session, User: "user", Version: "5.4", Date: date.Format(time.RFC3339Nano)}}
	m.body = [4]json.RawMessage{mustJSON(m.header), json.RawMessage("{}"), json.RawMessage("{}"), mustJSON(content)}
	s.send(to, m)
}

// reply lets GoNB answer a request, of whichever socket: it does on this one.
func (s *stage) reply(m message, kind string) {
	s.t.Helper()
	reply := m.answer(kind, ok)
	reply.identities = m.identities
	s.send(s.gonb.shell, reply)
}

// finish lets GoNB answer a request for a cell.
func (s *stage) finish(m message, content map[string]any) {
	s.t.Helper()
	idle := m.answer("status", map[string]string{"execution_state": "idle"})
	idle.identities = m.identities
	reply := m.answer("execute_reply", content)
	reply.identities = m.identities
	s.send(s.gonb.shell, reply)
	s.send(s.gonb.publish, idle)
}

// statuses receives n replies, and returns each one's request and status.
func (s *stage) statuses(n int) (all []string) {
	s.t.Helper()
	for range n {
		m := s.receive(s.shell)
		var content struct{ Status string }
		if err := m.content(&content); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, m.parent.ID+" "+content.Status)
	}
	return all
}

// queue sends requests for cells. When it returns, the relay has them all, and
// GoNB the first, which is returned.
func (s *stage) queue(stop bool, ids ...string) (first message) {
	s.t.Helper()
	for _, id := range ids {
		s.ask(s.shell, "execute_request", id, map[string]any{"code": "%%", "stop_on_error": stop})
	}
	s.ask(s.shell, "kernel_info_request", "info", nil)
	first = s.receive(s.gonb.shell)
	info := s.receive(s.gonb.shell)
	if first.header.ID != ids[0] || info.header.ID != "info" {
		s.t.Fatalf("GoNB got %s, %s", first.header.ID, info.header.ID)
	}
	return first
}

var (
	ok    = map[string]any{"status": "ok"}
	wrong = map[string]any{"status": "error", "ename": "ERROR", "evalue": "exit status 1", "traceback": []string{"exit status 1"}}
)

// "Run all", and the second of four cells fails: the two below it do not reach
// GoNB. A cell that is run afterwards does.
func TestFailureAbortsWhatWaits(t *testing.T) {
	s := newStage(t)
	s.finish(s.queue(true, "1", "2", "3", "4"), ok)
	second := s.receive(s.gonb.shell)
	if second.header.ID != "2" {
		t.Fatalf("behind cell 1 came %s", second.header.ID)
	}
	s.finish(second, wrong)
	if got, want := s.statuses(4), []string{"1 ok", "2 error", "3 aborted", "4 aborted"}; !slices.Equal(got, want) {
		t.Errorf("replies %q, want %q", got, want)
	}
	s.ask(s.shell, "execute_request", "5", map[string]any{"code": "%%"})
	if m := s.receive(s.gonb.shell); m.header.ID != "5" {
		t.Errorf("then %s reached GoNB", m.header.ID)
	}
}

// GoNB has refused a cell before the next ones, which were sent with it, are here. A
// cell that is sent afterwards is a new beginning.
func TestFailureAbortsWhatIsOnItsWay(t *testing.T) {
	longestBehind = time.Hour
	t.Cleanup(func() { longestBehind = time.Second })
	s := newStage(t)
	s.date = time.Now()
	s.finish(s.queue(true, "1"), wrong)
	if got := s.statuses(1); got[0] != "1 error" {
		t.Fatalf("reply %q", got)
	}
	s.ask(s.shell, "execute_request", "2", map[string]any{"code": "%%"})
	for i := range 4 { // a hundred milliseconds long, as many cells take to be made
		s.date = s.date.Add(15 * time.Millisecond)
		s.ask(s.shell, "execute_request", fmt.Sprint(3+i), map[string]any{"code": "%%"})
	}
	if got, want := s.statuses(5), []string{"2 aborted", "3 aborted", "4 aborted", "5 aborted", "6 aborted"}; !slices.Equal(got, want) {
		t.Errorf("replies %q, want %q", got, want)
	}
	s.date = time.Time{}
	s.ask(s.shell, "execute_request", "7", map[string]any{"code": "%%"})
	if m := s.receive(s.gonb.shell); m.header.ID != "7" {
		t.Errorf("then %s reached GoNB", m.header.ID)
	}
}

// The clock of the browser's machine counts by itself, however far it is from ours.
func TestFailureBeforeAnotherClock(t *testing.T) {
	longestBehind = time.Hour
	t.Cleanup(func() { longestBehind = time.Second })
	for _, ahead := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		s := newStage(t)
		s.date = time.Now().Add(ahead)
		s.finish(s.queue(true, "1"), wrong)
		if got := s.statuses(1); got[0] != "1 error" {
			t.Fatalf("reply %q", got)
		}
		s.ask(s.shell, "execute_request", "2", map[string]any{"code": "%%"})
		if got, want := s.statuses(1), []string{"2 aborted"}; !slices.Equal(got, want) {
			t.Errorf("made with what failed, by a clock that is off by %v: %q, want %q", ahead, got, want)
		}
		s.date = s.date.Add(2 * time.Hour)
		s.ask(s.shell, "execute_request", "3", map[string]any{"code": "%%"})
		if m := s.receive(s.gonb.shell); m.header.ID != "3" {
			t.Errorf("made later, by a clock that is off by %v: %s reached GoNB", ahead, m.header.ID)
		}
	}
}

// What another session sends was not made with what failed.
func TestFailureOfAnotherSession(t *testing.T) {
	longestBehind = time.Hour
	t.Cleanup(func() { longestBehind = time.Second })
	s := newStage(t)
	s.date = time.Now()
	s.finish(s.queue(true, "1"), wrong)
	s.statuses(1)
	s.session = "another"
	s.ask(s.shell, "execute_request", "2", map[string]any{"code": "%%"})
	if m := s.receive(s.gonb.shell); m.header.ID != "2" {
		t.Errorf("then %s reached GoNB", m.header.ID)
	}
}

// A stop that GoNB does not listen to is said again until the cell has ended, and
// replied to once.
func TestInterruptIsRepeated(t *testing.T) {
	s := newStage(t)
	first := s.queue(true, "1")
	s.ask(s.control, "interrupt_request", "stop", nil)
	for range 3 {
		m := s.receive(s.gonb.control)
		if m.header.ID != "stop" {
			t.Fatalf("GoNB was sent %s", m.header.ID)
		}
		s.reply(m, "interrupt_reply")
	}
	s.finish(first, wrong)
	if got := s.statuses(1); got[0] != "1 error" {
		t.Errorf("reply %q", got)
	}
	s.ask(s.control, "shutdown_request", "end", nil)
	for {
		m := s.receive(s.gonb.control)
		if m.header.ID == "stop" { // was on its way
			continue
		}
		s.reply(m, "shutdown_reply")
		break
	}
	for i, want := range []string{"stop", "end"} {
		if m := s.receive(s.control); m.parent.ID != want {
			t.Errorf("reply %d is to %s, want %s", i+1, m.parent.ID, want)
		}
	}
}

// GoNB ends before it listens: the relay says so at once, where it would wait for ever.
func TestGoNBNeverListens(t *testing.T) {
	gonb, err := exec.LookPath("false")
	if err != nil {
		t.Skip("no program that fails")
	}
	front, err := connection{Scheme: "hmac-sha256", Key: "secret", IP: "127.0.0.1", Transport: "tcp"}.sibling()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kernel.json")
	if err := front.write(file); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run(file, gonb, nil) }()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "GoNB ended before it listened, exit status 1") {
			t.Errorf("it says %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it waits")
	}
}

// GoNB ends: the cell that it worked on says so, and is over.
func TestKernelDied(t *testing.T) {
	s := newStage(t)
	s.queue(true, "1", "2")
	s.relay.queue.died()
	if got, want := s.statuses(2), []string{"1 error", "2 aborted"}; !slices.Equal(got, want) {
		t.Errorf("replies %q, want %q", got, want)
	}
	said := ""
	for _, m := range s.heardSoFar() {
		if m.header.Type == "error" && m.parent.ID == "1" {
			said = string(m.body[contentPart])
		}
	}
	if !strings.Contains(said, "the kernel ended while it worked on this cell") {
		t.Errorf("the cell says %s", said)
	}
}

// So are those behind one whose failure stops nothing.
func TestKernelDiedForAll(t *testing.T) {
	s := newStage(t)
	s.queue(false, "1", "2", "3")
	s.relay.queue.died()
	if got, want := s.statuses(3), []string{"1 error", "2 error", "3 error"}; !slices.Equal(got, want) {
		t.Errorf("replies %q, want %q", got, want)
	}
}

// The client may say that a failure stops nothing.
func TestFailureThatStopsNothing(t *testing.T) {
	s := newStage(t)
	s.finish(s.queue(false, "1", "2"), wrong)
	if m := s.receive(s.gonb.shell); m.header.ID != "2" {
		t.Errorf("then %s reached GoNB, want 2", m.header.ID)
	}
}

// Jupyter's stop button aborts what waits, also where the stopped cell calls its
// end no failure, and reaches GoNB.
func TestInterruptAbortsWhatWaits(t *testing.T) {
	s := newStage(t)
	first := s.queue(true, "1", "2", "3")
	s.ask(s.control, "interrupt_request", "stop", nil)
	if m := s.receive(s.gonb.control); m.header.Type != "interrupt_request" {
		t.Fatalf("GoNB was sent %s", m.header.Type)
	}
	if got, want := s.statuses(2), []string{"2 aborted", "3 aborted"}; !slices.Equal(got, want) {
		t.Errorf("replies %q, want %q", got, want)
	}
	if heard := s.heardSoFar(); len(heard) == 0 || heard[len(heard)-1].parent.ID != "1" || !strings.Contains(string(heard[len(heard)-1].body[contentPart]), "busy") {
		t.Errorf("Jupyter heard last that the kernel is idle, while the first cell runs: %d messages", len(heard))
	}
	s.finish(first, ok)
	if got := s.statuses(1); got[0] != "1 ok" {
		t.Errorf("reply %q", got)
	}
}

// What waits and is aborted is announced as any cell is: busy, then idle.
func TestAbortedCellsBecomeIdle(t *testing.T) {
	s := newStage(t)
	s.finish(s.queue(true, "1", "2"), wrong)
	s.statuses(2)
	var states []string
	for _, m := range s.heardSoFar() {
		var content struct {
			State string `json:"execution_state"`
		}
		if m.content(&content) == nil && m.header.Type == "status" {
			states = append(states, m.parent.ID+" "+content.State)
		}
	}
	if want := []string{"2 busy", "2 idle", "1 idle"}; !slices.Equal(states, want) {
		t.Errorf("heard %q, want %q", states, want)
	}
}

// All else passes byte for byte, both ways, with its buffers.
func TestPassesByteForByte(t *testing.T) {
	s := newStage(t)
	m := message{header: header{ID: "c", Type: "comm_msg"}, buffers: [][]byte{{0, 1, 2}, {}}}
	m.body = [4]json.RawMessage{mustJSON(m.header), json.RawMessage(`{ }`), json.RawMessage(`{"a":  1}`), json.RawMessage("{\"data\": \"\u00e9\"}")}
	s.send(s.shell, m)
	got := s.receive(s.gonb.shell)
	if !reflect.DeepEqual(got.body, m.body) || !reflect.DeepEqual(got.buffers, m.buffers) {
		t.Errorf("GoNB got %q %q", got.body, got.buffers)
	}
	if n := len(got.identities); n != 2 || string(got.identities[1]) != s.name {
		t.Errorf("for GoNB it is from %q", got.identities)
	}
	m.identities = [][]byte{[]byte("comm")}
	s.send(s.gonb.publish, m)
	if got := s.hear(); !reflect.DeepEqual(got.body, m.body) || !reflect.DeepEqual(got.buffers, m.buffers) {
		t.Errorf("Jupyter heard %q %q", got.body, got.buffers)
	}
}

// GoNB asks for input at the address that a cell's request came from.
func TestAsksForInput(t *testing.T) {
	s := newStage(t)
	m := s.queue(true, "1")
	question := m.answer("input_request", map[string]any{"prompt": "?"})
	question.identities = m.identities
	s.send(s.gonb.stdin, question)
	if got := s.receive(s.stdin); got.header.Type != "input_request" {
		t.Errorf("the client got %s", got.header.Type)
	}
}

// A client that says that it takes no questions gets none: the cell that asks is stopped,
// and says why, though GoNB calls its end none.
func TestAsksWhoTakesNoQuestions(t *testing.T) {
	for _, end := range []map[string]any{ok, wrong} {
		s := newStage(t)
		ask := func(id string, answers bool) (cell, question message) {
			s.ask(s.shell, "execute_request", id, map[string]any{"code": "f()", "allow_stdin": answers})
			cell = s.receive(s.gonb.shell)
			question = cell.answer("input_request", map[string]any{"prompt": id})
			question.identities = cell.identities
			s.send(s.gonb.stdin, question)
			return cell, question
		}
		deaf, question := ask("1", false)
		if m := s.receive(s.gonb.control); m.header.Type != "interrupt_request" {
			t.Errorf("GoNB was sent %s", m.header.Type)
		}
		s.send(s.gonb.stdin, question) // as a line behind the stopped one does
		if end["status"] == "error" {
			s.send(s.gonb.publish, publicationOf(deaf, "error", failure{"ERROR", "signal: interrupt", []string{"signal: interrupt"}}))
		}
		s.finish(deaf, end)
		var said failure
		reply := s.receive(s.shell)
		if reply.content(&said); !strings.Contains(string(reply.body[contentPart]), `"status":"error"`) || said.Name != "NoInput" {
			t.Errorf("the reply is %s", reply.body[contentPart])
		}
		var errors []string
		for m := s.hear(); !isIdle(m); m = s.hear() {
			if m.header.Type == "error" {
				errors = append(errors, string(m.body[contentPart]))
			}
		}
		if len(errors) != 1 || !strings.Contains(errors[0], "nobody can give any here") {
			t.Errorf("the cell says %q", errors)
		}
		// Who takes questions gets them, and got none of the others.
		ask("2", true)
		if m := s.receive(s.stdin); m.parent.ID != "2" {
			t.Errorf("the client is asked for cell %s", m.parent.ID)
		}
	}
}

// publicationOf is something that GoNB publishes of a cell.
func publicationOf(request message, kind string, content any) message {
	m := request.answer(kind, content)
	m.identities = request.identities
	return m
}

func isIdle(m message) bool {
	return m.header.Type == "status" && strings.Contains(string(m.body[contentPart]), "idle")
}

// While a cell runs, help and completion are answered at once, by nothing, and GoNB does not
// get them; the kernel stays busy.
func TestAsksWhileACellRuns(t *testing.T) {
	s := newStage(t)
	first := s.queue(true, "1")
	content := map[string]any{"code": "αβγ = experiment.Quick", "cursor_pos": 9, "detail_level": 0}
	for kind, want := range map[string]string{
		"inspect_request":  `{"data":{},"found":false,"metadata":{},"status":"ok"}`,
		"complete_request": `{"cursor_end":9,"cursor_start":9,"matches":[],"metadata":{},"status":"ok"}`,
	} {
		s.ask(s.shell, kind, "asked", content)
		if m := s.receive(s.shell); m.parent.ID != "asked" || string(m.body[contentPart]) != want {
			t.Errorf("%s: the answer is %s, want %s", kind, m.body[contentPart], want)
		}
		var states []string
		for _, m := range s.heardSoFar() {
			states = append(states, m.parent.ID+" "+string(m.body[contentPart]))
		}
		if want := []string{`asked {"execution_state":"busy"}`, `asked {"execution_state":"idle"}`, `asked {"execution_state":"busy"}`}; !slices.Equal(states, want) {
			t.Errorf("%s: heard %q, want %q", kind, states, want)
		}
	}
	s.finish(first, ok)
	s.statuses(1)
	for _, kind := range []string{"inspect_request", "complete_request"} {
		s.ask(s.shell, kind, "later", content)
		m := s.receive(s.gonb.shell)
		var got struct {
			Code   string
			Cursor int `json:"cursor_pos"`
		}
		if err := m.content(&got); err != nil || m.header.ID != "later" || got.Cursor != 9 || got.Code != "___ = experiment.Quick" {
			t.Errorf("then %s %s reached GoNB, %+v, %v", m.header.Type, m.header.ID, got, err)
		}
	}
}

// What GoNB must not have, to run or to be asked about, it does not get: a cell says why, a
// question has no answer.
func TestKeepsFromGoNB(t *testing.T) {
	real := gonb
	gonb = strange
	t.Cleanup(func() { gonb = real }) // when the stage's sockets are closed
	s := newStage(t)
	s.ask(s.shell, "execute_request", "1", map[string]any{"code": "x\n#exec"})
	if got := s.statuses(1); got[0] != "1 error" {
		t.Errorf("reply %q", got)
	}
	said := false
	for _, m := range s.heardSoFar() {
		said = said || m.header.Type == "error" && strings.Contains(string(m.body[contentPart]), "line 2: #exec without a function")
	}
	if !said {
		t.Error("the cell does not say why")
	}
	for _, ask := range []struct {
		kind    string
		content any
	}{
		{"inspect_request", map[string]any{"code": "--", "cursor_pos": 1, "detail_level": 0}},
		{"complete_request", map[string]any{"code": "x\n#exec", "cursor_pos": 1}},
		{"complete_request", map[string]any{"code": 5}},
		{"inspect_request", nil},
	} {
		s.ask(s.shell, ask.kind, "asked", ask.content)
		if m := s.receive(s.shell); m.parent.ID != "asked" || strings.Contains(string(m.body[contentPart]), "true") {
			t.Errorf("%s %v: the answer is %s", ask.kind, ask.content, m.body[contentPart])
		}
	}
	s.ask(s.shell, "kernel_info_request", "info", nil)
	if m := s.receive(s.gonb.shell); m.header.ID != "info" {
		t.Errorf("GoNB got %s", m.header.ID)
	}
}

// A request for a cell has all that GoNB takes from it, or is refused.
func TestWholeRequests(t *testing.T) {
	s := newStage(t)
	s.ask(s.shell, "execute_request", "1", map[string]any{"code": "f()", "store_history": false, "silent": nil})
	m := s.receive(s.gonb.shell)
	var got map[string]any
	want := map[string]any{"code": "f()", "store_history": false, "silent": false, "allow_stdin": true}
	if err := m.content(&got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("GoNB got %v, want %v, %v", got, want, err)
	}
	s.finish(m, ok)
	s.statuses(1)
	for id, content := range map[string]any{"2": map[string]any{"code": 3}, "3": map[string]any{"silent": "no"}, "4": []int{}} {
		s.ask(s.shell, "execute_request", id, content)
		if got := s.statuses(1); got[0] != id+" error" {
			t.Errorf("%v: reply %q", content, got)
		}
	}
}

// A message that is not signed by Jupyter goes nowhere: GoNB would stop.
func TestDropsForgeries(t *testing.T) {
	s := newStage(t)
	right := s.key
	s.key = key("guessed")
	s.ask(s.shell, "execute_request", "forged", map[string]any{"code": "!true"})
	s.ask(s.control, "shutdown_request", "forged", nil)
	s.ask(s.stdin, "input_reply", "forged", map[string]any{"value": "yes"})
	s.key = right
	s.ask(s.shell, "execute_request", "1", map[string]any{"code": "%%"})
	s.ask(s.control, "interrupt_request", "1", nil)
	s.ask(s.stdin, "input_reply", "1", map[string]any{"value": "yes"})
	for _, gonb := range []*socket{s.gonb.shell, s.gonb.control, s.gonb.stdin} {
		if m := s.receive(gonb); m.header.ID != "1" {
			t.Errorf("GoNB got %s", m.header.ID)
		}
	}
}

// A client goes before all that it has asked is answered, as JupyterLab's server does: it
// asks every half second until the first answer, and closes. Who stays is answered.
func TestClientGoesBeforeItsAnswers(t *testing.T) {
	s := newStage(t)
	const clients, questions = 30, 20
	for range clients {
		for port, gonb := range map[int]*socket{s.front.Shell: s.gonb.shell, s.front.Control: s.gonb.control} {
			client := &socket{Socket: zmq4.NewDealer(t.Context())}
			if err := client.Dial(s.front.address(port)); err != nil {
				t.Fatal(err)
			}
			var asked []message
			for i := range questions {
				s.ask(client, "kernel_info_request", fmt.Sprint("early ", i), nil)
				asked = append(asked, s.receive(gonb))
			}
			for i, m := range asked {
				if i == 1 {
					go client.Close()
				}
				s.reply(m, "kernel_info_reply")
			}
		}
	}
	late := time.AfterFunc(time.Minute, func() { panic("who stays waits for an answer") })
	defer late.Stop()
	s.finish(s.queue(true, "1"), ok)
	if got := s.statuses(1); got[0] != "1 ok" {
		t.Errorf("reply %q", got)
	}
	s.ask(s.control, "interrupt_request", "stop", nil)
	s.reply(s.receive(s.gonb.control), "interrupt_reply")
	s.receive(s.control)
}

// Jupyter asks whether the kernel is there, and gets back what it sent; what is no
// question of its kind is no harm.
func TestHeartbeat(t *testing.T) {
	s := newStage(t)
	stranger, jupyter := zmq4.NewDealer(t.Context()), zmq4.NewReq(t.Context())
	for _, client := range []zmq4.Socket{stranger, jupyter} {
		if err := client.Dial(s.front.address(s.front.Beat)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := client.Send(zmq4.NewMsgString("ping")); err != nil {
				t.Fatal(err)
			}
			if m, err := client.Recv(); err != nil || string(m.Bytes()) != "ping" {
				t.Errorf("the answer is %q, %v", m.Bytes(), err)
			}
		}
	}
}

// A client that says nothing, one that does not greet to the end, and one that does not
// listen keep no other waiting.
func TestClientsThatStandStill(t *testing.T) {
	patience = 2 * time.Second
	t.Cleanup(func() { patience = 10 * time.Second })
	s := newStage(t)
	late := time.AfterFunc(time.Minute, func() { panic("who stays waits for an answer") })
	defer late.Stop()
	mute, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.front.Shell))
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	slow, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.front.Shell))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := slow.Write([]byte{0xff}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(slow, make([]byte, 64)); err != nil { // the others' greeting: it was let in
		t.Fatal(err)
	}
	client := &socket{Socket: zmq4.NewDealer(t.Context())}
	if err := client.Dial(s.front.address(s.front.Shell)); err != nil {
		t.Fatal(err)
	}
	s.ask(client, "kernel_info_request", "there", nil)
	s.reply(s.receive(s.gonb.shell), "kernel_info_reply")
	s.receive(client)

	deaf := zmq4.NewSub(t.Context()) // nobody calls Recv
	if err := deaf.Dial(s.front.address(s.front.IOPub)); err != nil {
		t.Fatal(err)
	}
	if err := deaf.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	const figures = 60
	figure := message{header: header{Type: "display_data"}, buffers: [][]byte{make([]byte, 1<<20)}}
	figure.body = [4]json.RawMessage{mustJSON(figure.header), json.RawMessage("{}"), json.RawMessage("{}"), json.RawMessage("{}")}
	figure.identities = [][]byte{[]byte("topic")}
	for range figures {
		s.send(s.gonb.publish, figure)
	}
	if n := len(s.heardSoFar()); n != figures {
		t.Errorf("who listens heard %d of %d figures", n, figures)
	}
}
