package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// lab is the command without a name: it sets up what is missing and opens
// JupyterLab.
func lab(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("", "go run ./kernel [-no-browser] [-port N] [-cuda]",
		"Sets up what is missing, then opens JupyterLab on the notebooks. It listens on this\n"+
			"machine alone, and wants the token of the printed address. Ctrl-C ends it.\n"+
			"Other subcommands: go run ./kernel help.", stdout)
	noBrowser := fs.Bool("no-browser", false, "print the address, open no browser")
	port := fs.Int("port", 0, "the `port` to listen on; 0 takes the first free one from 8888 on")
	cuda := cudaFlag(fs)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	if *port < 0 || *port > 65535 {
		return usageError{fmt.Sprintf("-port %d: want one from 1 to 65535, or 0", *port)}
	}
	if *port != 0 && !free(*port) {
		return program.Fail("port", fmt.Sprintf("%d is taken by another program", *port), "end that program, give another -port, or none")
	}
	s, err := ensure(ctx, cuda.value, stdout)
	if err != nil {
		return err
	}
	s.cleanFlags()
	defer s.held.Release()
	// Nobody reads on where the output went: JupyterLab is to be ended all the same.
	signal.Ignore(syscall.SIGPIPE)
	if *port == 0 {
		if *port, err = firstFree(8888); err != nil {
			return err
		}
	}
	server, err := s.startLab(*port, !*noBrowser && hasDisplay())
	if err != nil {
		return err
	}
	if err := server.waitReady(ctx); err != nil {
		server.stop()
		return err
	}
	fmt.Fprintf(stdout, "JupyterLab is ready: %s\nIt logs to %s. Ctrl-C ends it.\n", server.address(), server.log)
	select {
	case <-ctx.Done():
		fmt.Fprintln(stdout, "\nending JupyterLab")
		server.stop()
		return nil
	case <-server.ended:
		return server.failure("ended by itself")
	}
}

// hasDisplay reports whether a browser could show itself.
func hasDisplay() bool {
	return !onLinux() || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// free reports whether a port of this machine can be listened on.
func free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func firstFree(from int) (int, error) {
	for port := from; port < from+100; port++ {
		if free(port) {
			return port, nil
		}
	}
	return 0, program.Fail("port", fmt.Sprintf("%d to %d are all taken", from, from+99), "give one with -port")
}

// jupyterSettings are what differs from JupyterLab's own settings, by file.
var jupyterSettings = map[string]string{
	// No news and no look for updates, which ask the network.
	"labconfig/page_config.json": `{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}`,
	// JupyterLab learns that a kernel is idle from messages that are not in this
	// list. GoNB announces it with its first kernel_info_reply alone, so the
	// list is Jupyter's own without that: or the status is unknown until the
	// first cell runs.
	"jupyter_server_config.json": `{"MappingKernelManager": {"untracked_message_types": [
  "comm_info_request", "comm_info_reply", "shutdown_request", "shutdown_reply", "interrupt_request", "interrupt_reply",
  "debug_request", "debug_reply", "stream", "display_data", "update_display_data", "execute_input", "execute_result",
  "error", "status", "clear_output", "debug_event", "input_request", "input_reply"]}}`,
}

// settingsStep makes the folders of JupyterLab's files and writes its settings.
func (s *setUp) settingsStep(ctx context.Context) (step, error) {
	jupyter := filepath.Join(s.home, "jupyter")
	key, err := json.Marshal(jupyterSettings)
	if err != nil {
		return step{}, err
	}
	st := step{
		name:   "settings",
		doing:  "keeping JupyterLab's files in " + jupyter,
		key:    hash(key),
		shared: true,
		leave:  []string{filepath.Join(jupyter, "data"), filepath.Join(jupyter, "runtime")},
	}
	for _, name := range slices.Sorted(maps.Keys(jupyterSettings)) {
		st.leave = append(st.leave, filepath.Join(jupyter, "config", filepath.FromSlash(name)))
	}
	st.do = func(context.Context) error {
		if err := folder.Mark(jupyter); err != nil {
			return err
		}
		for _, dir := range []string{"config/labconfig", "data", "runtime"} {
			if err := os.MkdirAll(filepath.Join(jupyter, filepath.FromSlash(dir)), 0o700); err != nil {
				return err
			}
		}
		for name, text := range jupyterSettings {
			if err := place.WriteFile(filepath.Join(jupyter, "config", filepath.FromSlash(name)), []byte(text+"\n")); err != nil {
				return err
			}
		}
		return nil
	}
	return st, nil
}

// jupyterEnv is the environment of Jupyter's programs: their files lie in the
// project's folder, and the user's own Jupyter stays as it is.
func (s *setUp) jupyterEnv(extra map[string]string) []string {
	jupyter := filepath.Join(s.home, "jupyter")
	values := map[string]*string{"JUPYTER_PATH": nil, "JUPYTER_CONFIG_PATH": nil, "JUPYTER_TOKEN": nil,
		"JUPYTERLAB_SETTINGS_DIR": nil, "JUPYTERLAB_WORKSPACES_DIR": nil}
	for name, value := range map[string]string{
		"JUPYTER_CONFIG_DIR":      filepath.Join(jupyter, "config"),
		"JUPYTER_DATA_DIR":        filepath.Join(jupyter, "data"),
		"JUPYTER_RUNTIME_DIR":     filepath.Join(jupyter, "runtime"),
		"JUPYTER_PREFER_ENV_PATH": "1",
		"IPYTHONDIR":              filepath.Join(jupyter, "ipython"),
	} {
		values[name] = &value
	}
	for name, value := range extra {
		values[name] = &value
	}
	return program.Setenv(pythonEnv(), values)
}

// A server is a running JupyterLab.
type server struct {
	cmd   *exec.Cmd
	port  int
	page  string // what it opens
	token string
	log   string
	ended chan struct{} // closed when the process has ended
}

// page is the page that JupyterLab opens: where to start, beside the tabs that were
// open last time.
func (s *setUp) page() string {
	const first = "00-start.ipynb"
	if !place.IsFile(filepath.Join(s.project.notebooks(), first)) {
		return "/lab"
	}
	return "/lab/tree/" + first
}

// startLab starts JupyterLab. The token travels in an environment variable,
// which other users of the machine cannot read, not on the command line.
func (s *setUp) startLab(port int, browser bool) (*server, error) {
	if !place.IsFolder(s.project.notebooks()) {
		return nil, fmt.Errorf("%s is not there: is the checkout complete?", s.project.notebooks())
	}
	secret := make([]byte, 24)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	v := &server{port: port, page: s.page(), token: hex.EncodeToString(secret), ended: make(chan struct{}),
		log: filepath.Join(s.home, "jupyter", "lab-"+strconv.Itoa(port)+".log")}
	args := []string{"-m", "jupyterlab",
		"--ServerApp.ip=127.0.0.1", "--ServerApp.port=" + strconv.Itoa(port), "--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + s.project.notebooks(),
		"--ServerApp.open_browser=" + map[bool]string{true: "True", false: "False"}[browser],
		"--LabApp.default_url=" + v.page,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--ServerApp.allow_root=True")
	}
	log, err := os.OpenFile(v.log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	v.cmd = exec.Command(s.env.python(), args...)
	v.cmd.Dir = s.project.notebooks()
	v.cmd.Env = s.jupyterEnv(map[string]string{"JUPYTER_TOKEN": v.token})
	v.cmd.Stdout, v.cmd.Stderr = log, log
	program.OwnGroup(v.cmd)
	started := s.held.Share(v.cmd)
	err = v.cmd.Start()
	started()
	if err != nil {
		return nil, err
	}
	if err := s.held.Say(fmt.Sprintf("JupyterLab at http://127.0.0.1:%d", port), v.cmd.Process.Pid); err != nil {
		program.KillGroup(v.cmd.Process.Pid)
		v.cmd.Wait()
		return nil, err
	}
	go func() {
		v.cmd.Wait()
		close(v.ended)
	}()
	return v, nil
}

func (v *server) address() string {
	return fmt.Sprintf("http://127.0.0.1:%d%s?token=%s", v.port, v.page, v.token)
}

// waitReady waits until JupyterLab answers.
func (v *server) waitReady(ctx context.Context) error {
	client := http.Client{Timeout: 5 * time.Second}
	url := fmt.Sprintf("http://127.0.0.1:%d/api/status?token=%s", v.port, v.token)
	for began := time.Now(); time.Since(began) < 2*time.Minute; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-v.ended:
			return v.failure("does not start")
		case <-time.After(50 * time.Millisecond):
		}
		if answer, err := client.Get(url); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return program.Fail("JupyterLab", "does not answer after two minutes", "see "+v.log)
}

// stop ends JupyterLab and the kernels that it runs: it is asked to, and killed
// with them if it does not within 15 seconds.
func (v *server) stop() {
	v.cmd.Process.Signal(program.StopSignal)
	select {
	case <-v.ended:
	case <-time.After(15 * time.Second):
		kernels := program.Children(v.cmd.Process.Pid)
		program.KillGroup(v.cmd.Process.Pid)
		for _, kernel := range kernels {
			program.KillGroup(kernel)
		}
		<-v.ended
	}
}

// failure is how JupyterLab failed, with the reason where its log tells one.
func (v *server) failure(how string) program.Failure {
	if words := v.lastWords(); words != "" {
		how += ": " + words
	}
	return program.Fail("JupyterLab", how, "see "+v.log)
}

// levelled is a line of Jupyter's log: its level, and what is told.
var levelled = regexp.MustCompile(`^\[([DIWEC]) [^\]]*\](.*)$`)

// lastWords is the line of the log that tells why JupyterLab ended; nothing, if none
// does. It is Python's last word where it broke off, else Jupyter's last error (E, C),
// else its last warning (W). Most of what is told (I) tells of work that went well, and
// what has no level may be a kernel's.
func (v *server) lastWords() string {
	text, err := os.ReadFile(v.log)
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
