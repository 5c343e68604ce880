package experiment

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"gosubspace/subspace/dataset"
)

// encodeSheet returns images of a set side by side as a PNG file. Grey images stay
// grey; no pixel changes.
func encodeSheet(set *dataset.Set, index []int) ([]byte, error) {
	if set.Pixels == nil {
		return nil, fmt.Errorf("the images of %s are not in memory: call its method Load first", set.Name)
	}
	h, w, c := set.Height, set.Width, set.Channels
	var sheet draw.Image = image.NewRGBA(image.Rect(0, 0, w*len(index), h))
	if c == 1 {
		sheet = image.NewGray(sheet.Bounds())
	}
	for k, i := range index {
		for y := range h {
			for x := range w {
				p := set.Pixels[((i*h+y)*w+x)*c:]
				sheet.Set(k*w+x, y, color.RGBA{p[0], p[c/2], p[c-1], 255})
			}
		}
	}
	var file bytes.Buffer
	err := png.Encode(&file, sheet)
	return file.Bytes(), err
}

// decodeSheet reverses encodeSheet for a sheet with an image of every class.
func decodeSheet(file []byte, n inputs) (*dataset.Set, error) {
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	h, w, c := n.Image[0], n.Image[1], n.Image[2]
	if got, want := picture.Bounds().Size(), image.Pt(w*len(n.Classes), h); got != want {
		return nil, fmt.Errorf("a sheet of %d × %d pixels: want %d × %d, an image of each of %d classes side by side", got.X, got.Y, want.X, want.Y, len(n.Classes))
	}
	set := &dataset.Set{Name: "shipped images", Height: h, Width: w, Channels: c, Classes: n.Classes}
	for k := range n.Classes {
		set.Labels = append(set.Labels, int32(k))
		for y := range h {
			for x := range w {
				r, g, b, _ := picture.At(k*w+x, y).RGBA()
				rgb := []uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}
				set.Pixels = append(set.Pixels, rgb[:c]...)
			}
		}
	}
	return set, set.Check()
}
