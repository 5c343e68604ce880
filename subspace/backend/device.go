package backend

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// cpuDevice describes the processor, for example "cpu: AMD EPYC 7B13, 2 cores".
var cpuDevice = sync.OnceValue(func() string {
	cores := fmt.Sprintf("%d cores", runtime.NumCPU())
	if runtime.NumCPU() == 1 {
		cores = "1 core"
	}
	return fmt.Sprintf("%s: %s, %s", CPU, cpuModel(), cores)
})

// Processor describes the processor of this machine, for example "AMD EPYC 7B13, 2 cores".
func Processor() string { return strings.TrimPrefix(cpuDevice(), CPU+": ") }

// cpuModel returns the processor's name, or its architecture where the system
// does not tell.
func cpuModel() string {
	name := ""
	switch runtime.GOOS {
	case "linux":
		if f, err := os.Open("/proc/cpuinfo"); err == nil {
			defer f.Close()
			name = field(f, "model name")
		}
	case "darwin":
		out, _ := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output()
		name = string(out)
	case "windows":
		name = os.Getenv("PROCESSOR_IDENTIFIER")
	}
	if name = tidy(name); name == "" {
		return runtime.GOARCH
	}
	return name
}

// tidy takes the trade marks and the filler out of a processor's name.
func tidy(name string) string {
	name, _, _ = strings.Cut(name, " @ ")
	name = strings.NewReplacer("(R)", "", "(TM)", "", "(tm)", "", " CPU", "", " Processor", "", ",", "").Replace(name)
	return strings.Join(strings.Fields(name), " ")
}

// field returns the first value of "key : value" lines.
func field(r io.Reader, key string) string {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		k, v, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// gpuDevice describes the first GPU that this process may use, for example "cuda: NVIDIA
// H100 80GB HBM3".
var gpuDevice = sync.OnceValue(func() string {
	var models []string
	paths, _ := filepath.Glob("/proc/driver/nvidia/gpus/*/information")
	for _, path := range paths {
		if f, err := os.Open(path); err == nil {
			if name := field(f, "Model"); name != "" {
				models = append(models, name)
			}
			f.Close()
		}
	}
	if len(models) == 0 {
		models = strings.FieldsFunc(nvidiaSMI("--query-gpu=name", "--format=csv,noheader"), func(r rune) bool { return r == '\n' })
	}
	if name := gpuName(models, os.Getenv, nvidiaSMI); name != "" {
		return CUDA + ": " + name
	}
	return CUDA
})

// gpuName returns the name of the first GPU that this process may use, given those of all;
// "" where it is not known. CUDA counts GPUs from the fastest on, unless CUDA_DEVICE_ORDER is
// PCI_BUS_ID, and nvidia-smi along the bus: where there are several kinds, that order or a
// UUID in CUDA_VISIBLE_DEVICES tells which it is.
func gpuName(models []string, env func(string) string, ask func(args ...string) string) string {
	models = slices.Compact(slices.Sorted(slices.Values(models)))
	first, _, _ := strings.Cut(env("CUDA_VISIBLE_DEVICES"), ",")
	switch {
	case len(models) == 1:
		return strings.TrimSpace(models[0])
	case !strings.Contains(first, "-") && env("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
		return ""
	}
	name, _, _ := strings.Cut(ask("-i", cmp.Or(first, "0"), "--query-gpu=name", "--format=csv,noheader"), "\n")
	return strings.TrimSpace(name)
}

// HasGPU reports whether the machine has an NVIDIA GPU that this process may
// use: its device file is there, or nvidia-smi lists one, and
// CUDA_VISIBLE_DEVICES does not hide them all.
func HasGPU() bool { return hasGPU() }

var hasGPU = sync.OnceValue(func() bool {
	if visible, set := os.LookupEnv("CUDA_VISIBLE_DEVICES"); set && (visible == "" || visible == "-1") {
		return false
	}
	if devices, _ := filepath.Glob("/dev/nvidia[0-9]*"); len(devices) > 0 {
		return true
	}
	return strings.Contains(nvidiaSMI("-L"), "GPU ")
})

// Unfit says why CUDA 13, which set-up installs, does not compute on the GPUs of this
// machine: each has too old a driver for it, or is too old itself. "" where one is fit, and
// where nvidia-smi does not tell.
func Unfit() string { return unfit() }

var unfit = sync.OnceValue(func() string {
	said := nvidiaSMI("--query-gpu=driver_version,compute_cap", "--format=csv,noheader")
	if said == "" { // an old one does not know compute_cap
		said = nvidiaSMI("--query-gpu=driver_version", "--format=csv,noheader")
	}
	return unfitOf(said)
})

// unfitOf reads what nvidia-smi says of each GPU: "580.65.06, 9.0".
func unfitOf(gpus string) (why string) {
	const driver, capability = 580, 7.5 // the least that CUDA 13 takes
	for gpu := range strings.Lines(gpus) {
		version, generation, _ := strings.Cut(strings.TrimSpace(gpu), ", ")
		major, _, _ := strings.Cut(version, ".")
		d, noDriver := strconv.Atoi(major)
		c, noCapability := strconv.ParseFloat(generation, 64)
		switch {
		case noDriver == nil && d < driver:
			why = fmt.Sprintf("its driver %s is older than %d, the least for CUDA 13", version, driver)
		case noCapability == nil && c < capability:
			why = fmt.Sprintf("its compute capability %s is below %v, the least for CUDA 13", generation, capability)
		default:
			return ""
		}
	}
	return why
}

// nvidiaSMI returns what nvidia-smi prints, nothing where it fails. With a driver
// in trouble it may never end: it gets 5 seconds.
func nvidiaSMI(args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nvidia-smi", args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// GPU returns the first GPU's name, for example "NVIDIA H100 80GB HBM3", or
// nothing where it is not told. Whether there is one, [HasGPU] says.
func GPU() string {
	_, name, _ := strings.Cut(gpuDevice(), ": ")
	return name
}
