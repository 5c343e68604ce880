package dataset

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const fewRecords = 3 // in a file of the small copies of CIFAR-10 that tests make

// records returns n random records in CIFAR-10's format.
func records(rng *rand.Rand, n int) []byte {
	raw := make([]byte, n*cifarRecord)
	for i := range raw {
		raw[i] = byte(rng.Uint32())
		if i%cifarRecord == 0 {
			raw[i] %= 10
		}
	}
	return raw
}

// smallFiles returns the files of a small CIFAR-10, by name.
func smallFiles() map[string][]byte {
	rng := rand.New(rand.NewPCG(10, 1))
	files := map[string][]byte{cifarNames: []byte(strings.Join(cifarClasses, "\n") + "\n\n")}
	for _, name := range cifarFiles {
		files[name] = records(rng, fewRecords)
	}
	return files
}

func writeFiles(t *testing.T, folder string, files map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// checkSmall compares data with the files, value by value.
func checkSmall(t *testing.T, data *Data, files map[string][]byte) {
	t.Helper()
	for _, part := range []struct {
		set   *Set
		names []string
	}{{data.Train, cifarTrain}, {data.Test, cifarTest}} {
		if err := part.set.Check(); err != nil {
			t.Fatal(err)
		}
		if part.set.Len() != len(part.names)*fewRecords {
			t.Fatalf("%s: %d images", part.set.Name, part.set.Len())
		}
		for i := range part.set.Len() {
			record := files[part.names[i/fewRecords]][i%fewRecords*cifarRecord:][:cifarRecord]
			if part.set.Labels[i] != int32(record[0]) {
				t.Fatalf("%s: label %d of image %d, want %d", part.set.Name, part.set.Labels[i], i, record[0])
			}
			for y := range 32 {
				for x := range 32 {
					for c := range 3 {
						if got, want := part.set.image(i)[(32*y+x)*3+c], record[1+1024*c+32*y+x]; got != want {
							t.Fatalf("%s: pixel (%d, %d, %d) of image %d is %d, want %d", part.set.Name, y, x, c, i, got, want)
						}
					}
				}
			}
		}
	}
}

// offline is a small CIFAR-10 whose server nobody may ask.
func offline() cifar {
	return cifar{archive: archive{url: "http://nobody.invalid/small.tar.gz"}, records: fewRecords}
}

func TestFolder(t *testing.T) {
	files, dir := smallFiles(), t.TempDir()
	folder := filepath.Join(dir, cifarFolder)
	writeFiles(t, folder, files)
	for _, name := range []string{dir, folder} {
		data, err := offline().load(t.Context(), name, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkSmall(t, data, files)
	}
	if err := os.Remove(filepath.Join(folder, cifarNames)); err != nil {
		t.Fatal(err)
	}
	if _, err := offline().load(t.Context(), dir, nil); err != nil {
		t.Errorf("without the list of names: %v", err)
	}
}

func TestBrokenFolder(t *testing.T) {
	for name, c := range map[string]struct {
		change func(files map[string][]byte)
		want   []string
	}{
		"truncated": {
			func(f map[string][]byte) { f["data_batch_3.bin"] = f["data_batch_3.bin"][:5000] },
			[]string{"data_batch_3.bin is truncated: it has 5000 bytes, expected 3 records of 3073 bytes, 9219 in all", "move"},
		},
		"too large": {
			func(f map[string][]byte) { f["test_batch.bin"] = append(f["test_batch.bin"], 0) },
			[]string{"test_batch.bin is too large: it has 9220 bytes"},
		},
		"label out of range": {
			func(f map[string][]byte) { f["data_batch_2.bin"][2*cifarRecord] = 10 },
			[]string{"data_batch_2.bin: record 2 has the label 10; expected 0 to 9"},
		},
		"missing": {
			func(f map[string][]byte) { delete(f, "data_batch_5.bin") },
			[]string{"data_batch_5.bin", "move"},
		},
		"other classes": {
			func(f map[string][]byte) { f[cifarNames] = []byte("cat\ndog\n") },
			[]string{cifarNames, `["cat" "dog"]`, `"airplane"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			files, dir := smallFiles(), t.TempDir()
			c.change(files)
			writeFiles(t, filepath.Join(dir, cifarFolder), files)
			_, err := offline().load(t.Context(), dir, nil)
			wantError(t, err, c.want...)
		})
	}
}

// wantError asks for an error whose text holds all parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
}

// CIFAR10 finds a folder of the official size by its argument, by the
// environment, and where the project keeps its data, in this order.
func TestCIFAR10Folder(t *testing.T) {
	argument, variable, home := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("GOSUBSPACE_CIFAR10", "")
	t.Setenv("GOSUBSPACE_DATA", home)
	for label, dir := range map[byte]string{1: argument, 2: variable, 3: filepath.Join(home, "cifar10")} {
		folder := filepath.Join(dir, cifarFolder)
		writeFiles(t, folder, nil)
		for _, name := range cifarFiles { // black images; the file system stores next to nothing
			file := filepath.Join(folder, name)
			if err := os.WriteFile(file, []byte{label}, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(file, 10000*3073); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(dir string, want int32) {
		t.Helper()
		data, err := CIFAR10(context.Background(), dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if data.Train.Len() != 50000 || data.Test.Len() != 10000 || data.Train.Labels[0] != want {
			t.Errorf("%d and %d images, the first label %d, want %d", data.Train.Len(), data.Test.Len(), data.Train.Labels[0], want)
		}
	}
	check("", 3)
	t.Setenv("GOSUBSPACE_CIFAR10", variable)
	check("", 2)
	check(argument, 1)
}

// HasCIFAR10 looks where CIFAR10 does, and an empty folder is none.
func TestHasCIFAR10(t *testing.T) {
	variable, home := t.TempDir(), t.TempDir()
	t.Setenv("GOSUBSPACE_CIFAR10", "")
	t.Setenv("GOSUBSPACE_DATA", home)
	want := func(dir string, want bool) {
		t.Helper()
		if got := HasCIFAR10(dir); got != want {
			t.Errorf("HasCIFAR10(%q) is %v", dir, got)
		}
	}
	want("", false)
	writeFiles(t, filepath.Join(home, "cifar10", cifarFolder), smallFiles())
	want("", true)
	t.Setenv("GOSUBSPACE_CIFAR10", variable)
	want("", false)
	writeFiles(t, variable, smallFiles())
	want("", true)
	want(t.TempDir(), false)
	want(variable, true)
}

func FuzzReadRecords(f *testing.F) {
	rng := rand.New(rand.NewPCG(11, 1))
	good := records(rng, 2)
	f.Add(good, 2)
	f.Add(good[:cifarRecord], 1)
	f.Add(good[:cifarRecord+17], 1)
	f.Add(good[:100], 1)
	f.Add([]byte{}, 0)
	f.Add(bytes.Repeat([]byte{10}, cifarRecord), 1)
	f.Fuzz(func(t *testing.T, raw []byte, n int) {
		if n < 0 || n > 4 {
			return
		}
		pixels, labels := make([]uint8, n*3*cifarPlane), make([]int32, n)
		err := readRecords(bytes.NewReader(raw), pixels, labels)
		valid := len(raw) == n*cifarRecord
		for i := 0; valid && i < n; i++ {
			valid = raw[i*cifarRecord] < 10
		}
		if valid != (err == nil) {
			t.Fatalf("%d bytes for %d records: error %v", len(raw), n, err)
		}
		if err != nil {
			return
		}
		var back []byte // what was read tells all that was written
		for i := range n {
			back = append(back, byte(labels[i]))
			for c := range 3 {
				for p := range cifarPlane {
					back = append(back, pixels[(i*cifarPlane+p)*3+c])
				}
			}
		}
		if !slices.Equal(back, raw) {
			t.Fatal("the records do not come back")
		}
	})
}

func BenchmarkReadRecords(b *testing.B) {
	raw := records(rand.New(rand.NewPCG(12, 1)), 1000)
	pixels, labels := make([]uint8, 1000*3*cifarPlane), make([]int32, 1000)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if err := readRecords(bytes.NewReader(raw), pixels, labels); err != nil {
			b.Fatal(err)
		}
	}
}
