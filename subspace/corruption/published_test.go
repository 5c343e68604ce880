package corruption

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/place/placetest"
)

// tiny10 is a made-up test set of CIFAR-10's shape, six images, and the files of
// its corrupted versions: image i of severity s is all of the level 10·s + i.
func tiny10() (*dataset.Set, map[string][]byte) {
	s := colour(make([]uint8, 6*3072), 32)
	s.Name, s.Classes = "cifar10/test", []string{"cat", "dog", "frog"}
	s.Labels = []int32{2, 0, 1, 1, 0, 2}
	var pixels, labels, wide []byte
	for severity := 1; severity <= 5; severity++ {
		for i, label := range s.Labels {
			pixels = append(pixels, bytes.Repeat([]byte{byte(10*severity + i)}, 3072)...)
			labels = append(labels, byte(label))
			wide = binary.LittleEndian.AppendUint64(wide, uint64(label))
		}
	}
	return s, map[string][]byte{
		"snow.npy":   array("|u1", "(30, 32, 32, 3)", pixels),
		"frost.npy":  array("|u1", "(30, 32, 32, 3)", pixels),
		"labels.npy": array("|u1", "(30,)", labels),
		"wide":       array("<i8", "(30,)", wide),
	}
}

func TestPublishedArrays(t *testing.T) {
	s, files := tiny10()
	for _, labels := range []string{"labels.npy", "wide"} {
		dir := t.TempDir()
		placetest.Write(t, filepath.Join(dir, "snow.npy"), string(files["snow.npy"]))
		placetest.Write(t, filepath.Join(dir, "frost.npy"), string(files["frost.npy"]))
		placetest.Write(t, filepath.Join(dir, "labels.npy"), string(files[labels]))
		for _, name := range []string{"snow", "frost"} {
			for severity := 1; severity <= 5; severity++ {
				got, err := Published(dir, name, severity, s)
				if err != nil {
					t.Fatal(err)
				}
				if err := got.Check(); err != nil {
					t.Fatal(err)
				}
				if want := fmt.Sprintf("cifar10/test %s %d (published)", name, severity); got.Name != want {
					t.Errorf("named %q, want %q", got.Name, want)
				}
				if !slices.Equal(got.Labels, s.Labels) || !slices.Equal(got.Classes, s.Classes) {
					t.Errorf("%s: other labels or classes", got.Name)
				}
				for i := range got.Len() {
					want := bytes.Repeat([]byte{byte(10*severity + i)}, 3072)
					if !bytes.Equal(got.Pixels[3072*i:3072*(i+1)], want) {
						t.Errorf("%s: image %d starts with the level %d, want %d", got.Name, i, got.Pixels[3072*i], want[0])
					}
				}
			}
		}
	}
}

func TestPublishedArraysErrors(t *testing.T) {
	for what, c := range map[string]struct {
		change func(files map[string][]byte)
		want   []string
	}{
		"no images": {
			func(f map[string][]byte) { delete(f, "snow.npy") },
			[]string{"neither", "snow.npy nor", filepath.Join("snow", "3"), "zenodo.org/records/2535967", "zenodo.org/records/2536630"},
		},
		"no labels": {
			func(f map[string][]byte) { delete(f, "labels.npy") },
			[]string{"labels.npy is missing", "zenodo.org/records/2535967"},
		},
		"cut off": {
			func(f map[string][]byte) { f["snow.npy"] = f["snow.npy"][:1000] },
			[]string{"snow.npy: 1000 bytes; the header promises 92288"},
		},
		"too long": {
			func(f map[string][]byte) { f["snow.npy"] = append(f["snow.npy"], 1) },
			[]string{"snow.npy: 92289 bytes"},
		},
		"empty": {
			func(f map[string][]byte) { f["snow.npy"] = nil },
			[]string{"snow.npy: not a .npy file"},
		},
		"another format": {
			func(f map[string][]byte) { f["snow.npy"] = []byte("PK\x03\x04 and so on") },
			[]string{"snow.npy: not a .npy file"},
		},
		"another version": {
			func(f map[string][]byte) { f["snow.npy"][6] = 4 },
			[]string{"snow.npy: version 4.0 of .npy; expected 1.0, 2.0 or 3.0"},
		},
		"floats": {
			func(f map[string][]byte) { f["snow.npy"] = array("<f4", "(30, 32, 32, 3)", make([]byte, 4*92160)) },
			[]string{`snow.npy holds elements of type "<f4"; expected integers`},
		},
		"structures": {
			func(f map[string][]byte) { f["labels.npy"] = array("|V8", "(30,)", make([]byte, 240)) },
			[]string{`labels.npy holds elements of type "|V8"; expected integers`},
		},
		"bright images": {
			func(f map[string][]byte) {
				f["snow.npy"] = array(">i2", "(30, 32, 32, 3)", bytes.Repeat([]byte{1, 0}, 92160))
			},
			[]string{"snow.npy holds the value 256; expected 0 to 255"},
		},
		"dark images": {
			func(f map[string][]byte) {
				f["snow.npy"] = array("|i1", "(30, 32, 32, 3)", bytes.Repeat([]byte{0x80}, 92160))
			},
			[]string{"snow.npy holds the value -128; expected 0 to 255"},
		},
		"float labels": {
			func(f map[string][]byte) { f["labels.npy"] = array("<f8", "(30,)", make([]byte, 240)) },
			[]string{`labels.npy holds elements of type "<f8"; expected integers, such as "|u1" or "<i8"`},
		},
		"more images": {
			func(f map[string][]byte) { f["snow.npy"] = array("|u1", "(50, 32, 32, 3)", make([]byte, 50*3072)) },
			[]string{"snow.npy has the shape [50 32 32 3]; expected [30 32 32 3]"},
		},
		"channels first": {
			func(f map[string][]byte) { f["snow.npy"] = array("|u1", "(30, 3, 32, 32)", make([]byte, 92160)) },
			[]string{"[30 3 32 32]"},
		},
		"matrix of labels": {
			func(f map[string][]byte) { f["labels.npy"] = array("|u1", "(5, 6)", make([]byte, 30)) },
			[]string{"labels.npy has the shape [5 6]", "expected [30]"},
		},
		"other labels": {
			func(f map[string][]byte) { f["labels.npy"][128+12+4] = 1 },
			[]string{"labels.npy: image 4 of severity 3 has the label 1, in the clean set 0"},
		},
	} {
		t.Run(what, func(t *testing.T) {
			s, files := tiny10()
			c.change(files)
			dir := t.TempDir()
			for name, content := range files {
				placetest.Write(t, filepath.Join(dir, name), string(content))
			}
			_, err := Published(dir, "snow", 3, s)
			wantError(t, err, c.want...)
		})
	}
	s, _ := tiny10()
	_, err := Published(t.TempDir(), "hail", 1, s)
	wantError(t, err, `"hail"`, "snow", "frost", "saturate")
	_, err = Published(t.TempDir(), "snow", 6, s)
	wantError(t, err, "severity 6 of snow; expected 1 to 5")
	s.Labels[0] = 9
	_, err = Published(t.TempDir(), "snow", 1, s)
	wantError(t, err, "label 9 of image 0")
}

// wnids is a made-up test set of Tiny-ImageNet's shape: classes named by WordNet
// ids, not in their order, two images of one and one of the other.
func wnids() *dataset.Set {
	s := colour(make([]uint8, 3*64*64*3), 64)
	s.Name, s.Classes = "tinyimagenet/test", []string{"n02", "n01"}
	s.Labels = []int32{0, 1, 0}
	return s
}

// grey returns a JPEG file of one level.
func grey(t *testing.T, side int, level uint8) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, side, side))
	for i := range picture.Pix {
		picture.SetGray(i%side, i/side, color.Gray{Y: level})
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// The folder above the files is as good, and that of one corruption.
func TestPublishedFoldersNearby(t *testing.T) {
	s, files := tiny10()
	dir := t.TempDir()
	for _, name := range []string{"snow.npy", "labels.npy"} {
		placetest.Write(t, filepath.Join(dir, "CIFAR-10-C", name), string(files[name]))
	}
	if _, err := Published(dir, "snow", 3, s); err != nil {
		t.Error(err)
	}
	if err := FindPublished(dir, "snow"); err != nil {
		t.Error(err)
	}
	if err := FindPublished(dir, "fog"); err == nil || !strings.Contains(err.Error(), "fog.npy") {
		t.Errorf("what is not there was found: %v", err)
	}
	putFolders(t, filepath.Join(dir, "Tiny-ImageNet-C"), folders(t))
	if err := os.RemoveAll(filepath.Join(dir, "CIFAR-10-C")); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{dir, filepath.Join(dir, "Tiny-ImageNet-C", "snow")} {
		if _, err := Published(given, "snow", 2, wnids()); err != nil {
			t.Error(err)
		}
	}
}

// Folders that are no class, which the published frost has, are passed over, and that
// is said; what systems leave behind is passed over, and links are followed.
func TestPublishedForeignFolders(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "snow", "2")
	putFolders(t, dir, folders(t))
	for _, name := range []string{"__MACOSX/n01/1.JPEG", "@eaDir/1.JPEG", "lost+found/1", ".hidden/1.JPEG", "n01/Thumbs.db", "n01/.DS_Store"} {
		placetest.Write(t, filepath.Join(folder, name), "no image")
	}
	got, err := Published(dir, "snow", 2, wnids())
	if err != nil || len(got.Notes) > 0 {
		t.Fatalf("notes %q, error %v", got.Notes, err)
	}
	for _, name := range []string{"n77", "n88"} {
		placetest.Write(t, filepath.Join(folder, name, "val_1.JPEG"), "of another class")
	}
	elsewhere := filepath.Join(dir, "elsewhere")
	if err := os.Rename(filepath.Join(folder, "n01"), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(folder, "n01")); err != nil {
		t.Skip(err)
	}
	again, err := Published(dir, "snow", 2, wnids())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Pixels, got.Pixels) {
		t.Error("other images than without the foreign folders")
	}
	if len(again.Notes) != 1 || !strings.Contains(again.Notes[0], "2 folders that are no class of the clean set, such as n77") {
		t.Errorf("notes %q", again.Notes)
	}
}

// folders are the files of severity 2 of snow, by path.
func folders(t *testing.T) map[string][]byte {
	return map[string][]byte{
		"n01/val_7.JPEG":   grey(t, 64, 70),
		"n02/val_10.JPEG":  grey(t, 64, 100),
		"n02/val_9.JPEG":   grey(t, 64, 90),
		"n02/._val_9.JPEG": []byte("left behind by a system"),
		"README.txt":       []byte("beside the folders"),
	}
}

// putFolders writes such files where those of severity 2 of snow are looked for.
func putFolders(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, content := range files {
		placetest.Write(t, filepath.Join(dir, "snow", "2", name), string(content))
	}
}

func TestPublishedFolders(t *testing.T) {
	dir := t.TempDir()
	putFolders(t, dir, folders(t))
	got, err := Published(dir, "snow", 2, wnids())
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Check(); err != nil {
		t.Fatal(err)
	}
	if want := "tinyimagenet/test snow 2 (published)"; got.Name != want {
		t.Errorf("named %q, want %q", got.Name, want)
	}
	if want := []int32{1, 0, 0}; !slices.Equal(got.Labels, want) {
		t.Errorf("labels %d, want %d", got.Labels, want)
	}
	for i, level := range []byte{70, 100, 90} { // val_10 sorts before val_9
		if size := 64 * 64 * 3; !bytes.Equal(got.Pixels[i*size:(i+1)*size], bytes.Repeat([]byte{level}, size)) {
			t.Errorf("image %d starts with the level %d, want %d", i, got.Pixels[i*size], level)
		}
	}
	_, err = Published(dir, "snow", 3, wnids())
	wantError(t, err, "neither", filepath.Join("snow", "3"), "zenodo.org/records/2536630")
}

func TestPublishedFoldersErrors(t *testing.T) {
	for what, c := range map[string]struct {
		change func(files map[string][]byte)
		want   []string
	}{
		"other classes alone": {
			func(f map[string][]byte) {
				clear(f)
				f["n03/val_1.JPEG"] = grey(t, 64, 1)
			},
			[]string{"holds the folder n03, which is no class of the clean set, as no other there is; expected WordNet ids such as n02, n01"},
		},
		"missing image": {
			func(f map[string][]byte) { delete(f, "n02/val_9.JPEG") },
			[]string{"has 1 images of n02, the clean set 2"},
		},
		"missing class": {
			func(f map[string][]byte) { delete(f, "n01/val_7.JPEG") },
			[]string{"has 0 images of n01, the clean set 1"},
		},
		"no image": {
			func(f map[string][]byte) { f["n02/val_9.JPEG"] = []byte("nothing to see") },
			[]string{filepath.Join("n02", "val_9.JPEG") + " is no image: it begins with"},
		},
		"cut off": {
			func(f map[string][]byte) { f["n02/val_9.JPEG"] = f["n02/val_9.JPEG"][:len(f["n02/val_9.JPEG"])-20] },
			[]string{filepath.Join("n02", "val_9.JPEG") + " is no whole JPEG image"},
		},
		"two of three": {
			func(f map[string][]byte) { f["n02/val_9.JPEG"], f["n01/val_7.JPEG"] = nil, []byte("II") },
			[]string{"2 of 3 images cannot be read", filepath.Join("n02", "val_9.JPEG") + " is empty", filepath.Join("n01", "val_7.JPEG") + " is no image"},
		},
		"another size": {
			func(f map[string][]byte) { f["n02/val_9.JPEG"] = grey(t, 63, 90) },
			[]string{filepath.Join("n02", "val_9.JPEG") + " has 63 × 63 pixels; expected 64 × 64"},
		},
	} {
		t.Run(what, func(t *testing.T) {
			files, dir := folders(t), t.TempDir()
			c.change(files)
			putFolders(t, dir, files)
			_, err := Published(dir, "snow", 2, wnids())
			wantError(t, err, c.want...)
		})
	}
	s := wnids()
	s.Channels, s.Pixels = 1, s.Pixels[:3*64*64]
	dir := t.TempDir()
	putFolders(t, dir, folders(t))
	_, err := Published(dir, "snow", 2, s)
	wantError(t, err, "tinyimagenet/test snow 2 (published) has 1 channels; Tiny-ImageNet-C has 3")
}
