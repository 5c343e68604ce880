package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gosubspace/subspace"
	"gosubspace/subspace/dataset"
)

// A shipped subspace makes of images what the run makes of them that re-estimates
// batch norm on training images, at every point, bit for bit.
func TestShippedIsTheRun(t *testing.T) {
	ctx := context.Background()
	for _, shape := range []string{"standard", "layerwise-line", "simplex-3"} {
		t.Run(shape, func(t *testing.T) {
			dir, r := t.TempDir(), train(t, tiny().With(shape, 3), Options{})
			path := filepath.Join(dir, shape+".safetensors")
			if err := errors.Join(r.Ship(ctx, path), r.ShipSamples(dir)); err != nil {
				t.Fatal(err)
			}
			s, err := OpenShipped(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			want := len(r.Result.Points)
			if shape == "layerwise-line" {
				want = 21 // α = 0, 0.05 … 1
				if p := s.Points[7]; *p.Alpha != 0.35 || p.N != 0 || p.Weights[1] != 0.35 {
					t.Errorf("point 7 of the line is %+v", p)
				}
			}
			if s.Config != r.Config || s.Identity != r.Result.Identity || len(s.Points) != want {
				t.Fatalf("shipped as %+v, the run is %+v", s.shipping, r.Result)
			}
			if !near(s.Points[s.Middle()].Weights, r.sampler.Shape.Midpoint()) {
				t.Errorf("the middle is point %d, %v", s.Middle(), s.Points[s.Middle()])
			}
			for _, p := range r.Result.Points {
				i := s.At(p.Weights)
				if i < 0 || s.Points[i].N != p.N {
					t.Fatalf("point %v is not shipped", p.Weights)
				}
				got, err := s.Logits(ctx, i, r.TestSet())
				if err != nil {
					t.Fatal(err)
				}
				want, err := r.Logits(ctx, p.Weights, r.TestSet())
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want) {
					t.Errorf("point %d: logits by the shipped statistics differ from those of the run", i)
				}
				if scores, err := s.Score(ctx, i, r.TestSet()); err != nil || scores != p.Scores {
					t.Errorf("point %d: %+v, %v; the run has %+v", i, scores, err, p.Scores)
				}
			}
			if len(r.Result.Points) > 1 {
				a, _ := s.Logits(ctx, 0, r.TestSet())
				b, _ := s.Logits(ctx, 1, r.TestSet())
				if slices.Equal(a, b) {
					t.Error("two points have the same logits")
				}
			}
			again, err := s.Run(ctx, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			last := r.Result.Points[len(r.Result.Points)-1]
			if scores, err := again.Score(ctx, last.Weights); err != nil || scores != last.Scores {
				t.Errorf("scored again: %+v, %v; the run has %+v", scores, err, last.Scores)
			}
			// It has no result in which images could be marked, and writes none over another's.
			if err := again.MarkRight(ctx); err == nil || !strings.Contains(err.Error(), "has no result here") {
				t.Errorf("images of a shipped subspace are marked: %v", err)
			}
			samples, err := s.Samples()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Logits(ctx, 0, samples); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSamplesAreTheImages(t *testing.T) {
	for _, channels := range []int{1, 3} {
		set := &dataset.Set{Name: "test", Height: 3, Width: 2, Channels: channels, Labels: []int32{1, 1, 0, 0}, Classes: []string{"a", "b"}}
		for i := range 4 * 6 * channels {
			set.Pixels = append(set.Pixels, uint8(37*i+11))
		}
		dir := t.TempDir()
		r := &Run{data: &dataset.Data{Test: set}}
		if err := r.ShipSamples(dir); err != nil {
			t.Fatal(err)
		}
		// The same once more, and others, which would be shown for those of what lies there.
		other := &dataset.Set{Name: "other", Height: 3, Width: 2, Channels: channels, Labels: set.Labels, Classes: set.Classes,
			Pixels: slices.Repeat([]uint8{7}, len(set.Pixels))}
		if err := r.ShipSamples(dir); err != nil {
			t.Errorf("the same images again: %v", err)
		}
		r.data = &dataset.Data{Test: other}
		if err := r.ShipSamples(dir); err == nil || !strings.Contains(err.Error(), "images.png has images of another data set") {
			t.Errorf("images of another data set beside these: %v", err)
		}
		s := &Shipped{Path: filepath.Join(dir, "line.safetensors"), shipping: shipping{Network: inputs{Image: [3]int{3, 2, channels}, Classes: set.Classes}}}
		got, err := s.Samples()
		if err != nil {
			t.Fatal(err)
		}
		size := 6 * channels
		want := slices.Concat(set.Pixels[2*size:3*size], set.Pixels[:size]) // the first of each class
		if !slices.Equal(got.Pixels, want) || !slices.Equal(got.Labels, []int32{0, 1}) {
			t.Errorf("%d channels: pixels %v of labels %v, want %v", channels, got.Pixels, got.Labels, want)
		}
		s.Network.Classes = []string{"a"}
		if _, err := s.Samples(); err == nil || !strings.Contains(err.Error(), "want 2 × 3") {
			t.Errorf("a sheet of another data set: %v", err)
		}
	}
}

// What a picture has no place for is not shipped by halves, nor read.
func TestSamplesOfManyChannels(t *testing.T) {
	set := &dataset.Set{Name: "test", Height: 1, Width: 1, Channels: 4, Pixels: []uint8{1, 2, 3, 4}, Labels: []int32{0}, Classes: []string{"a"}}
	r := &Run{data: &dataset.Data{Test: set}}
	if err := r.ShipSamples(t.TempDir()); err == nil || !strings.Contains(err.Error(), "4 channels") {
		t.Errorf("images of 4 channels were shipped: %v", err)
	}
	set.Channels, set.Pixels = 1, []uint8{1}
	dir := t.TempDir()
	if err := r.ShipSamples(dir); err != nil {
		t.Fatal(err)
	}
	s := &Shipped{Path: filepath.Join(dir, "x.safetensors"), shipping: shipping{Network: inputs{Image: [3]int{1, 1, 4}, Classes: set.Classes}}}
	if _, err := s.Samples(); err == nil || !strings.Contains(err.Error(), "4 channels") {
		t.Errorf("a sheet for images of 4 channels: %v", err)
	}
}

// Statistics are shipped of places along a curve in their order, whatever the run was
// scored at.
func TestShippedPlaces(t *testing.T) {
	for _, c := range []struct {
		shape  string
		points int
	}{{"line", 0}, {"line", 2}, {"line", 4}, {"line", 21}, {"bezier", 0}, {"bezier", 4}} {
		config := light().With(c.shape, 1)
		config.Points = c.points
		r := train(t, config, Options{})
		points := r.shippedPoints()
		middle := 0
		for i, p := range points {
			if p.Alpha == nil || i > 0 && *p.Alpha <= *points[i-1].Alpha {
				t.Fatalf("%s, %d points: point %d of %d is at %v", c.shape, c.points, i, len(points), p.Alpha)
			}
			if p.Midpoint {
				middle++
				if *p.Alpha != 0.5 {
					t.Errorf("%s, %d points: the midpoint is at %v", c.shape, c.points, p.Alpha)
				}
			}
		}
		if len(points) < shippedSteps+1 || middle != 1 {
			t.Errorf("%s, %d points: %d places, %d midpoints", c.shape, c.points, len(points), middle)
		}
		for _, p := range r.Result.Points {
			if c.points == 0 && p.Alpha != nil {
				t.Error("the run's own points have changed")
			}
		}
	}
}

func TestShippedRefuses(t *testing.T) {
	ctx := context.Background()
	digits, err := dataset.Digits()
	if err != nil {
		t.Fatal(err)
	}
	c := tiny()
	c.Data = "mine"
	dir, r := t.TempDir(), train(t, c, Options{Data: digits})
	path := filepath.Join(dir, "line.safetensors")
	if err := r.Ship(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := r.Ship(ctx, path); err != nil {
		t.Errorf("the same run once more: %v", err)
	}
	s, err := OpenShipped(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// Other images under the same name.
	swapped := &dataset.Data{Train: digits.Test, Test: digits.Train, Mean: digits.Mean, Std: digits.Std}
	if _, err := s.Run(ctx, Options{Data: swapped}); !errors.Is(err, ErrOtherData) {
		t.Errorf("a run on other data: %v", err)
	}
	for _, i := range []int{-1, 21} {
		if _, err := s.Logits(ctx, i, r.TestSet()); err == nil || !strings.Contains(err.Error(), "points 0 to 20") {
			t.Errorf("point %d of 21: %v", i, err)
		}
	}
	wide := *r.TestSet()
	wide.Height, wide.Width = 4, 16
	if _, err := s.Logits(ctx, 0, &wide); err == nil || !strings.Contains(err.Error(), "want the same") {
		t.Errorf("images of another size: %v", err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{"cut": file[:len(file)-9], "empty": nil, "flipped": flipped(file, len(file)-100)} {
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenShipped(path, nil); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Endpoints of a run's folder are no shipped file.
	if _, err := OpenShipped(filepath.Join(r.Dir, endpointsFile), nil); err == nil {
		t.Error("endpoints.safetensors was opened as shipped")
	}
}

func flipped(file []byte, i int) []byte {
	file = slices.Clone(file)
	file[i] ^= 4
	return file
}

// A shipped file is written anew for its own run alone: another run of the same method has
// the same name.
func TestShipKeepsOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "line.safetensors")
	c := Quick()
	if err := MayShip(path, c); err != nil {
		t.Errorf("where nothing is: %v", err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	file, err := seal(nil, map[string]string{"run": c.Name(), "identity": "0123456789", "config": string(text)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	same := func(identity string) error {
		return mayShip(path, func(about shipping) bool { return about.Identity == identity })
	}
	for what, err := range map[string]error{"the same run": MayShip(path, c), "the same identity": same("0123456789")} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	want := "is of another run, digits-line-cnnx8-seed1 (01234567), and would be lost: ship this to another folder"
	for what, err := range map[string]error{"another seed": MayShip(path, c.With("line", 2)), "another identity": same("9876543210"),
		"of the run itself": (&Run{Config: c, identity: "of other data", space: &subspace.Space{}}).Ship(t.Context(), path)} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, other := range map[string]string{"no safetensors file": "mine", "cut short": string(file[:20])} {
		if err := os.WriteFile(path, []byte(other), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := MayShip(path, c); err == nil || !strings.Contains(err.Error(), "move that away") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever a sheet is, it is an error or has the pixels of every class.
func FuzzDecodeSheet(f *testing.F) {
	set := &dataset.Set{Height: 2, Width: 3, Channels: 3, Pixels: make([]uint8, 2*18), Labels: []int32{0, 1}, Classes: []string{"a", "b"}}
	for i := range set.Pixels {
		set.Pixels[i] = uint8(7 * i)
	}
	file, err := encodeSheet(set)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add(file[:len(file)-5])
	f.Add([]byte("no picture"))
	n := inputs{Image: [3]int{2, 3, 3}, Classes: set.Classes}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := decodeSheet(file, n)
		if err != nil {
			return
		}
		if len(got.Pixels) != len(set.Pixels) || got.Len() != 2 {
			t.Fatalf("%d pixels of %d images", len(got.Pixels), got.Len())
		}
		again, err := encodeSheet(got)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeSheet(again, n); err != nil || !slices.Equal(back.Pixels, got.Pixels) {
			t.Errorf("%v: other pixels come back", err)
		}
	})
}
