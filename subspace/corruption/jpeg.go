package corruption

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"gosubspace/subspace/internal/picture"
)

// jpegQuality is on the usual scale of 1 to 100.
var jpegQuality = bySize[int]{
	cifar: [5]int{80, 65, 58, 50, 40},
	tiny:  [5]int{65, 58, 50, 40, 25},
}

// jpegCompression sends the image through JPEG, with colour at half the
// resolution (4:2:0).
func jpegCompression(side, severity int) effect {
	quality := jpegQuality.at(side, severity)
	return func(pixels []uint8, _ *random) {
		page := image.NewRGBA(image.Rect(0, 0, side, side))
		for p := range side * side {
			copy(page.Pix[4*p:], pixels[3*p:3*p+3])
			page.Pix[4*p+3] = 255
		}
		var file bytes.Buffer
		err := jpeg.Encode(&file, page, &jpeg.Options{Quality: quality})
		if err == nil {
			err = decode(pixels, file.Bytes(), side, side)
		}
		if err != nil { // a small image in memory: nothing outside the program can cause it
			panic(fmt.Sprintf("corruption: JPEG: %v", err))
		}
	}
}

// decode writes the image in a file's contents, which must have the given size, to
// pixels [height, width, 3]. Its colour is interpolated, as by Pillow, through which the
// published images went and by which they are usually read.
func decode(pixels, content []byte, height, width int) error {
	m, err := picture.Decode(content)
	if err != nil {
		return err
	}
	if m.Rect.Dy() != height || m.Rect.Dx() != width {
		return fmt.Errorf("has %d × %d pixels; expected %d × %d", m.Rect.Dy(), m.Rect.Dx(), height, width)
	}
	for p := range height * width {
		copy(pixels[3*p:3*p+3], m.Pix[4*p:])
	}
	return nil
}
