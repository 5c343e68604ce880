package picture

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gosubspace/subspace/place"
)

// tolerances say how far from Pillow a file may be, in levels. JPEG and lossy WebP: the
// libraries round the same transform differently, by one level of brightness or colour,
// which is up to three of red or blue; so that at most one value in a thousand may be
// more than two apart.
func tolerance(name string) int {
	switch {
	case strings.HasSuffix(name, ".jpg"), strings.HasSuffix(name, ".webp"):
		return 3
	case strings.HasPrefix(name, "transparent"):
		return 1
	}
	return 0
}

// Every file comes out as Pillow reads it, see testdata/make_golden.py.
func TestAsPillow(t *testing.T) {
	files, err := place.Glob("testdata", "*.*")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, path := range files {
		golden, err := os.ReadFile(path + ".png")
		if err != nil {
			continue
		}
		compared++
		want, err := png.Decode(bytes.NewReader(golden))
		if err != nil {
			t.Fatal(err)
		}
		got, err := open(path)
		if err != nil {
			t.Error(err)
			continue
		}
		name := filepath.Base(path)
		if got.Rect != want.Bounds() {
			t.Errorf("%s is of %v, for Pillow of %v", name, got.Rect, want.Bounds())
			continue
		}
		worst, far, mean := differences(got, want)
		if worst > tolerance(name) || far > 0.001 || mean > 0.11 {
			t.Errorf("%s differs from Pillow by up to %d levels, by more than 2 at %.4f of the values, by %.3f in the mean; want at most %d",
				name, worst, far, mean, tolerance(name))
		}
	}
	if compared != 23 {
		t.Errorf("%d files were compared; want 23", compared)
	}
}

// differences returns the largest difference of two images in levels, the share of the
// values that are more than two apart, and the mean.
func differences(got *image.RGBA, want image.Image) (worst int, far, mean float64) {
	n := 0.0
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			r, g, b, _ := want.At(x, y).RGBA()
			p := got.RGBAAt(x, y)
			for _, d := range []int{int(p.R) - int(r>>8), int(p.G) - int(g>>8), int(p.B) - int(b>>8)} {
				d = max(d, -d)
				worst = max(worst, d)
				mean += float64(d)
				if d > 2 {
					far++
				}
				n++
			}
		}
	}
	return worst, far / n, mean / n
}
