package setup

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// A Finding is what was seen of a part. With nothing to do, it is fine.
type Finding struct{ Version, Where, Todo string }

// A Part is one of the things that set-up leaves or wants. Looking changes nothing.
type Part struct {
	Name string
	Look func(context.Context) Finding
}

// Parts returns what there is to look at, in the order in which parts build on each
// other.
func (s *State) Parts() []Part {
	ofKernel := func(name string) func(context.Context) Finding {
		return func(context.Context) Finding {
			return lookProgram(filepath.Join(s.env.kernel(), "bin", name+program.Exe))
		}
	}
	return []Part{
		{"folders", s.lookFolders},
		{"TMPDIR", s.lookTemporary},
		{"Go", s.lookGo},
		{"C compiler", s.lookCompiler},
		{"Python", s.lookPython},
		{"packages", s.lookPackages},
		{"plugin", s.lookPlugin},
		{"GoNB", s.lookGoNB},
		{"relay", ofKernel("relay")},
		{"cells' go", ofKernel("go")},
		{"goimports", ofKernel("goimports")},
		{"gopls", func(context.Context) Finding { return lookProgram(s.env.gopls()) }},
		{"kernel spec", s.lookSpec},
		{"backend", s.lookBackend},
		{"GPU", s.lookGPU},
		{"disk", s.lookDisk},
		{"data", func(context.Context) Finding { return lookData() }},
		{"runs", func(context.Context) Finding {
			dir, err := place.Runs()
			return lookFolder(dir, err, "GOSUBSPACE_RUNS")
		}},
		{"programs", func(context.Context) Finding { return lookPrograms() }},
		{"cells", s.lookCells},
	}
}

// setUpFirst is what to do about most of what set-up leaves.
const setUpFirst = "run go run ./kernel setup"

func broken(err error) Finding {
	if f, ok := err.(program.Failure); ok && f.Do != "" {
		return Finding{Todo: f.Why + ": " + f.Do}
	}
	return Finding{Todo: err.Error()}
}

func (s *State) lookGo(ctx context.Context) Finding {
	t, err := s.Project.Go(ctx)
	if err != nil {
		return broken(err)
	}
	return Finding{Version: t.Version, Where: t.Root}
}

func (s *State) lookCompiler(ctx context.Context) Finding {
	t, err := s.Project.Go(ctx)
	if err != nil {
		return Finding{Todo: "see Go"}
	}
	if err := checkC("/"); err != nil {
		return broken(err)
	}
	if err := t.CheckCompiler(ctx); err != nil {
		return broken(err)
	}
	text, _ := program.Output(ctx, "", nil, t.Compiler, "-dumpversion")
	return Finding{Version: program.FirstLine(text), Where: t.Compiler}
}

func (s *State) lookPython(ctx context.Context) Finding {
	if !place.IsFile(s.env.python()) {
		if py, err := findPython(ctx, s.Project.Packages.Python); err != nil {
			return broken(err)
		} else if len(s.record.Steps) == 0 {
			return Finding{Version: py.version, Where: py.path, Todo: "nothing is set up yet: " + setUpFirst}
		}
		return Finding{Where: s.env.dir, Todo: "the environment is gone: " + setUpFirst}
	}
	py, err := askPython(ctx, s.env.python())
	if err != nil {
		return Finding{Where: s.env.python(), Todo: "does not run: " + setUpFirst}
	}
	return Finding{Version: py.version, Where: s.env.dir}
}

func (s *State) lookPackages(ctx context.Context) Finding {
	pins := s.Project.Packages.Here(s.record.in(s.env)["cuda"] == "true")
	found, err := s.env.installed(ctx, pins, true)
	if err != nil {
		return Finding{Todo: "cannot be listed: " + setUpFirst}
	}
	for info, gone := range found.Half {
		if gone != lastWritten { // they went later: set-up, which has no time to look at all of them, sees nothing
			return Finding{Todo: fmt.Sprintf("%s is gone, of %s: run go run ./kernel uninstall, which keeps data and runs, and set up again", gone, filepath.Base(info))}
		}
	}
	if len(found.Half) > 0 {
		return Finding{Todo: fmt.Sprintf("only half there: %s: %s", found.names(), setUpFirst)}
	}
	if lacking := checkout.Missing(pins, found.Found); len(lacking) > 0 {
		return Finding{Todo: fmt.Sprintf("lacking %s: %s", checkout.JoinPins(lacking), setUpFirst)}
	}
	return Finding{Version: fmt.Sprintf("%d", len(pins)), Where: checkout.JoinPins(pins)}
}

func (s *State) lookGoNB(ctx context.Context) Finding {
	path := filepath.Join(s.env.kernel(), "bin", "gonb"+program.Exe)
	text, err := program.Output(ctx, "", nil, path, "-V")
	if err != nil {
		return Finding{Where: path, Todo: fmt.Sprintf("does not run (%s): %s", program.LastLine(err.Error()), setUpFirst)}
	}
	return Finding{Version: program.FirstLine(text), Where: path}
}

// lookProgram looks at a program that serves GoNB.
func lookProgram(path string) Finding {
	if !place.IsFile(path) {
		return Finding{Where: path, Todo: "is not there: " + setUpFirst}
	}
	// Not all have a flag for their version, but every Go program carries it.
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return Finding{Where: path, Todo: "is no program of Go's: " + setUpFirst}
	}
	version := info.Main.Version
	if info.Main.Path == checkout.Module {
		version = "" // this checkout's
	}
	return Finding{Version: version, Where: path}
}

// lookCells runs a cell. It wants the parts above.
func (s *State) lookCells(ctx context.Context) Finding {
	printed, err := s.Jupyter().RunCell(ctx, firstCell)
	if err != nil {
		return Finding{Todo: "do not run: " + err.Error() + ": see to what is wrong above, else " + setUpFirst}
	}
	return Finding{Where: "run, " + program.LastLine(printed)}
}

func (s *State) lookSpec(ctx context.Context) Finding {
	path := filepath.Join(s.env.kernel(), "kernel.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return Finding{Where: path, Todo: "is not there: " + setUpFirst}
	}
	var spec kernelSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return Finding{Where: path, Todo: "cannot be read: " + setUpFirst}
	}
	if !slices.Contains(spec.Argv, "-go_work="+s.Project.Dir) {
		return Finding{Where: path, Todo: "belongs to another checkout: " + setUpFirst + " in this one"}
	}
	if _, err := buildinfo.ReadFile(spec.Argv[0]); err != nil {
		return Finding{Where: path, Todo: "names a program that is not there or not Go's, " + spec.Argv[0] + ": " + setUpFirst}
	}
	return Finding{Where: path}
}
