package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace/internal/cpu"
	"gosubspace/subspace/place"
)

// Kinds of device that a plugin serves.
const (
	CPU  = "cpu"
	CUDA = "cuda"
)

// Plugin is a PJRT plugin on this machine's disk.
type Plugin struct {
	Kind string // CPU or CUDA
	Path string // absolute
}

// Plugins returns the PJRT plugins of this machine, those that [Open] prefers
// first. Whether a plugin opens is seen when it is opened: a CUDA plugin may be
// there without a GPU.
func Plugins() []Plugin {
	var all []Plugin
	for _, environment := range environments() {
		all = append(all, InEnvironment(environment)...)
	}
	for _, folder := range folders() {
		all = append(all, inFolder(folder)...)
	}
	slices.SortStableFunc(all, func(a, b Plugin) int {
		return strings.Compare(b.Kind, a.Kind) // "cuda" before "cpu"
	})
	return all
}

// InEnvironment returns the plugins of one Python environment: those of the
// wheels xla-cpu-pjrt and jax-cuda13-pjrt (or another CUDA version).
func InEnvironment(environment string) []Plugin {
	var found []Plugin
	libs := []string{"lib/python3*", "Lib"}
	if info, err := os.Lstat(filepath.Join(environment, "lib64")); err == nil && info.IsDir() {
		libs = append(libs, "lib64/python3*") // where it is no link to lib
	}
	for _, lib := range libs {
		packages := lib + "/site-packages/"
		found = append(found, plugins(CPU, environment, packages+"xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.*")...)
		found = append(found, plugins(CUDA, environment, packages+"jax_plugins/xla_cuda*/xla_cuda_plugin.so")...)
	}
	return found
}

// environments returns the folders of the Python environments to look in.
func environments() []string {
	var all []string
	if own, err := place.Environment(); err == nil {
		all = append(all, own)
	}
	for _, variable := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := os.Getenv(variable); dir != "" {
			all = append(all, dir)
		}
	}
	return all
}

// folders returns the folders that hold plugins by go-xla's conventions.
func folders() []string {
	var all []string
	for _, dir := range filepath.SplitList(os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")) {
		if dir != "" {
			all = append(all, dir)
		}
	}
	if home, err := os.UserHomeDir(); err == nil {
		local := filepath.Join(home, ".local", "lib", "go-xla")
		if runtime.GOOS == "darwin" {
			local = filepath.Join(home, "Library", "Application Support", "go-xla")
		}
		all = append(all, local, filepath.Join(local, "nvidia"))
	}
	return append(all, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia")
}

// inFolder returns the plugins of one folder, named as go-xla's installer names
// them, for example pjrt_c_api_cpu_v0.114.0_plugin.so.
func inFolder(folder string) []Plugin {
	return append(plugins(CUDA, folder, "pjrt_c_api_cuda*_plugin.*"),
		plugins(CPU, folder, "pjrt_c_api_cpu*_plugin.*")...)
}

func plugins(kind, folder, pattern string) []Plugin {
	paths, _ := place.Glob(folder, pattern)
	var found []Plugin
	for _, path := range paths {
		if abs, err := filepath.Abs(path); err == nil {
			found = append(found, Plugin{Kind: kind, Path: abs})
		}
	}
	return found
}

// kindOf guesses the device of a plugin that the user named.
func kindOf(path string) string {
	if strings.Contains(strings.ToLower(filepath.Base(path)), CUDA) {
		return CUDA
	}
	return CPU
}

// config is the plugin as go-xla's configuration wants it. go-xla guesses the
// device from the whole path, shares buffers with the host where it sees "cpu"
// in it and rounds to TF32 where it sees "cuda": said outright, the name of a
// folder decides nothing.
func (p Plugin) config(o Options) string {
	switch {
	case p.Kind == CUDA:
		options, _ := memory() // Open has refused what it cannot read
		return fmt.Sprintf("%s,noshared_buffers,tf32=%t%s", p.Path, o.TF32, options)
	case !filepath.IsAbs(p.Path):
		return p.Path
	}
	return p.Path + ",shared_buffers,tf32=false"
}

// override adds the user's options to a configuration, in place of those of it that
// say something of the same; go-xla takes "tf32", "tf32=true" and "notf32" each for
// an option of its own.
func override(config, options string) string {
	key := func(option string) string {
		name, _, _ := strings.Cut(option, "=")
		return strings.TrimPrefix(name, "no")
	}
	var named []string
	for option := range strings.SplitSeq(options, ",") {
		named = append(named, key(option))
	}
	plugin, own, _ := strings.Cut(config, ",")
	for option := range strings.SplitSeq(own, ",") {
		if option != "" && !slices.Contains(named, key(option)) {
			plugin += "," + option
		}
	}
	return plugin + "," + options
}

// MemoryVariable is the environment variable that says how much of a GPU's memory
// is taken at the start: "false", as without it, for none, so that the GPU can be
// shared; "true" for three quarters; a number such as "0.5" for that part. What is
// taken at the start costs no time later.
const MemoryVariable = "GOSUBSPACE_PREALLOCATE"

// Memory says in words what [MemoryVariable] does to a GPU's memory.
func Memory() (string, error) {
	options, err := memory()
	_, part, found := strings.Cut(options, "memory_fraction=")
	switch {
	case err != nil:
		return "", err
	case found:
		return "a share of " + part + " taken at the start", nil
	case strings.Contains(options, "preallocate=true"):
		return "three quarters taken at the start", nil
	}
	return "taken as needed", nil
}

// memory returns what MemoryVariable says, as go-xla's configuration wants it.
func memory() (options string, err error) {
	text := os.Getenv(MemoryVariable)
	if take, err := strconv.ParseBool(text); text == "" || err == nil && text != "1" {
		return fmt.Sprintf(",preallocate=%t", take), nil
	}
	part, err := strconv.ParseFloat(text, 32)
	if err != nil || !(part > 0 && part <= 1) {
		return "", fmt.Errorf("%s=%s: want true, false, or the part of the GPU's memory to take, more than 0 and at most 1", MemoryVariable, text)
	}
	return fmt.Sprintf(",preallocate=true,memory_fraction=%v", part), nil
}

// prepare does what must be done before a plugin is loaded, and returns a line for the user,
// empty where there is nothing to say. On a CPU that is, beside silence, to keep the memory
// which it frees. A CUDA plugin and the libraries below it read the environment then; what is
// set there already stays, but for what contradicts the options.
//
// Products of float32 are cuBLAS's and cuDNN's: go-xla's configuration keeps matrix
// products from TF32, and NVIDIA's variable convolutions, of which go-xla leaves the
// precision to the library. A plugin of a Python environment is told where the
// compiler of its own CUDA wheels is. Without it, XLA looks for a CUDA that the
// system may not have, or have in another version.
func (p Plugin) prepare(o Options) (notice string) {
	setDefault("TF_CPP_MIN_LOG_LEVEL", "3") // a plugin prints much for its authors alone
	if p.Kind != CUDA {
		cpu.KeepMemory()
		return ""
	}
	const variable = "NVIDIA_TF32_OVERRIDE"
	set, precision := os.Getenv(variable), "float32"
	if o.TF32 {
		precision = "tf32"
	}
	if set != "" && (set == "0") == o.TF32 {
		notice = fmt.Sprintf("computing without %s=%s, since the precision asked for is %s", variable, set, precision)
	}
	if !o.TF32 {
		os.Setenv(variable, "0")
	} else if set == "0" {
		os.Unsetenv(variable)
	}
	packages := filepath.Dir(filepath.Dir(filepath.Dir(p.Path)))
	for _, name := range []string{"cu13", "cuda_nvcc"} {
		toolkit := filepath.Join(packages, "nvidia", name)
		if _, err := os.Stat(toolkit); err != nil {
			continue
		}
		setDefault("GOPJRT_CUDA_CHECKS", "no") // they know another layout
		if flags := os.Getenv(FlagsVariable); !strings.Contains(flags, "--xla_gpu_cuda_data_dir") {
			os.Setenv(FlagsVariable, strings.TrimSpace(flags+" --xla_gpu_cuda_data_dir="+xlaFlag(toolkit)))
		}
		break
	}
	return notice
}

// xlaFlag is a value as XLA_FLAGS wants it: in quotes, since blanks are between flags.
func xlaFlag(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// device describes the device that the plugin computes on, as in [Info].
func (p Plugin) device() string {
	if p.Kind == CUDA {
		return gpuDevice()
	}
	return cpuDevice()
}
