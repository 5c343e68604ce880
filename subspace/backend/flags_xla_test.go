package backend_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"gosubspace/subspace/backend"
	"gosubspace/subspace/backend/backendtest"
)

// opened is what a process of its own, where no plugin was loaded before, says of
// the backend that it opened.
type opened struct {
	Name, Notice, Flags string
	Kernels             bool
	Instructions        string
}

const childVariable = "GOSUBSPACE_TEST_OPENS"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	b, info, err := backend.Open()
	if err == nil {
		_, err = graph.CallOnce(b, func(x *graph.Node) *graph.Node { return graph.Add(x, x) }, float32(1))
	}
	if err != nil {
		info.Notice = err.Error()
	}
	json.NewEncoder(os.Stdout).Encode(opened{info.Name, info.Notice, os.Getenv(backend.FlagsVariable), info.Kernels, info.Instructions})
}

// inChild is what a process of its own opens in an environment with these variables.
func inChild(t *testing.T, env ...string) (got opened, err error) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(append(os.Environ(), childVariable+"=1"), env...)
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &got)
	}
	return got, err
}

// The real plugin: what it would end the process for is left out, and it opens.
func TestUnknownFlags(t *testing.T) {
	backendtest.XLA(t)
	file := filepath.Join(t.TempDir(), "flags")
	if err := os.WriteFile(file, []byte("--xla_nobody_knows_this\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ flags, left string }{
		{"--xla_nobody_knows_this=true", ""},
		{"--xla_cpu_enable_fast_math=false --xla_nobody_knows_this --nor_this=3", "--xla_cpu_enable_fast_math=false"},
		{"--xla_cpu_enable_fast_math=perhaps", ""},
		{"--xla_cpu_parallel_codegen_split_count=-5", ""},
		{file, ""},
		{"--xla_cpu_enable_fast_math=false", "--xla_cpu_enable_fast_math=false"},
	} {
		for _, config := range []string{"", "xla:cpu", "stablehlo"} {
			env := []string{backend.FlagsVariable + "=" + c.flags}
			if config != "" {
				env = append(env, "GOMLX_BACKEND="+config)
			}
			got, err := inChild(t, env...)
			if err != nil {
				t.Errorf("%s, %q: %v", config, c.flags, err)
				continue
			}
			if got.Name != "xla" || got.Flags != c.left {
				t.Errorf("%s, %q: %s opened with %q, want %q", config, c.flags, got.Name, got.Flags, c.left)
			}
			if said := strings.Contains(got.Notice, backend.FlagsVariable); said != (c.flags != c.left) {
				t.Errorf("%s, %q: says %q", config, c.flags, got.Notice)
			}
		}
	}
}

// Whose kernels compute, and by which instructions, can be chosen; a word that chooses
// nothing is said to.
func TestChosenKernels(t *testing.T) {
	backendtest.XLA(t)
	kernels := func(variable string) opened {
		got, err := inChild(t, "GOSUBSPACE_KERNELS="+variable)
		if err != nil {
			t.Fatalf("%q: %v", variable, err)
		}
		return got
	}
	if !kernels("").Kernels {
		t.Skip("no kernels of ours here")
	}
	limited := map[string]string{"avx2": "AVX2", "c": "plain C"}
	for variable, ours := range map[string]bool{"xla": false, "avx2": true, "c": true, "avx": true} {
		got := kernels(variable)
		if got.Kernels != ours || got.Instructions != limited[variable] {
			t.Errorf("%q: kernels of ours: %v, in %q; want %v, in %q", variable, got.Kernels, got.Instructions, ours, limited[variable])
		}
		if said := strings.Contains(got.Notice, "GOSUBSPACE_KERNELS=avx is nothing to choose"); said != (variable == "avx") {
			t.Errorf("%q: says %q", variable, got.Notice)
		}
	}
}
