package main

import (
	"context"
	"encoding/json"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"gosubspace/kernel/internal/program"
)

// A toolchain is the Go installation that builds the project's cells.
type toolchain struct {
	root     string // GOROOT
	version  string // for example "1.26.8"
	modules  string // GOMODCACHE
	cache    string // GOCACHE
	compiler string // the C compiler's path, empty if there is none
	cc       string // CC as Go has it, a name or path and perhaps flags
}

// command is the path of the go command.
func (t toolchain) command() string {
	return filepath.Join(t.root, "bin", "go"+program.Exe)
}

// findGo finds the Go that the project builds with: the go command on PATH, or
// the newer one that it fetched for go.mod.
func findGo(ctx context.Context, p project) (toolchain, error) {
	get := fmt.Sprintf("install Go %s or newer from https://go.dev/dl, open a new terminal, and start again", p.minimum)
	name, err := exec.LookPath("go")
	if err != nil {
		return toolchain{}, program.Fail("Go", "there is no go command on PATH", get)
	}
	text, err := program.Output(ctx, p.dir, nil, name, "env", "-json", "GOROOT", "GOVERSION", "GOMODCACHE", "GOCACHE", "CC")
	if err != nil {
		return toolchain{}, program.Fail("Go", fmt.Sprintf("%s does not run here (%s)", name, program.LastLine(err.Error())), get)
	}
	var env struct{ GOROOT, GOVERSION, GOMODCACHE, GOCACHE, CC string }
	if err := json.Unmarshal([]byte(text), &env); err != nil {
		return toolchain{}, program.Fail("Go", fmt.Sprintf("%s env answers what is no JSON (%v)", name, err), get)
	}
	goVersion, _, _ := strings.Cut(env.GOVERSION, " ") // experiments follow the version
	if version.Compare(goVersion, "go"+p.minimum) < 0 {
		return toolchain{}, program.Fail("Go", fmt.Sprintf("%s is %s, too old: the project wants %s", name, env.GOVERSION, p.minimum), get)
	}
	t := toolchain{
		root: env.GOROOT, version: strings.TrimPrefix(goVersion, "go"),
		modules: env.GOMODCACHE, cache: env.GOCACHE, cc: env.CC,
	}
	if words := strings.Fields(env.CC); len(words) > 0 {
		if t.compiler, err = exec.LookPath(words[0]); err == nil {
			t.compiler, err = filepath.Abs(t.compiler)
		}
		if err != nil {
			t.compiler = ""
		}
	}
	return t, nil
}

// checkCompiler compiles three lines of C, as XLA's bindings need it.
func (t toolchain) checkCompiler(ctx context.Context) error {
	get := map[string]string{
		"darwin":  "run xcode-select --install",
		"windows": "install a GCC for Windows, for example MSYS2's mingw-w64, and put its bin folder on PATH",
	}[runtime.GOOS]
	if get == "" {
		get = "install one with the C library's headers, for example: apt install gcc libc6-dev, or dnf install gcc, or apk add build-base"
	}
	get += "; then open a new terminal and start again"
	if t.compiler == "" {
		return program.Fail("C compiler", fmt.Sprintf("%q is not on PATH, and XLA's bindings need it", t.cc), get)
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
	args := append(strings.Fields(t.cc)[1:], "-o", filepath.Join(dir, "a"+program.Exe), source)
	if _, err := program.Output(ctx, dir, nil, t.compiler, args...); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return program.Fail("C compiler", fmt.Sprintf("%s does not compile a small program (%s)", t.compiler, program.FirstLine(err.Error())), get)
	}
	return nil
}
