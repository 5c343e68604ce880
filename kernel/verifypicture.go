package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

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
