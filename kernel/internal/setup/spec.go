package setup

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/backend"
	"gosubspace/subspace/place"
)

// kernelTitle is what people read of our kernel.
const kernelTitle = "Go (gosubspace)"

// A kernelSpec is Jupyter's description of a kernel, kernel.json.
type kernelSpec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
}

// spec describes the kernel so completely that it does not matter who starts
// Jupyter: a terminal, another project's environment, or a desktop menu, which
// knows of no PATH.
func (s *State) spec() kernelSpec {
	kernel := s.env.kernel()
	return kernelSpec{
		Argv: []string{
			filepath.Join(kernel, "bin", "relay"+program.Exe), "{connection_file}",
			filepath.Join(kernel, "bin", "gonb"+program.Exe),
			// Cells use the checkout's packages, and the versions of its go.mod.
			"-go_work=" + s.Project.Dir,
			// Errors come as text, of which the relay makes what a reader sees.
			"-raw_error",
			// Only what stops the kernel is printed where Jupyter runs.
			"-logtostderr=false", "-stderrthreshold=FATAL", "-log_file=" + filepath.Join(s.home, "jupyter", "gonb.log"),
		},
		DisplayName: kernelTitle,
		Language:    "go",
		// A message reaches the kernel alone, and the kernel interrupts the cell
		// once. A signal would reach the cell twice, which means "at once".
		InterruptMode: "message",
		Env:           s.cellEnv(),
	}
}

// cellEnv is the environment of a cell's compilation and run.
func (s *State) cellEnv() map[string]string {
	path := []string{filepath.Join(s.env.kernel(), "bin"), filepath.Join(s.go_.Root, "bin")}
	if s.go_.Compiler != "" {
		path = append(path, filepath.Dir(s.go_.Compiler))
	}
	for _, dir := range filepath.SplitList(s.basePath()) {
		if !slices.Contains(path, dir) {
			path = append(path, dir)
		}
	}
	env := s.go_.Settings()
	for name, value := range env {
		env[name] = literal(value)
	}
	maps.Copy(env, map[string]string{
		"PATH":        literal(strings.Join(path, string(os.PathListSeparator))) + string(os.PathListSeparator) + "${PATH}",
		"VIRTUAL_ENV": literal(s.env.dir),
		// What a cell imports is in go.mod, or it is not there: a cell never
		// fetches a version that nobody pinned.
		"GOPROXY": "off",
		// Where the project's things are.
		"GOSUBSPACE_HOME": literal(s.home),
		// XLA neither downloads nor prints by itself.
		"GOMLX_NO_AUTO_INSTALL": "1",
		"TF_CPP_MIN_LOG_LEVEL":  "3",
	})
	// Jupyter runs elsewhere than the user's terminal.
	for _, variable := range []string{"GOSUBSPACE_DATA", "GOSUBSPACE_RUNS", "GOSUBSPACE_CIFAR10", place.ProgramsVariable} {
		value := os.Getenv(variable)
		if variable == place.ProgramsVariable && value == place.NoPrograms {
			env[variable] = value
		} else if value != "" {
			if abs, err := filepath.Abs(value); err == nil {
				env[variable] = literal(abs)
			}
		}
	}
	if config := s.backend(); config != "" {
		env["GOMLX_BACKEND"] = literal(config)
	}
	return env
}

// backend is GOMLX_BACKEND for the cells: the user's, or the environment's CPU
// plugin. With a CUDA plugin it is left open, since a GPU may be there at one
// start and not at the next: package backend finds out.
func (s *State) backend() string {
	if config := os.Getenv("GOMLX_BACKEND"); config != "" {
		return config
	}
	cpu := ""
	for _, p := range backend.InEnvironment(s.env.dir) {
		switch p.Kind {
		case backend.CUDA:
			return ""
		case backend.CPU:
			cpu = "xla:" + p.Path
		}
	}
	return cpu
}

// CleanFlags takes out of XLA_FLAGS what the cells' plugin does not take, and says
// so, once for all cells.
func (s *State) CleanFlags() {
	plugin := s.cellsPlugin()
	if !filepath.IsAbs(plugin) {
		return
	}
	if notice := backend.CleanFlags(plugin); notice != "" {
		fmt.Fprintf(s.report, "%-12s %s\n", "XLA", notice)
	}
}

// cellsPlugin returns the plugin that the cells compute with: where that is left open a
// GPU's, if there is a GPU. It and a CPU's need not be of one XLA, and take the same flags.
func (s *State) cellsPlugin() string {
	plugin := strings.TrimPrefix(s.backend(), "xla:")
	if plugin != "" {
		return plugin
	}
	for _, p := range backend.InEnvironment(s.env.dir) {
		if plugin == "" || p.Kind == backend.CUDA && hasGPU() {
			plugin = p.Path
		}
	}
	return plugin
}

// basePath holds the folders of the system's programs, which shell lines of a
// notebook use.
func (s *State) basePath() string {
	if program.Exe != "" {
		return ""
	}
	return "/usr/local/bin:/usr/bin:/bin"
}

// literal escapes what Jupyter would replace in a kernel's environment.
func literal(value string) string { return strings.ReplaceAll(value, "$", "$$") }

// checkoutOf returns the checkout that a kernel.json belongs to, nothing if it
// cannot be read.
func checkoutOf(text []byte) string {
	var spec kernelSpec
	if json.Unmarshal(text, &spec) != nil {
		return ""
	}
	for _, arg := range spec.Argv {
		if dir, ok := strings.CutPrefix(arg, "-go_work="); ok {
			return dir
		}
	}
	return ""
}

// write writes kernel.json into the folder.
func (k kernelSpec) write(dir string) error {
	text, err := k.text()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return place.WriteFile(filepath.Join(dir, "kernel.json"), text)
}

func (k kernelSpec) text() ([]byte, error) {
	text, err := json.MarshalIndent(k, "", "  ")
	return append(text, '\n'), err
}

// specStep tells Jupyter about the kernel.
func (s *State) specStep(ctx context.Context) (step, error) {
	spec := s.spec()
	text, err := spec.text()
	if err != nil {
		return step{}, err
	}
	path := filepath.Join(s.env.kernel(), "kernel.json")
	there, _ := os.ReadFile(path)
	if bytes.Equal(there, text) {
		return step{}, nil
	}
	doing := fmt.Sprintf("telling Jupyter about %q", kernelTitle)
	if other := checkoutOf(there); other != "" && other != s.Project.Dir {
		doing += ": it was that of " + other + ", whose notebooks now use this checkout until the command is run there"
	}
	return step{
		name:  "kernel spec",
		doing: doing,
		key:   checkout.Hash(text),
		leave: []string{path},
		do:    func(context.Context) error { return spec.write(s.env.kernel()) },
	}, nil
}
