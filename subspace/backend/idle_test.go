package backend

import (
	"strings"
	"testing"
)

// TestIdleGPU holds that a GPU does not stay unused without a word.
func TestIdleGPU(t *testing.T) {
	before := hasGPU
	defer func() { hasGPU = before }()
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
}
