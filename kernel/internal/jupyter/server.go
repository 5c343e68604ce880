package jupyter

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// listen listens on a port of this machine for a moment.
func listen(port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return l.Close()
}

// isTaken reports whether it is another program for which a port cannot be had. Windows
// has numbers of its own for its errors.
func isTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || runtime.GOOS == "windows"
}

// CheckPort says why a port of this machine cannot be listened on, nil where it can.
func CheckPort(port int) error {
	err := listen(port)
	switch {
	case err == nil:
		return nil
	case isTaken(err):
		return program.Fail("port", fmt.Sprintf("%d is taken by another program", port), "end that program, give another -port, or none")
	case errors.Is(err, fs.ErrPermission):
		return program.Fail("port", fmt.Sprintf("%d is not for this user", port), "give a -port from 1024 on, or none")
	}
	return program.Fail("port", fmt.Sprintf("%d of 127.0.0.1 cannot be listened on: %v", port, err), "see that the machine has its loopback interface, with 127.0.0.1 and localhost")
}

// FreePort returns the first free port of a hundred.
func FreePort(from int) (int, error) {
	for port := from; port < from+100; port++ {
		err := listen(port)
		if err == nil {
			return port, nil
		}
		if !isTaken(err) { // nor is the next to be had
			return 0, CheckPort(port)
		}
	}
	return 0, program.Fail("port", fmt.Sprintf("%d to %d are all taken", from, from+99), "give one with -port")
}

// A Server is a running JupyterLab.
type Server struct {
	Log   string        // the file that it logs to
	Ended chan struct{} // closed when the process has ended

	cmd   *exec.Cmd
	port  int
	page  string // what it opens
	token string
}

// page is the page that JupyterLab opens: where to start, beside the tabs that were
// open last time.
func page(notebooks string) string {
	const first = "00-start.ipynb"
	if !place.IsFile(filepath.Join(notebooks, first)) {
		return "/lab"
	}
	return "/lab/tree/" + first
}

// Start starts JupyterLab on a folder of notebooks. The token travels in an
// environment variable, which other users of the machine cannot read, not on the
// command line.
func (j Installation) Start(notebooks string, port int, browser bool) (*Server, error) {
	if !place.IsFolder(notebooks) {
		return nil, fmt.Errorf("%s is not there: is the checkout complete?", notebooks)
	}
	secret := make([]byte, 24)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	v := &Server{port: port, page: page(notebooks), token: hex.EncodeToString(secret), Ended: make(chan struct{}),
		Log: filepath.Join(j.Home, "jupyter", "lab-"+strconv.Itoa(port)+".log")}
	args := []string{"-m", "jupyterlab",
		"--ServerApp.ip=127.0.0.1", "--ServerApp.port=" + strconv.Itoa(port), "--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + notebooks,
		"--ServerApp.open_browser=" + map[bool]string{true: "True", false: "False"}[browser],
		"--LabApp.default_url=" + v.page,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--ServerApp.allow_root=True")
	}
	log, err := os.OpenFile(v.Log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	v.cmd = exec.Command(j.Python, args...)
	v.cmd.Dir = notebooks
	v.cmd.Env = j.env(map[string]string{"JUPYTER_TOKEN": v.token})
	v.cmd.Stdout, v.cmd.Stderr = log, log
	program.OwnGroup(v.cmd)
	started := j.Hold.Share(v.cmd)
	err = v.cmd.Start()
	started()
	if err != nil {
		return nil, err
	}
	if err := j.Hold.Say(fmt.Sprintf("JupyterLab at http://127.0.0.1:%d", port), v.cmd.Process.Pid); err != nil {
		program.KillGroup(v.cmd.Process.Pid)
		v.cmd.Wait()
		return nil, err
	}
	go func() {
		v.cmd.Wait()
		close(v.Ended)
	}()
	return v, nil
}

// EndedWell reports whether JupyterLab, which has ended, was shut down from its own menu.
func (v *Server) EndedWell() bool { return v.cmd.ProcessState.Success() }

// Address is the page that a browser opens, with the token.
func (v *Server) Address() string {
	return fmt.Sprintf("http://127.0.0.1:%d%s?token=%s", v.port, v.page, v.token)
}

// WaitReady waits until JupyterLab answers.
func (v *Server) WaitReady(ctx context.Context) error {
	client := http.Client{Timeout: 5 * time.Second}
	url := fmt.Sprintf("http://127.0.0.1:%d/api/status?token=%s", v.port, v.token)
	for began := time.Now(); time.Since(began) < 2*time.Minute; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-v.Ended:
			return v.Failure("does not start")
		case <-time.After(50 * time.Millisecond):
		}
		if answer, err := client.Get(url); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return program.Fail("JupyterLab", "does not answer after two minutes", "see "+v.Log)
}

// Stop ends JupyterLab and the kernels that it runs: it is asked to, and killed
// with them if it does not within 15 seconds.
func (v *Server) Stop() {
	v.cmd.Process.Signal(program.StopSignal)
	select {
	case <-v.Ended:
	case <-time.After(15 * time.Second):
		kernels := program.Children(v.cmd.Process.Pid)
		program.KillGroup(v.cmd.Process.Pid)
		for _, kernel := range kernels {
			program.KillGroup(kernel)
		}
		<-v.Ended
	}
}

// Failure is how JupyterLab failed, with the reason where its log tells one.
func (v *Server) Failure(how string) program.Failure {
	if words := v.lastWords(); words != "" {
		how += ": " + words
	}
	return program.Fail("JupyterLab", how, "see "+v.Log)
}

// levelled is a line of Jupyter's log: its level, and what is told.
var levelled = regexp.MustCompile(`^\[([DIWEC]) [^\]]*\](.*)$`)

// lastWords is the line of the log that tells why JupyterLab ended; nothing, if none
// does. It is Python's last word where it broke off, else Jupyter's last error (E, C),
// else its last warning (W). Most of what is told (I) tells of work that went well, and
// what has no level may be a kernel's.
func (v *Server) lastWords() string {
	text, err := os.ReadFile(v.Log)
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return "it said nothing"
	}
	told, breaking := false, false
	var broke, wrong, warning string
	for line := range strings.Lines(program.Plain(string(text))) {
		line = strings.TrimRight(line, "\r\n ")
		if m := levelled.FindStringSubmatch(line); m != nil {
			told, breaking, broke = true, false, ""
			switch {
			case m[2] == "": // the addresses follow, which go with level C
			case m[1] == "E" || m[1] == "C":
				wrong = line
			case m[1] == "W":
				warning = line
			}
			continue
		}
		switch {
		case strings.HasPrefix(line, "Traceback (most recent call last):"):
			breaking = true
		case breaking && line != "" && line[0] != ' ':
			broke, breaking = line, false
		}
	}
	if !told {
		return program.LastLine(string(text)) // it has not come to its log
	}
	return cmp.Or(broke, wrong, warning)
}
