// Package scratch is the folder that a running kernel has for itself: the connection
// file that GoNB reads, the socket of figures that move, and the temporary files of GoNB
// and of cells. It lies where the system has its temporary files, is for its user alone,
// and is gone with the kernel. A kernel that is killed leaves it behind; the next one
// removes it, and so does uninstall. So they do with what set-up left there that was killed.
package scratch

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	name   = "gosubspace-relay-" // and a number
	socket = "live"
	// host names the machine, which others may share the disk with.
	host = "host"
	// longest is how many bytes the path of a socket has at most: Linux takes 107, macOS 103.
	longest = 103
	// short is where the folder is made when the path of its socket would be too long.
	short = "/tmp"
)

// Make makes the folder and opens its socket. Where that is not possible the socket is
// nil, and the error says why: the folder serves without it. No folder is an error too.
func Make() (dir string, live net.Listener, err error) {
	if dir, err = os.MkdirTemp("", name); err != nil {
		return "", nil, err
	}
	path := filepath.Join(dir, socket)
	if len(path) > longest {
		if other, err := os.MkdirTemp(short, name); err == nil {
			os.Remove(dir)
			dir, path = other, filepath.Join(other, socket)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, host), []byte(machine()), 0o600); err != nil {
		return dir, nil, err
	}
	if len(path) > longest {
		return dir, nil, fmt.Errorf("the path of a socket has %d bytes at most, and %s has %d: let TMPDIR name a folder with a shorter one", longest, path, len(path))
	}
	live, err = net.Listen("unix", path)
	return dir, live, err
}

// Temporary is the folder of temporary files for what runs in a kernel with such a folder:
// that one, or the system's, where Make went elsewhere for its socket's sake (what is
// compiled cannot be run there, perhaps) or the socket of GoNB's gopls would not fit.
func Temporary(dir string) string {
	if filepath.Dir(dir) != filepath.Clean(os.TempDir()) || len(filepath.Join(dir, "gonb_12345678", "gopls_socket")) > longest {
		return os.TempDir()
	}
	return dir
}

// ofSetup are how the names begin of what set-up makes among temporary files, and old is
// how old it is at least that is removed: nothing that set-up does takes so long.
var ofSetup = []string{"gosubspace-compile-", "gosubspace-cell-", "gosubspace-cc-", "gosubspace-temp-"}

const old = 24 * time.Hour

func machine() string {
	name, _ := os.Hostname() // "" for all that have none
	return name
}

// settled is how old a folder is at least that is removed: one in which a socket is just
// being opened looks dead for a moment.
const settled = time.Minute

// Sweep removes the folders of kernels that were killed: nobody listens at their sockets.
// Of set-ups that were killed it removes this user's.
func Sweep() {
	for _, where := range []string{os.TempDir(), short} {
		entries, _ := os.ReadDir(where)
		for _, e := range entries {
			info, err := e.Info()
			if err == nil && info.IsDir() && slices.ContainsFunc(ofSetup, func(begin string) bool { return strings.HasPrefix(e.Name(), begin) }) &&
				time.Since(info.ModTime()) > old && isOurs(info) {
				os.RemoveAll(filepath.Join(where, e.Name()))
			}
			if !strings.HasPrefix(e.Name(), name) || err != nil || !info.IsDir() || time.Since(info.ModTime()) < settled {
				continue
			}
			dir := filepath.Join(where, e.Name())
			// On a disk that machines share nobody answers at the sockets of the others.
			if of, err := os.ReadFile(filepath.Join(dir, host)); err == nil && string(of) != machine() {
				continue
			}
			c, err := net.Dial("unix", filepath.Join(dir, socket))
			if err == nil {
				c.Close()
			} else if errors.Is(err, syscall.ECONNREFUSED) {
				os.RemoveAll(dir)
			}
		}
	}
}
