package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
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
// Images are JPEG, PNG, WebP, GIF (the first image), BMP or TIFF (the first page), of up
// to 100 megapixels. Grey becomes three equal channels; what is transparent lies on
// white. A class folder that holds something else is an error, which names all of it, so
// that no image is left out in silence; hidden files and what systems leave behind
// (Thumbs.db, __MACOSX, @eaDir and the like) are passed over, as are other files
// beside the class folders. Links are followed. The orientation that a camera
// notes in a file does not count, as with torchvision.
//
// Both sets are streamed, see [Set.Load]: opening them reads names and sizes, and
// [Read] finds broken images. There must be two classes or more.
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
		return nil, fmt.Errorf("%w; want DIR/train/CLASS/*.jpg (for DIR/CLASS/*.jpg see Folder)%s", err, guess(dir, "train"))
	}
	if err := twoClasses(train, classes); err != nil {
		return nil, err
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
	data.Train, err = openSet(name+"/train", train, classes, directly, side)
	var ofTest error
	data.Test, ofTest = openSet(name+"/"+filepath.Base(test), test, classes, directly, side)
	if err := ofBoth(err, ofTest); err != nil {
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
// All images are decoded at once and kept in memory, 3·side² bytes each, see [Read];
// Mean and Std are those of the training set.
func Folder(dir string, side int, testShare float64) (*Data, error) {
	return ReadFolder(context.Background(), dir, side, testShare, nil)
}

// ReadFolder is [Folder] for many images: it ends when ctx does, and progress, unless
// nil, is called with the images that are read and those there will be.
func ReadFolder(ctx context.Context, dir string, side int, testShare float64, progress func(done, total int64)) (*Data, error) {
	all, test, err := openFolder(dir, side, testShare)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	sets, err := Read(ctx, math.MaxInt, progress, all.where(all.Name+"/train", test, false), all.where(all.Name+"/test", test, true))
	if err != nil {
		return nil, err
	}
	data := &Data{Train: sets[0], Test: sets[1]}
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
		return nil, nil, fmt.Errorf("%w; want DIR/CLASS/*.jpg%s", err, aboveOf(dir))
	}
	if err := twoClasses(dir, classes); err != nil {
		return nil, nil, err
	}
	if all, err = openSet(folderName(dir), dir, classes, directly, side); err != nil {
		return nil, nil, err
	}
	test, err = all.shareOfEach(testShare)
	return all, test, err
}

// shareOfEach chooses the last images of each class, in class-balanced order.
func (s *Set) shareOfEach(share float64) (chosen []bool, err error) {
	left := make([]int, len(s.Classes))
	for class, n := range s.Counts() {
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
