package dataset

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var wnids = []string{"n03", "n01", "n02"} // not sorted in the file

// tiny is a small TinyImageNet.
func tiny(t testing.TB) map[string][]byte {
	files := map[string][]byte{
		"wnids.txt": []byte(strings.Join(wnids, "\n") + "\n"),
		"words.txt": []byte("n01\tgoldfish\n"),
	}
	var annotations strings.Builder
	for i, class := range slices.Sorted(slices.Values(wnids)) {
		for k := range 2 {
			files[fmt.Sprintf("train/%s/images/%s_%d.JPEG", class, class, k)] = drawn(t, uint8(50*i+k), 64, 64)
		}
		files[fmt.Sprintf("train/%s/%s_boxes.txt", class, class)] = []byte("not read")
		files[fmt.Sprintf("val/images/val_%d.JPEG", 2-i)] = drawn(t, uint8(50*i+10), 64, 64)
		fmt.Fprintf(&annotations, "val_%d.JPEG\t%s\t0\t32\t44\t62\n", 2-i, class)
	}
	files["val/val_annotations.txt"] = []byte(annotations.String())
	return files
}

func TestTinyImageNet(t *testing.T) {
	files := tiny(t)
	nested := map[string][]byte{}
	for name, content := range files {
		nested["tiny-imagenet-200/"+name] = content
	}
	for _, dir := range []string{tree(t, files), tree(t, nested)} {
		data, err := TinyImageNet(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := data.Check(); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			set    *Set
			name   string
			labels []int32
			greys  []int
		}{
			{data.Train, "tinyimagenet/train", []int32{0, 0, 1, 1, 2, 2}, []int{0, 1, 50, 51, 100, 101}},
			{data.Test, "tinyimagenet/val", []int32{0, 1, 2}, []int{10, 60, 110}},
		} {
			if c.set.Name != c.name || c.set.Height != 64 || !c.set.streamed() {
				t.Errorf("%s of height %d, streamed %t", c.set.Name, c.set.Height, c.set.streamed())
			}
			if !slices.Equal(c.set.Classes, []string{"n01", "n02", "n03"}) {
				t.Errorf("%s: classes %q", c.name, c.set.Classes)
			}
			if !slices.Equal(c.set.Labels, c.labels) {
				t.Errorf("%s: labels %v, expected %v", c.name, c.set.Labels, c.labels)
			}
			if got := greys(t, c.set); !slices.Equal(got, c.greys) {
				t.Errorf("%s: images of grey %v, expected %v", c.name, got, c.greys)
			}
		}
		if !slices.Equal(data.Mean, []float32{.480, .448, .397}) || !slices.Equal(data.Std, []float32{.276, .269, .282}) {
			t.Errorf("mean %v, deviation %v", data.Mean, data.Std)
		}
	}
}

// TinyImageNet as most have it: val sorted into folders of its classes by one script or
// another, the archive in a folder of its name, images without the folder of theirs.
// The images and their order are those of the official form.
func TestTinyImageNetSorted(t *testing.T) {
	numbered := func() map[string][]byte { // the list in the order of the numbers, as the official one
		files := tiny(t)
		const list = "val/val_annotations.txt"
		lines := strings.SplitAfter(strings.TrimSuffix(string(files[list]), "\n"), "\n")
		lines[len(lines)-1] += "\n"
		slices.Reverse(lines)
		files[list] = []byte(strings.Join(lines, ""))
		return files
	}
	official, err := TinyImageNet(tree(t, numbered()))
	if err != nil {
		t.Fatal(err)
	}
	sorted := func(within string) map[string][]byte {
		files := numbered()
		for i, class := range []string{"n01", "n02", "n03"} {
			name := fmt.Sprintf("val_%d.JPEG", 2-i)
			files["val/"+class+within+"/"+name] = files["val/images/"+name]
			delete(files, "val/images/"+name)
		}
		return files
	}
	double := func(files map[string][]byte) map[string][]byte {
		out := map[string][]byte{}
		for name, content := range files {
			out["tiny-imagenet-200/tiny-imagenet-200/"+name] = content
		}
		return out
	}
	flat := numbered()
	for name, content := range flat {
		if strings.HasPrefix(name, "train/") && strings.Contains(name, "/images/") {
			flat[strings.Replace(name, "/images/", "/", 1)] = content
			delete(flat, name)
		}
	}
	leftOver := sorted("")
	leftOver["val/images/"] = nil
	listless := sorted("/images")
	delete(listless, "val/val_annotations.txt")
	rubbish := double(sorted("/images"))
	for _, name := range []string{"__MACOSX/a", "tiny-imagenet-200/tiny-imagenet-200/train/@eaDir/1.jpg", "tiny-imagenet-200/tiny-imagenet-200/val/.DS_Store", "tiny-imagenet-200/tiny-imagenet-200/train/n01/images/Thumbs.db"} {
		rubbish[name] = nil
	}
	for name, files := range map[string]map[string][]byte{
		"sorted": sorted(""), "sorted, with images": sorted("/images"), "images left over": leftOver, "without the list": listless,
		"doubled": double(numbered()), "train without images": flat, "left behind by systems": rubbish,
	} {
		data, err := TinyImageNet(tree(t, files))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, c := range [][2]*Set{{data.Train, official.Train}, {data.Test, official.Test}} {
			if c[0].Fingerprint() != c[1].Fingerprint() || c[0].Name != c[1].Name {
				want := []any{greys(t, c[1]), c[1].Labels}
				t.Errorf("%s: %s has images of grey %v, labels %v; officially %v", name, c[0].Name, greys(t, c[0]), c[0].Labels, want)
			}
		}
	}
	inside := map[string][]byte{}
	for name, content := range numbered() {
		inside["up/tiny/"+name] = content
	}
	dir := filepath.Join(tree(t, inside), "up", "tiny")
	for _, off := range []string{filepath.Join(dir, "train"), filepath.Join(dir, "val"), filepath.Dir(dir)} {
		_, err := TinyImageNet(off)
		wantError(t, err, "wnids.txt", "did you mean "+dir)
	}
}

func TestTinyImageNetErrors(t *testing.T) {
	const list = "val/val_annotations.txt"
	line := func(text string) func(map[string][]byte) {
		return func(f map[string][]byte) { f[list] = append(f[list], text...) }
	}
	for _, c := range []struct {
		name   string
		change func(files map[string][]byte)
		want   []string
	}{
		{"nothing", func(f map[string][]byte) { clear(f) }, []string{"wnids.txt", "want the folder that", tinyURL}},
		{"no classes", func(f map[string][]byte) { f["wnids.txt"] = nil }, []string{"wnids.txt names 0 classes"}},
		{"a class twice", func(f map[string][]byte) { f["wnids.txt"] = []byte("n01 n02 n03 n01") }, []string{"wnids.txt names 4 classes, 3 of them different"}},
		{"unknown folder", func(f map[string][]byte) { f["train/n09/images/1.JPEG"] = nil }, []string{"train has the class n09, which", "wnids.txt does not have"}},
		{"missing folder", func(f map[string][]byte) { f["wnids.txt"] = []byte("n01 n02 n03 n04") }, []string{"wnids.txt has the class n04, which"}},
		{"class without images", func(f map[string][]byte) {
			maps.DeleteFunc(f, func(name string, _ []byte) bool { return strings.HasPrefix(name, "train/n02/images") })
			f["train/n02/images/"] = nil
		}, []string{filepath.Join("n02", "images") + " has no images"}},
		{"no list", func(f map[string][]byte) { delete(f, list) }, []string{"val_annotations.txt", "want it beside val/images"}},
		{"short line", line("val_9.JPEG\n"), []string{"line 4", "has 1 fields; want a file, a class and four numbers"}},
		{"blank line", func(f map[string][]byte) { f[list] = append([]byte("\n"), f[list]...) }, []string{"line 1"}},
		{"unknown class", line("val_9.JPEG\tn09\t0\t0\t0\t0\n"), []string{"line 4 names the class \"n09\", which wnids.txt does not have"}},
		{"twice", line("val_0.JPEG\tn01\t0\t0\t0\t0\n"), []string{"line 4 names val_0.JPEG once more"}},
		{"outside", line("../val_0.JPEG\tn01\t0\t0\t0\t0\n"), []string{"line 4 names the file \"../val_0.JPEG\""}},
		{"missing image", line("val_9.JPEG\tn01\t0\t0\t0\t0\n"), []string{"names val_9.JPEG, which is not in"}},
		{"unlisted image", func(f map[string][]byte) { f["val/images/val_9.JPEG"], f["val/images/val_8.JPEG"] = nil, nil }, []string{"names 3 images,", "has 2 more, such as val_8.JPEG"}},
	} {
		files := tiny(t)
		c.change(files)
		_, err := TinyImageNet(tree(t, files))
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		wantError(t, err, append(c.want, "TinyImageNet: ")...)
	}
}

// Whatever the text, annotations that are read are of images by plain names, each
// once, and of known classes; and writing them again reads the same.
func FuzzParseAnnotations(f *testing.F) {
	classes := []string{"n01", "n02"}
	for _, text := range []string{
		"val_0.JPEG\tn01\t0\t32\t44\t62\nval_1.JPEG\tn02\t1\t1\t1\t1\n",
		"a.png\tn02\t0\t0\t0\t0\r\n",
		"", "\n", "\t\t\t\t\t", "a.png\tn01", "../a.png\tn01\t0\t0\t0\t0", "a.png\tn01\t0\t0\t0\t0\na.png\tn01\t0\t0\t0\t0",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		annotations, err := parseAnnotations(text, classes)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		var again strings.Builder
		for _, a := range annotations {
			if a.label < 0 || int(a.label) >= len(classes) {
				t.Errorf("label %d", a.label)
			}
			if seen[a.image] || a.image != filepath.Base(a.image) || !isImage(a.image) {
				t.Errorf("image %q", a.image)
			}
			seen[a.image] = true
			fmt.Fprintf(&again, "%s\t%s\t0\t0\t0\t0\n", a.image, classes[a.label])
		}
		if reread, err := parseAnnotations(again.String(), classes); err != nil || !slices.Equal(reread, annotations) {
			t.Errorf("%q read again is %v (%v), expected %v", again.String(), reread, err, annotations)
		}
	})
}
