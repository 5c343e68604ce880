package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gosubspace/subspace/backend"
)

// The steps of set-up, in their order; the one for Jupyter's settings stands
// beside what reads them.

func (s *setUp) compilerStep(ctx context.Context) (step, error) {
	return step{
		name:  "C compiler",
		doing: "trying " + s.go_.compiler,
		key:   s.go_.compiler + " " + s.go_.cc,
		do:    s.go_.checkCompiler,
	}, nil
}

func (s *setUp) environmentStep(ctx context.Context) (step, error) {
	if !s.env.own {
		return step{name: "environment", doing: "using the active one, " + s.env.dir, key: "active " + s.env.dir,
			leave: []string{s.env.python()}, do: func(context.Context) error { return nil }}, nil
	}
	key := "own " + s.env.dir
	if s.record.Steps["environment"] == key && isFile(s.env.python()) {
		if _, err := output(ctx, "", pythonEnv(), s.env.python(), "-c", ""); err == nil {
			return step{}, nil // it is there, and runs
		} else if ctx.Err() != nil {
			return step{}, ctx.Err()
		}
		delete(s.record.Steps, "environment") // the Python that made it is gone
	}
	py, err := findPython(ctx, s.project.packages.python)
	if err != nil {
		return step{}, err
	}
	return step{
		name:  "environment",
		doing: fmt.Sprintf("making %s with Python %s", s.env.dir, py.version),
		key:   key,
		leave: []string{s.env.python()},
		do:    func(ctx context.Context) error { return s.makeEnvironment(ctx, py) },
	}, nil
}

func (s *setUp) makeEnvironment(ctx context.Context, py python) error {
	if err := removeMarked(s.env.dir); err != nil {
		return err
	}
	delete(s.record.Steps, "packages")
	const need = 1500 << 20
	if free, ok := freeBytes(s.home); ok && free < need {
		return failure{"environment", fmt.Sprintf("%s has %d MB free, and %d are needed", s.home, free>>20, need>>20),
			"free some, or set GOSUBSPACE_HOME to a folder on another disk, and start again"}
	}
	if err := mark(s.env.dir); err != nil {
		return err
	}
	if _, err := output(ctx, "", pythonEnv(), py.path, "-m", "venv", s.env.dir); err != nil {
		return explain("environment", err, "install Python's venv module, for example: apt install python3-venv")
	}
	return nil
}

func (s *setUp) packagesStep(ctx context.Context) (step, error) {
	pins := s.pins()
	var specs []string
	for _, p := range pins {
		specs = append(specs, p.String())
	}
	st := step{
		name:  "packages",
		doing: fmt.Sprintf("installing %s and %d more with pip (0.4 GB; a minute or a few)", specs[0], len(specs)-1),
		key:   s.env.dir + " " + strings.Join(specs, " "),
	}
	if s.cuda {
		st.doing = fmt.Sprintf("installing %s and %d more with pip (3 GB with CUDA; some minutes)", specs[0], len(specs)-1)
	}
	if s.env.own {
		st.do = func(ctx context.Context) error {
			args := append([]string{"-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"}, specs...)
			if _, err := output(ctx, "", pythonEnv(), s.env.python(), args...); err != nil {
				return explain("packages", err, "give pip a mirror (PIP_INDEX_URL) or a folder of wheels (PIP_NO_INDEX=1 PIP_FIND_LINKS=folder)")
			}
			return nil
		}
	}
	return st, nil
}

// pluginStep sees that there is a PJRT plugin in the environment. Where the
// package index has none, for macOS and Windows, it is downloaded.
func (s *setUp) pluginStep(ctx context.Context) (step, error) {
	for _, p := range backend.InEnvironment(s.env.dir) {
		if p.Kind == backend.CPU {
			return step{}, nil
		}
	}
	if os.Getenv("GOMLX_BACKEND") != "" {
		return step{}, nil // the user has chosen
	}
	if onLinux() {
		return step{}, failure{"plugin", s.env.dir + " has no PJRT plugin", "remove the environment with go run ./kernel uninstall, and start again"}
	}
	release, err := pluginFor(thisOS())
	if err != nil {
		fmt.Fprintf(s.report, "%-12s %v\n", "plugin", err)
		return step{}, nil
	}
	return step{
		name:  "plugin",
		doing: "downloading " + release.name,
		key:   s.env.dir + " " + release.sha256,
		do: func(ctx context.Context) error {
			return release.install(ctx, filepath.Join(s.env.dir, "lib", "go-xla"))
		},
	}, nil
}

// kernelStep builds GoNB, which is the kernel, and goimports, which it uses.
func (s *setUp) kernelStep(ctx context.Context) (step, error) {
	sums, err := hashFiles(filepath.Join(s.project.dir, "go.mod"), filepath.Join(s.project.dir, "go.sum"))
	if err != nil {
		return step{}, err
	}
	bin := filepath.Join(s.env.kernel(), "bin")
	return step{
		name:  "kernel",
		doing: "building GoNB and goimports with Go " + s.go_.version,
		key:   bin + " " + s.go_.version + " " + sums,
		leave: []string{filepath.Join(bin, "gonb"+exe), filepath.Join(bin, "goimports"+exe)},
		do: func(ctx context.Context) error {
			if err := mark(s.env.kernel()); err != nil {
				return err
			}
			if err := os.MkdirAll(bin, 0o755); err != nil {
				return err
			}
			return s.build(ctx, "kernel", bin+string(filepath.Separator), "github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports")
		},
	}, nil
}

func (s *setUp) build(ctx context.Context, part, out string, packages ...string) error {
	args := append([]string{"build", "-o", out}, packages...)
	if _, err := output(ctx, s.project.dir, nil, s.go_.command(), args...); err != nil {
		return explain(part, err, "give Go a mirror (GOPROXY)")
	}
	return nil
}

func (s *setUp) specStep(ctx context.Context) (step, error) {
	spec := s.spec()
	text, err := spec.text()
	if err != nil {
		return step{}, err
	}
	return step{
		name:  "kernel spec",
		doing: fmt.Sprintf("telling Jupyter about %q", kernelTitle),
		key:   hash(text),
		leave: []string{filepath.Join(s.env.kernel(), "kernel.json")},
		do:    func(context.Context) error { return spec.write(s.env.kernel()) },
	}, nil
}

// compileStep compiles what the notebooks import, so that the first cell need
// not.
func (s *setUp) compileStep(ctx context.Context) (step, error) {
	imports, err := notebookImports(s.project.notebooks())
	if err != nil {
		return step{}, err
	}
	sums, err := hashFiles(filepath.Join(s.project.dir, "go.mod"), filepath.Join(s.project.dir, "go.sum"))
	if err != nil {
		return step{}, err
	}
	return step{
		name:  "compile",
		doing: "compiling what the notebooks import",
		key:   strings.Join([]string{s.project.dir, s.go_.version, s.go_.cache, sums, strings.Join(imports, " ")}, " "),
		do:    func(ctx context.Context) error { return s.compile(ctx, imports) },
	}, nil
}

func (s *setUp) compile(ctx context.Context, imports []string) error {
	dir, err := os.MkdirTemp("", "gosubspace-compile-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var source strings.Builder
	source.WriteString("package main\n\nimport (\n\t\"fmt\"\n")
	for _, path := range imports {
		if path != "fmt" {
			fmt.Fprintf(&source, "\t_ %q\n", path)
		}
	}
	source.WriteString(")\n\nfunc main() { fmt.Println() }\n")
	main := filepath.Join(dir, "main.go")
	if err := os.WriteFile(main, []byte(source.String()), 0o600); err != nil {
		return err
	}
	return s.build(ctx, "compile", filepath.Join(dir, "main"+exe), main)
}
