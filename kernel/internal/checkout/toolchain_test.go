package checkout

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gosubspace/kernel/internal/program"
)

// A compiler that CC names and that is gone, as conda leaves it behind, is told from one
// that is lacking; so is one that is there and does not work.
func TestCompilerThatIsGone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the compiler that fails is a shell script")
	}
	broken := filepath.Join(t.TempDir(), "x86_64-conda-linux-gnu-cc")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho stdio.h: No such file >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	gone := "/home/me/miniconda3/envs/old/bin/x86_64-conda-linux-gnu-cc"
	for _, c := range []struct {
		name, variable string
		tools          Toolchain
		says, do       string
	}{
		{"left behind", gone, Toolchain{CC: gone}, `the variable CC names "` + gone + `", which is not there: an environment of conda's`, "run unset CC CXX"},
		{"a name that is left behind", "x86_64-conda-linux-gnu-cc", Toolchain{CC: "x86_64-conda-linux-gnu-cc"}, "the variable CC names", "run unset CC CXX"},
		{"written by go env -w", "", Toolchain{CC: gone}, `go env says CC="` + gone + `", which is not there`, "run go env -u CC"},
		{"broken", broken, Toolchain{CC: broken, Compiler: broken}, "does not compile a small program (stdio.h: No such file), and the variable CC names", "run unset CC CXX"},
		{"none at all", "", Toolchain{CC: "gcc"}, `"gcc" is not on PATH`, "install"},
	} {
		t.Setenv("CC", c.variable)
		err := c.tools.CheckCompiler(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "what to do: "+c.do) && !strings.Contains(err.Error(), c.do) {
			t.Errorf("%s: %v, want %q and %q", c.name, err, c.says, c.do)
		}
	}
}

// Go takes gcc for the C compiler, whatever is there: clang alone will do.
func TestClangAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("wants a shell")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go":    `echo '{"GOROOT": "/r", "GOVERSION": "go1.99", "GOMODCACHE": "/m", "GOCACHE": "/c", "CC": "gcc"}'`,
		"clang": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	toolchain, err := Project{Dir: dir, Minimum: "1.26.5"}.Go(t.Context())
	if err != nil || toolchain.CC != "clang" || toolchain.Compiler != filepath.Join(dir, "clang") {
		t.Errorf("the C compiler is %q, %q, %v", toolchain.CC, toolchain.Compiler, err)
	}
}

// What compiles the project and the cells compiles as much at once as the user lets it,
// and of other flags of the user's takes none; of a variable GOROOT neither.
func TestSettings(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("wants a shell")
	}
	dir := t.TempDir()
	script := `#!/bin/sh
echo '{"GOROOT": "/r", "GOVERSION": "go1.99", "GOMODCACHE": "/m", "GOCACHE": "/c", "CC": "gcc", "GOFLAGS": "'"$GOFLAGS"'"}'
`
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	for flags, want := range map[string]string{"": "", "-p=2": "-p=2", "-mod=mod --p=16 -race": "-p=16", "-pgo=off": "", "-ldflags=-p=2x": ""} {
		t.Setenv("GOFLAGS", flags)
		t.Setenv("GOROOT", "/elsewhere")
		toolchain, err := Project{Dir: dir, Minimum: "1.26.5"}.Go(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := toolchain.Settings()
		if !strings.HasSuffix(got["GOFLAGS"], strings.TrimSpace(" -buildvcs=false "+want)) || strings.Contains(got["GOFLAGS"], "-race") || got["GOROOT"] != "/r" {
			t.Errorf("GOFLAGS=%s: %v", flags, got)
		}
		if env := toolchain.Env(); slices.Contains(env, "GOROOT=/elsewhere") {
			t.Error("the variable GOROOT stays")
		}
	}
}

// Where there is no space for what Go downloads and builds, it is Go's caches that move.
func TestAdvice(t *testing.T) {
	said := program.Explain(errors.New("write /c/x: no space left on device"), Toolchain{Cache: "/c", Modules: "/m"}.Advice("gopls", "")).Error()
	if !strings.Contains(said, "the disk of /c and of /m") || !strings.Contains(said, "GOCACHE=") || !strings.Contains(said, "GOMODCACHE=") || strings.Contains(said, "GOSUBSPACE_HOME") {
		t.Errorf("says %q", said)
	}
}
