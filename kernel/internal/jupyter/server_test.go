package jupyter

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// JupyterLab opens on 00-start, where there is one.
func TestPage(t *testing.T) {
	notebooks := t.TempDir()
	if got := page(notebooks); got != "/lab" {
		t.Errorf("without 00-start: %s", got)
	}
	if err := os.WriteFile(filepath.Join(notebooks, "00-start.ipynb"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	v := &Server{port: 8888, page: page(notebooks), token: "abc"}
	if got := v.Address(); got != "http://127.0.0.1:8888/lab/tree/00-start.ipynb?token=abc" {
		t.Errorf("with 00-start: %s", got)
	}
}

// Why a port cannot be had is said: only one that is in use is another program's.
func TestCheckPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := CheckPort(port); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d is taken by another program\n  what to do: end that program", port)) {
		t.Errorf("a port in use: %v", err)
	}
	if free, err := FreePort(port); err != nil || free <= port {
		t.Errorf("the first free port from %d on is %d, %v", port, free, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := CheckPort(70000); err == nil || strings.Contains(err.Error(), "taken") {
		t.Errorf("a port that is none: %v", err)
	}
	if _, err := FreePort(70000); err == nil || strings.Contains(err.Error(), "taken") {
		t.Errorf("ports that are none: %v", err)
	}
}

// What JupyterLab wrote to its log, and what of it tells why it ended.
func TestLastWordsOfLab(t *testing.T) {
	const started = "[I 2026-01-02 03:04:05.678 ServerApp] Kernel started: 1\n"
	for _, c := range []struct{ name, log, want string }{
		{"work that went well", started, ""},
		{"the addresses", started + "[C 2026-01-02 03:04:05.678 ServerApp] \n\n    To access the server, open this file in a browser:\n        http://127.0.0.1:8888/lab?token=abc\n" + started, ""},
		{"a kernel's words", started + "panic: m = 0\n", ""},
		{"a signal", started + "[C 2026-01-02 03:04:06.000 ServerApp] received signal 15, stopping\n[I 2026-01-02 03:04:06.001 ServerApp] Shutting down 0 extensions\n",
			"[C 2026-01-02 03:04:06.000 ServerApp] received signal 15, stopping"},
		{"an error behind a warning", "[E 2026 ServerApp] first\n[E 2026 ServerApp] second\n[W 2026 ServerApp] 404 GET /x\n" + started, "[E 2026 ServerApp] second"},
		{"a warning", "[W 2026 LabApp] old setting\n" + started, "[W 2026 LabApp] old setting"},
		{"Python that breaks off", "[E 2026 ServerApp] first\n" + started + "Traceback (most recent call last):\n  File \"a.py\", line 1\n    f()\nOSError: [Errno 28] No space left on device\n",
			"OSError: [Errno 28] No space left on device"},
		{"Python that broke off, and went on", "Traceback (most recent call last):\n  File \"a.py\", line 1\nOSError: once\n" + started, ""},
		{"no log yet", "/home/env/bin/python: No module named jupyterlab\n", "/home/env/bin/python: No module named jupyterlab"},
		{"in colour", "\x1b[31m[E 2026 ServerApp]\x1b[m wrong\n" + started, "[E 2026 ServerApp] wrong"},
		{"nothing", "\n", "it said nothing"},
	} {
		v := &Server{Log: filepath.Join(t.TempDir(), "lab.log")}
		if err := os.WriteFile(v.Log, []byte(c.log), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := v.lastWords(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		want := "JupyterLab: ended by itself\n  what to do: see " + v.Log
		if c.want != "" {
			want = "JupyterLab: ended by itself: " + c.want + "\n  what to do: see " + v.Log
		}
		if got := v.Failure("ended by itself").Error(); got != want {
			t.Errorf("%s: failure %q, want %q", c.name, got, want)
		}
	}
}
