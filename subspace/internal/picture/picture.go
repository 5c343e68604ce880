// Package picture decodes image files, for every package that reads some, to the
// pixels that Pillow makes of them: the library by which PyTorch's data sets are read.
//
// The standard library's decoders and those of golang.org/x/image do the work, with
// three differences. Colour that a JPEG or WebP file stores at a lower resolution is
// interpolated, as libjpeg and libwebp do, where Go repeats it (colour.go). The
// colours of a lossy WebP file are of the range that the format says. And what is
// transparent lies on white, as on a page: black strokes on nothing, which glyphs,
// logos and drawings often are, would be all black on black.
//
// A header is read before the pixels: an image that claims to be of absurd size is an
// error, and takes no memory.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"os"
)

// Version is that of the pixels that are made of a file. Raise it when a file comes
// out with other ones, so that what was made of the old ones is not taken for new.
const Version = 2

// MaxPixels is the most pixels that an image may have.
const MaxPixels = 100_000_000

// maxBytes is the most bytes that the file of an image may have.
const maxBytes = 1 << 30

// Read returns the contents of a file, which are for [Decode]. A file that is too
// large to be an image of ours is an error.
func Read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err == nil && len(content) > maxBytes {
		err = fmt.Errorf("%s is a file of more than %d MB", path, maxBytes>>20)
	}
	return content, err
}

// Decode returns the image in the contents of a file, its upper left corner at the
// origin, every pixel opaque: of a GIF the first image, of a TIFF the first page. The
// format is told by the first bytes, whatever the file is called. Grey becomes three
// equal channels, 16 bits become their upper 8; the orientation that a camera notes
// does not count.
//
// Errors go on from the name of a file: "is no whole PNG image: …" where it is broken,
// "is a HEIC image, …" where no decoder here reads such, and one with its size where
// it has more than [MaxPixels].
func Decode(content []byte) (page *image.RGBA, err error) {
	f, err := formatOf(content)
	if err != nil {
		return nil, err
	}
	defer func() { // decoders check less than they might: not every index of a palette is in it
		if p := recover(); p != nil {
			page, err = nil, f.failed(fmt.Errorf("%v", p))
		}
	}()
	config, err := f.config(bytes.NewReader(content))
	if err != nil {
		return nil, f.failed(err)
	}
	width, height := config.Width, config.Height
	switch {
	case width < 1 || height < 1:
		return nil, f.failed(errors.New("it has no pixels"))
	case width > MaxPixels/height:
		return nil, fmt.Errorf("is a %s image of %d × %d pixels; want at most %d megapixels", f.name, width, height, MaxPixels/1_000_000)
	}
	decoded, err := f.decode(bytes.NewReader(content))
	if err != nil {
		return nil, f.failed(err)
	}
	if f.name != "GIF" { // whose first image may be a part of its page
		width, height = decoded.Bounds().Dx(), decoded.Bounds().Dy()
		if width < 1 || height < 1 {
			return nil, f.failed(errors.New("it has no pixels"))
		}
	}
	page = image.NewRGBA(image.Rect(0, 0, width, height))
	switch m := decoded.(type) {
	case *image.YCbCr:
		f.colours.paint(page, m)
	case *image.NYCbCrA:
		f.colours.paint(page, &m.YCbCr)
		fade(page, m)
	default:
		onWhite(page, decoded, f.name == "GIF")
	}
	return page, nil
}

// onWhite draws an image on a white page; one in place keeps its own coordinates.
func onWhite(page *image.RGBA, m image.Image, inPlace bool) {
	at := page.Rect
	from := m.Bounds().Min
	if inPlace {
		at = m.Bounds()
	}
	if opaque, ok := m.(interface{ Opaque() bool }); ok && opaque.Opaque() && at == page.Rect {
		draw.Draw(page, at, m, from, draw.Src)
		return
	}
	draw.Draw(page, page.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(page, at, m, from, draw.Over)
}

// fade lays the pixels of page on white, by the opacity that m has for them.
func fade(page *image.RGBA, m *image.NYCbCrA) {
	for y := range page.Rect.Dy() {
		row := page.Pix[y*page.Stride:][:4*page.Rect.Dx()]
		for x := range page.Rect.Dx() {
			a := int(m.A[m.AOffset(m.Rect.Min.X+x, m.Rect.Min.Y+y)])
			for c := range 3 {
				row[4*x+c] = uint8((int(row[4*x+c])*a + 255*(255-a) + 127) / 255)
			}
		}
	}
}
