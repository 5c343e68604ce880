//go:build linux

package program

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

func TestChildren(t *testing.T) {
	// A child that ends when we do, at the latest, and not before.
	server := exec.Command("sh", "-c", "cat <&3 & echo $!; wait")
	OwnGroup(server)
	ends, open, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	defer ends.Close()
	server.ExtraFiles = []*os.File{ends}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	want, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if got := Children(server.Process.Pid); len(got) != 1 || got[0] != want {
		t.Errorf("started %v, want %d alone", got, want)
	}
	KillGroup(server.Process.Pid)
	if err := server.Wait(); err == nil {
		t.Error("the group that was killed ended well")
	}
}
