package dataset

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// tree writes files, by their names with slashes, into a new folder. A name that
// ends in a slash is an empty folder.
func tree(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		folder := filepath.Dir(path)
		if name[len(name)-1] == '/' {
			folder = path
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if folder == path {
			continue
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// drawn is a PNG of one colour; the size makes files differ in length.
func drawn(t testing.TB, grey uint8, width, height int) []byte {
	m := pattern(width, height)
	for i := range m.Pix {
		if i%4 != 3 {
			m.Pix[i] = grey
		}
	}
	return encodePNG(t, m)
}

// imageNet is a small data set as Folders reads it. The images of class c are of
// the grey values 50·c and following, in the order of their names.
func imageNet(t testing.TB, test string) map[string][]byte {
	files := map[string][]byte{
		"README.txt":           []byte("no class"),
		"train/notes.txt":      []byte("no class"),
		"train/.DS_Store":      nil,
		"train/ant/.hidden":    nil,
		"train/ant/Thumbs.db":  []byte("no image"),
		"train/.cache/1.bin":   []byte("no class"),
		"train/bee/nested.png": drawn(t, 50, 9, 6),
	}
	for class, name := range []string{"ant", "bee", "cat fish"} {
		for i, ending := range []string{".png", ".PNG", ".jpeg"} {
			files[fmt.Sprintf("train/%s/%d%s", name, i, ending)] = drawn(t, uint8(50*class+i), 8+i, 9)
			files[fmt.Sprintf("%s/%s/%d%s", test, name, i, ending)] = drawn(t, uint8(50*class+10+i), 7+i, 30)
		}
	}
	delete(files, "train/bee/nested.png")
	return files
}

// greys returns the colour of each image, which must be of one.
func greys(t *testing.T, s *Set) []int {
	t.Helper()
	loaded, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	var values []int
	for i := range loaded.Len() {
		pixels := loaded.image(i)
		if slices.Min(pixels) != slices.Max(pixels) {
			t.Fatalf("%s: image %d has values from %d to %d", s.Name, i, slices.Min(pixels), slices.Max(pixels))
		}
		values = append(values, int(pixels[0]))
	}
	return values
}

func TestFolders(t *testing.T) {
	for _, test := range []string{"val", "test"} {
		dir := tree(t, imageNet(t, test))
		data, err := Folders(dir, 5)
		if err != nil {
			t.Fatal(err)
		}
		if err := data.Check(); err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(dir)
		for _, c := range []struct {
			set   *Set
			name  string
			greys []int
		}{
			{data.Train, base + "/train", []int{0, 1, 2, 50, 51, 52, 100, 101, 102}},
			{data.Test, base + "/" + test, []int{10, 11, 12, 60, 61, 62, 110, 111, 112}},
		} {
			s := c.set
			if s.Name != c.name || s.Height != 5 || s.Width != 5 || s.Channels != 3 || !s.streamed() {
				t.Errorf("%s: %d × %d × %d, streamed %t; expected %s", s.Name, s.Height, s.Width, s.Channels, s.streamed(), c.name)
			}
			if !slices.Equal(s.Classes, []string{"ant", "bee", "cat fish"}) {
				t.Errorf("%s: classes %q", s.Name, s.Classes)
			}
			if !slices.Equal(s.Labels, []int32{0, 0, 0, 1, 1, 1, 2, 2, 2}) {
				t.Errorf("%s: labels %v", s.Name, s.Labels)
			}
			if got := greys(t, s); !slices.Equal(got, c.greys) {
				t.Errorf("%s: images of grey %v, expected %v", s.Name, got, c.greys)
			}
		}
		if !slices.Equal(data.Mean, []float32{.485, .456, .406}) || !slices.Equal(data.Std, []float32{.229, .224, .225}) {
			t.Errorf("mean %v, deviation %v", data.Mean, data.Std)
		}
	}
}

// Where there are both, val is the test set: ImageNet's own has no labels.
func TestFoldersPrefersVal(t *testing.T) {
	files := imageNet(t, "val")
	files["test/1.jpg"] = []byte("never read")
	data, err := Folders(tree(t, files), 5)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(data.Test.Name) != "val" {
		t.Errorf("the test set is %s", data.Test.Name)
	}
}

func TestFoldersFollowsLinks(t *testing.T) {
	target := tree(t, imageNet(t, "val"))
	dir := tree(t, map[string][]byte{"train/": nil, "val/": nil})
	for _, name := range []string{"train/ant", "val/ant", "train/bee", "val/bee"} {
		if err := os.Symlink(filepath.Join(target, name), filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	data, err := Folders(dir, 5)
	if err != nil {
		t.Fatal(err)
	}
	if got := greys(t, data.Train); !slices.Equal(got, []int{0, 1, 2, 50, 51, 52}) {
		t.Errorf("images of grey %v", got)
	}
}

func TestFoldersErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(files map[string][]byte)
		want   []string
	}{
		{"empty folder", func(f map[string][]byte) { clear(f) }, []string{"train", "want DIR/train/CLASS/*.jpg", "see Folder"}},
		{"no test images", func(f map[string][]byte) {
			maps.DeleteFunc(f, func(name string, _ []byte) bool { return name[0] == 'v' })
		}, []string{"test", "want DIR/val/CLASS/*.jpg or DIR/test/CLASS/*.jpg"}},
		{"no classes", func(f map[string][]byte) {
			maps.DeleteFunc(f, func(name string, _ []byte) bool { return name[0] == 'v' })
			f["val/"] = nil
		}, []string{"val has no folder for a class"}},
		{"unknown class", func(f map[string][]byte) { f["val/dog/1.png"] = nil }, []string{"val has the class dog, which ", "train does not have"}},
		{"missing class", func(f map[string][]byte) { f["train/dog/1.png"] = nil }, []string{"train has the class dog, which ", "val does not have"}},
		{"class without images", func(f map[string][]byte) { f["train/dog/"], f["val/dog/1.png"] = nil, nil }, []string{"dog has no images; add some, or remove the folder"}},
		{"another type", func(f map[string][]byte) { f["train/ant/9.heic"] = nil }, []string{"9.heic is of a kind that is not supported (HEIC)", "JPEG, PNG, WebP, GIF, BMP and TIFF are read"}},
		{"no image", func(f map[string][]byte) { f["train/ant/notes.txt"] = nil }, []string{"notes.txt is no image by its name"}},
		{"folder in a class", func(f map[string][]byte) { f["train/ant/more/1.png"] = nil }, []string{"more is no image"}},
		{"image beside the classes", func(f map[string][]byte) { f["train/1.png"] = nil }, []string{"1.png lies beside the folders of the classes"}},
	} {
		files := imageNet(t, "val")
		c.change(files)
		_, err := Folders(tree(t, files), 5)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		wantError(t, err, append(c.want, "dataset: ")...)
	}
	_, err := Folders(filepath.Join(t.TempDir(), "nowhere"), 5)
	wantError(t, err, "nowhere")
	_, err = Folders(tree(t, imageNet(t, "val")), 0)
	wantError(t, err, "images of 0 pixels a side; want at least 1")
}

// own is a small folder of somebody's own images.
func own(t testing.TB) map[string][]byte {
	files := map[string][]byte{"notes.txt": nil}
	for class, name := range []string{"cup", "fork"} {
		for i := range []int{10, 3}[class] {
			files[fmt.Sprintf("%s/%02d.png", name, i)] = drawn(t, uint8(100*class+i), 12, 10+i)
		}
	}
	return files
}

func TestOwnFolder(t *testing.T) {
	dir := tree(t, own(t))
	data, err := Folder(dir, 6, .2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set    *Set
		part   string
		counts []int
	}{{data.Train, "/train", []int{8, 2}}, {data.Test, "/test", []int{2, 1}}} {
		if c.set.Name != filepath.Base(dir)+c.part || c.set.streamed() {
			t.Errorf("%s, streamed %t", c.set.Name, c.set.streamed())
		}
		if got := counts(c.set); !slices.Equal(got, c.counts) {
			t.Errorf("%s: classes %v, expected %v", c.set.Name, got, c.counts)
		}
	}
	all := slices.Concat(greys(t, data.Train), greys(t, data.Test))
	slices.Sort(all)
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 101, 102}; !slices.Equal(all, want) {
		t.Errorf("images of grey %v, expected %v", all, want)
	}
	mean, std, err := data.Train.Moments()
	if err != nil || !slices.Equal(mean, data.Mean) || !slices.Equal(std, data.Std) {
		t.Errorf("mean %v, deviation %v; the training set has %v, %v (%v)", data.Mean, data.Std, mean, std, err)
	}
	again, err := Folder(dir, 6, .2)
	if err != nil || again.Test.Fingerprint() != data.Test.Fingerprint() {
		t.Errorf("a second look holds other images out (%v)", err)
	}
}

// Of each class the last images of the class-balanced order are held out.
func TestOwnFolderHoldsOutTheLast(t *testing.T) {
	all, test, err := openFolder(tree(t, own(t)), 6, .4)
	if err != nil {
		t.Fatal(err)
	}
	begun := make([]bool, 2)
	for _, i := range all.balanced(0) {
		class := all.Labels[i]
		if begun[class] && !test[i] {
			t.Errorf("image %d of class %d comes after one to test on", i, class)
		}
		begun[class] = begun[class] || test[i]
	}
	if !begun[0] || !begun[1] {
		t.Error("a class has no test image")
	}
}

// Whatever the share, each class keeps an image on either side.
func TestOwnFolderShares(t *testing.T) {
	dir := tree(t, own(t))
	for share, test := range map[float64][]int{.01: {1, 1}, .5: {5, 2}, .99: {9, 2}} {
		data, err := Folder(dir, 2, share)
		if err != nil {
			t.Fatal(err)
		}
		if got := counts(data.Test); !slices.Equal(got, test) {
			t.Errorf("share %g: test classes %v, expected %v", share, got, test)
		}
	}
}

func TestOwnFolderErrors(t *testing.T) {
	dir := tree(t, own(t))
	for _, share := range []float64{0, 1, -1, 20} {
		_, err := Folder(dir, 6, share)
		wantError(t, err, "want one between 0 and 1")
	}
	_, err := Folder(filepath.Join(dir, "cup"), 6, .2)
	wantError(t, err, "00.png lies beside the folders of the classes", "want DIR/CLASS/*.jpg", "did you mean the folder above, "+dir)
	_, err = Folder(t.TempDir(), 6, .2)
	wantError(t, err, "has no folder for a class", "want DIR/CLASS/*.jpg")
	_, err = Folder(tree(t, imageNet(t, "val")), 6, .2)
	wantError(t, err, "is no image", "see Folders")

	files := own(t)
	files["spoon/1.png"] = drawn(t, 1, 5, 5)
	_, err = Folder(tree(t, files), 6, .2)
	wantError(t, err, "class spoon of", "has one image; want two or more")
	files["spoon/2.png"] = drawn(t, 1, 5, 5)[:40]
	_, err = Folder(tree(t, files), 6, .2)
	wantError(t, err, filepath.Join("spoon", "2.png")+" is no whole PNG image")
}
