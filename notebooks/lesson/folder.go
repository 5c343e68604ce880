package lesson

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"

	"gosubspace/subspace/dataset"
	"gosubspace/subspace/place"
)

// spelled are the names of the digits' class folders.
var spelled = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// DigitFolder returns a folder of images as readers have them, one folder a class:
//
//	DIR/zero/0001.png …  DIR/nine/1797.png
//
// They are the digits that are part of the program, all 1,797 of them, as grey PNG
// files of 8×8 pixels. The folder is digits-as-png in the folder of the data sets
// (place.Data); it is written once, whole or not at all.
func DigitFolder() string {
	data, err := place.Data()
	Check(err)
	dir := filepath.Join(data, "digits-as-png")
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		Check(err)
		return dir
	}
	Check(os.MkdirAll(data, 0o755))
	half, err := os.MkdirTemp(data, ".digits-as-png-*")
	Check(err)
	if err = writeDigits(half); err == nil {
		err = os.Rename(half, dir)
	}
	os.RemoveAll(half) // what is left of it where it failed
	if _, there := os.Stat(dir); there != nil {
		Check(err) // no error where another program was quicker
	}
	return dir
}

// writeDigits writes the digits into dir, those to train on first.
func writeDigits(dir string) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	digits, err := dataset.Digits()
	if err != nil {
		return err
	}
	n := 0
	for _, set := range []*dataset.Set{digits.Train, digits.Test} {
		size := set.Height * set.Width
		for i, label := range set.Labels {
			n++
			class := filepath.Join(dir, spelled[label])
			if err := os.MkdirAll(class, 0o755); err != nil {
				return err
			}
			picture := &image.Gray{Pix: set.Pixels[i*size:][:size], Stride: set.Width, Rect: image.Rect(0, 0, set.Width, set.Height)}
			if err := writePNG(filepath.Join(class, fmt.Sprintf("%04d.png", n)), picture); err != nil {
				return err
			}
		}
	}
	return nil
}

func writePNG(path string, picture image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, picture), f.Close())
}
