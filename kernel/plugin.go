package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/gomlx/go-xla/installer"
)

func onLinux() bool { return runtime.GOOS == "linux" }

func thisOS() string { return runtime.GOOS + "_" + runtime.GOARCH }

// A triState is a flag that is true, false, or not given.
type triState struct{ value *bool }

func cudaFlag(fs *flag.FlagSet) *triState {
	t := &triState{}
	fs.BoolFunc("cuda", "install what NVIDIA GPUs need, or with -cuda=false do not; without the flag, if there is one", func(s string) error {
		v, err := strconv.ParseBool(s)
		t.value = &v
		return err
	})
	return t
}

// A release is a PJRT plugin for the CPU that go-xla's authors publish for
// systems whose plugin is in no package index.
type release struct {
	name   string // for people
	url    string
	sha256 string
}

// pluginVersion is the release that go-xla v0.4.5 is tested with.
const pluginVersion = "v0.114.0"

// releases are the plugins by system. A download is only taken if its checksum
// is the one written here; a system whose checksum is not known yet is refused.
var releases = map[string]release{
	"darwin_arm64":  {url: "https://github.com/gomlx/pjrt-cpu-binaries/releases/download/" + pluginVersion + "/pjrt_cpu_darwin_arm64.tar.gz"},
	"windows_amd64": {url: "https://github.com/gomlx/pjrt-cpu-binaries/releases/download/" + pluginVersion + "/pjrt_cpu_windows_amd64.zip"},
}

// pluginFor returns the plugin for a system such as darwin_arm64.
func pluginFor(system string) (release, error) {
	r, ok := releases[system]
	const self = "; computing in pure Go unless GOMLX_BACKEND=xla:/folder/of/a/plugin names one"
	switch {
	case !ok:
		return release{}, fmt.Errorf("none is published for %s%s", system, self)
	case r.sha256 == "":
		return release{}, fmt.Errorf("the checksum of %s is not known to this version, so it is not downloaded%s", r.url, self)
	}
	r.name = filepath.Base(r.url) + " " + pluginVersion
	return r, nil
}

// install downloads the plugin, checks it, and unpacks it into the folder.
func (r release) install(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".plugin-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	archive := filepath.Join(temp, filepath.Base(r.url))
	if err := r.download(ctx, archive); err != nil {
		return explain("plugin", err, "set GOMLX_BACKEND=xla:/folder/of/a/plugin to use one that you have")
	}
	unpacked := filepath.Join(temp, "unpacked")
	unpack := installer.Untar
	if filepath.Ext(archive) == ".zip" {
		unpack = installer.Unzip
	}
	if _, err := unpack(archive, unpacked); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(unpacked, dir)
}

func (r release) download(ctx context.Context, path string) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", r.url, answer.Status)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, sum), answer.Body); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != r.sha256 {
		return fmt.Errorf("%s has checksum %s, not %s: it is not used", r.url, got, r.sha256)
	}
	return nil
}
