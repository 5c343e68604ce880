package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What systems leave behind is passed over, among the classes and among the images.
func TestSystemFoldersPassedOver(t *testing.T) {
	files := own(t)
	for _, name := range []string{"__MACOSX/cup/._00.png", "@eaDir/00.png/THUMB.jpg", "lost+found/", "$RECYCLE.BIN/1.png", ".Trash/1.png", "Thumbs.db", ".DS_Store",
		"cup/@eaDir/1.jpg", "cup/Thumbs.db", "cup/.DS_Store", "cup/._00.png", "fork/__MACOSX/1.png"} {
		files[name] = nil
	}
	data, err := Folder(tree(t, files), 6, .2)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(data.Train.Classes, []string{"cup", "fork"}) || data.Train.Len()+data.Test.Len() != 13 {
		t.Errorf("%d images of %q", data.Train.Len()+data.Test.Len(), data.Train.Classes)
	}
}

// Links to folders of classes, and to images, are followed.
func TestOwnFolderFollowsLinks(t *testing.T) {
	target, dir := tree(t, own(t)), t.TempDir()
	for _, class := range []string{"cup", "fork"} {
		if err := os.Symlink(filepath.Join(target, class), filepath.Join(dir, class)); err != nil {
			t.Skip(err)
		}
	}
	data, err := Folder(dir, 6, .2)
	if err != nil || data.Train.Len()+data.Test.Len() != 13 {
		t.Errorf("%v", err)
	}
}

// One class alone is an error, which guesses the folder that is meant.
func TestOneClass(t *testing.T) {
	files := map[string][]byte{}
	for name, content := range own(t) {
		files["photos/train/"+name] = content
	}
	dir := tree(t, files)
	photos, train := filepath.Join(dir, "photos"), filepath.Join(dir, "photos", "train")
	_, err := Folder(photos, 6, .2)
	wantError(t, err, photos+" has one class, train; want two or more, a folder each; did you mean "+train+"?")
	_, err = Folder(filepath.Join(train, "cup"), 6, .2)
	wantError(t, err, "did you mean the folder above, "+train+"?")

	files = own(t)
	for name := range files {
		if name[0] == 'f' {
			delete(files, name)
		}
	}
	_, err = Folder(tree(t, files), 6, .2)
	wantError(t, err, "has one class, cup; want two or more, a folder each")

	// Where train and val are wanted.
	files = imageNet(t, "val")
	for name := range files {
		if filepath.Base(filepath.Dir(name)) != "ant" {
			delete(files, name)
		}
	}
	_, err = Folders(tree(t, files), 5)
	wantError(t, err, "has one class, ant; want two or more")
	files = map[string][]byte{}
	for name, content := range imageNet(t, "val") {
		files["up/photos/"+name] = content
	}
	dir = filepath.Join(tree(t, files), "up", "photos")
	for _, off := range []string{filepath.Join(dir, "train"), filepath.Join(dir, "val"), filepath.Dir(dir)} {
		_, err := Folders(off, 5)
		wantError(t, err, "want DIR/train/CLASS/*.jpg", "did you mean "+dir+"?")
	}
}

// A link to what is not there is named as such: all of those among the images, of both
// parts, together with whatever else is no image.
func TestLinksToNothing(t *testing.T) {
	files := map[string][]byte{}
	for name, content := range own(t) {
		files["train/"+name], files["val/"+name] = content, content
	}
	files["val/fork/IMG_1.HEIC"] = []byte("no decoder")
	dir := tree(t, files)
	links := []string{"train/cup/a.png", "train/fork/b.png", "val/cup/c.png"}
	want := []string{"4 of 30 images cannot be read", "IMG_1.HEIC is of a kind that is not supported (HEIC)"}
	for _, name := range links {
		if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
		want = append(want, filepath.Join(dir, name)+" is a link to what is not there")
	}
	_, err := Folders(dir, 6)
	wantError(t, err, want...)
	class := filepath.Join(dir, "train", "spoon")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), class); err != nil {
		t.Fatal(err)
	}
	_, err = Folders(dir, 6)
	wantError(t, err, class+" is a link to what is not there; mend or remove it; want DIR/train/CLASS")
}
