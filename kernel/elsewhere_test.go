//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"gosubspace/kernel/internal/checkout"
	"gosubspace/kernel/internal/jupyter"
	"gosubspace/kernel/internal/program"
	"gosubspace/subspace/place"
)

// What builds the notebooks elsewhere, read and played here: none of it has a builder on
// the machines of the tests.

// kernelFolder is where set-up puts the kernel, in the folder of GOSUBSPACE_HOME.
var kernelFolder = filepath.Join("env", "share", "jupyter", "kernels", jupyter.Kernel)

// Binder's files are of the kinds that repo2docker reads, and its postBuild sets up and
// leaves the kernel where Binder's own JupyterLab finds it.
func TestBinder(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("wants bash")
	}
	entries, err := os.ReadDir("../.binder")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{"apt.txt", "postBuild", "runtime.txt"}, e.Name()) {
			t.Errorf(".binder/%s: repo2docker knows no such file, or it would leave the others out", e.Name())
		}
	}
	script, err := filepath.Abs("../.binder/postBuild")
	if err != nil {
		t.Fatal(err)
	}
	home, bin := t.TempDir(), t.TempDir()
	// Of Go it is the command line that counts here, and where set-up leaves the kernel.
	write(t, filepath.Join(bin, "go"), "#!/bin/sh\n[ \"$*\" != version ] || { echo \"go version ${IS:-go1.22.2} linux/amd64\"; exit; }\n"+
		"[ \"$*\" != \"install golang.org/dl/$WANTED@latest\" ] || { mkdir -p \"$GOBIN\"; cp \"$FETCHER\" \"$GOBIN/$WANTED\"; exit; }\n"+
		"[ \"$*\" = 'run ./kernel setup' ] || exit 9\n[ -z \"$FAILS\" ] || exit 1\n"+
		"mkdir -p \"$HOME/.cache/gosubspace/"+kernelFolder+"\"\necho {} > \"$HOME/.cache/gosubspace/"+kernelFolder+"/kernel.json\"\n"+
		"mkdir -p \"$HOME/.cache/gosubspace/jupyter/config\"\necho {} > \"$HOME/.cache/gosubspace/jupyter/config/jupyter_server_config.json\"\n")
	run := func(more ...string) error {
		cmd := exec.Command(bash, script)
		cmd.Dir = ".." // where repo2docker runs it
		cmd.Env = append(program.Setenv(os.Environ(), map[string]string{"HOME": home, "PATH": bin + ":" + os.Getenv("PATH")}, "GOSUBSPACE_HOME"), more...)
		return cmd.Run()
	}
	if run("FAILS=1") == nil {
		t.Error("a set-up that fails does not fail the build")
	}
	// A Go that is too old to fetch the one of go.mod: another way fetches it.
	p, err := checkout.Here()
	if err != nil {
		t.Fatal(err)
	}
	fetcher := filepath.Join(t.TempDir(), "fetcher")
	write(t, fetcher, "#!/bin/sh\n[ \"$*\" = download ] && mkdir -p \"$HOME/sdk/$WANTED/bin\" && printf '#!/bin/sh\\ntouch \"$HOME/fetched\"; exit 1\\n' >\"$HOME/sdk/$WANTED/bin/go\" && chmod +x \"$HOME/sdk/$WANTED/bin/go\"\n")
	for _, c := range []struct {
		is      string
		fetches bool
	}{{"go1.18.1", true}, {"go1.20", true}, {"go1.21.0", false}, {"go1.26.5", false}, {"go2.0", false}} {
		run("IS="+c.is, "WANTED=go"+p.Minimum, "FETCHER="+fetcher, "FAILS=1")
		if got := os.Remove(filepath.Join(home, "fetched")) == nil; got != c.fetches {
			t.Errorf("with %s it fetches go%s: %v", c.is, p.Minimum, got)
		}
	}
	for range 2 { // a second time it is there already
		if err := run(); err != nil {
			t.Fatal(err)
		}
	}
	if !place.IsFile(filepath.Join(home, ".local", "share", "jupyter", "kernels", jupyter.Kernel, "kernel.json")) {
		t.Error("Binder's JupyterLab does not find the kernel")
	}
	if !place.IsFile(filepath.Join(home, ".jupyter", "jupyter_server_config.json")) {
		t.Error("Binder's JupyterLab has not the settings of the command's")
	}
	info, err := os.Stat(script)
	if err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("postBuild cannot be executed: %v, %v", info.Mode(), err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// The image with JupyterLab has a Go that builds the project, and starts the Python that
// set-up made, on the page that the command opens.
func TestLabImage(t *testing.T) {
	text, err := os.ReadFile("examples/lab.Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	p, err := checkout.Here()
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^FROM golang:(\d+\.\d+)-`).FindSubmatch(text)
	if m == nil || !strings.HasPrefix(p.Minimum, string(m[1])+".") {
		t.Errorf("its Go is %q, and go.mod asks for %s", m, p.Minimum)
	}
	home := regexp.MustCompile(`(?m)^ENV GOSUBSPACE_HOME=(\S+)`).FindSubmatch(text)
	folder := regexp.MustCompile(`(?m)^WORKDIR (\S+)`).FindSubmatch(text)
	if home == nil || folder == nil {
		t.Fatalf("no GOSUBSPACE_HOME or no WORKDIR:\n%s", text)
	}
	for _, want := range []string{
		`CMD ["` + string(home[1]) + `/env/bin/python", "-m", "jupyterlab"`,
		`"--ServerApp.root_dir=` + string(folder[1]) + `/notebooks"`,
		`"--LabApp.default_url=/lab/tree/00-start.ipynb"`,
		"\nRUN go run ./kernel setup\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("it has no %s", want)
		}
	}
	if !place.IsFile(filepath.Join(p.Notebooks(), "00-start.ipynb")) {
		t.Error("the page that it opens is not there")
	}
}

// The citation has what the format wants (version 1.2.0), and names the paper as README
// links to it.
func TestCitation(t *testing.T) {
	text, err := os.ReadFile("../notebooks/CITATION.cff")
	if err != nil {
		t.Fatal(err)
	}
	type person struct {
		Family string `yaml:"family-names"`
		Given  string `yaml:"given-names"`
		Name   string `yaml:"name"`
	}
	var c struct {
		Version    string   `yaml:"cff-version"`
		Message    string   `yaml:"message"`
		Title      string   `yaml:"title"`
		Authors    []person `yaml:"authors"`
		License    string   `yaml:"license"`
		References []struct {
			Type, Title, URL string
			Authors          []person `yaml:"authors"`
			Year             int
		} `yaml:"references"`
	}
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	if c.Version != "1.2.0" || c.Message == "" || !strings.HasPrefix(c.Title, checkout.Module) || len(c.Authors) != 1 || c.License != "MIT" || len(c.References) != 1 {
		t.Fatalf("it says %+v", c)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	paper := c.References[0]
	if len(paper.Authors) != 5 || paper.Year != 2021 || !strings.Contains(string(readme), "["+paper.Title+"]("+paper.URL+")") {
		t.Errorf("README links to another paper than %+v", paper)
	}
	for _, author := range paper.Authors {
		if !strings.Contains(string(text), author.Family+", "+author.Given) || !strings.Contains(string(readme), author.Family) {
			t.Errorf("%s, %s stands in the file and not in its BibTeX, or not in README", author.Family, author.Given)
		}
	}
}
