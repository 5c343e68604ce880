package main

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

// doctor says what is there, and what to do about the rest.
func doctor(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flags("doctor", "go run ./kernel doctor",
		"Looks at every part, changes nothing, and says of each its version and place, or what\n"+
			"to do. The exit status is 0 if all is well.", stdout)
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	p, err := checkout.Here()
	if err != nil {
		return err
	}
	home, err := place.Home()
	if err != nil {
		return err
	}
	e := examination{project: p, home: home, record: readRecord(home)}
	e.env = environment{dir: e.record.Environment}
	if e.env.dir == "" {
		if e.env.dir, err = place.Environment(); err != nil {
			return err
		}
	}
	sick := 0
	for _, part := range e.parts() {
		f := part.look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		state := "ok  "
		if f.todo != "" {
			state = "FAIL"
			sick++
		}
		line := fmt.Sprintf("%s  %-12s  %-12s  %s", state, part.name, f.version, f.where)
		fmt.Fprintln(stdout, strings.TrimRight(line, " "))
		if f.todo != "" {
			fmt.Fprintf(stdout, "      %s\n", f.todo)
		}
	}
	if sick > 0 {
		fmt.Fprintf(stdout, "\n%d of the parts want something done.\n", sick)
		return errReported
	}
	fmt.Fprintln(stdout, "\nAll is well.")
	return nil
}

// A finding is what was seen of a part. With nothing to do, it is fine.
type finding struct{ version, where, todo string }

type part struct {
	name string
	look func(context.Context) finding
}

// An examination is what the looks at the parts share.
type examination struct {
	project checkout.Project
	home    string
	record  record
	env     environment
}

func (e *examination) parts() []part {
	return []part{
		{"Go", e.lookGo},
		{"C compiler", e.lookCompiler},
		{"Python", e.lookPython},
		{"packages", e.lookPackages},
		{"plugin", e.lookPlugin},
		{"GoNB", e.lookGoNB},
		{"relay", func(context.Context) finding {
			return lookProgram(filepath.Join(e.env.kernel(), "bin", "relay"+program.Exe))
		}},
		{"goimports", func(context.Context) finding {
			return lookProgram(filepath.Join(e.env.kernel(), "bin", "goimports"+program.Exe))
		}},
		{"gopls", func(context.Context) finding { return lookProgram(e.env.gopls()) }},
		{"kernel spec", e.lookSpec},
		{"backend", e.lookBackend},
		{"GPU", e.lookGPU},
		{"disk", e.lookDisk},
		{"data", func(context.Context) finding { return lookFolder(place.Data()) }},
		{"runs", func(context.Context) finding { return lookFolder(place.Runs()) }},
		{"programs", func(context.Context) finding { return lookPrograms() }},
		{"cells", e.lookCells},
	}
}

// setUpFirst is what to do about most of what set-up leaves.
const setUpFirst = "run go run ./kernel setup"

func broken(err error) finding {
	if f, ok := err.(program.Failure); ok && f.Do != "" {
		return finding{todo: f.Why + ": " + f.Do}
	}
	return finding{todo: err.Error()}
}

func (e *examination) lookGo(ctx context.Context) finding {
	t, err := e.project.Go(ctx)
	if err != nil {
		return broken(err)
	}
	return finding{version: t.Version, where: t.Root}
}

func (e *examination) lookCompiler(ctx context.Context) finding {
	t, err := e.project.Go(ctx)
	if err != nil {
		return finding{todo: "see Go"}
	}
	if err := t.CheckCompiler(ctx); err != nil {
		return broken(err)
	}
	text, _ := program.Output(ctx, "", nil, t.Compiler, "-dumpversion")
	return finding{version: program.FirstLine(text), where: t.Compiler}
}

func (e *examination) lookPython(ctx context.Context) finding {
	if !place.IsFile(e.env.python()) {
		if py, err := findPython(ctx, e.project.Packages.Python); err != nil {
			return broken(err)
		} else if len(e.record.Steps) == 0 {
			return finding{version: py.version, where: py.path, todo: "nothing is set up yet: " + setUpFirst}
		}
		return finding{where: e.env.dir, todo: "the environment is gone: " + setUpFirst}
	}
	py, err := askPython(ctx, e.env.python())
	if err != nil {
		return finding{where: e.env.python(), todo: "does not run: " + setUpFirst}
	}
	return finding{version: py.version, where: e.env.dir}
}

func (e *examination) lookPackages(ctx context.Context) finding {
	pins := e.project.Packages.Here(e.record.in(e.env)["cuda"] == "true")
	found, err := e.env.installed(ctx, pins)
	if err != nil {
		return finding{todo: "cannot be listed: " + setUpFirst}
	}
	if lacking := checkout.Missing(pins, found); len(lacking) > 0 {
		return finding{todo: fmt.Sprintf("lacking %s: %s", checkout.JoinPins(lacking), setUpFirst)}
	}
	return finding{version: fmt.Sprintf("%d", len(pins)), where: checkout.JoinPins(pins)}
}

func (e *examination) lookPlugin(ctx context.Context) finding {
	if config := os.Getenv("GOMLX_BACKEND"); config != "" {
		return finding{where: "GOMLX_BACKEND=" + config}
	}
	var where, versions []string
	for _, p := range e.plugins() {
		where = append(where, p.Kind+" "+p.Path)
		if v := wheelVersion(p.Path); v != "" && !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	if len(where) == 0 {
		todo := "no PJRT plugin, so XLA cannot compute: "
		if !onLinux() {
			return finding{todo: todo + "name one with GOMLX_BACKEND=xla:/path/of/a/plugin, or compute in pure Go with GOMLX_BACKEND=go"}
		}
		return finding{todo: todo + setUpFirst}
	}
	return finding{version: strings.Join(versions, ", "), where: strings.Join(where, ", ")}
}

// plugins returns the plugins of the environment in use, which need not be the
// active one now, and then the others of this machine.
func (e *examination) plugins() []backend.Plugin {
	found := backend.InEnvironment(e.env.dir)
	for _, p := range backend.Plugins() {
		if !slices.Contains(found, p) {
			found = append(found, p)
		}
	}
	return found
}

// wheelVersion returns the version of the wheel that holds a plugin, from the
// name of its folder of metadata; nothing, if no wheel does.
func wheelVersion(plugin string) string {
	packages := filepath.Dir(filepath.Dir(filepath.Dir(plugin)))
	pattern := "xla_cpu_pjrt-*.dist-info"
	if strings.HasPrefix(filepath.Base(plugin), "xla_cuda") {
		pattern = "jax_" + strings.TrimPrefix(filepath.Base(filepath.Dir(plugin)), "xla_") + "_pjrt-*.dist-info"
	}
	found, _ := place.Glob(packages, pattern)
	if len(found) == 0 {
		return ""
	}
	_, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(found[0]), ".dist-info"), "-")
	return version
}

func (e *examination) lookGoNB(ctx context.Context) finding {
	path := filepath.Join(e.env.kernel(), "bin", "gonb"+program.Exe)
	text, err := program.Output(ctx, "", nil, path, "-V")
	if err != nil {
		return finding{where: path, todo: "does not run: " + setUpFirst}
	}
	return finding{version: program.FirstLine(text), where: path}
}

// lookProgram looks at a program that serves GoNB.
func lookProgram(path string) finding {
	if !place.IsFile(path) {
		return finding{where: path, todo: "is not there: " + setUpFirst}
	}
	// Not all have a flag for their version, but every Go program carries it.
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return finding{where: path, todo: "is no program of Go's: " + setUpFirst}
	}
	version := info.Main.Version
	if info.Main.Path == checkout.Module {
		version = "" // this checkout's
	}
	return finding{version: version, where: path}
}

// lookCells runs a cell. It wants the parts above.
func (e *examination) lookCells(ctx context.Context) finding {
	s := &setUp{project: e.project, home: e.home, env: e.env, record: e.record}
	printed, err := s.jupyter().RunCell(ctx, firstCell)
	if err != nil {
		return finding{todo: "do not run: " + err.Error() + ": see to what is wrong above, else " + setUpFirst}
	}
	return finding{where: "run, " + program.LastLine(printed)}
}

func (e *examination) lookSpec(ctx context.Context) finding {
	path := filepath.Join(e.env.kernel(), "kernel.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return finding{where: path, todo: "is not there: " + setUpFirst}
	}
	var spec kernelSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return finding{where: path, todo: "cannot be read: " + setUpFirst}
	}
	if !slices.Contains(spec.Argv, "-go_work="+e.project.Dir) {
		return finding{where: path, todo: "belongs to another checkout: " + setUpFirst + " in this one"}
	}
	if _, err := buildinfo.ReadFile(spec.Argv[0]); err != nil {
		return finding{where: path, todo: "names a program that is not there or not Go's, " + spec.Argv[0] + ": " + setUpFirst}
	}
	return finding{where: path}
}

func (e *examination) lookBackend(ctx context.Context) finding {
	known := slices.ContainsFunc(backend.Plugins(), func(p backend.Plugin) bool { return inside(p.Path, e.env.dir) })
	if config := (&setUp{env: e.env}).backend(); !known && config != "" && os.Getenv("GOMLX_BACKEND") == "" {
		// The environment in use is not active now, but cells compute with it.
		os.Setenv("GOMLX_BACKEND", config)
		defer os.Unsetenv("GOMLX_BACKEND")
	}
	b, info, err := backend.Open()
	if err != nil {
		return broken(err)
	}
	if err := addsUp(b); err != nil {
		return finding{version: info.Name, where: info.Device, todo: err.Error()}
	}
	return finding{version: info.Name, where: info.String(), todo: info.Notice}
}

func (e *examination) lookGPU(ctx context.Context) finding {
	if !backend.HasGPU() {
		return finding{version: "none"}
	}
	name := cmp.Or(backend.GPU(), "NVIDIA")
	memory, err := backend.Memory()
	if err != nil {
		return finding{version: name, todo: err.Error()}
	}
	for _, p := range e.plugins() {
		if p.Kind == backend.CUDA {
			return finding{version: name, where: p.Path + ", memory " + memory}
		}
	}
	if e.record.in(e.env)["cuda"] == "false" {
		return finding{version: name, where: "left unused, as -cuda=false asked"}
	}
	return finding{version: name, todo: "its libraries are not installed: run go run ./kernel setup -cuda"}
}

func (e *examination) lookDisk(ctx context.Context) finding {
	dir := e.home
	for !place.IsFolder(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	bytes, ok := folder.Free(dir)
	if !ok {
		return finding{where: dir}
	}
	f := finding{version: fmt.Sprintf("%d GB free", bytes>>30), where: e.home}
	if bytes < 1<<30 {
		f.version, f.todo = fmt.Sprintf("%d MB free", bytes>>20), "free some, or set GOSUBSPACE_HOME to a folder on another disk"
	}
	return f
}

// lookFolder sees whether a folder can be written, if it is there.
func lookFolder(dir string, err error) finding {
	if err != nil {
		return broken(err)
	}
	if !place.IsFolder(dir) {
		return finding{version: "empty", where: dir}
	}
	temp, err := os.CreateTemp(dir, ".doctor-")
	if err != nil {
		return finding{where: dir, todo: "cannot be written: change its permissions, or name another folder with GOSUBSPACE_HOME"}
	}
	temp.Close()
	os.Remove(temp.Name())
	entries, _ := os.ReadDir(dir)
	return finding{version: fmt.Sprintf("%d inside", len(entries)), where: dir}
}

// lookPrograms sees where the programs are that XLA has compiled, and how large.
func lookPrograms() finding {
	dir, err := place.Programs()
	if err == nil && dir == "" {
		return finding{version: "none kept", where: place.ProgramsVariable + "=" + place.NoPrograms}
	}
	f := lookFolder(dir, err)
	paths, _ := place.Glob(dir, "*"+place.ProgramSuffix)
	if len(paths) == 0 || f.todo != "" {
		return f
	}
	var bytes int64
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			bytes += info.Size()
		}
	}
	f.version = fmt.Sprintf("%d, %d MB", len(paths), (bytes+1<<20-1)>>20)
	return f
}

// addsUp lets the backend compile and run a small program.
func addsUp(b compute.Backend) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("does not compute: %v", r)
		}
	}()
	sum, err := graph.CallOnce(b, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }, float32(1), float32(2))
	if err != nil {
		return fmt.Errorf("does not compute: %s", program.FirstLine(err.Error()))
	}
	if sum.Value() != float32(3) {
		return fmt.Errorf("computes 1 + 2 = %v", sum.Value())
	}
	return nil
}
