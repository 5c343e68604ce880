package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gosubspace/subspace/internal/parallel"
)

// What the class folders of the functions below may hold.
var (
	imageEndings = []string{".jpg", ".jpeg", ".png"}
	leftBehind   = []string{"thumbs.db", "desktop.ini"} // by the system, as hidden files are
)

// Folders returns the data set in a folder that is laid out as ImageNet usually
// is, with at least one image in each folder of a class:
//
//	dir/train/CLASS/….jpeg
//	dir/val/CLASS/….jpeg     or test in place of val, where there is no val
//
// It has three channels of side × side pixels: of each image the middle square,
// resized (ImageNet's usual recipe cuts a margin of an eighth off as well). The
// classes are the names of the folders, sorted, the same in both parts; the
// images of a class are in the order of their names. Mean and Std are the usual
// three numbers each of ImageNet.
//
// Images are JPEG or PNG, named .jpg, .jpeg or .png in any case. A class folder
// that holds something else is an error, so that no image is left out in silence;
// hidden files, Thumbs.db and desktop.ini are passed over, as are other files
// beside the class folders. Links are followed. The orientation that a camera
// notes in a file does not count, as with torchvision.
//
// Both sets are streamed, see [Set.Load]: opening them reads names and sizes, and
// a broken image is an error when it is first decoded.
func Folders(dir string, side int) (*Data, error) {
	data, err := readFolders(dir, side)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	return data, nil
}

func readFolders(dir string, side int) (*Data, error) {
	train, test := filepath.Join(dir, "train"), filepath.Join(dir, "val")
	if _, err := os.Stat(test); errors.Is(err, fs.ErrNotExist) {
		test = filepath.Join(dir, "test")
	}
	classes, err := classFolders(train)
	if err != nil {
		return nil, fmt.Errorf("%w; want DIR/train/CLASS/*.jpg (for DIR/CLASS/*.jpg see Folder)", err)
	}
	tested, err := classFolders(test)
	if err != nil {
		return nil, fmt.Errorf("%w; want DIR/val/CLASS/*.jpg or DIR/test/CLASS/*.jpg beside DIR/train", err)
	}
	if err := sameClasses(train, test, classes, tested); err != nil {
		return nil, err
	}
	data := &Data{Mean: []float32{.485, .456, .406}, Std: []float32{.229, .224, .225}}
	name := folderName(dir)
	if data.Train, err = openSet(name+"/train", train, classes, "", side); err != nil {
		return nil, err
	}
	if data.Test, err = openSet(name+"/"+filepath.Base(test), test, classes, "", side); err != nil {
		return nil, err
	}
	return data, nil
}

// Folder returns a data set of your own images, in one folder a class:
//
//	dir/CLASS/….jpg
//
// Of each class the share testShare, in (0, 1), is the test set, rounded, but at
// least one image, and at least one is left to train on: the last ones of the
// class in the order that [Set.Subset] with seed 0 takes them in. Images and
// classes are as with [Folders].
//
// All images are decoded at once and kept in memory, 3·side² bytes each; Mean and
// Std are those of the training set.
func Folder(dir string, side int, testShare float64) (*Data, error) {
	all, test, err := openFolder(dir, side, testShare)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	data := &Data{}
	if data.Train, err = all.where(all.Name+"/train", test, false).Load(); err != nil {
		return nil, err
	}
	if data.Test, err = all.where(all.Name+"/test", test, true).Load(); err != nil {
		return nil, err
	}
	if data.Mean, data.Std, err = data.Train.Moments(); err != nil {
		return nil, err
	}
	if err := data.Check(); err != nil {
		return nil, err
	}
	return data, nil
}

// openFolder returns all images of dir, streamed, and which are to test on.
func openFolder(dir string, side int, testShare float64) (all *Set, test []bool, err error) {
	if !(testShare > 0 && testShare < 1) {
		return nil, nil, fmt.Errorf("a share of %g of the images to test on; want one between 0 and 1, such as 0.2", testShare)
	}
	classes, err := classFolders(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; want DIR/CLASS/*.jpg", err)
	}
	if all, err = openSet(folderName(dir), dir, classes, "", side); err != nil {
		return nil, nil, err
	}
	test, err = all.shareOfEach(testShare)
	return all, test, err
}

// shareOfEach chooses the last images of each class, in class-balanced order.
func (s *Set) shareOfEach(share float64) (chosen []bool, err error) {
	count, left := make([]int, len(s.Classes)), make([]int, len(s.Classes))
	for _, label := range s.Labels {
		count[label]++
	}
	for class, n := range count {
		if n < 2 {
			return nil, fmt.Errorf("class %s of %s has one image; want two or more, to train and to test on", s.Classes[class], s.Name)
		}
		left[class] = min(max(int(math.Round(share*float64(n))), 1), n-1)
	}
	chosen = make([]bool, s.Len())
	for _, i := range slices.Backward(s.balanced(0)) {
		if class := s.Labels[i]; left[class] > 0 {
			chosen[i] = true
			left[class]--
		}
	}
	return chosen, nil
}

// folderName returns the last part of a folder's path.
func folderName(dir string) string {
	if full, err := filepath.Abs(dir); err == nil {
		dir = full
	}
	return filepath.Base(dir)
}

// classFolders returns the names of the folders in dir, sorted.
func classFolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var classes []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, e.Name())) // follows links, which e does not
		switch {
		case err != nil:
			return nil, err
		case info.IsDir():
			classes = append(classes, e.Name())
		case isImage(e.Name()):
			return nil, fmt.Errorf("%s lies beside the folders of the classes, not in one", filepath.Join(dir, e.Name()))
		}
	}
	if len(classes) == 0 {
		return nil, fmt.Errorf("%s has no folder for a class", dir)
	}
	return classes, nil
}

// sameClasses reports a class that one of two lists has and the other lacks.
func sameClasses(a, b string, inA, inB []string) error {
	for range 2 {
		for _, class := range inA {
			if !slices.Contains(inB, class) {
				return fmt.Errorf("%s has the class %s, which %s does not have; both want the same classes", a, class, b)
			}
		}
		a, b, inA, inB = b, a, inB, inA
	}
	return nil
}

// openSet returns a streamed set of the images in root/CLASS/within.
func openSet(name, root string, classes []string, within string, side int) (*Set, error) {
	if side < 1 {
		return nil, fmt.Errorf("%s with images of %d pixels a side; want at least 1", name, side)
	}
	byClass := make([][]file, len(classes))
	err := parallel.For(len(classes), func(i int) (err error) {
		byClass[i], err = imageFiles(root, path.Join(classes[i], within))
		return err
	})
	if err != nil {
		return nil, err
	}
	set := &Set{Name: name, Height: side, Width: side, Channels: 3, Classes: classes, root: root, files: slices.Concat(byClass...)}
	for class, files := range byClass {
		set.Labels = append(set.Labels, slices.Repeat([]int32{int32(class)}, len(files))...)
	}
	return set, nil
}

// imageFiles returns the images in a folder, by name, and no error only if there
// is one and nothing else.
func imageFiles(root, folder string) ([]file, error) {
	dir := filepath.Join(root, filepath.FromSlash(folder))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || slices.Contains(leftBehind, strings.ToLower(name)) {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, name))
		switch {
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("%s is no image; the folder of a class holds images alone (for DIR/train/CLASS see Folders)", filepath.Join(dir, name))
		case !isImage(name):
			return nil, fmt.Errorf("%s is neither .jpg, .jpeg nor .png; convert it, or move it away", filepath.Join(dir, name))
		}
		files = append(files, file{path.Join(folder, name), info.Size()})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no images; add some, or remove the folder", dir)
	}
	return files, nil
}

// isImage tells by its name whether a file is one that is read.
func isImage(name string) bool {
	return slices.Contains(imageEndings, strings.ToLower(filepath.Ext(name)))
}
