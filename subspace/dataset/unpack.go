package dataset

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// install downloads the archive into dir, unless it is there, unpacks it and
// returns the folder with the files. One process at a time does so.
func (c cifar) install(ctx context.Context, dir string, progress func(done, total int64)) (folder string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(ctx, filepath.Join(dir, ".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if folder, err := locate(dir); !errors.Is(err, os.ErrNotExist) {
		return folder, err // another process was here while we waited
	}
	file, temporary, err := c.obtain(ctx, dir, progress)
	if err != nil {
		return "", err
	}
	folder = filepath.Join(dir, cifarFolder)
	if err := c.unpackInto(ctx, file, folder); err != nil {
		return "", fmt.Errorf("unpacking %s: %w", file, err)
	}
	if temporary {
		return folder, os.Remove(file)
	}
	return folder, nil
}

// unpackInto makes folder out of the archive file, as a whole or not at all.
func (c cifar) unpackInto(ctx context.Context, file, folder string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	temp := folder + ".part" // ours alone: the caller holds the lock
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := os.Mkdir(temp, 0o755); err != nil {
		return err
	}
	if err := c.unpack(ctx, f, temp); err != nil {
		return err
	}
	return os.Rename(temp, folder)
}

// unpack writes the expected files of a gzipped tar archive into dir. An entry
// is known by its whole name and written under a name of ours, so no entry can
// reach outside dir; any other entry is passed over. A known one must be a
// regular file of the known size, and come once.
func (c cifar) unpack(ctx context.Context, r io.Reader, dir string) error {
	z, err := gzip.NewReader(bufio.NewReader(r))
	if err != nil {
		return err
	}
	size := int64(c.records) * cifarRecord
	limited := io.LimitReader(z, 2*(int64(len(cifarFiles))*size+maxText)) // no bomb: twice what it should be
	found := 0
	for t := tar.NewReader(limited); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		entry, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		folder, name := path.Split(path.Clean(entry.Name))
		records, text := slices.Contains(cifarFiles, name), name == cifarNames
		switch {
		case folder != cifarFolder+"/" || !records && !text:
			continue
		case entry.Typeflag != tar.TypeReg:
			return fmt.Errorf("%q is no regular file", entry.Name)
		case text && entry.Size > maxText:
			return fmt.Errorf("%q has %d bytes; expected %d at most", entry.Name, entry.Size, maxText)
		case records && entry.Size != size:
			return fmt.Errorf("%q has %d bytes; expected %d", entry.Name, entry.Size, size)
		}
		if err := writeNew(filepath.Join(dir, name), t); err != nil {
			return err
		}
		if records {
			found++
		}
	}
	if _, err := io.Copy(io.Discard, limited); err != nil { // gzip's checksum comes last
		return err
	}
	if found < len(cifarFiles) {
		return fmt.Errorf("%d of the files %q are in the archive; expected all", found, cifarFiles)
	}
	return nil
}

// writeNew writes a file that must not exist yet, down to the disk.
func writeNew(file string, r io.Reader) (err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Sync()
}
