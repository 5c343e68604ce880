package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func encoded(t testing.TB, encode func(file *bytes.Buffer) error) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := encode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	return encoded(t, func(file *bytes.Buffer) error { return png.Encode(file, m) })
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q; want %q in it", err, part)
		}
	}
}

// headers are the first bytes of files that claim to be 60,000 pixels a side, and have
// none.
func headers(t testing.TB) map[string][]byte {
	small := image.NewGray(image.Rect(0, 0, 9, 9))
	ofPNG := pngOf(t, small)[:33]
	binary.BigEndian.PutUint32(ofPNG[16:], 60_000)
	binary.BigEndian.PutUint32(ofPNG[20:], 60_000)
	binary.BigEndian.PutUint32(ofPNG[29:], crc32.ChecksumIEEE(ofPNG[12:29]))
	ofJPEG := encoded(t, func(file *bytes.Buffer) error { return jpeg.Encode(file, small, nil) })
	size := bytes.Index(ofJPEG, []byte("\xff\xc0")) + 5
	binary.BigEndian.PutUint16(ofJPEG[size:], 60_000)
	binary.BigEndian.PutUint16(ofJPEG[size+2:], 60_000)
	ofGIF := []byte("GIF89a\x60\xea\x60\xea\x00\x00\x00")
	ofBMP := make([]byte, 54)
	copy(ofBMP, "BM")
	for at, v := range map[int]uint32{10: 54, 14: 40, 18: 60_000, 22: 60_000, 26: 24<<16 | 1} {
		binary.LittleEndian.PutUint32(ofBMP[at:], v)
	}
	return map[string][]byte{"PNG": ofPNG, "JPEG": ofJPEG[:bytes.Index(ofJPEG, []byte("\xff\xda"))+20], "GIF": ofGIF, "BMP": ofBMP}
}

// An image of absurd size is an error that names file and size, and no memory is taken
// for it.
func TestAbsurdSize(t *testing.T) {
	for kind, header := range headers(t) {
		path := filepath.Join(t.TempDir(), "huge.jpg")
		if err := os.WriteFile(path, header, 0o644); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := open(path)
		runtime.ReadMemStats(&after)
		wantError(t, err, path+" is a "+kind+" image of 60000 × 60000 pixels; want at most 100 megapixels")
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<22 { // pixels would be 14 GB
			t.Errorf("%s: %d bytes were taken", kind, bytes)
		}
	}
	// The bound is that of the product.
	header := headers(t)["PNG"]
	binary.BigEndian.PutUint32(header[16:], 10_000)
	binary.BigEndian.PutUint32(header[20:], 10_001)
	binary.BigEndian.PutUint32(header[29:], crc32.ChecksumIEEE(header[12:29]))
	_, err := Decode(header)
	wantError(t, err, "10000 × 10001 pixels")
}

// What no decoder here reads is called unsupported, and not broken.
func TestUnsupported(t *testing.T) {
	animated := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02"), make([]byte, 20)...)
	arithmetic := encoded(t, func(file *bytes.Buffer) error { return jpeg.Encode(file, image.NewGray(image.Rect(0, 0, 9, 9)), nil) })
	arithmetic[bytes.Index(arithmetic, []byte("\xff\xc0"))+1] = 0xc9
	for name, content := range map[string]string{
		"HEIC":              "\x00\x00\x00\x18ftypheic\x00\x00",
		"AVIF":              "\x00\x00\x00\x1cftypavif\x00\x00",
		"JPEG XL":           "\xff\x0a\x00\x00",
		"JPEG 2000":         "\x00\x00\x00\x0cjP  \r\n\x87\n",
		"Photoshop":         "8BPS\x00\x01",
		"SVG":               "<svg xmlns=",
		"PDF":               "%PDF-1.7",
		"animated WebP":     string(animated),
		"JPEG, unsupported": string(arithmetic),
	} {
		_, err := Decode([]byte(content))
		wantError(t, err, "is of a kind that is not supported ("+name)
	}
	for name, want := range map[string]string{
		"a.JPG": "", "a.jpeg": "", "a.Png": "", "a.webp": "", "a.gif": "", "a.bmp": "", "a.tif": "", "a.TIFF": "",
		"a.heic": "(HEIC)", "a.AVIF": "(AVIF)", "a.jxl": "(JPEG XL)", "a.dng": "(raw camera)",
		"a.txt": "is no image by its name", "jpg": "is no image by its name",
	} {
		if err := Named(name); (err == nil) != (want == "") {
			t.Errorf("%s: %v", name, err)
		} else if err != nil {
			wantError(t, err, want)
		}
	}
}

// bmpOf returns a BMP file of two pixels, red and blue, of 32 bits with the given fourth
// byte, and a header of so many bytes without masks.
func bmpOf(length int, fourth byte) []byte {
	pixels := []byte{0, 0, 255, fourth, 255, 0, 0, fourth}
	file := make([]byte, 14+length, 14+length+len(pixels))
	copy(file, "BM")
	for at, v := range map[int]uint32{2: uint32(cap(file)), 10: uint32(len(file)), 14: uint32(length), 18: 2, 22: 1, 26: 1 | 32<<16, 34: uint32(len(pixels))} {
		binary.LittleEndian.PutUint32(file[at:], v)
	}
	return append(file, pixels...)
}

// A WebP file whose page is not as large as the image in it is refused before that takes
// memory.
func TestPageOfWebP(t *testing.T) {
	file, err := os.ReadFile("testdata/transparent-lossless.webp")
	if err != nil {
		t.Fatal(err)
	}
	if string(file[12:16]) != "VP8X" {
		t.Fatalf("the file begins with %q, and is no extended one", file[:16])
	}
	const width = 24 // where it stands in the file, less one
	file[width]--
	_, err = Decode(file)
	wantError(t, err, "is no whole WebP image: its page has 66 × 45 pixels, and the image in it 67 × 45")
}

// The fourth byte of a BMP's pixel is no opacity where there are no masks.
func TestPaddingOfBMP(t *testing.T) {
	for _, length := range []int{40, 108, 124} {
		for _, fourth := range []byte{0, 7, 255} {
			m, err := Decode(bmpOf(length, fourth))
			if err != nil {
				t.Fatal(err)
			}
			if red, blue := m.RGBAAt(0, 0), m.RGBAAt(1, 0); red != (color.RGBA{255, 0, 0, 255}) || blue != (color.RGBA{0, 0, 255, 255}) {
				t.Errorf("header of %d bytes, fourth byte %d: %v and %v, want red and blue", length, fourth, red, blue)
			}
		}
	}
}

// A TIFF with a fourth sample that means nothing is whole, and not supported.
func TestFurtherSampleOfTIFF(t *testing.T) {
	type entry struct{ tag, kind, n, value uint32 }
	entries := []entry{{256, 3, 1, 1}, {257, 3, 1, 1}, {258, 3, 4, 8}, {259, 3, 1, 1}, {262, 3, 1, 2}, {273, 4, 1, 0},
		{277, 3, 1, 4}, {278, 3, 1, 1}, {279, 4, 1, 4}, {338, 3, 1, 0}}
	bits := 8 + 2 + 12*len(entries) + 4
	entries[2].value, entries[5].value = uint32(bits), uint32(bits+8)
	file := []byte("II*\x00\x08\x00\x00\x00")
	file = binary.LittleEndian.AppendUint16(file, uint16(len(entries)))
	for _, e := range entries {
		file = binary.LittleEndian.AppendUint16(file, uint16(e.tag))
		file = binary.LittleEndian.AppendUint16(file, uint16(e.kind))
		file = binary.LittleEndian.AppendUint32(file, e.n)
		file = binary.LittleEndian.AppendUint32(file, e.value)
	}
	file = append(file, 0, 0, 0, 0, 8, 0, 8, 0, 8, 0, 8, 0, 1, 2, 3, 4)
	_, err := Decode(file)
	wantError(t, err, "is of a kind that is not supported (TIFF, ")
}

// What is transparent lies on white, in every kind of file that has it: black strokes
// on nothing stay visible.
func TestTransparentOnWhite(t *testing.T) {
	area := image.Rect(0, 0, 3, 1)
	strokes, deep, pale := image.NewNRGBA(area), image.NewNRGBA64(area), image.NewPaletted(area, color.Palette{
		color.NRGBA{0, 0, 0, 0}, color.NRGBA{0, 0, 0, 128}, color.NRGBA{0, 0, 0, 255}})
	for x, a := range []uint8{0, 128, 255} {
		strokes.SetNRGBA(x, 0, color.NRGBA{0, 0, 0, a})
		deep.SetNRGBA64(x, 0, color.NRGBA64{A: uint16(a) * 257})
		pale.SetColorIndex(x, 0, uint8(x))
	}
	// A GIF's first image may be smaller than its page.
	part := image.NewPaletted(image.Rect(2, 0, 3, 1), color.Palette{color.Black, color.Transparent})
	ofGIF := encoded(t, func(file *bytes.Buffer) error {
		return gif.EncodeAll(file, &gif.GIF{Image: []*image.Paletted{part}, Delay: []int{0}, Config: image.Config{Width: 3, Height: 1}})
	})
	for name, c := range map[string]struct {
		content []byte
		want    []int
	}{
		"8 bits":  {pngOf(t, strokes), []int{255, 127, 0}},
		"16 bits": {pngOf(t, deep), []int{255, 127, 0}},
		"palette": {pngOf(t, pale), []int{255, 127, 0}},
		"GIF":     {ofGIF, []int{255, 255, 0}},
	} {
		m, err := Decode(c.content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for x, want := range c.want {
			p := m.RGBAAt(x, 0)
			if d := int(p.R) - want; d < -1 || d > 1 || p.G != p.R || p.B != p.R || p.A != 255 {
				t.Errorf("%s: pixel %d is %v, want grey %d", name, x, p, want)
			}
		}
	}
}

// All that cannot be read is in one line, and counted.
func TestBad(t *testing.T) {
	var errs []error
	for i := range 10 {
		errs = append(errs, nil, fmt.Errorf("/a/%d.png is empty", i))
	}
	err := Bad(20, errs)
	wantError(t, err, "10 of 20 images cannot be read: /a/0.png is empty; /a/1.png", "/a/9.png is empty; convert, replace or remove them")
	wantError(t, Bad(20, errs[:2]), "/a/0.png is empty; convert, replace or remove it")
	if err := Bad(3, make([]error, 3)); err != nil {
		t.Error(err)
	}
	for range 200 {
		errs = append(errs, errors.New("x is empty"))
	}
	wantError(t, Bad(500, errs), "210 of 500", "and 110 more")
}

func TestOfSystem(t *testing.T) {
	for _, name := range []string{".DS_Store", ".hidden", "._1.jpg", "__MACOSX", "@eaDir", "lost+found", "Thumbs.db", "THUMBS.DB", "desktop.ini", "$RECYCLE.BIN"} {
		if !OfSystem(name) {
			t.Errorf("%s is not passed over", name)
		}
	}
	for _, name := range []string{"cat", "1.jpg", "thumbs", "macosx", "lost"} {
		if OfSystem(name) {
			t.Errorf("%s is passed over", name)
		}
	}
}

// Whatever the bytes, they are an opaque image within the bounds or an error.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"420.jpg", "422-progressive.jpg", "cmyk.jpg", "lossy.webp", "transparent.webp", "palette.gif", "grey.bmp", "lzw.tiff", "transparent-palette.png"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
		f.Add(content[:len(content)/2])
	}
	for _, header := range headers(f) {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		// A small file may hold a large image; what is tried are files.
		if format, err := formatOf(content); err == nil {
			if c, err := format.config(bytes.NewReader(content)); err != nil || c.Width > 2000 || c.Height > 2000 {
				return
			}
		}
		m, err := Decode(content)
		if err != nil {
			return
		}
		if m.Rect.Min != (image.Point{}) || m.Rect.Empty() || !m.Opaque() {
			t.Fatalf("an image of %v, opaque: %t", m.Rect, m.Opaque())
		}
	})
}

// A decoder that fails in the middle of a damaged file is said like any other.
func TestDecoderPanics(t *testing.T) {
	before := formats
	defer func() { formats = before }()
	formats = append([]format{{
		name: "hasty", magic: "hasty",
		config: func(io.Reader) (image.Config, error) { return image.Config{Width: 1, Height: 1}, nil },
		decode: func(io.Reader) (image.Image, error) {
			m := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black})
			m.Pix[0] = 5
			return m, nil
		},
	}}, formats...)
	page, err := Decode([]byte("hasty"))
	if page != nil {
		t.Errorf("a page of %v", page.Rect)
	}
	wantError(t, err, "is no whole hasty image", "index out of range")
}

// open decodes a file; its errors name it.
func open(path string) (*image.RGBA, error) {
	content, err := Read(path)
	if err != nil {
		return nil, err
	}
	m, err := Decode(content)
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return m, nil
}
