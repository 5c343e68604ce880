package dataset

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// entry is one entry of a tar archive.
type entry struct {
	name string
	kind byte
	body []byte
	link string
}

// smallEntries returns the entries of the archive of a small CIFAR-10, laid out
// as the official one is.
func smallEntries(files map[string][]byte) []entry {
	list := []entry{{name: cifarFolder + "/", kind: tar.TypeDir}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, entry{name: cifarFolder + "/" + name, kind: tar.TypeReg, body: files[name]})
	}
	return append(list, entry{name: cifarFolder + "/readme.html", kind: tar.TypeReg, body: []byte("<html>")})
}

func tarred(t testing.TB, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Mode: 0o644, Size: int64(len(e.body))}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, raw []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// listing returns the names of everything below dir.
func listing(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path != dir {
			name, _ := filepath.Rel(dir, path)
			if !d.IsDir() && !d.Type().IsRegular() {
				name += " is " + d.Type().String()
			}
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestUnpack(t *testing.T) {
	files := smallFiles()
	insert := func(e ...entry) []entry { return append(e, smallEntries(files)...) }
	regular := func(name, body string) entry { return entry{name: name, kind: tar.TypeReg, body: []byte(body)} }
	first := cifarFolder + "/data_batch_1.bin"
	without := func(name string) []entry {
		return slices.DeleteFunc(smallEntries(files), func(e entry) bool { return strings.HasSuffix(e.name, name) })
	}
	for name, c := range map[string]struct {
		entries []entry
		want    string // "" for success
	}{
		"as it is":           {smallEntries(files), ""},
		"no list of names":   {without(cifarNames), ""},
		"out by dots":        {insert(regular("../out", "x"), regular(cifarFolder+"/../../out", "x")), ""},
		"out by root":        {insert(regular("/tmp/gosubspace-out", "x")), ""},
		"unknown entries":    {insert(regular("more", "x"), regular(cifarFolder+"/sub/test_batch.bin", "x")), ""},
		"unknown link":       {insert(entry{name: cifarFolder + "/x", kind: tar.TypeSymlink, link: "/"}), ""},
		"symbolic link":      {insert(entry{name: first, kind: tar.TypeSymlink, link: "../../out"}), "no regular file"},
		"hard link":          {insert(entry{name: first, kind: tar.TypeLink, link: "/etc/hosts"}), "no regular file"},
		"device":             {insert(entry{name: first, kind: tar.TypeChar}), "no regular file"},
		"folder for a file":  {insert(entry{name: first + "/", kind: tar.TypeDir}), "no regular file"},
		"folder is a link":   {insert(entry{name: cifarFolder, kind: tar.TypeSymlink, link: "/tmp"}), ""},
		"short file":         {insert(regular(first, "x")), "has 1 bytes; expected 9219"},
		"long file":          {insert(regular(first, strings.Repeat("x", 9220))), "has 9220 bytes; expected 9219"},
		"long list of names": {insert(regular(cifarFolder+"/"+cifarNames, strings.Repeat("x", maxText+1))), "expected 65536 at most"},
		"twice":              {append(smallEntries(files), smallEntries(files)...), "exists"},
		"missing file":       {without("data_batch_4.bin"), "5 of the files"},
		"bomb":               {insert(regular("zeros", string(make([]byte, 1<<20)))), "unexpected EOF"},
		"nothing in it":      {nil, "0 of the files"},
	} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			dir := filepath.Join(top, "a", "b")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			packed := gzipped(t, tarred(t, c.entries), gzip.BestSpeed)
			err := offline().unpack(t.Context(), bytes.NewReader(packed), dir)
			if c.want != "" {
				wantError(t, err, c.want)
			} else if err != nil {
				t.Fatal(err)
			}
			for _, file := range listing(t, top) {
				known := slices.Contains(cifarFiles, filepath.Base(file)) || filepath.Base(file) == cifarNames
				if file != "a" && file != filepath.Join("a", "b") && !(known && filepath.Dir(file) == filepath.Join("a", "b")) {
					t.Errorf("unpacking wrote %s", file)
				}
			}
			if c.want == "" {
				for _, file := range cifarFiles {
					if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !bytes.Equal(got, files[file]) {
						t.Errorf("%s differs (%v)", file, err)
					}
				}
			}
		})
	}
}

func TestUnpackDamaged(t *testing.T) {
	packed := gzipped(t, tarred(t, smallEntries(smallFiles())), gzip.BestSpeed)
	flipped := bytes.Clone(packed)
	flipped[len(flipped)/2] ^= 4
	for name, raw := range map[string][]byte{
		"empty": nil, "no gzip": []byte("hello, hello"), "cut short": packed[:len(packed)/2], "a bit flipped": flipped,
	} {
		if err := offline().unpack(t.Context(), bytes.NewReader(raw), t.TempDir()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := offline().unpack(ctx, bytes.NewReader(packed), t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	small := cifar{records: 1}
	files := map[string][]byte{cifarNames: []byte("a\n")}
	for _, name := range cifarFiles {
		files[name] = make([]byte, cifarRecord)
	}
	good := tarred(f, smallEntries(files))
	f.Add(good)
	f.Add(good[:5000])
	f.Add(tarred(f, []entry{{name: "../x", kind: tar.TypeReg, body: []byte("x")}}))
	f.Add(tarred(f, []entry{{name: cifarFolder + "/test_batch.bin", kind: tar.TypeSymlink, link: "../x"}}))
	f.Add(tarred(f, []entry{{name: cifarFolder + "/" + strings.Repeat("x", 200), kind: tar.TypeReg}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		top := t.TempDir()
		dir := filepath.Join(top, "in")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		err := small.unpack(t.Context(), bytes.NewReader(gzipped(t, raw, gzip.NoCompression)), dir)
		found := 0
		for _, name := range listing(t, top)[1:] {
			info, statErr := os.Lstat(filepath.Join(top, name))
			switch base := filepath.Base(name); {
			case statErr != nil:
				t.Fatal(statErr)
			case filepath.Join("in", base) != name:
				t.Fatalf("unpacking wrote %s", name)
			case slices.Contains(cifarFiles, base):
				found++
				if err == nil && info.Size() != cifarRecord {
					t.Fatalf("%s has %d bytes", base, info.Size())
				}
			case base != cifarNames || info.Size() > maxText:
				t.Fatalf("unpacking wrote %s, %d bytes", name, info.Size())
			}
		}
		if err == nil && found != len(cifarFiles) {
			t.Fatalf("%d files and no error", found)
		}
	})
}
