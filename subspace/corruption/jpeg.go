package corruption

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
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
		picture := image.NewRGBA(image.Rect(0, 0, side, side))
		for p := range side * side {
			copy(picture.Pix[4*p:], pixels[3*p:3*p+3])
			picture.Pix[4*p+3] = 255
		}
		var file bytes.Buffer
		err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: quality})
		if err == nil {
			err = decodeJPEG(pixels, file.Bytes(), side, side)
		}
		if err != nil { // a small image in memory: nothing outside the program can cause it
			panic(fmt.Sprintf("corruption: JPEG: %v", err))
		}
	}
}

// decodeJPEG writes the image in file, which must have the given size, to pixels
// [height, width, 3].
func decodeJPEG(pixels, file []byte, height, width int) error {
	config, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return err
	}
	if config.Height != height || config.Width != width {
		return fmt.Errorf("%d × %d pixels; expected %d × %d", config.Height, config.Width, height, width)
	}
	picture, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return err
	}
	at := func(y, x int) color.Color { return picture.At(x, y) }
	if p, ok := picture.(*image.YCbCr); ok && p.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		at = func(y, x int) color.Color {
			return color.YCbCr{Y: p.Y[p.YOffset(x, y)], Cb: between(p, p.Cb, y, x), Cr: between(p, p.Cr, y, x)}
		}
	}
	for y := range height {
		for x := range width {
			r, g, b, _ := at(y, x).RGBA()
			pixels[0], pixels[1], pixels[2] = uint8(r>>8), uint8(g>>8), uint8(b>>8)
			pixels = pixels[3:]
		}
	}
	return nil
}

// between returns the value of a colour plane of half the resolution at a pixel:
// of the four values around it, 9, 3, 3 and 1 sixteenths. This is what libjpeg
// does, and with it Pillow, by which the published images went through JPEG and
// are usually read; image/jpeg repeats the nearest value instead, which differs by
// 1.6 levels in the mean on photographs. Of two pixels that share a value the left
// one is rounded up at a half, the right one down, as there.
func between(p *image.YCbCr, plane []uint8, y, x int) uint8 {
	height, width := (p.Rect.Dy()+1)/2, (p.Rect.Dx()+1)/2
	nearY, nearX := y/2, x/2
	farY := min(max(nearY+y%2*2-1, 0), height-1)
	farX := min(max(nearX+x%2*2-1, 0), width-1)
	at := func(y, x int) int { return int(plane[y*p.CStride+x]) }
	sum := 9*at(nearY, nearX) + 3*at(farY, nearX) + 3*at(nearY, farX) + at(farY, farX)
	return uint8((sum + 8 - x%2) / 16)
}
