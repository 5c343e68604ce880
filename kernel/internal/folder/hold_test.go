package folder

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// A program that is killed gives its hold back; one that it has started keeps it.
func TestHoldOutlivesItsCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("programs inherit no locks")
	}
	home := t.TempDir()
	hold, err := TakeHold(home)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("sh", "-c", "echo ready; read line")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	started := hold.Share(child)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	started()
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := hold.Say("JupyterLab at http://127.0.0.1:8888", child.Process.Pid); err != nil {
		t.Fatal(err)
	}
	hold.lock.Close() // as the system does to one that is killed
	for _, runs := range []bool{false, true} {
		users, err := InUse(home, nil, runs, nil)
		if err != nil || len(users) != 1 {
			t.Fatalf("in use by %v, %v; want the program that was started", users, err)
		}
		want := fmt.Sprintf("%s is in use by JupyterLab at http://127.0.0.1:8888 (process %d)\n", home, child.Process.Pid)
		if said := UsedBy("uninstall", home, users, "uninstall again").Error(); !strings.Contains(said, want) {
			t.Errorf("says %q, want %q in it", said, want)
		}
	}
	in.Close()
	child.Wait()
	if got := Held(home); len(got) > 0 {
		t.Errorf("held by %v after its end", got)
	}
	// The next one takes the file away.
	if hold, err = TakeHold(home); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(holders(home)); err != nil || len(files) != 1 {
		t.Errorf("files %v, %v; want one", files, err)
	}
	hold.Release()
}
