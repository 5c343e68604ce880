package corruption

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/internal/parallel"
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
// It knows all nineteen corruptions of these sets, more than [Names].
//
// clean is the whole test set that was corrupted, of n images. Of CIFAR-10-C, files
// of 5·n images and as many labels, severity 1 first, the images keep the order of
// clean, and their labels must be those of clean. Of Tiny-ImageNet-C, clean.Classes
// are the WordNet ids that name the folders; the images are in the order of these
// names, then of file names, whatever the order of clean, and each class must have
// as many as in clean. The set is named such as "cifar10/test snow 3 (published)".
//
// It is an error if clean does not pass its Check, the name or the severity does
// not exist, a file is missing or of another size, type or shape, a folder is no
// class, an image cannot be read, or labels differ. Only what is asked for is read.
func Published(dir, name string, severity int, clean *dataset.Set) (*dataset.Set, error) {
	if err := clean.Check(); err != nil {
		return nil, fmt.Errorf("corruption: %w", err)
	}
	if err := check(name, severity, published); err != nil {
		return nil, err
	}
	out := like(clean, fmt.Sprintf("%s %s %d (published)", clean.Name, name, severity))
	file, folder := filepath.Join(dir, name+".npy"), filepath.Join(dir, name, strconv.Itoa(severity))
	var err error
	switch {
	case exists(file):
		err = readArrays(out, file, filepath.Join(dir, "labels.npy"), severity)
	case exists(folder):
		err = readFolders(out, folder)
	default:
		err = fmt.Errorf("neither %s nor %s is there; unpack CIFAR-10-C (zenodo.org/records/2535967) or Tiny-ImageNet-C (zenodo.org/records/2536630) into %s",
			file, folder, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("corruption: %w", err)
	}
	return out, nil
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
	pixels, _, err := readNPY(images, []int{5 * n, out.Height, out.Width, out.Channels}, false, (severity-1)*n, n)
	if err != nil {
		return err
	}
	raw, kind, err := readNPY(labels, []int{5 * n}, true, (severity-1)*n, n)
	if err != nil {
		return err
	}
	for i, want := range out.Labels {
		label := int64(0)
		if kind == "<i8" {
			label = int64(binary.LittleEndian.Uint64(raw[8*i:]))
		} else {
			label = int64(raw[i])
		}
		if label != int64(want) {
			return fmt.Errorf("%s: image %d of severity %d has the label %d, in the clean set %d; expected the images of the whole test set in its order",
				labels, i, severity, label, want)
		}
	}
	out.Pixels = pixels
	return nil
}

// readFolders reads the images of a folder of Tiny-ImageNet-C, which holds a
// folder a class, and replaces the labels of out.
func readFolders(out *dataset.Set, folder string) error {
	files, labels, err := listClasses(folder, out.Classes)
	if err != nil {
		return err
	}
	for label, class := range out.Classes {
		count := func(labels []int32) (n int) {
			for _, l := range labels {
				if int(l) == label {
					n++
				}
			}
			return n
		}
		if got, want := count(labels), count(out.Labels); got != want {
			return fmt.Errorf("%s has %d images of %s, the clean set %d; expected the whole test set, unpack it again", folder, got, class, want)
		}
	}
	out.Labels = labels
	if out.Channels != 3 {
		return fmt.Errorf("%s has %d channels; Tiny-ImageNet-C has 3", out.Name, out.Channels)
	}
	size := out.Height * out.Width * 3
	return parallel.For(len(files), func(i int) error {
		return readImage(out.Pixels[i*size:(i+1)*size], files[i], out.Height, out.Width)
	})
}

// listClasses returns the files in the class folders of a folder, sorted, and
// their labels. Files whose names start with a dot, which some systems leave
// behind, and files beside the class folders are passed over.
func listClasses(folder string, classes []string) (files []string, labels []int32, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, err
	}
	for _, class := range entries {
		if !class.IsDir() {
			continue
		}
		label := slices.Index(classes, class.Name())
		if label < 0 {
			return nil, nil, fmt.Errorf("%s holds the folder %s, which is no class of the clean set; expected WordNet ids such as %s",
				folder, class.Name(), strings.Join(classes[:min(3, len(classes))], ", "))
		}
		images, err := os.ReadDir(filepath.Join(folder, class.Name()))
		if err != nil {
			return nil, nil, err
		}
		for _, image := range images {
			if !strings.HasPrefix(image.Name(), ".") {
				files = append(files, filepath.Join(folder, class.Name(), image.Name()))
				labels = append(labels, int32(label))
			}
		}
	}
	return files, labels, nil
}

// maxImage is the most bytes that the file of an image may have; those of
// Tiny-ImageNet-C have a few thousand.
const maxImage = 1 << 20

// readImage reads a JPEG file of the given size to pixels [height, width, 3].
func readImage(pixels []uint8, path string, height, width int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, maxImage))
	if err != nil {
		return err
	}
	if err := decodeJPEG(pixels, file, height, width); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
