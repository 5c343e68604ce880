package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"gosubspace/plots"
	"gosubspace/subspace/place"
)

// file writes a file, or says how it differs from what it should be.
func (v *verifier) file(path string, want []byte) error {
	got, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	missing := err != nil
	difference := ""
	switch {
	case missing:
		difference = "is not there"
	case filepath.Ext(path) == ".png":
		difference = pictureDiffers(got, want)
	case !bytes.Equal(got, want):
		difference = textDiffers(string(got), string(want))
	}
	switch {
	case difference == "":
		return nil
	case !v.write:
		v.fail("%s %s", path, difference)
		return nil
	}
	return v.put(path, want)
}

func (v *verifier) put(path string, want []byte) error {
	fmt.Fprintln(v.stdout, "written:", path)
	return place.WriteFile(path, want)
}

// picture is file for a figure's picture and, beside it, its text alternative. One whose
// words have changed is written anew, however few of its pixels they are.
func (v *verifier) picture(stem string, f *plots.Figure) error {
	words, draw := []byte(f.Alt+"\n"), v.file
	if before, err := os.ReadFile(stem + ".txt"); v.write && err == nil && !bytes.Equal(before, words) {
		draw = v.put
	}
	return errors.Join(draw(stem+".png", f.PNG), v.file(stem+".txt", words))
}

// textDiffers says which line is the first that is another.
func textDiffers(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		is, should := "the end", "the end"
		if i < len(a) {
			is = a[i]
		}
		if i < len(b) {
			should = b[i]
		}
		if is != should {
			return fmt.Sprintf("differs in line %d: it is %.200q, the runs say %.200q", i+1, is, should)
		}
	}
	return "differs"
}

// A pixel differs where a channel is another by more than visibly; rounding in the
// renderer, which differs between processors, may change so many of a picture's.
const (
	visibly    = 40 << 8
	pixelShare = 0.002
)

// pictureDiffers says how a picture differs from another, pixel by pixel.
func pictureDiffers(got, want []byte) string {
	a, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		return fmt.Sprintf("is no picture: %v", err)
	}
	b, err := png.Decode(bytes.NewReader(want))
	if err != nil {
		return fmt.Sprintf("cannot be drawn: %v", err)
	}
	if a.Bounds() != b.Bounds() {
		return fmt.Sprintf("measures %v, drawn again %v", a.Bounds().Size(), b.Bounds().Size())
	}
	size := a.Bounds()
	n := 0
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			if pixelDiffers(a, b, x, y) {
				n++
			}
		}
	}
	if share := float64(n) / float64(size.Dx()*size.Dy()); share > pixelShare {
		return fmt.Sprintf("differs in %.2f %% of its pixels from what the runs say, more than %.2f %%", 100*share, 100*pixelShare)
	}
	return ""
}

func pixelDiffers(a, b image.Image, x, y int) bool {
	r, g, bl, _ := a.At(x, y).RGBA()
	r2, g2, bl2, _ := b.At(x, y).RGBA()
	for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(bl2)} {
		if d > visibly || d < -visibly {
			return true
		}
	}
	return false
}
