package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// archive is a file on a server, whose content is known beforehand.
type archive struct {
	url    string
	size   int64
	sha256 string        // hex
	stall  time.Duration // how long the server may be silent
}

// wholeSuffix ends, behind that of a part, the name of an answer that may be anything.
const wholeSuffix = ".whole"

// attempts is how often a download that got further is taken up again.
const attempts = 5

// obtain finds a copy of the archive that was put into dir by hand, or downloads
// it to a file whose name ends in .part, and checks it. Only the latter is
// temporary.
func (a archive) obtain(ctx context.Context, dir string, progress func(done, total int64)) (file string, temporary bool, err error) {
	file = filepath.Join(dir, path.Base(a.url))
	if _, err := os.Stat(file); err == nil {
		if err := a.verify(file); err != nil {
			return "", false, fmt.Errorf("%w; remove it to have it downloaded, or replace it by the file at %s", err, a.url)
		}
		return file, false, nil
	}
	part := file + ".part"
	if err := a.download(ctx, part, progress); err != nil {
		return "", false, fmt.Errorf("cannot download %s: %w; run again to go on from byte %d, or put that file into %s by hand",
			a.url, err, sizeOf(part), dir)
	}
	if err := a.verify(part); err != nil {
		return "", false, errors.Join(fmt.Errorf("%w; the download is removed, run again to start anew", err), os.Remove(part))
	}
	return part, true, nil
}

// verify checks the size and the SHA-256 of a copy of the archive.
func (a archive) verify(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return err
	}
	if n != a.size {
		return fmt.Errorf("%s has %d bytes, expected %d", file, n, a.size)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != a.sha256 {
		return fmt.Errorf("%s has the SHA-256 %s, expected %s", file, got, a.sha256)
	}
	return nil
}

// download completes part. Connections break over 170 MB: as long as an attempt
// got further, another one goes on.
func (a archive) download(ctx context.Context, part string, progress func(done, total int64)) error {
	os.Remove(part + wholeSuffix) // of a process that was killed
	for attempt := 1; ; attempt++ {
		before := sizeOf(part)
		if before == a.size {
			return nil
		}
		err := a.fetch(ctx, part, before, progress)
		if err == nil || ctx.Err() != nil || attempt == attempts || sizeOf(part) <= before {
			return err
		}
	}
}

// fetch asks the server for the archive from byte offset on and writes what
// comes into part, at its place.
func (a archive) fetch(ctx context.Context, part string, offset int64, progress func(done, total int64)) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(a.stall, func() { cancel(fmt.Errorf("the server has been silent for %v", a.stall)) })
	defer silence.Stop()
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}()

	body, offset, known, err := a.request(ctx, offset)
	if err != nil {
		return err
	}
	defer body.Close()
	if !known {
		held := part
		part += wholeSuffix
		defer func() { err = errors.Join(err, a.takeLonger(held, part)) }()
	}
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Truncate(offset); err != nil {
		return err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	report := func(n int) {
		silence.Reset(a.stall)
		offset += int64(n)
		if progress != nil {
			progress(offset, a.size)
		}
	}
	if _, err := io.Copy(f, &meter{io.LimitReader(body, a.size-offset), report}); err != nil {
		return err
	}
	if offset < a.size && !known { // it has ended, not broken off: this is all there is
		return errors.Join(fmt.Errorf("the server sent %d bytes, expected %d; is it another file, or a login page of the network?", offset, a.size), f.Truncate(0))
	}
	if offset < a.size {
		return fmt.Errorf("the server stopped after %d of %d bytes: %w", offset, a.size, io.ErrUnexpectedEOF)
	}
	return nil
}

// takeLonger puts what came of an answer that might be anything in the place of part where
// it is more, and removes it otherwise.
func (a archive) takeLonger(part, whole string) error {
	held := sizeOf(part)
	if held > a.size {
		held = 0 // of nothing
	}
	if sizeOf(whole) > held {
		return os.Rename(whole, part)
	}
	if err := os.Remove(whole); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// request returns the archive from a byte on, which is offset if the server can
// resume and 0 otherwise. It is known to be the archive where its length, or the range,
// says so; without, it may be a page of the network's that wants a password.
func (a archive) request(ctx context.Context, offset int64) (body io.ReadCloser, from int64, known bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url, nil)
	if err != nil {
		return nil, 0, false, err
	}
	r.Header.Set("Accept-Encoding", "identity") // or the transport might unpack it
	if offset > 0 && offset < a.size {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	} else {
		offset = 0
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, 0, false, err
	}
	resumed := response.StatusCode == http.StatusPartialContent &&
		strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", offset))
	switch {
	case offset > 0 && resumed:
		from = offset
	case response.StatusCode == http.StatusOK:
		from = 0 // the server knows no ranges and sends everything
	case offset > 0 && (response.StatusCode == http.StatusRequestedRangeNotSatisfiable || response.StatusCode == http.StatusPartialContent):
		response.Body.Close() // the server has other ideas of that range
		return a.request(ctx, 0)
	default:
		response.Body.Close()
		return nil, 0, false, fmt.Errorf("the server answered %s", response.Status)
	}
	n := response.ContentLength
	if n >= 0 && from+n != a.size {
		response.Body.Close()
		return nil, 0, false, fmt.Errorf("the server offers %d bytes, expected %d; is it another file, or a login page of the network?", from+n, a.size)
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind == "text/html" {
		response.Body.Close()
		return nil, 0, false, errors.New("the server offers a page of HTML; is it a login page of the network?")
	}
	if n < 0 && response.ProtoMajor < 2 && !slices.Contains(response.TransferEncoding, "chunked") {
		response.Body = untilClosed{response.Body}
	}
	return response.Body, from, n >= 0 || from > 0, nil
}

// untilClosed is a body that only the end of the connection ends: whether it broke off
// nobody can tell.
type untilClosed struct{ io.ReadCloser }

func (u untilClosed) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// meter reports the bytes that are read through it.
type meter struct {
	io.Reader
	report func(n int)
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if n > 0 {
		m.report(n)
	}
	return n, err
}

// sizeOf returns the size of a file, 0 if there is none.
func sizeOf(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}

// lock takes the lock of a file, which the system gives back when a process
// ends, however it ends. It waits for its turn until ctx is done.
func lock(ctx context.Context, file string) (unlock func(), err error) {
	type result struct {
		unlock func()
		err    error
	}
	taken := make(chan result, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(file).Lock()
		taken <- result{unlock, err}
	}()
	select {
	case r := <-taken:
		return r.unlock, r.err
	case <-ctx.Done():
		go func() {
			if r := <-taken; r.err == nil {
				r.unlock()
			}
		}()
		return nil, fmt.Errorf("waiting for another process to let go of %s: %w", file, context.Cause(ctx))
	}
}
