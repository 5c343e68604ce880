package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

var (
	cifarTrain   = []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}
	cifarTest    = []string{"test_batch.bin"}
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
	},
	records: 10_000,
}

// CIFAR10 returns CIFAR-10 (A. Krizhevsky, "Learning Multiple Layers of Features
// from Tiny Images", 2009): 50,000 images to train on and 10,000 to test on,
// 32×32 pixels, three channels, ten classes. Mean and Std are the three numbers
// each that the paper's code normalises with, those of ImageNet.
//
// dir holds the folder cifar-10-batches-bin of the official binary version, or
// is that folder. If dir is empty it is the value of the environment variable
// GOSUBSPACE_CIFAR10, or else the folder cifar10 of [place.Data]. A folder that
// is there is used as it is; its files must be whole, but need not be the
// official ones byte for byte ([Set.Fingerprint] tells data apart).
//
// Otherwise the official archive, 170 MB, is downloaded into dir, checked
// against its SHA-256 and unpacked; a download that was cut off goes on where it
// stopped, and of several processes one downloads while the others wait. A copy
// of the archive that was put into dir by hand is checked and unpacked instead,
// without a network. progress, unless nil, is called with the bytes that are
// there and the bytes there will be.
func CIFAR10(ctx context.Context, dir string, progress func(done, total int64)) (*Data, error) {
	if dir == "" {
		dir = os.Getenv("GOSUBSPACE_CIFAR10")
	}
	if dir == "" {
		data, err := place.Data()
		if err != nil {
			return nil, fmt.Errorf("CIFAR-10: %w", err)
		}
		dir = filepath.Join(data, "cifar10")
	}
	data, err := official.load(ctx, dir, progress)
	if err != nil {
		return nil, fmt.Errorf("CIFAR-10: %w", err)
	}
	return data, nil
}

// load finds or fetches the files and reads them.
func (c cifar) load(ctx context.Context, dir string, progress func(done, total int64)) (*Data, error) {
	folder, err := c.locate(dir)
	if errors.Is(err, fs.ErrNotExist) {
		folder, err = c.obtain(ctx, dir, progress)
	}
	if err != nil {
		return nil, err
	}
	if err := checkNames(filepath.Join(folder, cifarNames)); err != nil {
		return nil, err
	}
	train, err := c.read(ctx, folder, "cifar10/train", cifarTrain)
	if err != nil {
		return nil, err
	}
	test, err := c.read(ctx, folder, "cifar10/test", cifarTest)
	if err != nil {
		return nil, err
	}
	return &Data{
		Train: train,
		Test:  test,
		Mean:  []float32{.485, .456, .406},
		Std:   []float32{.229, .224, .225},
	}, nil
}

// locate returns the folder with the files: dir itself if any of them is in it,
// or the folder cifar-10-batches-bin in dir. The error is fs.ErrNotExist if
// neither is there.
func (c cifar) locate(dir string) (string, error) {
	for _, name := range slices.Concat(cifarTrain, cifarTest) {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir, nil
		}
	}
	folder := filepath.Join(dir, cifarFolder)
	_, err := os.Stat(folder)
	return folder, err
}

// checkNames reports an error if the list of class names is there and differs
// from ours, since labels would then mean something else.
func checkNames(path string) error {
	raw, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if names := strings.Fields(string(raw)); !slices.Equal(names, cifarClasses) {
		return fmt.Errorf("%s lists the classes %.200q; expected %q", path, names, cifarClasses)
	}
	return nil
}

// readSmall reads a file of a few kilobytes at most.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxTextSize))
}

// read reads a set from its files.
func (c cifar) read(ctx context.Context, folder, name string, files []string) (*Set, error) {
	n := len(files) * c.records
	set := &Set{
		Name: name, Height: cifarSide, Width: cifarSide, Channels: 3,
		Pixels:  make([]uint8, n*3*cifarPlane),
		Labels:  make([]int32, n),
		Classes: slices.Clone(cifarClasses),
	}
	for k, file := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		path := filepath.Join(folder, file)
		raw, err := c.readFile(path)
		if err != nil {
			return nil, err
		}
		first := k * c.records
		if err := parseRecords(raw, set.Pixels[first*3*cifarPlane:], set.Labels[first:]); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return set, nil
}

// readFile reads a file of records, having checked its size.
func (c cifar) readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing; move its folder away to have CIFAR-10 downloaded again", path)
	}
	if err != nil {
		return nil, err
	}
	if err := c.checkSize(path, info.Size()); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return raw, c.checkSize(path, int64(len(raw)))
}

func (c cifar) checkSize(path string, size int64) error {
	want := int64(c.records) * cifarRecord
	if size == want {
		return nil
	}
	problem := "truncated"
	if size > want {
		problem = "too large"
	}
	return fmt.Errorf("%s is %s: %d bytes, expected %d records of %d bytes, %d in all; move its folder away to have CIFAR-10 downloaded again",
		path, problem, size, c.records, cifarRecord, want)
}

// parseRecords writes the images of raw, a whole number of records, to pixels
// [n, height, width, 3] and their labels to labels [n].
func parseRecords(raw []byte, pixels []uint8, labels []int32) error {
	if len(raw)%cifarRecord != 0 {
		return fmt.Errorf("%d bytes are no whole number of records of %d bytes", len(raw), cifarRecord)
	}
	for i := range len(raw) / cifarRecord {
		record := raw[i*cifarRecord : (i+1)*cifarRecord]
		if int(record[0]) >= len(cifarClasses) {
			return fmt.Errorf("record %d has the label %d; expected 0 to %d", i, record[0], len(cifarClasses)-1)
		}
		labels[i] = int32(record[0])
		red, green, blue := record[1:1+cifarPlane], record[1+cifarPlane:1+2*cifarPlane], record[1+2*cifarPlane:]
		out := pixels[i*3*cifarPlane : (i+1)*3*cifarPlane]
		for p := range cifarPlane {
			out[3*p], out[3*p+1], out[3*p+2] = red[p], green[p], blue[p]
		}
	}
	return nil
}
