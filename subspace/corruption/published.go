package corruption

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/internal/npy"
)

// published are the corruptions of the published sets, of which Tiny-ImageNet-C
// has the first fifteen.
var published = []string{
	"gaussian_noise", "shot_noise", "impulse_noise",
	"defocus_blur", "glass_blur", "motion_blur", "zoom_blur",
	"snow", "frost", "fog", "brightness",
	"contrast", "elastic_transform", "pixelate", "jpeg_compression",
	"speckle_noise", "gaussian_blur", "spatter", "saturate",
}

// PublishedNames returns the corruptions that [Published] knows.
func PublishedNames() []string { return slices.Clone(published) }

// Published reads one severity of one corruption of a published set that was
// unpacked into dir. It tells the two sets apart by what is there:
//
//	dir/snow.npy, dir/labels.npy           CIFAR-10-C, zenodo.org/records/2535967
//	dir/snow/3/n01443537/val_1234.JPEG …   Tiny-ImageNet-C, zenodo.org/records/2536630
//
// It looks in dir, in the folder CIFAR-10-C or Tiny-ImageNet-C of dir, which the
// archives unpack to, and in the folder above dir. It knows all nineteen corruptions of
// these sets, more than [Names].
//
// clean is the whole test set that was corrupted, of n images. Of CIFAR-10-C, files
// of 5·n images and as many labels, severity 1 first, the images keep the order of
// clean, and their labels must be those of clean; the arrays may be of any type of
// integers and in either order that NumPy writes. Of Tiny-ImageNet-C, clean.Classes
// are the WordNet ids that name the folders; the images are in the order of these
// names, then of file names, whatever the order of clean, and each class must have
// as many as in clean. Folders that are no class of clean, which the published frost
// has, are passed over, and Notes of the result says so. The set is named such as
// "cifar10/test snow 3 (published)".
//
// It is an error if clean does not pass its Check, the name or the severity does
// not exist, a file is missing or of another size, type or shape, images cannot be
// read (all of them are named), or labels differ. Only what is asked for is read.
func Published(dir, name string, severity int, clean *dataset.Set) (*dataset.Set, error) {
	if err := clean.Check(); err != nil {
		return nil, fmt.Errorf("corruption: %w", err)
	}
	if err := check(name, severity, published); err != nil {
		return nil, err
	}
	out := like(clean, fmt.Sprintf("%s %s %d (published)", clean.Name, name, severity))
	if err := readPublished(out, dir, name, severity); err != nil {
		return nil, fmt.Errorf("corruption: %w", err)
	}
	return out, nil
}

// FindPublished reports an error where [Published] would find nothing to read of a
// corruption, at any severity. It reads nothing.
func FindPublished(dir, name string) error {
	for severity := 1; severity <= Severities; severity++ {
		if err := check(name, severity, published); err != nil {
			return err
		}
		if _, _, err := findPublished(dir, name, severity); err != nil {
			return fmt.Errorf("corruption: %w", err)
		}
	}
	return nil
}

func readPublished(out *dataset.Set, dir, name string, severity int) error {
	file, folder, err := findPublished(dir, name, severity)
	switch {
	case err != nil:
		return err
	case file != "":
		return readArrays(out, file, filepath.Join(filepath.Dir(file), "labels.npy"), severity)
	}
	return readFolders(out, folder)
}

// findPublished returns what there is of a severity: a file of CIFAR-10-C, or else a
// folder of Tiny-ImageNet-C.
func findPublished(dir, name string, severity int) (file, folder string, err error) {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole // that "." has a folder above it, too
	}
	for _, dir := range []string{dir, filepath.Join(dir, "CIFAR-10-C"), filepath.Join(dir, "Tiny-ImageNet-C"), filepath.Dir(dir)} {
		if file := filepath.Join(dir, name+".npy"); exists(file) {
			return file, "", nil
		}
		if folder := filepath.Join(dir, name, strconv.Itoa(severity)); exists(folder) {
			return "", folder, nil
		}
	}
	return "", "", fmt.Errorf("neither %s nor %s is there; unpack CIFAR-10-C (zenodo.org/records/2535967) or Tiny-ImageNet-C (zenodo.org/records/2536630) into %s",
		filepath.Join(dir, name+".npy"), filepath.Join(dir, name, strconv.Itoa(severity)), dir)
}

// exists tells whether a file or folder is there; one that cannot be looked at
// is, so that reading it tells why.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// readArrays reads the images of a severity from a file of CIFAR-10-C, and their
// labels, which must be those of out.
func readArrays(out *dataset.Set, images, labels string, severity int) error {
	n := out.Len()
	pixels, err := readArray[uint8](images, []int{Severities * n, out.Height, out.Width, out.Channels}, (severity-1)*n, n, 255)
	if err != nil {
		return err
	}
	got, err := readArray[int32](labels, []int{Severities * n}, (severity-1)*n, n, 1<<31-1)
	if err != nil {
		return err
	}
	for i, want := range out.Labels {
		if got[i] != want {
			return fmt.Errorf("%s: image %d of severity %d has the label %d, in the clean set %d; expected the images of the whole test set in its order",
				labels, i, severity, got[i], want)
		}
	}
	out.Pixels = pixels
	return nil
}

// readArray reads rows first … first+n−1 of the array in a file, see [npy.Rows].
func readArray[T uint8 | int32](path string, want []int, first, n int, most int64) ([]T, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing; unpack CIFAR-10-C, from zenodo.org/records/2535967, there", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	rows, err := npy.Rows[T](f, info.Size(), want, first, n, most)
	if err != nil {
		return nil, fmt.Errorf("%s%w", path, err)
	}
	return rows, nil
}
