package lesson

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace/experiment"
)

// shipTiny trains runs of a second on digits and ships them to results/endpoints of
// the current folder, which becomes a new one.
func shipTiny(t *testing.T, shapes ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	dir := filepath.Join("results", "endpoints")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c := experiment.Quick()
	c.TrainImages, c.TestImages, c.Batch, c.Epochs, c.Warmup, c.Width, c.Points, c.TestEvery = 100, 50, 50, 5, 1, 2, 5, 0
	for _, shape := range shapes {
		r, err := experiment.Train(context.Background(), c.With(shape, 1), experiment.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(r.Ship(context.Background(), filepath.Join(dir, shape+".safetensors")), r.ShipSamples(dir))
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What a cell does with shipped subspaces, without a training image.
func TestShippedInCells(t *testing.T) {
	shipTiny(t, "standard", "line", "simplex-3")
	s := Shipped("line")
	defer s.Close()
	images, err := s.Samples()
	if _, e := ShowShippedImages(s); err != nil || e != nil || images.Len() != 10 {
		t.Errorf("%d images, %v", images.Len(), err)
	}
	figure, err := AlongImages(s, images)
	if err != nil || !strings.Contains(figure.Alt, "probability of the true class") {
		t.Errorf("%+v, %v", figure, err)
	}
	if figure, err = AlongImages(s, images, 3); err != nil || strings.Contains(figure.Alt, "7:") {
		t.Errorf("image 3 alone: %+v, %v", figure, err)
	}
	if _, err := AlongImages(s, images, 10); err == nil || !strings.Contains(err.Error(), "images 0 to 9") {
		t.Errorf("image 10 of ten: %v", err)
	}
	// The table says of each image what the logits say.
	percent, likeliest, err := certainties(s, images)
	if err != nil || len(percent) != 21 || len(percent[0]) != 10 {
		t.Fatalf("%v, %v", percent, err)
	}
	said := printed(t, func() { CertaintyTable(s, images) })
	if lines := strings.Split(strings.TrimSpace(said), "\n"); len(lines) != 11 || !strings.Contains(lines[0], "α = 0.25") {
		t.Errorf("the table says\n%s", said)
	}
	wrong := 0
	for i := 0; i < len(likeliest); i += 5 { // the table has five of the points
		for k, class := range likeliest[i] {
			if class != k {
				wrong++
			}
		}
	}
	if n := strings.Count(said, "(") - 1; n != wrong { // one in the head
		t.Errorf("%d images judged wrongly, the table says %d:\n%s", wrong, n, said)
	}

	triangle := Shipped("simplex-3")
	defer triangle.Close()
	if _, err := AlongImages(triangle, images); err == nil || !strings.Contains(err.Error(), "CertaintyTable") {
		t.Errorf("along a triangle: %v", err)
	}
	if said := printed(t, func() { CertaintyTable(triangle, images) }); !strings.Contains(said, "endpoint 3") || !strings.Contains(said, "midpoint") {
		t.Errorf("the table says\n%s", said)
	}
}

func TestMostChanged(t *testing.T) {
	percent := [][]float64{make([]float64, 10), {50, 1, 2, 3, 4, 5, 6, 7, 8, 0.5}}
	if got, want := mostChanged(percent, mostSeries), []int{0, 8, 7, 6, 5, 4, 3, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	curve := make([]experiment.PointScore, 22) // the bend comes last
	for i := range 21 {
		curve[i].Alpha = new(float64(i) / 20)
	}
	if got := spaced(curve); !slices.Equal(got, []int{0, 5, 10, 15, 20}) {
		t.Errorf("five of 21 places: %v", got)
	}
	if got := spaced(make([]experiment.PointScore, 7)); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("all of a simplex's 7 points: %v", got)
	}
}
