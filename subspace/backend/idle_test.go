package backend

import (
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/subspace/place/placetest"
)

// TestIdleGPU holds that a GPU does not stay unused without a word.
func TestIdleGPU(t *testing.T) {
	before, fit := hasGPU, unfit
	defer func() { hasGPU, unfit = before, fit }()
	unfit = func() string { return "" }
	cpu, cuda := Plugin{Kind: CPU, Path: "cpu.so"}, Plugin{Kind: CUDA, Path: "cuda.so"}
	for _, c := range []struct {
		gpu  bool
		used Plugin
		all  []Plugin
		says bool
	}{
		{true, cpu, []Plugin{cpu}, true},
		{true, cpu, []Plugin{cuda, cpu}, false}, // said already: it did not open
		{true, cuda, []Plugin{cuda, cpu}, false},
		{false, cpu, []Plugin{cpu}, false},
	} {
		hasGPU = func() bool { return c.gpu }
		if got := idle(c.used, c.all); (got != "") != c.says || c.says && !strings.Contains(got, "setup -cuda") {
			t.Errorf("%+v: said %q", c, got)
		}
	}
	// A plugin that would not open is not advised.
	hasGPU, unfit = func() bool { return true }, func() string { return "its driver is too old" }
	if got := idle(cpu, []Plugin{cpu}); !strings.Contains(got, unfit()) || strings.Contains(got, "setup -cuda") {
		t.Errorf("of a GPU that is not fit: said %q", got)
	}
}

// Whether runs are computed on a GPU is told by the plugin that is opened, whatever its folder
// is called.
func TestOnGPU(t *testing.T) {
	before := hasGPU
	defer func() { hasGPU = before }()
	home := t.TempDir()
	for _, variable := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		t.Setenv(variable, "")
	}
	t.Setenv("GOSUBSPACE_HOME", home)
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", "")
	for _, path := range []string{"xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so", "jax_plugins/xla_cuda13/xla_cuda_plugin.so"} {
		placetest.Write(t, filepath.Join(home, "env/lib/python3.12/site-packages", path), "not a library")
	}
	for _, c := range []struct {
		named string
		gpu   bool
		want  bool
	}{
		{"", true, true}, {"", false, false}, {"xla", true, true}, {"xla", false, false}, {"xla:cuda", true, true}, {"xla:cpu", true, false},
		{"xla:/opt/cuda/pjrt_c_api_cpu_plugin.so", true, false}, {"xla:/opt/xla_cuda_plugin.so,tf32=false", true, true},
		{"go", true, false}, {"stablehlo:cuda", true, true}, {"xla:cpu,dump=/cuda", true, false},
	} {
		hasGPU = func() bool { return c.gpu }
		t.Setenv("GOMLX_BACKEND", c.named)
		if got := OnGPU(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
