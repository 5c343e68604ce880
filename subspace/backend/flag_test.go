package backend

import (
	"os"
	"path/filepath"
	"testing"
)

// XLA reads its flags as a shell would: what a folder is called does not end one.
func TestPrepareQuotesTheToolkit(t *testing.T) {
	packages := filepath.Join(t.TempDir(), `my "ML" \ 1`)
	toolkit := filepath.Join(packages, "nvidia", "cu13")
	if err := os.MkdirAll(toolkit, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XLA_FLAGS", "--a=b")
	t.Setenv("GOPJRT_CUDA_CHECKS", "no")
	t.Setenv("NVIDIA_TF32_OVERRIDE", "0")
	Plugin{Kind: CUDA, Path: filepath.Join(packages, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")}.prepare(Options{})
	want := `--a=b --xla_gpu_cuda_data_dir="` + filepath.Dir(packages) + `/my \"ML\" \\ 1/nvidia/cu13"`
	if got := os.Getenv("XLA_FLAGS"); got != want {
		t.Errorf("XLA_FLAGS is %s, want %s", got, want)
	}
}
