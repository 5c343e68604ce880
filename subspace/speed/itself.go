package speed

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

// What a worker tells about its own process: what computes in it, and how much memory
// it has had.

// versions returns those of what computes.
func versions(info backend.Info) map[string]string {
	v := map[string]string{"Go": strings.TrimPrefix(runtime.Version(), "go")}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, d := range build.Deps {
			switch d.Path {
			case "github.com/gomlx/gomlx":
				v["GoMLX"] = d.Version
			case "github.com/gomlx/go-xla":
				v["go-xla"] = d.Version
			}
		}
	}
	if info.Plugin != "" {
		v["plugin"] = pluginVersion(info.Plugin)
	}
	return v
}

// pluginVersion returns the name of a plugin's file, or of the Python package
// that brought it with its version.
func pluginVersion(path string) string {
	dir := filepath.Dir(path) // …/site-packages/xla_plugins/xla_cpu_pjrt
	packages, _ := place.Glob(filepath.Join(dir, "..", ".."), "*.dist-info")
	for _, p := range packages {
		name, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(p), ".dist-info"), "-")
		files, err := os.ReadFile(filepath.Join(p, "RECORD"))
		if err == nil && strings.Contains(string(files), "/"+filepath.Base(dir)+"/"+filepath.Base(path)+",") {
			return name + " " + version
		}
	}
	return filepath.Base(path)
}

// peak returns the most memory that the process has had resident, in bytes, 0
// where the system does not tell. What getrusage says would be no less than the
// most of the process that started this one.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	var kilobytes int64
	fmt.Sscan(after, &kilobytes)
	return kilobytes << 10
}
