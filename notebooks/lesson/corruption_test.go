package lesson

import (
	"os"
	"strings"
	"testing"

	"gosubspace/plots"
	"gosubspace/subspace/dataset"
)

// blank is a set of black photographs that are all of one class.
func blank(name, class string, n int) *dataset.Set {
	return &dataset.Set{Name: name, Height: 32, Width: 32, Channels: 3,
		Pixels: make([]uint8, n*32*32*3), Labels: make([]int32, n), Classes: []string{class}}
}

// The sheet of a photograph beside the notebooks says what it would say today;
// drawing it takes CIFAR-10.
func TestRecordedSheet(t *testing.T) {
	const photo = 20
	set := blank("cifar10/test", "automobile", photo+1)
	if *update {
		if !dataset.HasCIFAR10("") {
			t.Skip("results/corruptions.png is as it was: drawing it takes CIFAR-10, in a folder that GOSUBSPACE_CIFAR10 names")
		}
		data, err := dataset.CIFAR10(t.Context(), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		set = data.Test
	}
	f, err := CorruptionSheet(set, photo)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		record(t, "../results/corruptions", f)
	}
	words, err := os.ReadFile("../results/corruptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(words) != f.Alt+"\n" {
		t.Errorf("the sheet says\n%s\nresults/corruptions.txt says\n%s\nwrite it anew with: go test ./notebooks/lesson -update", f.Alt, words)
	}
}

// record writes a figure and its words.
func record(t *testing.T, name string, f *plots.Figure) {
	t.Helper()
	if err := f.Write(name + ".png"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name+".txt", []byte(f.Alt+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCorruptionSheetErrors(t *testing.T) {
	odd := blank("odd", "cat", 1)
	odd.Height = 30
	odd.Pixels = odd.Pixels[:30*32*3]
	streamed := blank("streamed", "cat", 1)
	streamed.Pixels = nil
	for want, try := range map[string]struct {
		set *dataset.Set
		i   int
	}{
		"it has the images 0 to 2": {blank("few", "cat", 3), 3},
		"image -1":                 {blank("few", "cat", 3), -1},
		"30":                       {odd, 0},
		"not in memory":            {streamed, 0},
	} {
		if _, err := CorruptionSheet(try.set, try.i); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("image %d of %s: error %v, want one with %q", try.i, try.set.Name, err, want)
		}
	}
}
