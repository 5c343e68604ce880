package programs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whatever differs, the key does: also where text only moves from one part to the next.
func TestKey(t *testing.T) {
	base := identity{"plugin", "flags", "machine", "threads", "kernels"}
	keys := map[key]string{}
	note := func(what string, k key) {
		if other, there := keys[k]; there {
			t.Errorf("%s has the key of %s", what, other)
		}
		keys[k] = what
	}
	of := func(i identity) key { return i.key([]byte("mlir"), []byte("program"), []byte("options")) }
	once, again := of(base), of(base)
	note("the base", once)
	if once != again {
		t.Error("a key is not the same twice")
	}
	for what, change := range map[string]func(*identity){
		"another plugin":      func(i *identity) { i.plugin += "x" },
		"other flags":         func(i *identity) { i.flags += "x" },
		"another CPU":         func(i *identity) { i.machine += "x" },
		"more threads":        func(i *identity) { i.threads += "x" },
		"other kernels":       func(i *identity) { i.kernels += "x" },
		"a moved border":      func(i *identity) { i.plugin, i.flags = "plugi", "nflags" },
		"a part that is gone": func(i *identity) { i.plugin, i.flags = "pluginflags", "" },
	} {
		i := base
		change(&i)
		note(what, of(i))
	}
	note("another format", base.key([]byte("hlo"), []byte("program"), []byte("options")))
	note("another program", base.key([]byte("mlir"), []byte("program2"), []byte("options")))
	note("other options", base.key([]byte("mlir"), []byte("program"), []byte("2options")))
}

// The identity of this process's programs changes with the plugin's file and with the
// flags, and is the same otherwise.
func TestIdentify(t *testing.T) {
	plugin, flags := filepath.Join(t.TempDir(), "plugin.so"), filepath.Join(t.TempDir(), "flags")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := func() identity {
		i, err := identify(plugin, "1")
		if err != nil {
			t.Skip(err) // no /proc/cpuinfo
		}
		return i
	}
	write(plugin, "plugin")
	t.Setenv("XLA_FLAGS", "")
	last := now()
	if now() != last {
		t.Error("the identity differs from one moment to the next")
	}
	if !strings.Contains(last.machine, "\n") || strings.Contains(last.machine, "MHz") {
		t.Errorf("the machine is %q", last.machine)
	}
	for what, change := range map[string]func(){
		"a new time of the plugin":  func() { os.Chtimes(plugin, time.Now(), time.Now().Add(time.Second)) },
		"a longer plugin":           func() { write(plugin, "a longer plugin") },
		"flags":                     func() { os.Setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true") },
		"a file of flags":           func() { write(flags, "--a"); os.Setenv("XLA_FLAGS", flags) },
		"another number of threads": func() { t.Setenv("PJRT_NPROC", "7") },
	} {
		change()
		i := now()
		if i == last {
			t.Errorf("%s does not change the identity", what)
		}
		last = i
	}
	os.Setenv("XLA_FLAGS", flags)
	last = now()
	write(flags, "--b")
	if now() == last {
		t.Error("other flags in the file do not change the identity")
	}
	if _, err := identify(plugin+"x", "1"); err == nil {
		t.Error("a plugin that is not there has an identity")
	}
}

// Of a CPU what tells it from others counts, whichever processor is looked at.
func TestProcessor(t *testing.T) {
	const first = `processor	: 0
vendor_id	: GenuineIntel
model name	: Intel(R) Xeon(R)
cpu MHz		: 2000.1
flags		: fpu avx2

`
	second := strings.NewReplacer("processor\t: 0", "processor\t: 1", "2000.1", "3100.7").Replace(first)
	want := "vendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: fpu avx2\n"
	for _, text := range []string{first + second, second + first, first} {
		if got := processor(strings.NewReader(text)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if processor(strings.NewReader(strings.Replace(first, "avx2", "avx512f", 1))) == want {
		t.Error("another instruction set makes no difference")
	}
	arm := "processor\t: 0\nBogoMIPS\t: 50\nFeatures\t: asimd sve\nCPU part\t: 0xd40\n"
	if got := processor(strings.NewReader(arm)); got != "Features\t: asimd sve\nCPU part\t: 0xd40\n" {
		t.Errorf("on arm64 %q", got)
	}
}
