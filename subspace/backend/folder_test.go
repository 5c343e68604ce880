package backend_test

import (
	"path/filepath"
	"slices"
	"testing"

	"gosubspace/subspace/backend"
)

// What a folder is called does not decide whether its plugins are found.
func TestPluginsBelowAnyFolder(t *testing.T) {
	for _, name := range []string{"course [2026]", "[a-z]", "my [ML] #1 %d", "*", "a?"} {
		home := filepath.Join(nothing(t), name)
		t.Setenv("GOSUBSPACE_HOME", home)
		folder, active := filepath.Join(t.TempDir(), name), filepath.Join(t.TempDir(), name)
		want := []backend.Plugin{
			{Kind: backend.CUDA, Path: put(t, filepath.Join(home, "env/lib/python3.13/site-packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so"))},
			{Kind: backend.CPU, Path: put(t, filepath.Join(home, "env/lib/python3.13/site-packages/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"))},
			{Kind: backend.CPU, Path: put(t, filepath.Join(active, "lib64/python3.12/site-packages/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"))},
			{Kind: backend.CPU, Path: put(t, filepath.Join(folder, "pjrt_c_api_cpu_v0.114.0_plugin.so"))},
		}
		t.Setenv("VIRTUAL_ENV", active)
		t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", folder)
		if got := backend.Plugins(); !slices.Equal(got, want) {
			t.Fatalf("plugins\n%v\nwant\n%v", got, want)
		}
	}
}
