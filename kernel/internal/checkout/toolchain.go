package checkout

import (
	"context"
	"encoding/json"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"gosubspace/kernel/internal/program"
)

// A Toolchain is the Go installation that builds the project's cells.
type Toolchain struct {
	Root     string // GOROOT
	Version  string // for example "1.26.8"
	Modules  string // GOMODCACHE
	Cache    string // GOCACHE
	Compiler string // the C compiler's path, empty if there is none
	CC       string // CC as Go has it, a name or path and perhaps flags
	AtOnce   string // -p=N of the user's GOFLAGS: how much may be compiled at once
}

// Command is the path of the go command.
func (t Toolchain) Command() string {
	return filepath.Join(t.Root, "bin", "go"+program.Exe)
}

// Go finds the Go that the project builds with: the go command on PATH, or
// the newer one that it fetched for go.mod.
func (p Project) Go(ctx context.Context) (Toolchain, error) {
	get := fmt.Sprintf("install Go %s or newer from https://go.dev/dl, open a new terminal, and start again", p.Minimum)
	name, err := exec.LookPath("go")
	if err != nil {
		return Toolchain{}, program.Fail("Go", "there is no go command on PATH", get)
	}
	text, err := program.Output(ctx, p.Dir, nil, name, "env", "-json", "GOROOT", "GOVERSION", "GOMODCACHE", "GOCACHE", "CC", "GOFLAGS")
	if err != nil {
		return Toolchain{}, program.Fail("Go", fmt.Sprintf("%s does not run here (%s)", name, program.LastLine(err.Error())), get)
	}
	var env struct{ GOROOT, GOVERSION, GOMODCACHE, GOCACHE, CC, GOFLAGS string }
	if err := json.Unmarshal([]byte(text), &env); err != nil {
		return Toolchain{}, program.Fail("Go", fmt.Sprintf("%s env answers what is no JSON (%v)", name, err), get)
	}
	goVersion, _, _ := strings.Cut(env.GOVERSION, " ") // experiments follow the version
	if version.Compare(goVersion, "go"+p.Minimum) < 0 {
		return Toolchain{}, program.Fail("Go", fmt.Sprintf("%s is %s, too old: the project wants %s", name, env.GOVERSION, p.Minimum), get)
	}
	t := Toolchain{
		Root: env.GOROOT, Version: strings.TrimPrefix(goVersion, "go"),
		Modules: env.GOMODCACHE, Cache: env.GOCACHE, CC: env.CC,
	}
	if m := atOnce.FindStringSubmatch(env.GOFLAGS); m != nil {
		t.AtOnce = "-p=" + m[1]
	}
	if t.CC == "gcc" && !onPath("gcc") && onPath("clang") { // Go's own choice is gcc, whatever is there
		t.CC = "clang"
	}
	if words := strings.Fields(t.CC); len(words) > 0 {
		if t.Compiler, err = exec.LookPath(words[0]); err == nil {
			t.Compiler, err = filepath.Abs(t.Compiler)
		}
		if err != nil {
			t.Compiler = ""
		}
	}
	return t, nil
}

// atOnce finds -p in GOFLAGS.
var atOnce = regexp.MustCompile(`(?:^|\s)'?--?p=(\d+)'?(?:\s|$)`)

// Advice is what to do where Go fails that downloads and builds for a part.
func (t Toolchain) Advice(part, other string) program.Advice {
	return program.Advice{Part: part, Folder: t.Cache + " and of " + t.Modules, Offline: "give Go a mirror (GOPROXY)", Other: other,
		Move: "move Go's caches to another disk, go env -w GOCACHE=/disk/go-build GOMODCACHE=/disk/go-mod (and set TMPDIR)"}
}

func onPath(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// CheckCompiler compiles three lines of C, as XLA's bindings need it.
func (t Toolchain) CheckCompiler(ctx context.Context) error {
	get := map[string]string{
		"darwin":  "run xcode-select --install",
		"windows": "install a GCC for Windows, for example MSYS2's mingw-w64, and put its bin folder on PATH",
	}[runtime.GOOS]
	if get == "" {
		get = "install one with the C library's headers, for example: apt install gcc libc6-dev, or dnf install gcc"
	}
	get += "; then open a new terminal and start again"
	if named := t.named(os.Getenv("CC")); named != "" && t.Compiler == "" {
		return program.Fail("C compiler", named+", which is not there: an environment of conda's that is not active, or gone, leaves it behind", t.forget(os.Getenv("CC")))
	}
	if t.Compiler == "" {
		return program.Fail("C compiler", fmt.Sprintf("%q is not on PATH, and XLA's bindings need it", t.CC), get)
	}
	dir, err := os.MkdirTemp("", "gosubspace-cc-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(dir, "a.c")
	if err := os.WriteFile(source, []byte("#include <stdlib.h>\n#include <stdio.h>\nint main(void) { return puts(\"\") == EOF; }\n"), 0o600); err != nil {
		return err
	}
	args := append(strings.Fields(t.CC)[1:], "-o", filepath.Join(dir, "a"+program.Exe), source)
	if _, err := program.Output(ctx, dir, nil, t.Compiler, args...); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		why := fmt.Sprintf("%s does not compile a small program (%s)", t.Compiler, program.FirstLine(err.Error()))
		if named := t.named(os.Getenv("CC")); named != "" {
			return program.Fail("C compiler", why+", and "+named, t.forget(os.Getenv("CC"))+"; or "+get)
		}
		return program.Fail("C compiler", why, get)
	}
	return nil
}

// named says by what a C compiler was chosen that is not Go's own choice; "" where it is.
// variable is CC of this process's environment.
func (t Toolchain) named(variable string) string {
	switch {
	case variable != "":
		return fmt.Sprintf("the variable CC names %q", t.CC)
	case strings.ContainsAny(t.CC, `/\ `): // Go's own are gcc, clang and cc
		return fmt.Sprintf("go env says CC=%q", t.CC)
	}
	return ""
}

// forget is how to be rid of that choice.
func (t Toolchain) forget(variable string) string {
	if variable != "" {
		return "run unset CC CXX, or activate the environment that has it, and start again"
	}
	return "run go env -u CC, and start again"
}

// Settings are what decides how the go command builds. Set-up and cells share
// them, and with them what has been compiled.
func (t Toolchain) Settings() map[string]string {
	return map[string]string{
		// No stamp of the version: git refuses to tell it in a folder of another user's.
		"GOFLAGS": strings.TrimSpace("-mod=readonly '-ldflags=" + linking() + "' -buildvcs=false " + t.AtOnce),
		// The variable, where the user's names another Go, would win over where this one is.
		"GOROOT":      t.Root,
		"GOTOOLCHAIN": "local",
		"GOWORK":      "",
		"GOMODCACHE":  t.Modules,
		"GOCACHE":     t.Cache,
		"CGO_ENABLED": "1",
		"CC":          t.CC,
	}
}

// Env is this process's environment with them, for what is built of the project: of no
// workspace, whatever go.work lies above it.
func (t Toolchain) Env() []string {
	settings := t.Settings()
	settings["GOWORK"] = "off"
	return program.Setenv(os.Environ(), settings)
}

// linking are the flags of Go's linker. Without symbols for debuggers a cell is linked in
// half the time; a panic names functions and lines all the same. Before it links, the
// linker tries with the C compiler, by one small program each, which flags that one takes;
// two it need not try where it neither marks a program with an identity (which macOS wants
// to see) nor packs what debuggers read.
func linking() string {
	flags := "-s"
	if runtime.GOOS == "linux" {
		flags += " -B=none -compressdwarf=false"
	}
	return flags
}
