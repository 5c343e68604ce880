package backend_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/backend/backendtest"
	"gosubspace/subspace/place/placetest"
)

// nothing hides every plugin of the machine that runs the tests.
func nothing(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	for _, variable := range []string{"GOMLX_BACKEND", "VIRTUAL_ENV", "CONDA_PREFIX", "PJRT_PLUGIN_LIBRARY_PATH"} {
		t.Setenv(variable, "")
	}
	t.Setenv("GOSUBSPACE_HOME", home)
	t.Setenv("HOME", home)
	if found := backend.Plugins(); len(found) > 0 {
		t.Skipf("this machine has a plugin outside the user's folders: %v", found)
	}
	return home
}

func put(t *testing.T, path string) string {
	t.Helper()
	return placetest.Write(t, path, "not a library")
}

func TestPureGoWithNotice(t *testing.T) {
	nothing(t)
	b, info, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if info.Name != "go" {
		t.Errorf("opened %q, want the pure-Go backend", info.Name)
	}
	if !strings.Contains(info.Notice, "go run ./kernel") || strings.Contains(info.Notice, "\n") {
		t.Errorf("notice %q, want one line that names the command", info.Notice)
	}
	if !strings.HasPrefix(info.String(), "pure Go on CPU (") {
		t.Errorf("info %q", info)
	}
}

func TestBrokenPluginIsNamed(t *testing.T) {
	home := nothing(t)
	broken := put(t, filepath.Join(home, "env/lib/python3.11/site-packages/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"))
	b, info, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if strings.Contains(info.Notice, "built without XLA") {
		t.Skip(info.Notice)
	}
	if info.Name != "go" || !strings.Contains(info.Notice, broken) || strings.Contains(info.Notice, "\n") {
		t.Errorf("opened %q with notice %q, want the pure-Go backend and the broken file named in one line", info.Name, info.Notice)
	}
}

func TestVariableWins(t *testing.T) {
	home := nothing(t)
	put(t, filepath.Join(home, "env/lib/python3.11/site-packages/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"))
	t.Setenv("GOMLX_BACKEND", "go")
	b, info, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if info.Name != "go" || info.Notice != "" {
		t.Errorf("opened %q with notice %q, want the backend asked for and nothing to say", info.Name, info.Notice)
	}
}

func TestVariableThatDoesNotOpen(t *testing.T) {
	nothing(t)
	for _, config := range []string{"nonsense", "xla", "xla:cpu", "xla:nonsense", "xla:/nowhere/plugin.so", "xla:/nowhere/plugin.so,nonsense=1", ":", "xla:,"} {
		t.Setenv("GOMLX_BACKEND", config)
		b, _, err := backend.Open()
		if err == nil {
			b.Finalize()
			t.Errorf("GOMLX_BACKEND=%s opened", config)
			continue
		}
		if message := err.Error(); strings.Contains(message, "\n") || !strings.Contains(message, "GOMLX_BACKEND="+config+" does not open") {
			t.Errorf("GOMLX_BACKEND=%s: error %q, want one line that names it", config, message)
		}
	}
}

func TestPluginsInOrder(t *testing.T) {
	home := nothing(t)
	active, folder := t.TempDir(), t.TempDir()
	want := []backend.Plugin{
		{Kind: backend.CUDA, Path: put(t, filepath.Join(home, "env/lib/python3.13/site-packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so"))},
		{Kind: backend.CUDA, Path: put(t, filepath.Join(folder, "pjrt_c_api_cuda_plugin.so"))},
		{Kind: backend.CPU, Path: put(t, filepath.Join(home, "env/lib/python3.13/site-packages/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"))},
		{Kind: backend.CPU, Path: put(t, filepath.Join(active, "lib/python3.12/site-packages/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"))},
		{Kind: backend.CPU, Path: put(t, filepath.Join(folder, "pjrt_c_api_cpu_v0.114.0_plugin.so"))},
		{Kind: backend.CPU, Path: put(t, filepath.Join(home, ".local/lib/go-xla/pjrt_c_api_cpu_plugin.so"))},
	}
	t.Setenv("CONDA_PREFIX", active)
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", folder)
	if got := backend.Plugins(); !slices.Equal(got, want) {
		t.Fatalf("plugins\n%v\nwant\n%v", got, want)
	}
}

func TestInfoString(t *testing.T) {
	for _, c := range []struct {
		info backend.Info
		want string
	}{
		{backend.Info{Name: "xla", Device: "cpu: AMD EPYC 7B13, 2 cores"}, "XLA on CPU (AMD EPYC 7B13, 2 cores)"},
		{backend.Info{Name: "xla", Device: "cuda: NVIDIA H100"}, "XLA on CUDA (NVIDIA H100)"},
		{backend.Info{Name: "go", Device: "cpu: arm64, 1 core"}, "pure Go on CPU (arm64, 1 core)"},
		{backend.Info{Name: "xla", Device: "cuda"}, "XLA on CUDA"},
		{backend.Info{Name: "other"}, "other"},
	} {
		if got := c.info.String(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.info, got, c.want)
		}
	}
}

func TestComputes(t *testing.T) {
	b := backendtest.Open(t)
	sum, err := graph.CallOnce(b, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }, float32(1), float32(2))
	if err != nil {
		t.Fatal(err)
	}
	if sum.Value() != float32(3) {
		t.Errorf("1 + 2 = %v on %s", sum.Value(), b.Name())
	}
}

func TestXLA(t *testing.T) {
	b := backendtest.XLA(t)
	// A product of matrices, by hand: it needs the plugin to compile and to run.
	product, err := graph.CallOnce(b, func(x, y *graph.Node) *graph.Node { return graph.MatMul(x, y) },
		[][]float32{{1, 2, 3}, {4, 5, 6}}, [][]float32{{1, -1}, {0, 2}, {3, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := product.Value(), [][]float32{{10, 3}, {22, 6}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the product is %v, want %v", got, want)
	}
}
