package backend

import (
	"slices"
	"strings"
	"testing"
)

// CUDA 13 computes where one of the GPUs is fit for it, and where nothing is known.
func TestUnfitGPU(t *testing.T) {
	const driver, capability = "its driver 535.104.05 is older than 580", "its compute capability 7.0 is below 7.5"
	for said, want := range map[string]string{
		"": "", "580.65.06, 9.0\n": "", "590.1, 12.0\n": "", "580.65.06, 7.5\n": "", "580.65.06\n": "", "580.65.06, [N/A]\n": "", "no devices\n": "",
		"535.104.05, 9.0\n": driver, "535.104.05\n": driver, "580.65.06, 7.0\n": capability,
		"580.65.06, 7.0\n580.65.06, 8.6\n": "", "580.65.06, 6.1\n580.65.06, 7.0\n": capability,
	} {
		if why := unfitOf(said); (why == "") != (want == "") || !strings.HasPrefix(why, want) {
			t.Errorf("%q: %q, want %q", said, why, want)
		}
	}
}

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
