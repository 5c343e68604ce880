package programs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gosubspace/subspace/place"
)

// A key is what a program is known by.
type key [sha256.Size]byte

// A folder keeps programs in files, one each, that any number of processes write
// and read. A file is written under another name and renamed, so that it is there
// whole or not at all; what is not as it was written is not read, and written again.
// Of too many the least recently used go. Nothing that fails here is an error: it
// costs a compilation.
type folder struct {
	dir  string // "" keeps nothing
	most int64  // bytes of all files
}

// mostBytes bounds a folder: cResNet20's training step takes 1.4 MB.
const mostBytes = 256 << 20

// magic begins a file. It is followed by the SHA-256 of the rest, by the key, and
// by the program.
var magic = []byte("gosubspace program 1\n")

func (f folder) path(k key) string {
	return filepath.Join(f.dir, hex.EncodeToString(k[:])+place.ProgramSuffix)
}

// read returns the program of a key, nil where there is none that is whole.
func (f folder) read(k key) []byte {
	if f.dir == "" {
		return nil
	}
	path := f.path(k)
	file, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	now := time.Now()
	os.Chtimes(path, now, now) // it is used: others go first
	return unseal(file, k)
}

// write keeps a program.
func (f folder) write(k key, program []byte) {
	file := seal(program, k)
	if f.dir == "" || int64(len(file)) > f.most {
		return
	}
	if os.MkdirAll(f.dir, 0o700) != nil { // what lies there is run
		return
	}
	f.makeRoom(int64(len(file)))
	place.WriteFile(f.path(k), file)
}

// makeRoom removes what was not used for longest, until so many bytes more are
// within the bound, and what writes that were cut off have left.
func (f folder) makeRoom(room int64) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	total := room
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		switch name := e.Name(); {
		case filepath.Ext(name) == place.ProgramSuffix:
			files = append(files, info)
			total += info.Size()
		case draft(name) && time.Since(info.ModTime()) > time.Hour:
			os.Remove(filepath.Join(f.dir, name))
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range files {
		if total <= f.most {
			return
		}
		if err := os.Remove(filepath.Join(f.dir, info.Name())); err == nil || errors.Is(err, fs.ErrNotExist) {
			total -= info.Size()
		}
	}
}

// draft reports whether a name is one that place.WriteFile writes a program under.
func draft(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, place.ProgramSuffix+".")
}

// seal makes the file of a program.
func seal(program []byte, k key) []byte {
	rest := append(k[:], program...)
	sum := sha256.Sum256(rest)
	return slices.Concat(magic, sum[:], rest)
}

// unseal returns the program in a file that seal has made for this key, else nil.
func unseal(file []byte, k key) []byte {
	file, ours := bytes.CutPrefix(file, magic)
	if !ours || len(file) < sha256.Size {
		return nil
	}
	sum, rest := file[:sha256.Size], file[sha256.Size:]
	if now := sha256.Sum256(rest); !bytes.Equal(now[:], sum) {
		return nil
	}
	program, ours := bytes.CutPrefix(rest, k[:])
	if !ours || len(program) == 0 {
		return nil
	}
	return program
}
