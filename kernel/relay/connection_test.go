package main

import (
	"fmt"
	"net"
	"testing"
)

// The ports of a sibling are free, five of them, and none that the system gives to
// whoever asks for any.
func TestSibling(t *testing.T) {
	c, err := connection{Scheme: "hmac-sha256", Key: "secret"}.sibling()
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range []int{c.Shell, c.Control, c.Stdin, c.IOPub, c.Beat} {
		if port < firstPort || port >= firstPort+ports {
			t.Errorf("port %d is outside of %d to %d", port, firstPort, firstPort+ports-1)
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Error(err) // taken, or given twice
			continue
		}
		defer l.Close()
	}
}
