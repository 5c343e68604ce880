package backend

import (
	"slices"
	"testing"
)

// The GPU that is named is the first that CUDA_VISIBLE_DEVICES leaves, not the machine's.
func TestVisibleGPU(t *testing.T) {
	ask := func(args ...string) string {
		if i := slices.Index(args, "-i"); i < 0 || args[i+1] != "1" {
			return ""
		}
		return "NVIDIA A100-SXM4-80GB\n"
	}
	for which, want := range map[string]string{"1": "cuda: NVIDIA A100-SXM4-80GB", "7": "cuda"} {
		if got := visibleGPU(which, ask); got != want {
			t.Errorf("of %s it says %q, want %q", which, got, want)
		}
	}
}
