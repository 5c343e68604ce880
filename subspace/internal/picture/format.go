package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// A format is a kind of image file. One without a decoder is known, to be named.
type format struct {
	name    string
	magic   string   // how its files begin; ? stands for any byte
	endings []string // of their names, in lower case
	config  func(io.Reader) (image.Config, error)
	decode  func(io.Reader) (image.Image, error)
	colours codec // of what it decodes to image.YCbCr
}

var formats = []format{
	{"JPEG", "\xff\xd8", []string{".jpg", ".jpeg", ".jpe", ".jfif"}, jpeg.DecodeConfig, jpeg.Decode, jfif},
	{"PNG", "\x89PNG\r\n\x1a\n", []string{".png"}, png.DecodeConfig, png.Decode, nil},
	{"WebP", "RIFF????WEBP", []string{".webp"}, webp.DecodeConfig, decodeWebP, studio},
	{"GIF", "GIF8?a", []string{".gif"}, gif.DecodeConfig, gif.Decode, nil},
	{"BMP", "BM", []string{".bmp", ".dib"}, bmp.DecodeConfig, decodeBMP, nil},
	{"TIFF", "II*\x00", []string{".tif", ".tiff"}, tiff.DecodeConfig, tiff.Decode, nil},
	{"TIFF", "MM\x00*", nil, tiff.DecodeConfig, tiff.Decode, nil},

	{name: "AVIF", magic: "????ftypavi", endings: []string{".avif"}},
	{name: "HEIC", magic: "????ftyphei", endings: []string{".heic", ".heif", ".hif"}},
	{name: "HEIC", magic: "????ftyphev"},
	{name: "HEIC", magic: "????ftypmif1"},
	{name: "HEIC", magic: "????ftypmsf1"},
	{name: "JPEG XL", magic: "\xff\x0a", endings: []string{".jxl"}},
	{name: "JPEG XL", magic: "\x00\x00\x00\x0cJXL "},
	{name: "JPEG 2000", magic: "\x00\x00\x00\x0cjP  ", endings: []string{".jp2", ".j2k", ".jpx"}},
	{name: "JPEG 2000", magic: "\xff\x4f\xff\x51"},
	{name: "Photoshop", magic: "8BPS", endings: []string{".psd", ".psb"}},
	{name: "SVG", magic: "<svg", endings: []string{".svg"}},
	{name: "XML or SVG", magic: "<?xml"},
	{name: "PDF", magic: "%PDF", endings: []string{".pdf"}},
	{name: "icon", magic: "\x00\x00\x01\x00", endings: []string{".ico"}},
	{name: "PNM", magic: "P?\n", endings: []string{".ppm", ".pgm", ".pbm", ".pnm"}},
	{name: "OpenEXR", magic: "\x76\x2f\x31\x01", endings: []string{".exr"}},
	{name: "raw camera", endings: []string{".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".raw"}},
	{name: "TGA", endings: []string{".tga"}},
	{name: "NumPy", magic: "\x93NUMPY", endings: []string{".npy"}},
}

// readable names the formats that are read.
const readable = "JPEG, PNG, WebP, GIF, BMP and TIFF are read"

// unsupported says that a format is none of those.
func unsupported(name string) error {
	return fmt.Errorf("is of a kind that is not supported (%s)", name)
}

// formatOf tells a file's format by its contents.
func formatOf(content []byte) (format, error) {
	if len(content) == 0 {
		return format{}, errors.New("is empty")
	}
	for _, f := range formats {
		if f.magic == "" || !begins(content, f.magic) {
			continue
		}
		if f.decode == nil {
			return f, unsupported(f.name)
		}
		// A still image may lie in the same container; this bit says that it is none.
		if f.name == "WebP" && len(content) > 20 && string(content[12:16]) == "VP8X" && content[20]&2 != 0 {
			return f, unsupported("animated WebP")
		}
		return f, nil
	}
	return format{}, fmt.Errorf("is no image: it begins with %q", content[:min(len(content), 8)])
}

func begins(content []byte, magic string) bool {
	if len(content) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && content[i] != magic[i] {
			return false
		}
	}
	return true
}

// failed says what an error of a decoder means: a file that is broken, or one that
// uses a part of its format that the decoder does not know.
func (f format) failed(err error) error {
	_, ofJPEG := errors.AsType[jpeg.UnsupportedError](err)
	_, ofPNG := errors.AsType[png.UnsupportedError](err)
	_, ofTIFF := errors.AsType[tiff.UnsupportedError](err)
	broken, _ := errors.AsType[tiff.FormatError](err) // which TIFF files with a further sample a pixel are called too
	if ofJPEG || ofPNG || ofTIFF || errors.Is(err, bmp.ErrUnsupported) || strings.Contains(string(broken), "number of samples") {
		return unsupported(fmt.Sprintf("%s, %v", f.name, err))
	}
	return fmt.Errorf("is no whole %s image: %w", f.name, err)
}

// decodeBMP decodes a BMP file. Of one without masks, whose compression is 0, the fourth
// byte of a pixel means nothing and is 0 mostly: golang.org/x/image v0.30.0 takes it for
// its opacity wherever the header is one of the longer ones (findings/x-image-bmp-takes-padding-for-opacity.sh).
func decodeBMP(r io.Reader) (image.Image, error) {
	const compression = 30 // where it stands, four bytes
	var header [compression + 4]byte
	n, err := io.ReadFull(r, header[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	m, err := bmp.Decode(io.MultiReader(bytes.NewReader(header[:n]), r))
	if pixels, is := m.(*image.NRGBA); is && err == nil && [4]byte(header[compression:]) == [4]byte{} {
		for i := 3; i < len(pixels.Pix); i += 4 {
			pixels.Pix[i] = 255
		}
	}
	return m, err
}

// decodeWebP decodes a WebP file, in two ways more carefully than golang.org/x/image
// v0.30.0. An extended file says how large its page is, and the image in it says so again:
// of that the decoder takes the memory, so that the two have to be equal. And a lossless
// image has its own opacity, which the decoder takes for an error where the page notes that
// there is some (golang/go, issue 60437).
func decodeWebP(r io.Reader) (image.Image, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	const opacity = 0x10 // of the flags of the page
	for at, page := 12, -1; at+8 <= len(content); {
		kind, size := string(content[at:at+4]), int(binary.LittleEndian.Uint32(content[at+4:]))
		chunk := content[at+8:]
		if size < len(chunk) {
			chunk = chunk[:size]
		}
		var width, height int
		switch {
		case kind == "VP8X" && len(chunk) >= 10:
			page = at + 8
		case kind == "VP8 " && len(chunk) >= 10:
			width, height = int(binary.LittleEndian.Uint16(chunk[6:]))&0x3fff, int(binary.LittleEndian.Uint16(chunk[8:]))&0x3fff
		case kind == "VP8L" && len(chunk) >= 5:
			bits := binary.LittleEndian.Uint32(chunk[1:])
			width, height = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
		}
		if width > 0 && page >= 0 {
			three := func(at int) int {
				return 1 + int(content[at]) + int(content[at+1])<<8 + int(content[at+2])<<16
			}
			if w, h := three(page+4), three(page+7); w != width || h != height {
				return nil, fmt.Errorf("its page has %d × %d pixels, and the image in it %d × %d", w, h, width, height)
			}
			if kind == "VP8L" {
				content = slices.Clone(content)
				content[page] &^= opacity
			}
		}
		if width > 0 {
			break
		}
		at += 8 + size + size&1
	}
	return webp.Decode(bytes.NewReader(content))
}

// Named tells by its name what a file is: nil where it is an image that is read, and
// else an error that goes on from the name, as those of [Decode] do.
func Named(name string) error {
	ending := strings.ToLower(filepath.Ext(name))
	for _, f := range formats {
		switch {
		case !slices.Contains(f.endings, ending):
		case f.decode == nil:
			return unsupported(f.name)
		default:
			return nil
		}
	}
	return errors.New("is no image by its name")
}
