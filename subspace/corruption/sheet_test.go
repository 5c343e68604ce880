package corruption

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"gosubspace/subspace/dataset"
)

// sheet draws image index of s under every corruption: a row a corruption, the
// clean image and then severity 1 to 5, every pixel enlarged.
func sheet(t *testing.T, s *dataset.Set, index, enlarge int) *image.NRGBA {
	t.Helper()
	const gap = 2
	h, w := s.Height*enlarge+gap, s.Width*enlarge+gap
	out := image.NewNRGBA(image.Rect(0, 0, 6*w, len(Names())*h))
	for row, name := range Names() {
		for severity := range 6 {
			shown := s
			if severity > 0 {
				shown = apply(t, s, name, severity, 1)
			}
			size := s.Height * s.Width * s.Channels
			pixels := shown.Pixels[index*size : (index+1)*size]
			for y := range h - gap {
				for x := range w - gap {
					p := pixels[(y/enlarge*s.Width+x/enlarge)*s.Channels:]
					c := color.NRGBA{p[0], p[0], p[0], 255}
					if s.Channels == 3 {
						c.G, c.B = p[1], p[2]
					}
					out.SetNRGBA(severity*w+x, row*h+y, c)
				}
			}
		}
	}
	return out
}

// TestSheet draws sheets to look at: go test -run Sheet -artifacts. With
// GOSUBSPACE_CIFAR10, the folder of CIFAR-10, they show photographs.
func TestSheet(t *testing.T) {
	data, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	enlarge := 8
	if dir := os.Getenv("GOSUBSPACE_CIFAR10"); dir != "" {
		enlarge = 4
		if data, err = dataset.CIFAR10(t.Context(), dir, nil); err != nil {
			t.Fatal(err)
		}
	}
	few, err := data.Test.Subset(5, 1)
	if err != nil {
		t.Fatal(err)
	}
	for index := range few.Len() {
		file, err := os.Create(filepath.Join(t.ArtifactDir(), few.Classes[few.Labels[index]]+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(file, sheet(t, few, index, enlarge)), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
