package setup

import (
	"os"
	"path/filepath"
	"testing"
)

// A plugin's version is found whatever the environment is called.
func TestWheelVersion(t *testing.T) {
	for _, name := range []string{"course [2026]", "my [ML] #1 %d", "*"} {
		dir := filepath.Join(t.TempDir(), name)
		wheel := filepath.Join(dir, "env/lib/python3.12/site-packages/xla_cpu_pjrt-0.0.1.dist-info")
		if err := os.MkdirAll(wheel, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := wheelVersion(filepath.Join(filepath.Dir(wheel), "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so")); got != "0.0.1" {
			t.Errorf("%q: the plugin's version is %q", name, got)
		}
	}
}
