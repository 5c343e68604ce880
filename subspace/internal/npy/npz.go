package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// Archive is a .npz file: arrays by name.
type Archive struct{ zip *zip.ReadCloser }

// OpenArchive opens a .npz file. Close it.
func OpenArchive(path string) (*Archive, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, fmt.Errorf("%s is no .npz file, or is cut short: %w", path, err)
	}
	return &Archive{z}, nil
}

// Close closes the file.
func (a *Archive) Close() error { return a.zip.Close() }

// Names returns the names of the arrays, sorted.
func (a *Archive) Names() (names []string) {
	for _, f := range a.zip.File {
		names = append(names, strings.TrimSuffix(f.Name, ".npy"))
	}
	slices.Sort(names)
	return names
}

// Numbers returns the array of a name, n whole numbers in a row, each in 0 … most. Its
// file has at most 64 bytes a number, whatever the archive says. An error goes on after
// the name of the array.
func (a *Archive) Numbers(name string, n int, most int32) ([]int32, error) {
	i := slices.IndexFunc(a.zip.File, func(f *zip.File) bool { return f.Name == name+".npy" })
	if i < 0 {
		return nil, fmt.Errorf(" is not there: it has %s", strings.Join(a.Names(), ", "))
	}
	r, err := a.zip.File[i].Open()
	if err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	defer r.Close()
	file, err := io.ReadAll(io.LimitReader(r, maxHeader+64*int64(n)))
	if err != nil {
		return nil, fmt.Errorf(" is damaged: %w", err)
	}
	return Rows[int32](bytes.NewReader(file), int64(len(file)), []int{n}, 0, n, int64(most))
}
