package main

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program connects to the relay as a live cell's does.
func (s *stage) program(id string) (c net.Conn, lines *bufio.Scanner) {
	s.t.Helper()
	if s.live == nil {
		dir, err := os.MkdirTemp("/tmp", "live") // a socket's path is short
		if err != nil {
			s.t.Fatal(err)
		}
		if s.live, err = net.Listen("unix", filepath.Join(dir, "live")); err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(func() { s.live.Close(); os.RemoveAll(dir) })
		go s.relay.live.listen(s.live)
	}
	c, err := net.Dial("unix", s.live.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	if _, err := c.Write([]byte(id + "\n")); err != nil {
		s.t.Fatal(err)
	}
	return c, bufio.NewScanner(c)
}

// hearComm hears what is published of comms, up to one.
func (s *stage) hearComm() (kind, id, data string, parent string) {
	s.t.Helper()
	for {
		m := s.hear()
		if m.header.Type != "comm_msg" && m.header.Type != "comm_close" {
			continue
		}
		var content struct {
			ID   string          `json:"comm_id"`
			Data json.RawMessage `json:"data"`
		}
		if err := m.content(&content); err != nil {
			s.t.Fatal(err)
		}
		return m.header.Type, content.ID, string(content.Data), m.parent.ID
	}
}

func (s *stage) comm(id string, data any) {
	s.t.Helper()
	s.ask(s.shell, "comm_msg", "page", map[string]any{"comm_id": id, "data": data})
}

// A page and the program of the cell that runs talk with each other past GoNB, which is
// busy with the cell; what is not for the program GoNB gets.
func TestLiveProgram(t *testing.T) {
	s := newStage(t)
	first := s.queue(true, "1")
	c, lines := s.program("gosubspace-a")
	if _, err := c.Write([]byte(`{"here":0}` + "\nno JSON\n")); err != nil {
		t.Fatal(err)
	}
	if kind, id, data, parent := s.hearComm(); kind != "comm_msg" || id != "gosubspace-a" || data != `{"here":0}` || parent != "1" {
		t.Fatalf("the pages hear %s of %s for %s: %s", kind, id, parent, data)
	}
	s.comm("gosubspace-a", map[string]any{"x": 0})
	if lines.Scan(); lines.Text() != `{"data":{"x":0}}` {
		t.Errorf("the program reads %q", lines.Text())
	}
	// What is too long for the program, or no message of ours, is passed over.
	s.comm("gosubspace-a", strings.Repeat("<", longestNote/5))
	s.comm("gosubspace-a", map[string]any{"x": []any{nil, "\n\u2028"}})
	if lines.Scan(); lines.Text() != `{"data":{"x":[null,"\n\u2028"]}}` {
		t.Errorf("after a long message the program reads %.100q", lines.Text())
	}
	s.comm("another's", nil)
	if m := s.receive(s.gonb.shell); m.header.Type != "comm_msg" {
		t.Errorf("GoNB got %s", m.header.Type)
	}
	// Another cell is to run: the program may make way.
	s.ask(s.shell, "execute_request", "2", map[string]any{"code": "%%"})
	if lines.Scan(); lines.Text() != `{"waiting":true}` {
		t.Errorf("the program reads %q", lines.Text())
	}
	c.Close()
	if kind, id, _, _ := s.hearComm(); kind != "comm_close" || id != "gosubspace-a" {
		t.Errorf("at its end the pages hear %s of %s", kind, id)
	}
	s.finish(first, ok)
	s.statuses(1)
	// A page that is still there is told that nobody is.
	s.comm("gosubspace-a", map[string]any{"x": 1})
	if kind, id, _, parent := s.hearComm(); kind != "comm_close" || id != "gosubspace-a" || parent != "page" {
		t.Errorf("later the page hears %s of %s", kind, id)
	}
}

// With "Run all" the others wait before the program is there.
func TestLiveProgramIsToldWhatWaits(t *testing.T) {
	s := newStage(t)
	s.queue(true, "1", "2")
	_, lines := s.program("gosubspace-b")
	if lines.Scan(); lines.Text() != `{"waiting":true}` {
		t.Errorf("the program reads %q", lines.Text())
	}
}

// A program that no cell runs, or of another name, is let go of.
func TestLiveProgramOfNoCell(t *testing.T) {
	s := newStage(t)
	none := func(id string) {
		t.Helper()
		if _, lines := s.program(id); lines.Scan() {
			t.Errorf("%s reads %q", id, lines.Text())
		}
	}
	none("gosubspace-c")
	s.queue(true, "1")
	none("else")
}
