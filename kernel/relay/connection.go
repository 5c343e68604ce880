package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
)

// A connection is Jupyter's connection file: where the sockets of a kernel are.
type connection struct {
	Transport string `json:"transport"`
	IP        string `json:"ip"`
	Scheme    string `json:"signature_scheme"`
	Key       string `json:"key"`

	Shell   int `json:"shell_port"`
	Control int `json:"control_port"`
	Stdin   int `json:"stdin_port"`
	IOPub   int `json:"iopub_port"`
	Beat    int `json:"hb_port"`
}

func readConnection(path string) (c connection, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("%s is no connection file of Jupyter's: %w", path, err)
	}
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return c, fmt.Errorf("%s: transport %q: want tcp or ipc", path, c.Transport)
	}
	if c.Key != "" && c.Scheme != "hmac-sha256" {
		return c, fmt.Errorf("%s: signature scheme %q: want hmac-sha256", path, c.Scheme)
	}
	return c, nil
}

func (c connection) write(path string) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// address is what ZeroMQ calls one of the ports.
func (c connection) address(port int) string {
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, port)
	}
	return fmt.Sprintf("tcp://%s:%d", c.IP, port)
}

// Free ports are looked for in this range. Systems give the ports above it to
// whoever asks for any, and whoever connects somewhere: one of those, let go of here
// until GoNB listens there, may be somebody else's by then.
const firstPort, ports = 20_000, 12_000

// sibling is a connection of the same key at free ports of this machine alone, none
// of which c has: that may not listen yet.
func (c connection) sibling() (connection, error) {
	s := connection{Transport: "tcp", IP: "127.0.0.1", Scheme: c.Scheme, Key: c.Key}
	for _, port := range []*int{&s.Shell, &s.Control, &s.Stdin, &s.IOPub, &s.Beat} {
		for *port == 0 || slices.Contains([]int{c.Shell, c.Control, c.Stdin, c.IOPub, c.Beat}, *port) {
			l, err := listen()
			if err != nil {
				return s, err
			}
			defer l.Close() // all of them at the end, so that they differ
			*port = l.Addr().(*net.TCPAddr).Port
		}
	}
	return s, nil
}

// listen listens at a port of the range.
func listen() (l net.Listener, err error) {
	for range 100 {
		l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(ports)))
		if err == nil {
			break
		}
	}
	return l, err
}
