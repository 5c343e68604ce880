package dataset

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// pattern is an image with all frequencies in it, by the formula of
// testdata/make_golden.py.
func pattern(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			at := func(c int) uint8 { return uint8(3*y*y + 5*x*x + 7*x*y + 85*c + x*y*(x+y)/16) }
			m.SetRGBA(x, y, color.RGBA{at(0), at(1), at(2), 255})
		}
	}
	return m
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readBytes decodes a file with this content, as a set does.
func readBytes(t *testing.T, content []byte, side int) ([]uint8, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "image.jpg"), content, 0o644); err != nil {
		t.Fatal(err)
	}
	dst := make([]uint8, side*side*3)
	return dst, oneFile(dir, "image.jpg", side).stream(dst, 0)
}

// oneFile is a set of one image.
func oneFile(dir, name string, side int) *Set {
	return &Set{Height: side, Width: side, Channels: 3, root: dir, files: []*file{{name: name}}}
}

// Every kind of image comes out as three channels of what it shows.
func TestImageKinds(t *testing.T) {
	const side = 8
	area := image.Rect(0, 0, side, side)
	grey, grey16 := image.NewGray(area), image.NewGray16(area)
	paletted := image.NewPaletted(area, color.Palette{color.RGBA{200, 100, 50, 255}, color.RGBA{1, 2, 3, 255}})
	transparent := image.NewNRGBA(area)
	offset := pattern(12, 12).SubImage(image.Rect(3, 2, 11, 10))
	smooth := image.NewRGBA(area)
	for y := range side {
		for x := range side {
			grey.SetGray(x, y, color.Gray{uint8(20*x + 10*y)})
			grey16.SetGray16(x, y, color.Gray16{uint16(20*x+10*y) << 8})
			paletted.SetColorIndex(x, y, uint8((x+y)%2))
			transparent.SetNRGBA(x, y, color.NRGBA{0, 0, 0, uint8(30 * y)}) // black strokes on nothing
			smooth.SetRGBA(x, y, color.RGBA{uint8(100 + 4*x), uint8(120 + 4*y), 110, 255})
		}
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    func(x, y int) [3]int
		near    int
	}{
		{"grey PNG", encodePNG(t, grey), func(x, y int) [3]int { v := 20*x + 10*y; return [3]int{v, v, v} }, 0},
		{"grey PNG of 16 bits", encodePNG(t, grey16), func(x, y int) [3]int { v := 20*x + 10*y; return [3]int{v, v, v} }, 0},
		{"PNG with a palette", encodePNG(t, paletted), func(x, y int) [3]int {
			return [][3]int{{200, 100, 50}, {1, 2, 3}}[(x+y)%2]
		}, 0},
		{"transparent PNG", encodePNG(t, transparent), func(_, y int) [3]int { v := 255 - 30*y; return [3]int{v, v, v} }, 1},
		{"part of an image", encodePNG(t, offset), func(x, y int) [3]int {
			p := pattern(12, 12).RGBAAt(x+3, y+2)
			return [3]int{int(p.R), int(p.G), int(p.B)}
		}, 0},
		{"grey JPEG", encodeJPEG(t, grey), func(x, y int) [3]int { v := 20*x + 10*y; return [3]int{v, v, v} }, 2},
		{"JPEG", encodeJPEG(t, smooth), func(x, y int) [3]int { return [3]int{100 + 4*x, 120 + 4*y, 110} }, 6},
	} {
		pixels, err := readBytes(t, c.content, side)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for i, got := range pixels {
			x, y := i/3%side, i/3/side
			if want := c.want(x, y)[i%3]; max(int(got)-want, want-int(got)) > c.near {
				t.Errorf("%s: channel %d of pixel (%d, %d) is %d, expected %d ± %d", c.name, i%3, x, y, got, want, c.near)
				break
			}
		}
	}
}

// A uniform image stays uniform, whatever its size, to the brightest value.
func TestResizeUniform(t *testing.T) {
	for _, c := range [][3]int{{300, 200, 32}, {7, 9, 64}, {1, 500, 3}, {3000, 5, 4}} {
		for _, v := range []uint8{0, 77, 255} {
			m := image.NewRGBA(image.Rect(0, 0, c[0], c[1]))
			for i := range m.Pix {
				m.Pix[i] = v
			}
			dst := make([]uint8, c[2]*c[2]*3)
			resizeAndCrop(dst, m, c[2])
			if slices.Min(dst) != v || slices.Max(dst) != v {
				t.Errorf("%v: %d became %d to %d", c, v, slices.Min(dst), slices.Max(dst))
			}
		}
	}
}

// Weights are rounded, and their sum may be more than one: white stays white.
func TestTapsSaturate(t *testing.T) {
	dst := make([]uint8, 3)
	taps{weights: []int{one/2 + one/100, one / 2}}.apply(dst, []uint8{255, 254, 100, 0, 255, 254, 100, 0}, 4)
	if !slices.Equal(dst, []uint8{255, 255, 101}) {
		t.Errorf("255, 254 and 100 became %v", dst)
	}
}

func TestBrokenImages(t *testing.T) {
	whole := encodeJPEG(t, pattern(40, 30))
	wholePNG := encodePNG(t, pattern(40, 30))
	flipped := slices.Clone(wholePNG)
	flipped[len(flipped)/2] ^= 1
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":              {nil, "is empty"},
		"text":               {[]byte("no image at all"), "is no image: it begins with \"no image\""},
		"a GIF":              {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "is no whole GIF image"},
		"half a JPEG":        {whole[:len(whole)/2], "is no whole JPEG image"},
		"half a PNG":         {wholePNG[:len(wholePNG)/2], "is no whole PNG image"},
		"a PNG, bit-flipped": {flipped, "is no whole PNG image"},
	} {
		_, err := readBytes(t, c.content, 8)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		wantError(t, err, "image.jpg "+c.want, "replace or remove it")
	}
}

// BenchmarkReadImage is a photograph of ImageNet's usual size: shades, and some
// grain.
func BenchmarkReadImage(b *testing.B) {
	m := pattern(500, 375)
	for i, v := range m.Pix {
		m.Pix[i] = uint8(i%2000/16) + uint8(i/20_000) + v/16
	}
	var content bytes.Buffer
	if err := jpeg.Encode(&content, m, &jpeg.Options{Quality: 90}); err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "image.jpg"), content.Bytes(), 0o644); err != nil {
		b.Fatal(err)
	}
	dst := make([]uint8, 224*224*3)
	for b.Loop() {
		if err := oneFile(dir, "image.jpg", 224).decode(dst, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
	b.ReportMetric(float64(content.Len())/1000, "kB")
}
