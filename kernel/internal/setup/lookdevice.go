package setup

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

func (s *State) lookPlugin(ctx context.Context) Finding {
	if config := os.Getenv("GOMLX_BACKEND"); config != "" {
		return Finding{Where: "GOMLX_BACKEND=" + config}
	}
	var where, versions []string
	for _, p := range s.plugins() {
		where = append(where, p.Kind+" "+p.Path)
		if v := wheelVersion(p.Path); v != "" && !slices.Contains(versions, v) {
			versions = append(versions, v)
		}
	}
	if len(where) == 0 {
		todo := "no PJRT plugin, so XLA cannot compute: "
		if runtime.GOOS != "linux" {
			return Finding{Todo: todo + "name one with GOMLX_BACKEND=xla:/path/of/a/plugin, or compute in pure Go with GOMLX_BACKEND=go"}
		}
		return Finding{Todo: todo + setUpFirst}
	}
	return Finding{Version: strings.Join(versions, ", "), Where: strings.Join(where, ", ")}
}

// plugins returns the plugins of the environment in use, which need not be the
// active one now, and then the others of this machine.
func (s *State) plugins() []backend.Plugin {
	found := backend.InEnvironment(s.env.dir)
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

func (s *State) lookBackend(ctx context.Context) Finding {
	known := slices.ContainsFunc(backend.Plugins(), func(p backend.Plugin) bool { return folder.Inside(p.Path, s.env.dir) })
	if config := s.backend(); !known && config != "" && os.Getenv("GOMLX_BACKEND") == "" {
		// The environment in use is not active now, but cells compute with it.
		os.Setenv("GOMLX_BACKEND", config)
		defer os.Unsetenv("GOMLX_BACKEND")
	}
	b, info, err := backend.Open()
	if err != nil {
		return broken(err)
	}
	if err := addsUp(b); err != nil {
		return Finding{Version: info.Name, Where: info.Device, Todo: err.Error()}
	}
	return Finding{Version: info.Name, Where: info.String(), Todo: info.Notice}
}

func (s *State) lookGPU(ctx context.Context) Finding {
	if !backend.HasGPU() {
		return Finding{Version: "none"}
	}
	name := cmp.Or(backend.GPU(), "NVIDIA")
	memory, err := backend.Memory()
	if err != nil {
		return Finding{Version: name, Todo: err.Error()}
	}
	for _, p := range s.plugins() {
		if p.Kind == backend.CUDA {
			return Finding{Version: name, Where: p.Path + ", memory " + memory}
		}
	}
	if s.record.in(s.env)["cuda"] == "false" {
		return Finding{Version: name, Where: "left unused, as -cuda=false asked"}
	}
	if why := leftUnfit(nil); why != "" {
		return Finding{Version: name, Where: "left unused: " + why}
	}
	if !s.env.own {
		return Finding{Version: name, Where: "left unused, for want of its CUDA libraries in " + s.env.dir + ". " + cudaAdvice}
	}
	return Finding{Version: name, Todo: "its libraries are not installed: run go run ./kernel setup -cuda"}
}

func (s *State) lookDisk(ctx context.Context) Finding {
	dir := s.home
	for !place.IsFolder(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	bytes, ok := folder.Free(dir)
	if !ok {
		return Finding{Where: dir}
	}
	f := Finding{Version: fmt.Sprintf("%d GB free", bytes>>30), Where: s.home}
	if bytes < 1<<30 {
		f.Version, f.Todo = fmt.Sprintf("%d MB free", bytes>>20), "free some, or set GOSUBSPACE_HOME to a folder on another disk"
	}
	return f
}

// lookFolder sees whether a folder can be written, if it is there. A variable, or else
// GOSUBSPACE_HOME, names another.
func lookFolder(dir string, err error, variable string) Finding {
	if err != nil {
		return broken(err)
	}
	if os.Getenv(variable) == "" {
		variable = "GOSUBSPACE_HOME"
	}
	if place.IsFile(dir) {
		return Finding{Where: dir, Todo: "is a file: name a folder with " + variable}
	}
	if !place.IsFolder(dir) {
		return Finding{Version: "empty", Where: dir}
	}
	entries, _ := os.ReadDir(dir)
	inside := fmt.Sprintf("%d inside", len(entries))
	if place.CanWrite(dir) != nil {
		return Finding{Version: inside, Where: dir, Todo: "cannot be written: change its permissions, or name another folder with " + variable}
	}
	return Finding{Version: inside, Where: dir}
}

// lookData is lookFolder of the data sets, which are only read where they are there.
func lookData() Finding {
	dir, err := place.Data()
	f := lookFolder(dir, err, "GOSUBSPACE_DATA")
	if there, _ := os.ReadDir(dir); len(there) > 0 {
		f.Todo = ""
	}
	return f
}

// lookPrograms sees where the programs are that XLA has compiled, and how large.
func lookPrograms() Finding {
	dir, err := place.Programs()
	if err == nil && dir == "" {
		return Finding{Version: "none kept", Where: place.ProgramsVariable + "=" + place.NoPrograms}
	}
	f := lookFolder(dir, err, place.ProgramsVariable)
	paths, _ := place.Glob(dir, "*"+place.ProgramSuffix)
	if len(paths) == 0 || f.Todo != "" {
		return f
	}
	var bytes int64
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			bytes += info.Size()
		}
	}
	f.Version = fmt.Sprintf("%d, %d MB", len(paths), (bytes+1<<20-1)>>20)
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
