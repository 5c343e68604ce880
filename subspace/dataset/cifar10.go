package dataset

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gosubspace/subspace/internal/parallel"
	"gosubspace/subspace/place"
)

// CIFAR-10 as its authors publish it in binary: an archive with one folder of
// six files, each of 10,000 records: a label byte, then the red, green and blue
// plane of a 32×32 image, row by row.
const (
	cifarFolder = "cifar-10-batches-bin"
	cifarNames  = "batches.meta.txt"
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarRecord = 1 + 3*cifarPlane
)

// maxText is the most bytes that the list of class names may have.
const maxText = 64 << 10

var (
	cifarTrain   = []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}
	cifarTest    = []string{"test_batch.bin"}
	cifarFiles   = slices.Concat(cifarTrain, cifarTest)
	cifarClasses = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}
)

// cifar is where CIFAR-10 comes from and how large it is; tests use a small one
// of their own.
type cifar struct {
	archive
	records int // in each file
}

var official = cifar{
	archive: archive{
		url:    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
		size:   170_052_171,
		sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
		stall:  time.Minute,
	},
	records: 10_000,
}

// CIFAR10 returns CIFAR-10 (A. Krizhevsky, "Learning Multiple Layers of Features
// from Tiny Images", 2009): 50,000 images to train on and 10,000 to test on,
// 32×32 pixels, three channels, ten classes. Mean and Std are the three numbers
// each that the paper's code normalises with, those of ImageNet.
//
// dir holds the folder cifar-10-batches-bin of the official binary version, or
// is that folder. If dir is empty, it is the value of the environment variable
// GOSUBSPACE_CIFAR10, or else the folder cifar10 of [place.Data]. A folder that
// is there is used as it is; its files must be whole, but need not be the
// official ones byte for byte ([Set.Fingerprint] tells data apart).
//
// A folder that holds another edition, the Python or the MATLAB one, is an error that
// says so, and so is the folder above or below the right one; nothing is downloaded then.
//
// Otherwise dir is made if need be, and the official archive, 170 MB, is downloaded into dir, checked
// against its SHA-256 and unpacked; a download that was cut off goes on where it
// stopped, and of several processes one downloads while the others wait. A copy
// of the archive that was put into dir by hand is checked and unpacked instead,
// without a network. progress, unless nil, is called with the bytes that are
// there and the bytes there will be.
func CIFAR10(ctx context.Context, dir string, progress func(done, total int64)) (*Data, error) {
	dir, err := cifarDir(dir)
	if err != nil {
		return nil, fmt.Errorf("CIFAR-10: %w", err)
	}
	data, err := official.load(ctx, dir, progress)
	if err != nil {
		return nil, fmt.Errorf("CIFAR-10: %w", err)
	}
	return data, nil
}

// HasCIFAR10 reports whether [CIFAR10] of the same dir finds the unpacked files,
// so that it downloads nothing. They may still be broken.
func HasCIFAR10(dir string) bool {
	dir, err := cifarDir(dir)
	if err != nil {
		return false
	}
	_, err = locate(dir)
	return err == nil
}

// cifarDir returns dir or, if it is empty, where CIFAR-10 is looked for.
func cifarDir(dir string) (string, error) {
	const variable = "GOSUBSPACE_CIFAR10"
	if dir != "" {
		return dir, place.NoTilde(dir, dir)
	}
	if dir = os.Getenv(variable); dir != "" {
		return place.Absolute(variable, dir)
	}
	data, err := place.Data()
	return filepath.Join(data, "cifar10"), err
}

// load finds or installs the files and reads them.
func (c cifar) load(ctx context.Context, dir string, progress func(done, total int64)) (*Data, error) {
	folder, err := locate(dir)
	if err != nil {
		if other := otherEdition(dir); other != nil { // before any download
			return nil, other
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		folder, err = c.install(ctx, dir, progress)
	}
	if err != nil {
		return nil, err
	}
	if err := checkNames(filepath.Join(folder, cifarNames)); err != nil {
		return nil, err
	}
	data := &Data{
		Train: c.empty("cifar10/train", cifarTrain),
		Test:  c.empty("cifar10/test", cifarTest),
		Mean:  []float32{.485, .456, .406},
		Std:   []float32{.229, .224, .225},
	}
	if err := c.read(data.Train, folder, cifarTrain); err != nil {
		return nil, err
	}
	if err := c.read(data.Test, folder, cifarTest); err != nil {
		return nil, err
	}
	return data, nil
}

// checkNames reports an error if the list of class names is there and differs
// from ours, since labels would then mean something else.
func checkNames(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText))
	if err != nil {
		return err
	}
	if names := strings.Fields(string(text)); !slices.Equal(names, cifarClasses) {
		return fmt.Errorf("%s lists the classes %.200q; expected %q", path, names, cifarClasses)
	}
	return nil
}

// empty returns a set with room for the images of files.
func (c cifar) empty(name string, files []string) *Set {
	n := len(files) * c.records
	return &Set{
		Name: name, Height: cifarSide, Width: cifarSide, Channels: 3,
		Pixels:  make([]uint8, n*3*cifarPlane),
		Labels:  make([]int32, n),
		Classes: slices.Clone(cifarClasses),
	}
}

// read fills set with the images of files, in their order, on all processors.
func (c cifar) read(set *Set, folder string, files []string) error {
	err := parallel.For(len(files), func(k int) error {
		first, last := k*c.records, (k+1)*c.records
		return readFile(filepath.Join(folder, files[k]), set.Pixels[first*3*cifarPlane:last*3*cifarPlane], set.Labels[first:last])
	})
	if err != nil {
		return fmt.Errorf("%w; move %s away to have CIFAR-10 downloaded again", err, folder)
	}
	return nil
}

// readFile reads a file with exactly len(labels) records.
func readFile(path string, pixels []uint8, labels []int32) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if want := int64(len(labels)) * cifarRecord; info.Size() != want {
		problem := "truncated"
		if info.Size() > want {
			problem = "too large"
		}
		return fmt.Errorf("%s is %s: it has %d bytes, expected %d records of %d bytes, %d in all",
			path, problem, info.Size(), len(labels), cifarRecord, want)
	}
	if err := readRecords(bufio.NewReaderSize(f, 64*cifarRecord), pixels, labels); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// readRecords reads the records in r, which must be len(labels), and writes
// their images to pixels [len(labels), height, width, 3].
func readRecords(r io.Reader, pixels []uint8, labels []int32) error {
	var record [cifarRecord]byte
	for i := range labels {
		if _, err := io.ReadFull(r, record[:]); err != nil {
			return fmt.Errorf("record %d of %d: %w", i, len(labels), err)
		}
		if int(record[0]) >= len(cifarClasses) {
			return fmt.Errorf("record %d has the label %d; expected 0 to %d", i, record[0], len(cifarClasses)-1)
		}
		labels[i] = int32(record[0])
		interleave(pixels[i*3*cifarPlane:(i+1)*3*cifarPlane], record[1:])
	}
	if _, err := io.ReadFull(r, record[:1]); err == nil {
		return fmt.Errorf("more than %d records", len(labels))
	}
	return nil
}

// interleave turns the three planes of an image into pixels of three channels.
func interleave(dst, planes []uint8) {
	red, green, blue := planes[:cifarPlane], planes[cifarPlane:2*cifarPlane], planes[2*cifarPlane:3*cifarPlane]
	for p := range cifarPlane {
		dst[3*p], dst[3*p+1], dst[3*p+2] = red[p], green[p], blue[p]
	}
}
