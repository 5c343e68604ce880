package setup

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/subspace/place"
)

// aCheckout makes a folder with the sources that a kernel's state is told by.
func aCheckout(t *testing.T) checkout.Project {
	t.Helper()
	dir := t.TempDir()
	for _, sources := range append(slices.Clone(kernelSources), "kernel/gopls/pinned") {
		if err := os.MkdirAll(filepath.Join(dir, sources), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return checkout.Project{Dir: dir}
}

// An environment that cannot be written to serves where this home has set it up for this
// checkout, and not where somebody else has. What does not serve leaves no trace in the
// record, or uninstall would look for a kernel of ours there.
func TestEnvironmentOfAnother(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("no folder is closed to this user, or its Python is no shell script")
	}
	e := environment{dir: t.TempDir()}
	kernel := e.kernel()
	python := "#!/bin/sh\necho '{\"found\": {\"pip\": \"1\"}}'\n"
	for path, text := range map[string]string{e.python(): python, e.gopls(): "", filepath.Join(kernel, "kernel.json"): `{"argv": ["-go_work=/elsewhere"]}`} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.Mark(kernel); err != nil {
		t.Fatal(err)
	}
	s := &State{Project: aCheckout(t), home: t.TempDir(), go_: checkout.Toolchain{Root: "/go", Version: "1.99"}}
	s.record = readRecord(s.home)
	lacks := func(s *State) string {
		if err := os.Chmod(kernel, 0o555); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(kernel, 0o755)
		why, err := s.lacks(t.Context(), e, nil)
		if err != nil {
			t.Fatal(err)
		}
		return why
	}
	if why := lacks(s); !strings.HasPrefix(why, "cannot be written to") {
		t.Errorf("set up by another it %q", why)
	}
	if len(s.record.Environments) > 0 {
		t.Errorf("the record has it: %v", s.record.Environments)
	}

	there := *s
	there.use(e, nil)
	for _, path := range kernelPrograms {
		if err := errors.Join(os.MkdirAll(filepath.Join(kernel, "bin"), 0o755), os.WriteFile(filepath.Join(kernel, "bin", filepath.Base(path)), nil, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := there.spec().write(kernel); err != nil {
		t.Fatal(err)
	}
	for _, make := range []func() (step, error){
		func() (step, error) { return there.kernelStep(t.Context()) }, func() (step, error) { return there.goplsStep(t.Context()) },
	} {
		st, err := make()
		if err != nil {
			t.Fatal(err)
		}
		s.record.in(e)[st.name] = st.current()
	}
	if why := lacks(s); why != "" {
		t.Errorf("set up from here it %q", why)
	}
	other := *s
	other.Project = aCheckout(t)
	if why := lacks(&other); !strings.HasPrefix(why, "cannot be written to") {
		t.Errorf("set up for another checkout it %q", why)
	}
}

// A package that pip has begun to install and not ended is not taken for installed, in an
// environment of ours: the list of its files lacks, or with a deep look one of the files.
func TestHalfInstalled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("environments look otherwise there")
	}
	answer, err := exec.Command("python3", "-c", "import os, sys; print(os.path.realpath(sys.executable), '%d.%d' % sys.version_info[:2])").Output()
	if err != nil {
		t.Skip("there is no python3")
	}
	python, version, _ := strings.Cut(strings.TrimSpace(string(answer)), " ")
	dir := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("pyvenv.cfg", "home = "+filepath.Dir(python)+"\n")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "bin"), 0o755), os.Symlink(python, filepath.Join(dir, "bin", "python"))); err != nil {
		t.Fatal(err)
	}
	site := "lib/python" + version + "/site-packages/"
	pins := []checkout.Pin{}
	for name, record := range map[string]string{"whole": "whole.py,,\nwhole-1.dist-info/RECORD,,\n__pycache__/whole.pyc,,\n", "half": "", "empty": "", "purged": "purged.py,,\npurged/tests/t.py,,\n../../../share/jupyter/kernels/python3/kernel.json,,\n\"a,b.py\",,\n", "~emoved": ""} {
		info := site + name + "-1.dist-info/"
		if name != "empty" {
			write(info+"METADATA", "Metadata-Version: 2.1\nName: "+name+"\nVersion: 1\n")
		} else {
			write(info+"INSTALLER", "pip")
		}
		if record != "" {
			write(info+lastWritten, record)
		}
		pins = append(pins, checkout.Pin{Name: name, Version: "1"})
	}
	write(site+"whole.py", "")
	write(site+"purged.py", "")
	for _, c := range []struct {
		own, deep   bool
		found, half string
	}{
		{true, false, "purged whole", "empty: RECORD, half: RECORD"},
		{true, true, "whole", "empty: RECORD, half: RECORD, purged: a,b.py"},
		{false, false, "half purged whole", ""},
	} {
		e := environment{dir: dir, own: c.own}
		p, err := e.installed(t.Context(), pins, c.deep)
		if err != nil {
			t.Fatal(err)
		}
		delete(p.Found, "~emoved")
		maps.DeleteFunc(p.Found, func(_, version string) bool { return version != "1" })
		var half []string
		for info, gone := range p.Half {
			half = append(half, fmt.Sprintf("%s: %s", strings.TrimSuffix(filepath.Base(info), "-1.dist-info"), gone))
		}
		slices.Sort(half)
		if found := strings.Join(slices.Sorted(maps.Keys(p.Found)), " "); found != c.found || strings.Join(half, ", ") != c.half {
			t.Errorf("ours %v, deep %v: found %q, half %q; want %q, %q", c.own, c.deep, found, half, c.found, c.half)
		}
	}
}

// An environment that somebody works with, on this machine or on another that shares the
// home, is not made anew under their hands.
func TestEnvironmentInUse(t *testing.T) {
	home := t.TempDir()
	s := &State{home: home, env: environment{dir: filepath.Join(home, "env"), own: true}, record: readRecord(home)}
	if err := folder.Mark(s.env.dir); err != nil {
		t.Fatal(err)
	}
	hold, err := folder.TakeHold(home)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Release()
	if err := hold.Say("JupyterLab", os.Getpid()); err != nil {
		t.Fatal(err)
	}
	// Where there is none yet, nobody works with it.
	if err := s.makeEnvironment(t.Context(), python{path: "/nowhere"}); err == nil || strings.Contains(err.Error(), "in use") {
		t.Errorf("of an empty folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(s.env.dir, "pyvenv.cfg"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err = s.makeEnvironment(t.Context(), python{path: "/nowhere"})
	if err == nil || !strings.HasPrefix(err.Error(), "environment: "+home+" is in use by JupyterLab (process ") || !strings.Contains(err.Error(), "GOSUBSPACE_HOME") {
		t.Errorf("in use: %v", err)
	}
	if !folder.IsMarked(s.env.dir) {
		t.Error("it was removed")
	}
}

// Where pip fails, nobody waits for what is compiled meanwhile: that has no end here.
func TestPipFailsAtOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	home := t.TempDir()
	s := &State{home: home, env: environment{dir: home, own: true}, record: readRecord(home), go_: checkout.Toolchain{Root: home}}
	for path, text := range map[string]string{s.go_.Command(): "exec sleep 3600", s.env.python(): "echo ERROR: no such version >&2; exit 1"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	s.Project = aCheckout(t)
	s.Project.Packages.Pins = []checkout.Pin{{Name: "jupyterlab", Version: "0"}}
	st, err := s.packagesStep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := st.do(t.Context()); err == nil || !strings.Contains(err.Error(), "no such version") {
		t.Errorf("pip fails: %v", err)
	}
}

// Flags are judged by the plugin that the cells compute with.
func TestCellsPlugin(t *testing.T) {
	defer func(before func() bool) { hasGPU = before }(hasGPU)
	site := filepath.Join(t.TempDir(), "lib", "python3.12", "site-packages")
	cpu, cuda := filepath.Join(site, "xla_plugins", "xla_cpu_pjrt", "xla_cpu_pjrt.so"), filepath.Join(site, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
	s := &State{env: environment{dir: filepath.Dir(filepath.Dir(filepath.Dir(site)))}}
	t.Setenv("GOMLX_BACKEND", "")
	there := func(path string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		also, named string
		gpu         bool
		want        string
	}{{cpu, "", true, cpu}, {cuda, "", false, cpu}, {cuda, "", true, cuda}, {cuda, "xla:/my/plugin.so", true, "/my/plugin.so"}} {
		there(c.also)
		hasGPU = func() bool { return c.gpu }
		t.Setenv("GOMLX_BACKEND", c.named)
		if got := s.cellsPlugin(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// CUDA's packages are wanted where there is a GPU, of an environment of ours. One of the
// user's that lacks them is used as it is, and how to get them is said.
func TestGPUInAnEnvironment(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no CUDA there")
	}
	defer func(before func() bool, fit func() string) { hasGPU, unfit = before, fit }(hasGPU, unfit)
	hasGPU, unfit = func() bool { return true }, func() string { return "" }
	mine, home := environment{dir: t.TempDir()}, t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(mine.dir, "bin"), 0o755), os.WriteFile(mine.python(), []byte("#!/bin/sh\necho '{}'\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	s := &State{home: home, record: readRecord(home), report: &said}
	yes, no := true, false
	for _, c := range []struct {
		own      bool
		recorded string
		asked    *bool
		want     bool
	}{{true, "", nil, true}, {false, "", nil, false}, {false, "true", nil, true}, {false, "", &yes, true}, {true, "", &no, false}, {true, "false", nil, false}} {
		e := environment{dir: "/e", own: c.own}
		clear(s.record.Environments)
		if c.recorded != "" {
			s.record.in(e)["cuda"] = c.recorded
		}
		if got := s.wantsCUDA(e, c.asked); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	clear(s.record.Environments)
	t.Setenv("GOSUBSPACE_HOME", home)
	t.Setenv("VIRTUAL_ENV", mine.dir)
	if err := s.chooseEnvironment(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if s.env != mine || !strings.Contains(said.String(), "GPU          found, and left unused: ") || !strings.Contains(said.String(), "go run ./kernel -cuda") {
		t.Errorf("uses %v and says %q", s.env, &said)
	}
	// Where the project's own has computed on the GPU, it goes on to.
	own, err := place.Environment()
	if err != nil {
		t.Fatal(err)
	}
	s.record.in(environment{dir: own})["cuda"] = "true"
	if err := s.chooseEnvironment(t.Context(), nil); err != nil || s.env.dir != own || !s.cuda {
		t.Errorf("it goes on with %v, CUDA %v, %v; want the project's own, with CUDA", s.env, s.cuda, err)
	}
	// A GPU that CUDA 13 does not compute on is left unused, which is said, unless it is asked for.
	unfit = func() string { return "its driver is too old" }
	clear(s.record.Environments)
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", "")
	said.Reset()
	if err := s.chooseEnvironment(t.Context(), nil); err != nil || s.cuda || !strings.Contains(said.String(), "GPU          found, and left unused: its driver is too old") {
		t.Errorf("a GPU that is not fit: CUDA %v, %v; it says %q", s.cuda, err, &said)
	}
	if e := (environment{dir: own, own: true}); !s.wantsCUDA(e, &yes) {
		t.Error("a GPU that is not fit is left unused though it was asked for")
	}
}
