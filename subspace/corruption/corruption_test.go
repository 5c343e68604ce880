package corruption

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/dataset"
)

// digits returns 50 test images of the digits, 8×8 and grey.
func digits(t testing.TB) *dataset.Set {
	t.Helper()
	data, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	few, err := data.Test.Subset(50, 1)
	if err != nil {
		t.Fatal(err)
	}
	return few
}

// TestBytes compares the bytes of every corruption, all severities one after the
// other, with recorded SHA-256 sums: they are the same on every machine. Those of
// jpeg_compression may change with Go's version; then TestReference still says
// whether they are right. To record anew, copy what the test prints.
func TestBytes(t *testing.T) {
	recorded, err := os.ReadFile("testdata/sha256.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, s := range []*dataset.Set{digits(t), clean(t, 32), clean(t, 64)} {
		for _, name := range Names() {
			h := sha256.New()
			for severity := 1; severity <= 5; severity++ {
				h.Write(apply(t, s, name, severity, 1).Pixels)
			}
			fmt.Fprintf(&got, "%s %d %s\n", hex.EncodeToString(h.Sum(nil)), s.Height, name)
		}
	}
	if got.String() != strings.ReplaceAll(string(recorded), "\r", "") {
		t.Errorf("the bytes have changed:\n%s", got.String())
	}
}

// A corrupted set is made of its own parts, depends on the seed alone, and leaves
// what it was made of as it was.
func TestApply(t *testing.T) {
	s := digits(t)
	before := slices.Clone(s.Pixels)
	for _, name := range Names() {
		first, again := apply(t, s, name, 3, 1), apply(t, s, name, 3, 1)
		if err := first.Check(); err != nil {
			t.Error(err)
		}
		if want := s.Name + " " + name + " 3"; first.Name != want {
			t.Errorf("named %q, want %q", first.Name, want)
		}
		if first.Height != 8 || first.Width != 8 || first.Channels != 1 ||
			!slices.Equal(first.Labels, s.Labels) || !slices.Equal(first.Classes, s.Classes) {
			t.Errorf("%s: another shape, labels or classes", name)
		}
		if !bytes.Equal(first.Pixels, again.Pixels) {
			t.Errorf("%s: the same seed gives other bytes", name)
		}
		other := apply(t, s, name, 3, 2)
		random := !slices.Contains([]string{"gaussian_blur", "contrast", "brightness", "pixelate", "jpeg_compression"}, name)
		if bytes.Equal(first.Pixels, other.Pixels) == random {
			t.Errorf("%s: another seed gives other bytes: %t", name, !random)
		}
		first.Labels[0]++
		first.Pixels[0]++
		if first.Labels[0] == s.Labels[0] || !bytes.Equal(s.Pixels, before) {
			t.Errorf("%s: the clean set shares memory with the corrupted one", name)
		}
		first.Labels[0]--
	}
}

// Equal images at different places get different noise, and each keeps its own
// when images after it are left out, others come before it or one CPU does all.
func TestPlace(t *testing.T) {
	side := 32
	size := 3 * side * side
	photo := clean(t, side).Pixels[:size]
	s := colour(slices.Repeat(photo, 9), side)
	for _, name := range []string{"snow", "gaussian_noise", "shot_noise", "impulse_noise", "fog"} {
		all := apply(t, s, name, 4, 5).Pixels
		for i := range s.Len() {
			for k := range i {
				if bytes.Equal(all[i*size:(i+1)*size], all[k*size:(k+1)*size]) {
					t.Errorf("%s: images %d and %d are corrupted alike", name, i, k)
				}
			}
		}
		few := slices.Clone(s.Pixels[:5*size])
		clear(few[:4*size])
		if got := apply(t, colour(few, side), name, 4, 5).Pixels; !bytes.Equal(got[4*size:], all[4*size:5*size]) {
			t.Errorf("%s: image 4 depends on the others", name)
		}
		cpus := runtime.GOMAXPROCS(1)
		alone := apply(t, s, name, 4, 5).Pixels
		runtime.GOMAXPROCS(max(cpus, 4))
		together := apply(t, s, name, 4, 5).Pixels
		runtime.GOMAXPROCS(cpus)
		if !bytes.Equal(alone, all) || !bytes.Equal(together, all) {
			t.Errorf("%s: the number of CPUs matters", name)
		}
	}
}

// Images of severity 5 are further from the clean ones than images of severity 1,
// and neither are the clean ones.
func TestSeverity(t *testing.T) {
	for _, s := range []*dataset.Set{digits(t), clean(t, 32), clean(t, 64)} {
		for _, name := range Names() {
			_, _, slight := differences(apply(t, s, name, 1, 1).Pixels, s.Pixels)
			_, _, hard := differences(apply(t, s, name, 5, 1).Pixels, s.Pixels)
			if !(0 < slight && 1.2*slight < hard) {
				t.Errorf("%s at side %d: %.2f levels from the clean images at severity 1, %.2f at 5", name, s.Height, slight, hard)
			}
		}
	}
}

// What has no detail stays as it is under whatever only removes detail.
func TestConstant(t *testing.T) {
	for _, name := range []string{"gaussian_blur", "contrast", "pixelate"} {
		for severity := 1; severity <= 5; severity++ {
			for _, side := range []int{32, 64} {
				for _, level := range []uint8{0, 1, 100, 254, 255} {
					s := colour(constant(side, level), side)
					if got := apply(t, s, name, severity, 1); !bytes.Equal(got.Pixels, s.Pixels) {
						t.Errorf("%s changes images of the level %d", got.Name, level)
					}
				}
			}
		}
	}
}

// Snow and brightness only ever add light; fog keeps black images black, since
// their brightest value is 0.
func TestLight(t *testing.T) {
	s := clean(t, 32)
	for _, name := range []string{"snow", "brightness"} {
		for i, v := range apply(t, s, name, 4, 1).Pixels {
			if v < s.Pixels[i] {
				t.Fatalf("%s darkens value %d from %d to %d", name, i, s.Pixels[i], v)
			}
		}
	}
	black := colour(constant(32, 0), 32)
	if _, largest, _ := differences(apply(t, black, "fog", 5, 1).Pixels, black.Pixels); largest > 0 {
		t.Error("fog brightens a black image")
	}
}

// A small or grey image is its enlargement, corrupted and averaged.
func TestSmall(t *testing.T) {
	s := digits(t)
	large := &dataset.Set{Name: "large", Height: 32, Width: 32, Channels: 3, Labels: s.Labels, Classes: s.Classes}
	for i := range s.Len() {
		for y := range 32 {
			for x := range 32 {
				v := s.Pixels[i*64+y/4*8+x/4]
				large.Pixels = append(large.Pixels, v, v, v)
			}
		}
	}
	for _, name := range Names() {
		small, full := apply(t, s, name, 5, 1), apply(t, large, name, 5, 1)
		sums := make([]int, len(small.Pixels))
		for k, v := range full.Pixels {
			i, y, x := k/3072, k/96%32, k/3%32
			sums[i*64+y/4*8+x/4] += int(v)
		}
		for k, sum := range sums {
			if want := uint8((sum + 24) / 48); small.Pixels[k] != want {
				t.Fatalf("%s: pixel %d is %d, the mean of its enlargement %d", name, k, small.Pixels[k], want)
			}
		}
	}
}

// Every allowed shape comes back from its canvas as it went.
func TestCanvas(t *testing.T) {
	for _, side := range []int{1, 2, 4, 8, 16, 32, 64} {
		for _, channels := range []int{1, 3} {
			image := make([]uint8, side*side*channels)
			for i := range image {
				image[i] = uint8(i * 37)
			}
			s := &dataset.Set{Height: side, Width: side, Channels: channels}
			c, err := newCanvas(s)
			if err != nil {
				t.Fatal(err)
			}
			large, back := c.enlarge(image), make([]uint8, len(image))
			if want := max(32, side); len(large) != want*want*3 {
				t.Errorf("side %d: %d values", side, len(large))
			}
			if c.shrink(back, large); !bytes.Equal(back, image) {
				t.Errorf("an image of side %d and %d channels does not come back", side, channels)
			}
		}
	}
}

func TestApplyErrors(t *testing.T) {
	shaped := func(height, width, channels int) *dataset.Set {
		return &dataset.Set{
			Name: "odd", Height: height, Width: width, Channels: channels,
			Pixels: make([]uint8, height*width*channels), Labels: []int32{0}, Classes: []string{"thing"},
		}
	}
	good := shaped(32, 32, 3)
	broken := shaped(32, 32, 3)
	broken.Pixels = broken.Pixels[1:]
	for _, c := range []struct {
		set      *dataset.Set
		name     string
		severity int
		want     string
	}{
		{good, "hail", 3, `no corruption is called "hail"; there are snow, gaussian_noise, `},
		{good, "Snow", 3, `"Snow"`},
		{good, "frost", 3, `"frost"`},
		{good, "snow", 0, "severity 0 of snow; expected 1 to 5"},
		{good, "snow", 6, "severity 6 of snow"},
		{good, "fog", -1, "severity -1 of fog"},
		{shaped(32, 64, 3), "snow", 1, "odd has images of 32 × 64 pixels and 3 channels; expected 32 × 32 or 64 × 64"},
		{shaped(28, 28, 1), "snow", 1, "28 × 28 pixels and 1 channels"},
		{shaped(96, 96, 3), "snow", 1, "96 × 96"},
		{shaped(128, 128, 3), "snow", 1, "128 × 128"},
		{shaped(32, 32, 2), "snow", 1, "2 channels"},
		{shaped(32, 32, 4), "snow", 1, "4 channels"},
		{broken, "snow", 1, "3071 pixel values"},
	} {
		_, err := Apply(c.set, c.name, c.severity, 1)
		wantError(t, err, c.want)
	}
}

// wantError asks for an error of one line that holds all parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "corruption: ") {
		t.Errorf("error %q; want one line that starts with the package", err)
	}
}

// An empty set stays empty.
func TestEmpty(t *testing.T) {
	if got := apply(t, colour(nil, 32), "snow", 1, 1); got.Len() != 0 {
		t.Errorf("%d images", got.Len())
	}
}

// BenchmarkApply corrupts 200 images of 32×32 pixels.
func BenchmarkApply(b *testing.B) {
	s := colour(slices.Repeat(clean(b, 32).Pixels, 100), 32)
	for _, name := range Names() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				apply(b, s, name, 3, 1)
			}
			b.ReportMetric(float64(b.N*s.Len())/b.Elapsed().Seconds(), "images/s")
		})
	}
}

// A set that is streamed from files is corrupted as one in memory.
func TestStreamed(t *testing.T) {
	dir := t.TempDir()
	for _, class := range []string{"a", "b"} {
		for i := range 4 {
			picture := image.NewRGBA(image.Rect(0, 0, 32, 32))
			for k := range picture.Pix {
				picture.Pix[k] = uint8(k*(i+3)) | 1
			}
			for _, part := range []string{"train", "test"} {
				path := filepath.Join(dir, part, class, fmt.Sprint(i)+".png")
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				file, err := os.Create(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(png.Encode(file, picture), file.Close()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	data, err := dataset.Folders(dir, 32)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := data.Test.Load()
	if err != nil {
		t.Fatal(err)
	}
	if data.Test.Pixels != nil {
		t.Fatal("the set is in memory already")
	}
	a, err := Apply(data.Test, "snow", 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Apply(loaded, "snow", 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	if a.Fingerprint() != b.Fingerprint() || a.Len() != 8 {
		t.Error("a streamed set gives other images than the same in memory")
	}
}
