package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// mirrorServer serves the archive of a small CIFAR-10 and notes what it was asked.
type mirrorServer struct {
	*httptest.Server
	cifar
	files   map[string][]byte
	packed  []byte
	handler http.HandlerFunc // nil: serve packed, ranges and all

	mu     sync.Mutex
	ranges []string // the Range header of each request
}

func newMirror(t *testing.T) *mirrorServer {
	m := &mirrorServer{files: smallFiles()}
	m.packed = gzipped(t, tarred(t, smallEntries(m.files)), gzip.BestSpeed)
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.ranges = append(m.ranges, r.Header.Get("Range"))
		m.mu.Unlock()
		if m.handler != nil {
			m.handler(w, r)
			return
		}
		m.serve(w, r)
	}))
	t.Cleanup(m.Close)
	sum := sha256.Sum256(m.packed)
	m.cifar = cifar{
		archive: archive{
			url: m.URL + "/small.tar.gz", size: int64(len(m.packed)),
			sha256: hex.EncodeToString(sum[:]), stall: time.Hour,
		},
		records: fewRecords,
	}
	return m
}

func (m *mirrorServer) serve(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "small.tar.gz", time.Time{}, bytes.NewReader(m.packed))
}

// sendUntil serves like a good server whose connection breaks after byte last.
func (m *mirrorServer) sendUntil(w http.ResponseWriter, r *http.Request, last int) {
	from := 0
	if spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		from, _ = strconv.Atoi(strings.TrimSuffix(spec, "-"))
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(m.packed)-1, len(m.packed)))
		w.Header().Set("Content-Length", strconv.Itoa(len(m.packed)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		w.Header().Set("Content-Length", strconv.Itoa(len(m.packed)))
	}
	w.Write(m.packed[from:max(from, last)])
	w.(http.Flusher).Flush()
}

// wantLoaded loads from dir and compares with the files that were served.
func (m *mirrorServer) wantLoaded(t *testing.T, dir string) {
	t.Helper()
	data, err := m.load(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkSmall(t, data, m.files)
	if _, err := os.Stat(m.part(dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left (%v)", m.part(dir), err)
	}
	if _, err := os.Stat(filepath.Join(dir, cifarFolder+".part")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of unpacking is left (%v)", err)
	}
}

func (m *mirrorServer) wantRanges(t *testing.T, want ...string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Equal(m.ranges, want) {
		t.Errorf("the server was asked for %q, want %q", m.ranges, want)
	}
}

func (m *mirrorServer) part(dir string) string { return filepath.Join(dir, "small.tar.gz.part") }

func (m *mirrorServer) half() int { return len(m.packed) / 2 }

func (m *mirrorServer) fromHalf() string { return fmt.Sprintf("bytes=%d-", m.half()) }

// putHalf leaves half a download in dir.
func (m *mirrorServer) putHalf(t *testing.T, dir string) {
	t.Helper()
	writeFiles(t, dir, map[string][]byte{"small.tar.gz.part": m.packed[:m.half()]})
}

func TestDownload(t *testing.T) {
	m, dir := newMirror(t), filepath.Join(t.TempDir(), "new", "folder")
	var done []int64
	data, err := m.load(t.Context(), dir, func(n, total int64) {
		if total != int64(len(m.packed)) {
			t.Errorf("total %d, want %d", total, len(m.packed))
		}
		done = append(done, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	checkSmall(t, data, m.files)
	if len(done) == 0 || !slices.IsSorted(done) || done[len(done)-1] != int64(len(m.packed)) {
		t.Errorf("progress %v of %d", done, len(m.packed))
	}
	m.wantLoaded(t, dir) // without another request
	m.wantRanges(t, "")
}

func TestResume(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.putHalf(t, dir)
	m.wantLoaded(t, dir)
	m.wantRanges(t, m.fromHalf())
}

// All is there, but the process ended before unpacking.
func TestResumeComplete(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	writeFiles(t, dir, map[string][]byte{"small.tar.gz.part": m.packed})
	writeFiles(t, filepath.Join(dir, cifarFolder+".part"), map[string][]byte{"test_batch.bin": []byte("half written")})
	m.wantLoaded(t, dir)
	m.wantRanges(t)
}

func TestResumeTooLong(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	writeFiles(t, dir, map[string][]byte{"small.tar.gz.part": append(bytes.Clone(m.packed), "more"...)})
	m.wantLoaded(t, dir)
	m.wantRanges(t, "")
}

func TestServerWithoutRanges(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.handler = func(w http.ResponseWriter, r *http.Request) { w.Write(m.packed) }
	m.putHalf(t, dir)
	m.wantLoaded(t, dir)
	m.wantRanges(t, m.fromHalf())
}

func TestServerRefusesRange(t *testing.T) {
	for name, refuse := range map[string]func(w http.ResponseWriter){
		"416": func(w http.ResponseWriter) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
		"another range": func(w http.ResponseWriter) {
			w.Header().Set("Content-Range", "bytes 1-3/4")
			w.WriteHeader(http.StatusPartialContent)
			w.Write([]byte("abc"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, dir := newMirror(t), t.TempDir()
			m.handler = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Range") != "" {
					refuse(w)
					return
				}
				m.serve(w, r)
			}
			m.putHalf(t, dir)
			m.wantLoaded(t, dir)
			m.wantRanges(t, m.fromHalf(), "")
		})
	}
}

// A connection that breaks after some progress is taken up at once.
func TestConnectionBreaks(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.handler = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") == "" {
			m.sendUntil(w, r, m.half())
			panic(http.ErrAbortHandler)
		}
		m.serve(w, r)
	}
	m.wantLoaded(t, dir)
	m.wantRanges(t, "", m.fromHalf())
}

// One that breaks for good leaves what came for the next run.
func TestConnectionStaysBroken(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.handler = func(w http.ResponseWriter, r *http.Request) {
		m.sendUntil(w, r, m.half())
		panic(http.ErrAbortHandler)
	}
	_, err := m.load(t.Context(), dir, nil)
	wantError(t, err, m.url, "unexpected EOF", fmt.Sprintf("go on from byte %d", m.half()), dir)
	m.wantRanges(t, "", m.fromHalf())
	m.handler = nil
	m.wantLoaded(t, dir)
	m.wantRanges(t, "", m.fromHalf(), m.fromHalf())
}

func TestWrongChecksum(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	wrong := bytes.Clone(m.packed)
	wrong[m.half()] ^= 1
	sum := sha256.Sum256(wrong)
	m.handler = func(w http.ResponseWriter, r *http.Request) { w.Write(wrong) }
	_, err := m.load(t.Context(), dir, nil)
	wantError(t, err, "SHA-256 "+hex.EncodeToString(sum[:]), "expected "+m.sha256, "run again")
	if names := listing(t, dir); !slices.Equal(names, []string{".lock"}) {
		t.Errorf("left behind: %q", names)
	}
	m.handler = nil
	m.wantLoaded(t, dir)
}

func TestOtherAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    []string
	}{
		"not found": {http.NotFound, []string{"404 Not Found"}},
		"a login page": {
			func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<html>Log in")) },
			[]string{"offers 12 bytes", "login page"},
		},
		"a range unasked for": {
			func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusPartialContent) },
			[]string{"206 Partial Content"},
		},
		"endless": {
			func(w http.ResponseWriter, r *http.Request) {
				for r.Context().Err() == nil {
					if _, err := w.Write(make([]byte, 1<<16)); err != nil {
						return
					}
				}
			},
			[]string{"SHA-256"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, dir := newMirror(t), t.TempDir()
			m.handler = c.handler
			_, err := m.load(t.Context(), dir, nil)
			wantError(t, err, c.want...)
			if _, err := os.Stat(filepath.Join(dir, cifarFolder)); err == nil {
				t.Error("a folder was made")
			}
		})
	}
}

// A login page does not cost what was downloaded before.
func TestLoginPageKeepsPart(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.handler = func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<html>Log in")) }
	m.putHalf(t, dir)
	_, err := m.load(t.Context(), dir, nil)
	wantError(t, err, "login page", fmt.Sprintf("from byte %d", m.half()))
	// Nor does one that comes without a length, as HTML, as another text, or cut off.
	for name, c := range map[string]struct {
		kind string
		cut  bool
	}{"HTML": {"text/html; charset=utf-8", false}, "text": {"text/plain", false}, "cut off": {"text/plain", true}} {
		t.Run(name, func(t *testing.T) {
			m.handler = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.Write([]byte("<html>Log in"))
				w.(http.Flusher).Flush() // and so in chunks
				if c.cut {
					panic(http.ErrAbortHandler)
				}
			}
			_, err := m.load(t.Context(), dir, nil)
			wantError(t, err, fmt.Sprintf("from byte %d", m.half()))
			if names := listing(t, dir); !slices.Equal(names, []string{".lock", "small.tar.gz.part"}) {
				t.Errorf("left are %q", names)
			}
		})
	}
	m.handler = nil
	m.wantLoaded(t, dir)
}

// A server that tells no length and knows no ranges is one to download from all the same.
func TestServerWithoutLength(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.handler = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-gzip")
		w.(http.Flusher).Flush()
		w.Write(m.packed)
	}
	m.putHalf(t, dir)
	m.wantLoaded(t, dir)
	m.wantRanges(t, m.fromHalf())
}

// An answer that only the end of the connection ends may have broken off: what came is
// kept, and the next attempt goes on from there.
func TestServerThatHangsUp(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.handler = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			m.serve(w, r)
			return
		}
		connection, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		fmt.Fprint(buffered, "HTTP/1.0 200 OK\r\nContent-Type: application/x-gzip\r\n\r\n")
		buffered.Write(m.packed[:m.half()])
		buffered.Flush()
	}
	m.wantLoaded(t, dir)
	m.wantRanges(t, "", m.fromHalf())
}

func TestCancel(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.handler = func(w http.ResponseWriter, r *http.Request) {
		m.sendUntil(w, r, m.half())
		<-r.Context().Done()
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := m.load(ctx, dir, func(done, total int64) {
		if done == int64(m.half()) {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	m.handler = nil
	m.wantLoaded(t, dir)
	m.wantRanges(t, "", m.fromHalf())
}

func TestSilentServer(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.stall = 20 * time.Millisecond
	m.handler = func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	_, err := m.load(t.Context(), dir, nil)
	wantError(t, err, "silent for 20ms", m.url, dir)
}

func TestNoNetwork(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	m.Close()
	_, err := m.load(t.Context(), dir, nil)
	wantError(t, err, "cannot download "+m.url, "put that file into "+dir+" by hand")
	writeFiles(t, dir, map[string][]byte{"small.tar.gz": m.packed}) // as it says
	m.wantLoaded(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "small.tar.gz")); err != nil {
		t.Errorf("the file put there by hand is gone: %v", err)
	}
	m.wantRanges(t)
}

func TestBadArchiveByHand(t *testing.T) {
	m := newMirror(t)
	for want, content := range map[string][]byte{
		fmt.Sprintf("has 5 bytes, expected %d", len(m.packed)): []byte("hello"),
		"SHA-256": make([]byte, len(m.packed)),
	} {
		dir := t.TempDir()
		writeFiles(t, dir, map[string][]byte{"small.tar.gz": content})
		_, err := m.load(t.Context(), dir, nil)
		wantError(t, err, want, "remove it", m.url)
		if got, err := os.ReadFile(filepath.Join(dir, "small.tar.gz")); err != nil || !bytes.Equal(got, content) {
			t.Errorf("a file put there by hand was changed (%v)", err)
		}
	}
	m.wantRanges(t)
}

func TestTwoAtOnce(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			data, err := m.load(context.Background(), dir, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if data.Test.Len() != fewRecords {
				t.Errorf("%d images", data.Test.Len())
			}
		})
	}
	group.Wait()
	m.wantRanges(t, "")
}

func TestWaitCancelled(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	unlock, err := lock(t.Context(), filepath.Join(dir, ".lock"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err = m.load(ctx, dir, nil)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	wantError(t, err, "another process")
	unlock()
	m.wantLoaded(t, dir)
}

func TestUnwritable(t *testing.T) {
	m, dir := newMirror(t), t.TempDir()
	writeFiles(t, dir, map[string][]byte{"file": nil})
	_, err := m.load(t.Context(), filepath.Join(dir, "file", "data"), nil)
	wantError(t, err, filepath.Join(dir, "file"))
	m.wantRanges(t)
}

// A ~ in a path of Go's makes no folder of that name, and downloads nothing to it.
func TestTilde(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := CIFAR10(t.Context(), "~/data", nil)
	wantError(t, err, "~/data: no shell has replaced the ~")
	if _, err := os.Stat("~"); err == nil {
		t.Error("a folder ~ was made")
	}
}
