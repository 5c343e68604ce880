package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gosubspace/subspace/internal/picture"
	"gosubspace/subspace/place"
)

// What is kept of image files lies in the folder place.Images: for each folder of
// images the sums of its files, and for each list of files the pixels that were made
// of them. It can be removed at any time. Nothing that fails here is an error: it costs
// reading the files again.

// sumsMagic begins the list of sums; pixels of another version are to be made anew, and
// so it is another list.
var sumsMagic = fmt.Sprintf("gosubspace sums %d", picture.Version)

// young is how old a file must be, when it is read, for its time to tell its contents:
// one that was written just now may be written again with the same time.
const young = 2 * time.Second

// A seen file is known again by its size and times. That of its contents alone would not
// do: of files that came out of one archive it is often the same, and two of a size, as
// BMP files of one shape are, could change their names unseen.
type seen struct {
	size     int64
	modified int64 // nanoseconds since 1970
	changed  int64 // of its name, too, where the system tells that; see changeTime
	sum      sum
}

// seenNow is how a file is known again.
func (f *file) seenNow(s sum) seen { return seen{f.size, f.modified.UnixNano(), f.changed, s} }

// kept returns the file of a name in place.Images.
func kept(name string) (string, bool) {
	dir, err := place.Images()
	return filepath.Join(dir, name), err == nil
}

// sumsPath returns the file that keeps the sums of the set's folder.
func (s *Set) sumsPath() (string, bool) {
	root, err := filepath.Abs(s.root)
	if err != nil {
		return "", false
	}
	h := sha256.Sum256([]byte(root))
	return kept(hex.EncodeToString(h[:16]) + place.SumsSuffix)
}

// recall takes over the sums of files that are as they were.
func (s *Set) recall() {
	path, ok := s.sumsPath()
	if !ok {
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return
	}
	known := parseSums(string(text))
	for _, f := range s.files {
		if k, ok := known[f.name]; ok && k == f.seenNow(k.sum) && f.sum.Load() == nil {
			f.sum.Store(&k.sum)
		}
	}
}

// remember keeps the sums of files that were read from a moment on.
func (s *Set) remember(began time.Time) {
	path, ok := s.sumsPath()
	if !ok {
		return
	}
	text, _ := os.ReadFile(path) // none yet
	known, news := parseSums(string(text)), false
	for _, f := range s.files {
		sum := f.sum.Load()
		if sum == nil || f.modified.After(began.Add(-young)) {
			continue
		}
		now := f.seenNow(*sum)
		if known[f.name] != now {
			known[f.name], news = now, true
		}
	}
	if news && os.MkdirAll(filepath.Dir(path), 0o755) == nil {
		place.WriteFile(path, []byte(formatSums(known)))
	}
}

// formatSums writes a line for each file: sum, size, times, and its name in quotes.
func formatSums(known map[string]seen) string {
	lines := []string{sumsMagic}
	for name, k := range known {
		lines = append(lines, fmt.Sprintf("%x %d %d %d %q", k.sum, k.size, k.modified, k.changed, name))
	}
	slices.Sort(lines[1:])
	return strings.Join(lines, "\n") + "\n"
}

// parseSums reads what formatSums writes, as far as it is that.
func parseSums(text string) map[string]seen {
	known := map[string]seen{}
	head, rest, _ := strings.Cut(text, "\n")
	if head != sumsMagic {
		return known
	}
	for line := range strings.Lines(rest) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 5)
		if len(fields) < 5 {
			continue
		}
		var k seen
		raw, err := hex.DecodeString(fields[0])
		size, errSize := strconv.ParseInt(fields[1], 10, 64)
		modified, errTime := strconv.ParseInt(fields[2], 10, 64)
		changed, errChanged := strconv.ParseInt(fields[3], 10, 64)
		name, errName := strconv.Unquote(fields[4])
		if err != nil || errSize != nil || errTime != nil || errChanged != nil || errName != nil || len(raw) != len(k.sum) {
			continue
		}
		k.size, k.modified, k.changed = size, modified, changed
		copy(k.sum[:], raw)
		known[name] = k
	}
	return known
}

// pixelsMagic begins a file of pixels. Their SHA-256 follows, then they.
const pixelsMagic = "gosubspace pixels 1\n"

// pixelsPath returns the file that keeps the pixels of the set's images; not ok where
// not all files are known.
func (s *Set) pixelsPath() (path string, ok bool) {
	h := sha256.New()
	for _, v := range []int{picture.Version, s.Height, s.Width, s.Channels} {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	}
	for _, f := range s.files {
		if f.sum.Load() == nil {
			return "", false
		}
		h.Write(f.known())
	}
	return kept(hex.EncodeToString(h.Sum(nil)[:16]) + place.PixelsSuffix)
}

// recallPixels returns the pixels of the set's images, nil where they are not kept.
func (s *Set) recallPixels() []uint8 {
	path, ok := s.pixelsPath()
	if !ok {
		return nil
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	sum, ok := bytes.CutPrefix(file, []byte(pixelsMagic))
	if want := s.Len() * s.imageSize(); !ok || len(sum) != sha256.Size+want {
		return nil
	}
	pixels := sum[sha256.Size:]
	if sha256.Sum256(pixels) != [sha256.Size]byte(sum) {
		return nil
	}
	now := time.Now()
	os.Chtimes(path, now, now) // it is used: others go first
	return pixels[:len(pixels):len(pixels)]
}

// rememberPixels keeps the pixels of the set's images, unless they are very many.
func (s *Set) rememberPixels(pixels []uint8) {
	path, ok := s.pixelsPath()
	if !ok || len(pixels) > mostPixels/4 || os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return
	}
	makeRoom(filepath.Dir(path), mostPixels-int64(len(pixels)))
	sum := sha256.Sum256(pixels)
	place.WriteFile(path, slices.Concat([]byte(pixelsMagic), sum[:], pixels))
}

// mostPixels bounds the bytes of all pixels that are kept.
const mostPixels = 4 << 30

// makeRoom removes the pixels that were not used for longest, until no more than so
// many bytes are left, and what writes that were cut off have left.
func makeRoom(dir string, most int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	var files []os.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case err != nil:
		case filepath.Ext(e.Name()) == place.PixelsSuffix:
			files = append(files, info)
		case strings.HasPrefix(e.Name(), ".") && time.Since(info.ModTime()) > time.Hour:
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, info := range files {
		if most -= info.Size(); most < 0 {
			os.Remove(filepath.Join(dir, info.Name()))
		}
	}
}
