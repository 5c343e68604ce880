package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/folder"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// A python is a Python interpreter.
type python struct {
	path    string
	version string // for example "3.11.7"
	venv    bool   // whether it can make virtual environments
}

// findPython finds an interpreter that is new enough to make the environment.
func findPython(ctx context.Context, minimum string) (python, error) {
	get := fmt.Sprintf("install Python %s or newer with its venv module, for example: apt install python3 python3-venv, "+
		"or https://www.python.org/downloads; then start again", minimum)
	var seen []string
	names := []string{"python3", "python"}
	for minor := 20; minor >= 10; minor-- {
		names = append(names, fmt.Sprintf("python3.%d", minor))
	}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		p, err := askPython(ctx, path)
		switch {
		case ctx.Err() != nil:
			return python{}, ctx.Err()
		case err != nil:
			seen = append(seen, path+" does not run")
		case !atLeast(p.version, minimum):
			seen = append(seen, fmt.Sprintf("%s is %s", path, p.version))
		case !p.venv:
			seen = append(seen, fmt.Sprintf("%s %s lacks venv or ensurepip", path, p.version))
		default:
			return p, nil
		}
	}
	if len(seen) == 0 {
		return python{}, program.Fail("Python", "there is no python3 on PATH", get)
	}
	return python{}, program.Fail("Python", "none on PATH will do: "+strings.Join(seen, "; "), get)
}

func askPython(ctx context.Context, path string) (python, error) {
	const question = `import importlib.util as u, platform
print(platform.python_version(), all(map(u.find_spec, ("venv", "ensurepip"))))`
	text, err := program.Output(ctx, "", jupyter.PythonEnv(), path, "-c", question)
	if err != nil {
		return python{}, err
	}
	words := strings.Fields(text)
	if len(words) != 2 {
		return python{}, fmt.Errorf("%s answers %q", path, text)
	}
	return python{path: path, version: words[0], venv: words[1] == "True"}, nil
}

// atLeast compares dotted versions by their numbers.
func atLeast(version, minimum string) bool {
	have, want := strings.Split(version, "."), strings.Split(minimum, ".")
	for i := range want {
		if i >= len(have) {
			return false
		}
		h, _ := strconv.Atoi(have[i])
		w, _ := strconv.Atoi(want[i])
		if h != w {
			return h > w
		}
	}
	return true
}

// An environment is a Python environment.
type environment struct {
	dir string
	own bool // made by set-up, not by the user
}

// python is the environment's interpreter.
func (e environment) python() string {
	if runtime.GOOS != "windows" {
		return filepath.Join(e.dir, "bin", "python")
	}
	if own := filepath.Join(e.dir, "Scripts", "python.exe"); place.IsFile(own) {
		return own
	}
	return filepath.Join(e.dir, "python.exe") // conda
}

// kernel is the folder of our kernel in the environment: all that set-up puts
// into an environment of the user's.
func (e environment) kernel() string {
	return filepath.Join(e.dir, "share", "jupyter", "kernels", jupyter.Kernel)
}

// gopls returns the path of the program that completes names for the kernel.
func (e environment) gopls() string { return filepath.Join(e.kernel(), "libexec", "gopls"+program.Exe) }

// packages are what an environment has.
type packages struct {
	Found map[string]string // versions by normal names
	// Half are those that pip has not installed whole, by the folders of their metadata:
	// what is not there of each. Pip takes them for installed all the same.
	Half map[string]string
}

// names are those of the packages that are half there.
func (p packages) names() string {
	var names []string
	for _, info := range slices.Sorted(maps.Keys(p.Half)) {
		name, _, _ := strings.Cut(filepath.Base(info), "-")
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// lastWritten is the list of a package's files, which pip writes when all of them are there.
const lastWritten = "RECORD"

// installed returns the versions of the named packages, and of pip, that the environment
// has. Of all packages of an environment of ours it looks whether they are half there: by
// that list, or with deep by the files in it.
func (e environment) installed(ctx context.Context, pins []checkout.Pin, deep bool) (packages, error) {
	const question = `import csv, importlib.metadata as m, json, os, sys, sysconfig
deep, last, names = sys.argv[1] == "true", sys.argv[2], sys.argv[3:]
found, half = {}, {}
for name in names:
    try:
        found[name] = m.version(name) or ""
    except (m.PackageNotFoundError, KeyError, OSError): # as the metadata that are half there
        pass
site = sysconfig.get_path("purelib")
def wanted(file): # not what Python writes itself, nor what people remove: tests, kernels of Jupyter's
    return not (file.endswith(".pyc") or "/tests/" in file or "share/jupyter/kernels/" in file)
def lacks(info):
    try:
        with open(os.path.join(info, last), encoding="utf-8", newline="") as f:
            files = [row[0] for row in csv.reader(f) if row and wanted(row[0])] if deep else []
    except OSError:
        return last
    return next((f for f in files if not os.path.exists(os.path.join(site, f))), None)
for name in os.listdir(site) if os.path.isdir(site) else []:
    if name.endswith(".dist-info") and not name.startswith("~"): # pip's own name for what it is removing
        info = os.path.join(site, name)
        if gone := lacks(info):
            half[info] = gone
print(json.dumps({"found": found, "half": half}))`
	args := []string{"-c", question, strconv.FormatBool(deep && e.own), lastWritten, "pip"}
	for _, p := range pins {
		args = append(args, checkout.Normal(p.Name))
	}
	text, err := program.Output(ctx, "", jupyter.PythonEnv(), e.python(), args...)
	if err != nil {
		return packages{}, err
	}
	var p packages
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return packages{}, fmt.Errorf("%s answers %q: %w", e.python(), text, err)
	}
	if !e.own {
		p.Half = nil // who has made it, conda for example, need not keep such lists
	}
	for info := range p.Half {
		if !folder.Inside(place.Real(info), place.Real(e.dir)) { // the system's, of which some keep none
			delete(p.Half, info)
			continue
		}
		name, _, _ := strings.Cut(filepath.Base(info), "-")
		delete(p.Found, checkout.Normal(name))
	}
	return p, nil
}

// active returns the virtual or conda environment that the user activated.
func active() (environment, bool) {
	for _, variable := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if dir := os.Getenv(variable); dir != "" {
			if e := (environment{dir: dir}); place.IsFile(e.python()) {
				return e, true
			}
		}
	}
	return environment{}, false
}
