package speed

import (
	"path/filepath"
	"testing"

	"gosubspace/subspace/place/placetest"
)

// The package that brought a plugin is found whatever the environment is called.
func TestPluginVersion(t *testing.T) {
	for _, name := range []string{"env", "my [ML] #1"} {
		packages := filepath.Join(t.TempDir(), name, "site-packages")
		for path, text := range map[string]string{
			"xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so": "",
			"other-1.dist-info/RECORD":                 "other/x.py,,\n",
			"xla_cpu_pjrt-0.0.1.dist-info/RECORD":      "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so,sha256=x,1\n",
		} {
			placetest.Write(t, filepath.Join(packages, path), text)
		}
		if got := pluginVersion(filepath.Join(packages, "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so")); got != "xla_cpu_pjrt 0.0.1" {
			t.Errorf("in %q: %q", name, got)
		}
	}
}
