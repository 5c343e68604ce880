// Package backend opens the machine that computes: XLA through a PJRT plugin
// where one is found, GoMLX's pure-Go backend where none is.
//
// A PJRT plugin is a shared library that compiles and runs XLA programs on one
// kind of device. [Open] takes the first of these:
//
//  1. what GOMLX_BACKEND says, for example "go", "xla:cpu" or
//     "xla:/folder/of/a/plugin.so"; if that does not open, it is an error;
//  2. a CUDA plugin, where the machine has an NVIDIA GPU;
//  3. a CPU plugin;
//  4. the pure-Go backend, with a notice: it needs nothing, and is some ninety
//     times slower on convolutions.
//
// An NVIDIA GPU computes in float32 as others do, unless [Options] ask for TF32,
// and takes memory as it needs it, unless [MemoryVariable] says otherwise.
//
// Plugins are looked for in the project's own Python environment, in an active
// virtual or conda environment, in the folders of PJRT_PLUGIN_LIBRARY_PATH, and
// where go-xla's installer puts them. Nothing is ever downloaded here: that is
// the work of `go run ./kernel`.
package backend

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"
	"k8s.io/klog/v2"
)

// Info names a backend for figures and recorded runs.
type Info struct {
	Name   string // "xla" or "go", or another name that GOMLX_BACKEND gave
	Device string // for example "cpu: AMD EPYC 7B13, 2 cores" or "cuda: NVIDIA H100"
	Plugin string // the PJRT plugin's file, empty without one
	GPU    bool   // whether it computes on an NVIDIA GPU
	Notice string // one line for the user, empty where there is nothing to say
	// Kernels is whether a CPU's convolutions, batch-norm sums and random numbers are this
	// project's, and not XLA's: the numbers of the two differ by rounding.
	Kernels bool
	// Instructions are those that Kernels are limited to, "AVX2" or "plain C", where
	// GOSUBSPACE_KERNELS says so: other ones may round otherwise.
	Instructions string
}

// String returns a short name for captions, for example
// "XLA on CPU (AMD EPYC 7B13, 2 cores)".
func (i Info) String() string {
	kind, detail, _ := strings.Cut(i.Device, ": ")
	name := i.Name
	switch name {
	case "xla":
		name = "XLA"
	case "go":
		name = "pure Go"
	}
	if kind == "" {
		return name
	}
	if detail == "" {
		return name + " on " + strings.ToUpper(kind)
	}
	return fmt.Sprintf("%s on %s (%s)", name, strings.ToUpper(kind), detail)
}

// Options are what decides how a backend computes. The zero value is the one that
// results are compared with.
type Options struct {
	// TF32 lets an NVIDIA GPU round the factors of float32 products to 10 bits
	// behind the point, 23 without. That holds for the whole process: its libraries
	// read it when they are loaded. Elsewhere it is an error.
	TF32 bool
}

// Open opens the first backend of the package's list that is there. The caller
// may Finalize it; a process usually opens one and keeps it.
//
// The error is one line: what was tried, why it failed, what to do.
func Open() (compute.Backend, Info, error) { return Options{}.Open() }

// Open opens a backend that computes as o says, see [Open].
func (o Options) Open() (compute.Backend, Info, error) {
	if _, err := memory(); err != nil {
		return nil, Info{}, err
	}
	b, info, err := o.open()
	if err == nil && o.TF32 && !info.GPU {
		b.Finalize()
		return nil, Info{}, fmt.Errorf("TF32 is how NVIDIA GPUs round, and this is %s: leave the precision out, or compute on such a GPU", info)
	}
	return b, info, err
}

func (o Options) open() (compute.Backend, Info, error) {
	if config := os.Getenv(compute.ConfigEnvVar); config != "" {
		return o.openNamed(config)
	}
	var failed []string
	all := Plugins()
	for _, p := range all {
		if !withXLA {
			break
		}
		if p.Kind == CUDA && !hasGPU() {
			continue
		}
		flags := CleanFlags(p.config(o)) // the user's, before ours join them
		flags = join(flags, p.prepare(o))
		kept := keep(p)
		b, err := open("xla:" + p.config(o))
		if err == nil {
			info := Info{Name: "xla", Device: p.device(), Plugin: p.Path, GPU: p.Kind == CUDA}
			b = info.quicker(b, p)
			info.Notice = join(kept, info.Notice)
			if len(failed) > 0 {
				info.Notice = join(fmt.Sprintf("using %s", info), strings.Join(failed, "; "), info.Notice)
			}
			info.Notice = join(flags, idle(p, all), info.Notice)
			return b, info, nil
		}
		failed = append(failed, fmt.Sprintf("%s does not open: %v", p.Path, err))
	}
	b, err := open(pureGo)
	if err != nil {
		return nil, Info{}, fmt.Errorf("the pure-Go backend does not open: %w", err)
	}
	why, then := "no PJRT plugin found", "`go run ./kernel` sets up XLA"
	switch {
	case !withXLA:
		why = "this program was built without cgo, which XLA wants"
		then = "go run builds it with cgo where there is gcc, or clang with `export CC=clang`, and CGO_ENABLED is not 0"
	case len(failed) > 0:
		why = strings.Join(failed, "; ")
	}
	return b, Info{
		Name:   "go",
		Device: cpuDevice(),
		Notice: "computing in pure Go, which suits small networks only (" + why + "); " + then,
	}, nil
}

// idle says of a CPU's plugin that a GPU has nothing to do because no plugin is there for
// it: set up where there was none, and run where there is one, it would compute on the CPU
// unnoticed.
func idle(p Plugin, all []Plugin) string {
	if p.Kind != CPU || !hasGPU() || slices.ContainsFunc(all, func(p Plugin) bool { return p.Kind == CUDA }) {
		return ""
	}
	return "an NVIDIA GPU is here, and no CUDA plugin for it: computing on the CPU; " + cmp.Or(unfit(), "`go run ./kernel setup -cuda` installs one") +
		", and with CUDA_VISIBLE_DEVICES=-1 the GPU is left alone"
}

// pureGo is the pure-Go backend with the operations of a graph one after the
// other: side by side, convolutions that each wait for workers can wait for
// ever.
const pureGo = "go:ops_sequential"

// openNamed opens what GOMLX_BACKEND asks for. A short plugin name ("xla",
// "xla:cpu", "xla:cuda") is looked up among [Plugins] first, so that it means
// the environment's plugin.
func (o Options) openNamed(config string) (compute.Backend, Info, error) {
	name, rest := kindAndRest(config)
	plugin, options, hasOptions := strings.Cut(rest, ",")
	info := Info{Name: name, Device: cpuDevice()}
	var found Plugin
	if name == "xla" {
		found = named(plugin)
		info.Device, info.Plugin, info.GPU = found.device(), found.Path, found.Kind == CUDA
		config = "xla:" + found.config(o)
		if hasOptions {
			config = "xla:" + override(found.config(o), options)
		}
	}
	flags, kept := "", ""
	if name == "xla" && withXLA {
		flags = CleanFlags(strings.TrimPrefix(config, "xla:")) // the user's, before ours join them
		flags = join(flags, found.prepare(o))
		kept = keep(found)
	}
	if config == "go" {
		config = pureGo
	}
	b, err := open(config)
	if err != nil {
		return nil, Info{}, fmt.Errorf("%s=%s does not open: %w; unset it to let a backend be found, or name one, "+
			"for example go, xla:cpu or xla:/folder/of/a/plugin.so",
			compute.ConfigEnvVar, os.Getenv(compute.ConfigEnvVar), err)
	}
	b = info.quicker(b, found)
	info.Notice = join(flags, kept, info.Notice)
	return b, info, nil
}

// OnGPU reports whether [Open] would open a GPU, as far as that can be told without opening
// it.
func OnGPU() bool {
	if config := os.Getenv(compute.ConfigEnvVar); config != "" {
		name, rest := kindAndRest(config)
		plugin, _, _ := strings.Cut(rest, ",")
		return name == "xla" && named(plugin).Kind == CUDA
	}
	return hasGPU() && slices.ContainsFunc(Plugins(), func(p Plugin) bool { return p.Kind == CUDA })
}

// kindAndRest takes what GOMLX_BACKEND says apart: the backend's name, and what is behind it.
func kindAndRest(config string) (name, rest string) {
	name, rest, _ = strings.Cut(config, ":")
	if name == "stablehlo" || name == "hlo" || name == "shlo" { // other names that go-xla has
		name = "xla"
	}
	return name, rest
}

// named returns the plugin that GOMLX_BACKEND names.
func named(plugin string) Plugin {
	for _, p := range Plugins() {
		if (plugin == "" && (p.Kind == CPU || hasGPU())) || plugin == p.Kind {
			return p
		}
	}
	return Plugin{Kind: kindOf(plugin), Path: plugin}
}

// join makes one line of those remarks that there are.
func join(remarks ...string) string {
	return strings.Join(slices.DeleteFunc(remarks, func(r string) bool { return r == "" }), "; ")
}

// open opens one configuration. The libraries below panic on some errors and
// log others to the standard error stream that they also return: both become
// one error of one line here.
func open(config string) (b compute.Backend, err error) {
	defer quiet()()
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, oneLine(fmt.Sprint(r))
		} else if err != nil {
			b, err = nil, oneLine(err.Error())
		}
	}()
	return compute.NewWithConfig(config)
}

// quiet turns klog off and returns what turns it on again.
func quiet() (undo func()) {
	state := klog.CaptureState()
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	klog.InitFlags(flags)
	flags.Set("logtostderr", "false")
	flags.Set("stderrthreshold", "FATAL")
	klog.SetOutput(io.Discard)
	return state.Restore
}

func setDefault(variable, value string) {
	if _, set := os.LookupEnv(variable); !set {
		os.Setenv(variable, value)
	}
}

func oneLine(message string) error {
	return fmt.Errorf("%s", strings.Join(strings.Fields(message), " "))
}
