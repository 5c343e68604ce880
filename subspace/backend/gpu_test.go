package backend

import (
	"slices"
	"testing"
)

// The GPU that is named is the first that this process may use, and none where that is not
// known.
func TestGPUName(t *testing.T) {
	const slow, fast = "Tesla T4", "NVIDIA A100-SXM4-80GB"
	ask := func(args ...string) string { // the slow one is first on the bus
		if i := slices.Index(args, "-i"); i >= 0 {
			return map[string]string{"0": slow, "1": fast, "GPU-1234": fast}[args[i+1]] + "\n"
		}
		return slow + "\n" + fast + "\n"
	}
	for _, c := range []struct {
		models         []string
		visible, order string
		want           string
	}{
		{[]string{fast}, "", "", fast}, {[]string{fast, fast}, "1", "", fast},
		{[]string{slow, fast}, "", "", ""}, {[]string{slow, fast}, "0", "", ""},
		{[]string{slow, fast}, "", "PCI_BUS_ID", slow}, {[]string{slow, fast}, "1,0", "PCI_BUS_ID", fast},
		{[]string{slow, fast}, "GPU-1234", "", fast}, {[]string{slow, fast}, "7", "PCI_BUS_ID", ""}, {nil, "", "", ""},
	} {
		env := func(name string) string {
			return map[string]string{"CUDA_VISIBLE_DEVICES": c.visible, "CUDA_DEVICE_ORDER": c.order}[name]
		}
		if got := gpuName(c.models, env, ask); got != c.want {
			t.Errorf("of %q, visible %q, in the order %q, it is %q, want %q", c.models, c.visible, c.order, got, c.want)
		}
	}
}
