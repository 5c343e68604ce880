package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gosubspace/subspace/place"
)

// square is a PNG of one level whose file has the same size for every level.
func square(t testing.TB, grey uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 6, 6))
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// age sets the times of all files below a folder to a moment that has passed.
func age(t *testing.T, dir string, past time.Duration) {
	t.Helper()
	when := time.Now().Add(-past)
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = os.Chtimes(path, when, when)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// squares is a folder of n images of two classes.
func squares(t *testing.T, n int) string {
	files := map[string][]byte{}
	for i := range n {
		files[fmt.Sprintf("class%d/%d.png", i%2, 10+i)] = square(t, uint8(i))
	}
	dir := tree(t, files)
	age(t, dir, time.Hour)
	return dir
}

// emptyCache gives the test a cache of its own.
func emptyCache(t *testing.T) (images string) {
	t.Helper()
	t.Setenv("GOSUBSPACE_HOME", t.TempDir())
	images, err := place.Images()
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// Other contents under the same names and of the same sizes are other data.
func TestContentsCount(t *testing.T) {
	emptyCache(t)
	dir := squares(t, 8)
	before, err := Folder(dir, 4, .25)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		path := filepath.Join(dir, fmt.Sprintf("class%d/%d.png", i%2, 10+i))
		if err := os.WriteFile(path, square(t, uint8(200+i)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	after, err := Folder(dir, 4, .25)
	if err != nil {
		t.Fatal(err)
	}
	if before.Train.Fingerprint() == after.Train.Fingerprint() || before.Test.Fingerprint() == after.Test.Fingerprint() {
		t.Error("other images have the same fingerprint")
	}
	if slices.Equal(before.Train.Pixels, after.Train.Pixels) {
		t.Error("the old pixels are loaded for the new images")
	}
}

// What was decoded once is known the second time, also where a part of the files is
// asked for; progress is said of what is decoded alone.
func TestDecodedOnce(t *testing.T) {
	images := emptyCache(t)
	dir := squares(t, 10)
	read := func() (*Data, []int64) {
		t.Helper()
		var said []int64
		data, err := ReadFolder(t.Context(), dir, 4, .2, func(done, total int64) {
			if total != 10 {
				t.Errorf("%d of %d images", done, total)
			}
			said = append(said, done)
		})
		if err != nil {
			t.Fatal(err)
		}
		return data, said
	}
	first, said := read()
	if !slices.Equal(said, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
		t.Errorf("progress %v", said)
	}
	again, said := read()
	if len(said) > 0 {
		t.Errorf("%d images are decoded again", len(said))
	}
	if !slices.Equal(first.Train.Pixels, again.Train.Pixels) || !slices.Equal(first.Test.Pixels, again.Test.Pixels) ||
		first.Train.Fingerprint() != again.Train.Fingerprint() {
		t.Error("the second time gives other data")
	}

	// Whatever becomes of the files there, the images are the same.
	paths, err := place.Glob(images, "*")
	if err != nil || len(paths) != 3 {
		t.Fatalf("kept are %v, %v; want the sums, and the pixels of two sets", paths, err)
	}
	for _, damage := range []func(file []byte) []byte{
		func(f []byte) []byte { return f[:len(f)/2] },
		func(f []byte) []byte { f[len(f)-1] ^= 1; return f },
		func(f []byte) []byte { return nil },
		func(f []byte) []byte { return append(f, 0) },
	} {
		for _, path := range paths {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(file), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		data, _ := read()
		if !slices.Equal(first.Train.Pixels, data.Train.Pixels) || first.Train.Fingerprint() != data.Train.Fingerprint() {
			t.Error("damaged files are used")
		}
	}
}

// A file that is as young as its time can tell is read again.
func TestYoungFilesAreReadAgain(t *testing.T) {
	emptyCache(t)
	dir := squares(t, 4)
	path := filepath.Join(dir, "class0", "10.png")
	when := time.Now().Add(time.Hour) // as good as now
	write := func(grey uint8) *Data {
		t.Helper()
		if err := os.WriteFile(path, square(t, grey), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
		data, err := Folder(dir, 4, .5)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	a, b := write(50), write(60)
	if a.Train.Fingerprint() == b.Train.Fingerprint() && a.Test.Fingerprint() == b.Test.Fingerprint() {
		t.Error("a file that was written twice at one time is taken for the first")
	}
}

// Files of one size and time, as an archive leaves them, that change their names are read
// again: what was labelled wrongly can be put right.
func TestFilesThatChangePlaces(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what changes is known on Linux alone")
	}
	emptyCache(t)
	dir := tree(t, map[string][]byte{"a/1.png": square(t, 10), "a/2.png": square(t, 20), "b/1.png": square(t, 200), "b/2.png": square(t, 210)})
	age(t, dir, time.Hour)
	means := func() (greys []int) {
		t.Helper()
		data, err := Folder(dir, 4, .5)
		if err != nil {
			t.Fatal(err)
		}
		greys = make([]int, 2)
		for _, s := range []*Set{data.Train, data.Test} {
			for i, label := range s.Labels {
				greys[label] += int(s.image(i)[0])
			}
		}
		return greys
	}
	if got := means(); !slices.Equal(got, []int{30, 410}) {
		t.Fatalf("they are of %v", got)
	}
	for _, move := range [][2]string{{"a/1.png", "x.png"}, {"b/1.png", "a/1.png"}, {"x.png", "b/1.png"}} {
		from, to := filepath.Join(dir, move[0]), filepath.Join(dir, move[1])
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	if got := means(); !slices.Equal(got, []int{220, 220}) {
		t.Errorf("after two have changed places they are of %v", got)
	}
}

// All images that cannot be read are one error, of all sets, before anything else.
func TestAllBadFilesAtOnce(t *testing.T) {
	emptyCache(t)
	files := imageNet(t, "val")
	var bad []string
	for i := range 10 {
		part, class := []string{"train", "val"}[i%2], []string{"ant", "bee"}[i/2%2]
		name := fmt.Sprintf("%s/%s/bad%d.png", part, class, i)
		files[name] = drawn(t, 1, 5, 5)[:40]
		bad = append(bad, filepath.FromSlash(name))
	}
	data, err := Folders(tree(t, files), 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{math.MaxInt, 0} { // in memory, or streamed
		_, err = Read(t.Context(), most, nil, data.Train, nil, data.Test)
		wantError(t, err, append(bad, "10 of ", " images cannot be read: ", "is no whole PNG image")...)
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("the error has lines: %v", err)
		}
	}
	files = own(t)
	bad = nil
	for i := range 10 {
		name := fmt.Sprintf("cup/IMG_%d.HEIC", i)
		files[name] = nil
		bad = append(bad, filepath.FromSlash(name)+" is of a kind that is not supported (HEIC)")
	}
	_, err = Folder(tree(t, files), 6, .2)
	wantError(t, err, append(bad, "10 of 23 images cannot be read")...)
}

// Reading ends when it is told to, and says how far it was.
func TestReadInterrupted(t *testing.T) {
	emptyCache(t)
	ctx, stop := context.WithCancel(t.Context())
	_, err := ReadFolder(ctx, squares(t, 400), 4, .2, func(done, _ int64) {
		if done == 3 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	wantError(t, err, "interrupted after reading ", " of 400 images")
}

// Every format is read from class folders, told by the contents, and whatever kind of
// path it lies in.
func TestFormatsInFolders(t *testing.T) {
	emptyCache(t)
	const golden = "../internal/picture/testdata"
	files := map[string][]byte{}
	for i, name := range []string{"420.jpg", "grey.jpg", "cmyk.jpg", "444-progressive.jpg", "lossy.webp", "transparent.webp", "palette.gif",
		"colour.bmp", "grey.bmp", "plain.tiff", "lzw.tiff", "transparent.png", "transparent-palette.png", "one-bit.png"} {
		content, err := os.ReadFile(filepath.Join(golden, name))
		if err != nil {
			t.Fatal(err)
		}
		class := fmt.Sprintf("a class %d [ä]", i%2)
		files[class+"/"+name] = content
		if filepath.Ext(name) == ".jpg" {
			files[class+"/named otherwise "+name+".PNG"] = content
		}
	}
	data, err := Folder(tree(t, files), 32, .2)
	if err != nil {
		t.Fatal(err)
	}
	if n := data.Train.Len() + data.Test.Len(); n != len(files) {
		t.Errorf("%d images of %d files", n, len(files))
	}
}

// What is kept is bounded: what was not used for longest goes.
func TestMakeRoom(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"a.pixels", "b.pixels", "c.pixels", "d.sums"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, make([]byte, 100), 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(time.Duration(i-9) * time.Minute)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	makeRoom(dir, 250)
	entries, err := os.ReadDir(dir)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{"b.pixels", "c.pixels", "d.sums"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("%v are left, want %v (%v)", left, want, err)
	}
}

// Whatever the text, what is read of it is what is written of that.
func FuzzParseSums(f *testing.F) {
	f.Add(formatSums(map[string]seen{"cat/1.png": {5, -7, 9, sum{1, 2}}, "a \"b\"\n/é.jpg": {1 << 40, 3, 0, sum{}}}))
	f.Add(sumsMagic + "\nabc 1 2 \"x\"\n\n 1 2 3\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		known := parseSums(text)
		again := parseSums(formatSums(known))
		if len(again) != len(known) {
			t.Fatalf("%v comes back as %v", known, again)
		}
		for name, k := range known {
			if again[name] != k {
				t.Fatalf("%q: %v comes back as %v", name, k, again[name])
			}
		}
	})
}
