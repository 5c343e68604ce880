package dataset

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// bothKinds returns a streamed set of patterns and the same set in memory.
func bothKinds(t *testing.T) (streamed, loaded *Set) {
	t.Helper()
	files := map[string][]byte{}
	for class := range 4 {
		for i := range 6 {
			m := pattern(20+3*i, 30-class)
			files[fmt.Sprintf("train/class%d/%d.png", class, i)] = encodePNG(t, m)
			files[fmt.Sprintf("val/class%d/%d.jpg", class, i)] = encodeJPEG(t, m)
		}
	}
	data, err := Folders(tree(t, files), 16)
	if err != nil {
		t.Fatal(err)
	}
	if loaded, err = data.Train.Load(); err != nil {
		t.Fatal(err)
	}
	if !data.Train.streamed() || loaded.streamed() {
		t.Fatalf("streamed %t before Load, %t after", data.Train.streamed(), loaded.streamed())
	}
	return data.Train, loaded
}

// An image of a streamed set is that of the same in memory.
func TestImageOfStreamed(t *testing.T) {
	streamed, loaded := bothKinds(t)
	for i := range streamed.Len() {
		a, err := streamed.Image(i)
		if err != nil {
			t.Fatal(err)
		}
		b, err := loaded.Image(i)
		if err != nil || !slices.Equal(a.Pixels, b.Pixels) || !slices.Equal(a.Labels, b.Labels) || a.Check() != nil {
			t.Errorf("image %d differs: %v", i, err)
		}
	}
	if _, err := streamed.Image(streamed.Len()); err == nil {
		t.Error("there is one more")
	}
}

// tryFill makes a batch.
func tryFill(s *Set, index []int, augment Augment) (images []float32, labels []int32, err error) {
	d := &Data{Mean: []float32{.4, .5, .6}, Std: []float32{.1, .2, .3}}
	images, labels = make([]float32, len(index)*s.imageSize()), make([]int32, len(index))
	return images, labels, d.Fill(images, labels, s, index, augment, rand.New(rand.NewPCG(3, 4)))
}

// filled returns a batch.
func filled(t *testing.T, s *Set, index []int, augment Augment) ([]float32, []int32) {
	t.Helper()
	images, labels, err := tryFill(s, index, augment)
	if err != nil {
		t.Fatal(err)
	}
	return images, labels
}

// A streamed set gives what it gives in memory, and so does what is made of it.
func TestStreamed(t *testing.T) {
	streamed, loaded := bothKinds(t)
	wrong := func(s *Set) *Set { return wrongLabels(t, s, .5, false) }
	held := func(s *Set) *Set { _, held := split(t, s, 10, 7); return held }
	for name, derive := range map[string]func(s *Set) *Set{
		"set":          func(s *Set) *Set { return s },
		"subset":       func(s *Set) *Set { return subset(t, s, 13, 2) },
		"wrong labels": wrong,
		"held out":     held,
		"all of these": func(s *Set) *Set { return wrong(held(subset(t, s, 20, 1))) },
	} {
		a, b := derive(streamed), derive(loaded)
		if !a.streamed() || b.streamed() {
			t.Errorf("%s: streamed %t and %t", name, a.streamed(), b.streamed())
		}
		for _, s := range []*Set{a, b} {
			if err := s.Check(); err != nil {
				t.Error(err)
			}
		}
		if a.Len() != b.Len() || !slices.Equal(a.Labels, b.Labels) || a.Name != b.Name {
			t.Errorf("%s: %s with labels %v, %s with %v", name, a.Name, a.Labels, b.Name, b.Labels)
		}
		if a.Fingerprint() != b.Fingerprint() {
			t.Errorf("%s: loading changes the fingerprint", name)
		}
		index := Order(a.Len(), 1, 1)
		for _, augment := range []Augment{{}, {Pad: 3, Flip: true}} {
			images, labels := filled(t, a, index, augment)
			wantImages, wantLabels := filled(t, b, index, augment)
			if !slices.Equal(images, wantImages) || !slices.Equal(labels, wantLabels) {
				t.Errorf("%s: batches differ with %+v", name, augment)
			}
		}
		mean, std, err := a.Moments()
		wantMean, wantStd, _ := b.Moments()
		if err != nil || !slices.Equal(mean, wantMean) || !slices.Equal(std, wantStd) {
			t.Errorf("%s: moments %v, %v (%v), expected %v, %v", name, mean, std, err, wantMean, wantStd)
		}
	}
	if again, err := loaded.Load(); again != loaded || err != nil {
		t.Errorf("loading a set in memory made another (%v)", err)
	}
}

// Many goroutines may fill from a streamed set.
func TestStreamedConcurrently(t *testing.T) {
	streamed, loaded := bothKinds(t)
	index := sequence(streamed.Len())
	wantImages, wantLabels := filled(t, loaded, index, Standard)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { // where t.Fatal would end this goroutine alone
			images, labels, err := tryFill(streamed, index, Standard)
			switch {
			case err != nil:
				t.Error(err)
			case !slices.Equal(images, wantImages) || !slices.Equal(labels, wantLabels):
				t.Error("batches differ")
			}
		})
	}
	group.Wait()
}

// Contents, their order, labels and the side count; names and places do not.
func TestStreamedFingerprint(t *testing.T) {
	build := func(side int, change func(files map[string][]byte)) string {
		files := imageNet(t, "val")
		change(files)
		data, err := Folders(tree(t, files), side)
		if err != nil {
			t.Fatal(err)
		}
		return data.Train.Fingerprint()
	}
	same := func(map[string][]byte) {}
	want := build(5, same)
	if got := build(5, same); got != want {
		t.Error("the place of the folder counts")
	}
	if got := build(5, func(f map[string][]byte) {
		f["train/ant/00.png"] = f["train/ant/0.png"]
		delete(f, "train/ant/0.png")
	}); got != want {
		t.Error("the name of a file counts")
	}
	for name, got := range map[string]string{
		"side":     build(6, same),
		"contents": build(5, func(f map[string][]byte) { f["train/ant/0.png"] = append(f["train/ant/0.png"], 0) }),
		"order": build(5, func(f map[string][]byte) {
			f["train/ant/3.png"] = f["train/ant/0.png"]
			delete(f, "train/ant/0.png")
		}),
		"class": build(5, func(f map[string][]byte) {
			f["train/bee/0.PNG"] = f["train/ant/2.jpeg"]
			delete(f, "train/ant/2.jpeg")
		}),
		"image": build(5, func(f map[string][]byte) { delete(f, "train/ant/0.png") }),
	} {
		if got == want {
			t.Errorf("the %s does not count", name)
		}
	}
}

// A broken image, or one that has gone, is an error that names it, wherever it
// is decoded; the same of several each time.
func TestStreamedErrors(t *testing.T) {
	files := imageNet(t, "val")
	files["train/ant/1.PNG"] = []byte("nothing")
	files["train/bee/1.PNG"] = []byte("nothing")
	dir := tree(t, files)
	data, err := Folders(dir, 5)
	if err != nil {
		t.Fatal(err)
	}
	bee := filepath.Join(dir, "train", "bee", "0.png")
	if err := os.Remove(bee); err != nil {
		t.Fatal(err)
	}
	n := data.Train.Len()
	fill := func(index ...int) error {
		return data.Fill(make([]float32, n*75), make([]int32, n), data.Train, index, Augment{}, nil)
	}
	for range 20 {
		wantError(t, fill(sequence(n)...), "dataset: ", filepath.Join("ant", "1.PNG"))
		_, err := data.Train.Load()
		wantError(t, err, "dataset: ", filepath.Join("ant", "1.PNG"))
		_, _, err = data.Train.Moments()
		wantError(t, err, "dataset: ")
	}
	wantError(t, fill(8, 3, 1), bee)
	if err := fill(8, 0, 2, 5); err != nil {
		t.Errorf("whole images: %v", err)
	}
}

// BenchmarkStreamedFill is a batch of 64×64 images from files.
func BenchmarkStreamedFill(b *testing.B) {
	files := map[string][]byte{}
	for i := range 128 {
		name := fmt.Sprintf("class%d/%d.jpg", i%2, i)
		files["train/"+name], files["val/"+name] = encodeJPEG(b, pattern(64, 64)), encodeJPEG(b, pattern(64, 64))
	}
	data, err := Folders(tree(b, files), 64)
	if err != nil {
		b.Fatal(err)
	}
	images, labels := make([]float32, 128*64*64*3), make([]int32, 128)
	rng := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		if err := data.Fill(images, labels, data.Train, sequence(128), Standard, rng); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(128*float64(b.N)/b.Elapsed().Seconds(), "images/s")
}
