package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kernel": heard, "jupyterlab": jupyterlab})
}

// heardVariable asks the command, run by a test, to say on descriptor 3 when a
// signal has reached it.
const heardVariable = "KERNEL_TEST_HEARD"

// heard is the command.
func heard() {
	if os.Getenv(heardVariable) != "" {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // as main does
		go func() {
			fmt.Fprintln(os.NewFile(3, "heard"), <-signals)
		}()
	}
	main()
}

// TestScripts runs the command as users do. The scripts work in a checkout of
// their own, under $WORK/project, with programs of their own on PATH where
// those of the machine would not fail as the script wants.
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts' programs are shell scripts")
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"kernel", "go", "cc"} {
				if path, err := exec.LookPath(name); err == nil {
					env.Setenv(strings.ToUpper(name)+"_PATH", path)
				}
			}
			for _, name := range []string{"GOMLX_BACKEND", "VIRTUAL_ENV", "CONDA_PREFIX", "PJRT_PLUGIN_LIBRARY_PATH", "GOSUBSPACE_DATA", "GOSUBSPACE_RUNS", "GOSUBSPACE_PROGRAMS"} {
				env.Setenv(name, "")
			}
			env.Setenv("GOSUBSPACE_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("CUDA_VISIBLE_DEVICES", "-1")
			env.Setenv("GOTOOLCHAIN", "local")
			env.Setenv("CC", "")
			return aProject(filepath.Join(env.WorkDir, "project"))
		},
		Condition: func(condition string) (bool, error) {
			if condition == "cc" {
				_, err := exec.LookPath("cc")
				return err == nil, nil
			}
			return false, nil
		},
	})
}

// aProject makes a small project with go.mod, go.sum, one package and one
// notebook.
func aProject(dir string) error {
	for name, text := range map[string]string{
		"go.mod":                       "module gosubspace\n\ngo 1.26.5\n",
		"go.sum":                       "",
		"kernel/relay/main.go":         "package main\n",
		"kernel/internal/scratch/x.go": "package scratch\n",
		"subspace/place/p.go":          "package place\n",
		"kernel/go/main.go":            "package main\n",
		"kernel/goimports/main.go":     "package main\n",
		"kernel/gopls/main.go":         "package main\n", "kernel/gopls/pinned/go.mod": "module gopls\n",
		"notebooks/lesson/l.go":   "package lesson\n",
		"environment.yml":         "dependencies:\n  - python>=3.10\n  - pip\n  - pip:\n    - jupyterlab==4.6.6\n    - nbclient==0.11.0\n",
		"notebooks/00-here.ipynb": `{"cells": [{"cell_type": "code", "source": ["import \"fmt\"\n", "%%\n", "fmt.Println()"], "outputs": []}]}`,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func TestExitStatus(t *testing.T) {
	t.Setenv("GOSUBSPACE_HOME", filepath.Join(t.TempDir(), "home"))
	t.Setenv("GOSUBSPACE_RUNS", "")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	for _, c := range []struct {
		args string
		want int
		says string
	}{
		{"help", 0, "usage: go run ./kernel [subcommand]"},
		{"-h", 0, "usage: go run ./kernel [-no-browser]"},
		{"setup -h", 0, "usage: go run ./kernel setup"},
		{"run -h", 0, "usage: go run ./kernel run"},
		{"copy -h", 0, "usage: go run ./kernel copy"},
		{"doctor -h", 0, "usage: go run ./kernel doctor"},
		{"add -h", 0, "usage: go run ./kernel add"},
		{"add", 2, "want the import path of a package"},
		{"add fmt", 2, "fmt is a package of Go's own and needs no adding"},
		{"add gonum.org/v1/plot/font", 2, "where go.mod pins gonum.org/v1/plot@v0."},
		{"run 02-plane -o DIR", 2, `-o stands behind "02-plane", and flags come before names: see go run ./kernel run -h`},
		{"uninstall -h", 0, "usage: go run ./kernel uninstall"},
		{"explore -h", 0, "usage: go run ./kernel explore [flags] [RUN or FILE.safetensors]"},
		{"explore -o page.txt", 2, "-o page.txt: want the name of a file that ends in .html"},
		{"explore -corners 1,x", 2, "-corners 1,x: want the numbers of three endpoints"},
		{"explore -test-images -1", 2, "-test-images -1: want a whole number from 0 on"},
		{"explore nowhere.safetensors", 1, "there is no file of endpoints: stat nowhere.safetensors"},
		{"explore line", 1, "no run \"line\": there are no runs here"},
		{"nonsense", 2, `no subcommand "nonsense"`},
		{"run -nonsense", 2, "-nonsense"},
		{"doctor nonsense", 2, `"nonsense" is one argument too many`},
		{"setup -cuda=perhaps", 2, "perhaps"},
		{"-port 70000", 2, "want one from 1 to 65535"},
		{"-port " + port, 1, port + " is taken by another program\n  what to do: "},
		{"run no-such-notebook", 1, "no notebook no-such-notebook"},
		{"uninstall", 0, "nothing else of ours"},
	} {
		var stdout, stderr bytes.Buffer
		got := Main(context.Background(), strings.Fields(c.args), &stdout, &stderr)
		if got != c.want {
			t.Errorf("%q: exit status %d, want %d: %s%s", c.args, got, c.want, &stdout, &stderr)
		}
		if said := stdout.String() + stderr.String(); !strings.Contains(said, c.says) {
			t.Errorf("%q says %q, want %q in it", c.args, said, c.says)
		}
		if (c.want == 0) != (stderr.Len() == 0) {
			t.Errorf("%q: exit status %d, and on the error stream: %q", c.args, got, &stderr)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Setenv("GOSUBSPACE_HOME", filepath.Join(t.TempDir(), "home"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	if got := Main(ctx, []string{"setup"}, &stdout, &stderr); got != 130 {
		t.Errorf("exit status %d, want 130: %s", got, &stderr)
	}
}
